"""The bytes of a message that is being written; those of the field that is edited stand in brackets."""

from __future__ import annotations

from textual.content import Content

from wslab.i18n import _
from wslab.lab.binary.assembled import Assembled, Span
from wslab.lab.binary.damage import Damage
from wslab.tui.widgets.payload_text import printable
from wslab.tui.widgets.text_blocks import Piece, count, line

PLAIN, OTHER, FOCUS, DAMAGED, MUTED = (
    f".bytes--{name}" for name in ("plain", "other", "focus", "damaged", "muted")
)
MOST_BYTES = 512
"""Bytes that are shown."""
UNKNOWN = "??"
"""Stands for a byte of a field that has no value yet."""
_OFFSET = 4


def bytes_in_row(width: int) -> int:
    """Return how many bytes stand side by side in `width` cells."""
    return next((per for per in (16, 8) if width >= _OFFSET + 3 * per + 2), 4)


def row_of(assembled: Assembled, name: str, width: int) -> int:
    """Return the row that the bytes of a field begin in."""
    span = assembled.span(name)
    return min(span.start, MOST_BYTES - 1) // bytes_in_row(width) if span else 0


def byte_lines(
    assembled: Assembled, width: int, focus: str = "", damage: Damage | None = None
) -> list[Content]:
    """Return the bytes of a message, in lines of at most `width` cells.

    Args:
        assembled: the message.
        width: cells of a line.
        focus: name of the field whose bytes are marked, by brackets around them.
        damage: the byte that is to be changed, shown as it will be with a `!` before it.
    """
    per = bytes_in_row(width)
    with_text = width >= _OFFSET + 3 * per + 2 + per
    data = assembled.data
    if damage is not None and damage.offset < len(data):
        data = damage.apply(data)
    shown = data[:MOST_BYTES]
    places = _places(assembled.spans, len(shown))
    focused = assembled.span(focus)
    lines = []
    for at in range(0, len(shown), per):
        end = min(at + per, len(shown))
        pieces: list[Piece] = [(f"{at:04x}", MUTED)]
        for offset in range(at, end):
            pieces += _byte(shown, places, offset, focused, damage, first=offset == at)
        closes = focused is not None and focused.end == end and focused.start < end
        text = printable(bytes(0x2E if places[each][1] else shown[each] for each in range(at, end)))
        pieces.append(("]" if closes else " ", FOCUS if closes else PLAIN))
        if with_text:
            pieces.append(" " * (3 * (per - (end - at))) + text)
        lines.append(line(*pieces))
    left = len(data) - len(shown)
    if left > 0:
        lines.append(line((_("… and {count}").format(count=count(left, "more byte")), MUTED)))
    return lines


def _places(spans: tuple[Span, ...], size: int) -> list[tuple[bool, bool]]:
    """Return for each byte whether its field is an even one, and whether it is unknown."""
    places = [(False, False)] * size
    for index, span in enumerate(spans):
        for offset in range(span.start, min(span.end, size)):
            places[offset] = (index % 2 == 0, span.unknown)
    return places


def _byte(
    data: bytes,
    places: list[tuple[bool, bool]],
    offset: int,
    focused: Span | None,
    damage: Damage | None,
    *,
    first: bool,
) -> list[Piece]:
    """Return a byte with what stands before it; `first` is whether it begins a row."""
    even, unknown = places[offset]
    hit = damage is not None and damage.offset == offset
    inside = focused is not None and focused.start <= offset < focused.end
    before, edge = " ", PLAIN
    if focused is not None and focused.start < focused.end:
        if offset == focused.start:
            before, edge = "[", FOCUS
        elif offset == focused.end and not first:  # else it was closed at the end of the row before
            before, edge = "]", FOCUS
    style = FOCUS if inside else PLAIN if even else OTHER
    if hit:
        before, edge, style = "!", DAMAGED, DAMAGED
    return [(before, edge), (UNKNOWN if unknown else f"{data[offset]:02x}", style)]
