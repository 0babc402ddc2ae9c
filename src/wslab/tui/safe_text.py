"""Text from the network in a form that is safe to draw.

What comes out holds no control character, no escape, no override of the writing direction and nothing of
zero width but a few combining marks after a letter. So it can neither steer the terminal nor move what stands
beside it, and its width is the sum of the widths of its characters. What was replaced stays visible.

The result is plain text, not markup: draw it with `Text(…)` or a `Segment`, never with `Text.from_markup`.
"""

from __future__ import annotations

import codecs
import unicodedata

from rich.cells import get_character_cell_size

LIMIT = 4096
"""Characters that are shown at most, unless a caller says otherwise."""

ELLIPSIS = "…"
"""Last character of a text that was cut."""

MARKS_IN_A_ROW = 4
"""Combining marks that a letter keeps. Living scripts need three; more climb into the lines above."""

_MARK = ""
"""Stands in the table for a combining mark: what becomes of it depends on what stands before it."""

_TABLE_SIZE = 8192

_table: dict[str, str] = {
    **{chr(code): chr(0x2400 + code) for code in range(0x20)},
    "\x7f": "␡",
    "\u3000": "\u3000",  # the ideographic space: the only one but U+0020 that people type without noticing
}


def visible(text: str, limit: int = LIMIT) -> str:
    """Return ``text`` with everything that is not simply drawn replaced by something that is.

    Control characters become their pictures (`␛`, `␊`, `␉`), zero-width joiners, variation selectors and
    emoji modifiers become `·`, and everything else that is invisible, unassigned or turns the writing
    direction becomes its number, such as `<U+202E>`. The result has at most ``limit`` characters; it ends
    with `…` where text was cut.
    """
    if limit <= 0:
        return ""
    cut = text[:limit]
    if not (cut.isascii() and cut.isprintable()):
        cut = _replace(cut)
    if len(text) > limit or len(cut) > limit:
        return cut[: limit - 1] + ELLIPSIS
    return cut


def preview_text(data: bytes, text: bool, limit: int = LIMIT, *, whole: bool = True) -> str:
    """Return a payload, or the start of one, as a single line that is safe to draw.

    Args:
        data: the bytes.
        text: whether they are meant as UTF-8. What is not UTF-8 in them becomes `�`. Other payloads come out
            as pairs of hexadecimal digits.
        limit: characters of the result at most; the last is `…` where something was cut.
        whole: whether ``data`` is all of the payload. Where it is not, a character that was cut in the middle
            is left out and the result ends with `…`.
    """
    if limit <= 0:
        return ""
    if text:
        head = data[: 4 * limit + 4]
        final = whole and len(head) == len(data)
        shown = visible(codecs.utf_8_decode(head, "replace", final)[0], limit + 1)
    else:
        shown = data[: limit // 3 + 1].hex(" ")
        whole = whole and 3 * len(data) - 1 <= limit
    if whole and len(shown) <= limit:
        return shown
    return shown[: limit - 1].removesuffix(ELLIPSIS) + ELLIPSIS


def _replace(text: str) -> str:
    parts: list[str] = []
    room = 0
    for character in text:
        shown = _table.get(character)
        if shown is None:
            shown = _describe(character)
        if shown == _MARK:
            # A mark stays where it sits on a letter and is not one too many.
            shown = character if room else _number(character)
            room = max(room - 1, 0)
        else:
            room = MARKS_IN_A_ROW if shown == character else 0
        parts.append(shown)
    return "".join(parts)


def _describe(character: str) -> str:
    category = unicodedata.category(character)
    code = ord(character)
    zero_width = get_character_cell_size(character) == 0
    if code in (0x200C, 0x200D) or 0xFE00 <= code <= 0xFE0F or 0x1F3FB <= code <= 0x1F3FF:
        shown = "·"
    elif 0x1F1E6 <= code <= 0x1F1FF:
        # Terminals disagree on whether two of them are one flag, and on how wide one alone is.
        shown = _number(character)
    elif zero_width and category in ("Mn", "Mc", "Me") and not _ignorable(code):
        shown = _MARK
    elif zero_width or not character.isprintable():
        shown = _number(character)
    else:
        shown = character
    # Only so much is remembered: a stranger chooses the characters.
    if len(_table) < _TABLE_SIZE:
        _table[character] = shown
    return shown


def _ignorable(code: int) -> bool:
    """Whether this is a mark that is never drawn (Unicode: Default_Ignorable_Code_Point)."""
    return (
        code == 0x034F or 0x17B4 <= code <= 0x17B5 or 0x180B <= code <= 0x180F or 0xE0100 <= code <= 0xE01EF
    )


def _number(character: str) -> str:
    return f"<U+{ord(character):04X}>"
