"""Blocks of text that the views of the lower tabs are made of.

A line is a Textual `Content` whose styles are names of component classes, `.text--fin`. `TextView` gives them
colours; a test reads `line.plain`. Text from the network has to be made safe before it comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from rich.cells import cell_len, chop_cells, get_character_cell_size, set_cell_size
from textual.content import Content

from wslab.i18n import NN_, ngettext

Piece = str | tuple[str, str] | Content
"""Text, text with a style, or a finished line."""

MUTED = ".text--muted"
STRONG = ".text--strong"
HEADING = ".text--heading"
BAD = ".text--bad"
GOOD = ".text--good"
NOTE = ".text--note"

BLANK = Content("")

_NEVER_FIRST = frozenset(
    "、。，．・：；？！」』）］】〉》〕｝ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々…)]}>,.:;?!%"
)
_NEVER_LAST = frozenset("「『（［【〈《〔｛([{<")

_NARROWEST = 24
"""Cells that the last column of a table needs; it goes below the others where it has less."""


def line(*pieces: Piece) -> Content:
    """Return one line made of pieces."""
    return Content.assemble(*pieces)


def number(value: int) -> str:
    """Return a whole number with its thousands apart: `80 000`."""
    return f"{value:,}".replace(",", " ")


_COUNTS = {
    "byte": NN_("{count} byte", "{count} bytes"),
    "more byte": NN_("{count} more byte", "{count} more bytes"),
    "frame": NN_("{count} frame", "{count} frames"),
}


def count(value: int, noun: Literal["byte", "more byte", "frame"]) -> str:
    """Return a number of things: `1 byte`, `80 000 bytes`."""
    return ngettext(*_COUNTS[noun], value).format(count=number(value))


def heading(text: str, width: int) -> list[Content]:
    """Return a heading with a rule behind it, `width` cells wide; more than one line where it needs them."""
    *above, last = wrap(text, width)
    rule = " " + "─" * max(0, width - cell_len(last) - 1)
    return [
        *(line((part, HEADING)) for part in above),
        line((last, HEADING), (rule[: width - cell_len(last)], MUTED)),
    ]


def wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """Cut text into lines of at most `width` cells, between words where that is possible.

    Args:
        text: the text; its line ends are kept.
        width: cells of a line.
        first: cells of the first line, where they are fewer; it stays empty where no word fits into it.
    """
    lines: list[str] = []
    room = width if first is None else first
    for source in text.split("\n"):
        current = ""
        for gap, word in _words(source):
            longer = f"{current}{gap}{word}" if current else word
            if cell_len(longer) <= room:
                current = longer
                continue
            if current or room < width:
                lines.append(current)
                room = width
            *full, current = chop_cells(word, room) or [""]
            lines += full
        lines.append(current)
        room = width
    return lines


def _words(text: str) -> Iterator[tuple[str, str]]:
    """Yield the pieces between which a line may end, each with what stands before it on the same line."""
    for word in text.split(" "):
        gap = " "
        start = 0
        if not word.isascii():
            for at in range(1, len(word)):
                if _may_end(word[at - 1], word[at]):
                    yield gap, word[start:at]
                    gap, start = "", at
        yield gap, word[start:]


def _may_end(before: str, after: str) -> bool:
    """Whether a line may end between two characters: those of Chinese and Japanese need no space for it.

    Some never begin a line and some never end one (JIS X 4051, "kinsoku").
    """
    wide = get_character_cell_size(before) == 2 or get_character_cell_size(after) == 2
    return wide and after not in _NEVER_FIRST and before not in _NEVER_LAST


def paragraph(
    text: str, width: int, style: str = "", *, first: Piece = "", indent: int | None = None
) -> list[Content]:
    """Return wrapped text.

    Args:
        text: the text.
        width: cells of the whole lines.
        style: style of the text.
        first: what stands before it on the first line.
        indent: cells before the other lines; the width of `first` where None.
    """
    lead = line(first)
    indent = lead.cell_length if indent is None else indent
    wrapped = wrap(text, max(8, width - indent), max(0, width - lead.cell_length))
    return [line(" " * indent if at else lead, (part, style)) for at, part in enumerate(wrapped)]


def fold(text: str, width: int, style: str = "") -> list[Content]:
    """Return text cut at exactly `width` cells, its line ends kept: for payloads, whose spaces count."""
    return [
        line((piece, style)) for source in text.split("\n") for piece in (chop_cells(source, width) or [""])
    ]


def side_by_side(left: Sequence[Content], right: Sequence[Content], left_width: int) -> list[Content]:
    """Put two blocks beside each other, a rule between them.

    Args:
        left: lines of at most `left_width` cells.
        right: lines.
        left_width: cells of the left block.
    """
    rows = max(len(left), len(right))
    both: list[Content] = []
    for at in range(rows):
        one = left[at] if at < len(left) else BLANK
        two = right[at] if at < len(right) else BLANK
        both.append(line(one, " " * (left_width - one.cell_length), (" │ ", MUTED), two))
    return both


def fit(text: str, width: int) -> str:
    """Return text padded or cut to exactly `width` cells; a cut one ends with `…`."""
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)


def table(rows: Iterable[Sequence[Piece]], widths: Sequence[int], width: int) -> list[Content]:
    """Return rows of columns, the last of which is wrapped into what is left of `width`.

    Args:
        rows: cells as text or (text, style), as many as there are widths and one more.
        widths: cells of each column but the last; longer text is cut.
        width: cells of the whole lines.
    """
    lines: list[Content] = []
    for cells in rows:
        *fixed, last = cells
        lead: list[Piece] = []
        for cell, room in zip(fixed, widths, strict=True):
            text, style = cell if isinstance(cell, tuple) else (str(cell), "")
            lead.append((fit(text, room) + "  ", style))
        text, style = last if isinstance(last, tuple) else (str(last), "")
        first = line(*lead)
        if width - first.cell_length < _NARROWEST:
            lines += [line(first).truncate(width, ellipsis=True), *paragraph(text, width, style, first="  ")]
        else:
            lines += paragraph(text, width, style, first=first)
    return lines
