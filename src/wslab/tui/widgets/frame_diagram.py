"""A frame drawn as RFC 6455 section 5.2 draws it: 32 bits a row, with the values of one real frame in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from wslab.i18n import _
from wslab.tui.widgets.text_blocks import MUTED, STRONG, Piece, count, fit, line, number
from wslab.wire.anatomy import Anatomy, Field, Part

WIDTH = 65
"""Cells of the diagram: two for each of 32 bits, and one."""

PAYLOAD_BYTES = 8
"""Bytes of the payload that are drawn with their bits."""

_ROW = 32


@dataclass(frozen=True, slots=True)
class _Box:
    """A piece of a field that lies within one row."""

    start: int
    """First bit, counted from the start of the frame."""
    width: int
    bits: str
    labels: tuple[str, ...]
    style: str

    @property
    def inside(self) -> int:
        """Cells between its borders."""
        return 2 * self.width - 1


def diagram(anatomy: Anatomy) -> list[Content]:
    """Return the lines of the diagram, the ruler of bit numbers first."""
    boxes = [box for field in anatomy.fields for box in _boxes(field, anatomy)]
    rows = [[box for box in boxes if box.start // _ROW == at] for at in range(boxes[-1].start // _ROW + 1)]
    lines = _ruler()
    above: set[int] = set()
    for row in rows:
        below = _edges(row)
        lines.append(_border(above, below))
        lines += _row(row)
        above = below
    lines.append(_border(above, set()))
    left = anatomy.length - len(anatomy.payload[:PAYLOAD_BYTES])
    if left > 0:
        more = _("{count} of payload").format(count=count(left, "more byte"))
        lines.append(line((f"  … {more}", MUTED)))
    return lines


def _ruler() -> list[Content]:
    tens = "".join(f" {bit // 10 if bit % 10 == 0 else ' '}" for bit in range(_ROW))
    ones = "".join(f" {bit % 10}" for bit in range(_ROW))
    return [line((tens, MUTED)), line((ones, MUTED))]


def _boxes(field: Field, anatomy: Anatomy) -> Iterable[_Box]:
    """Cut a field at the ends of rows; the payload into bytes."""
    style = f".text--{field.part}"
    if field.part is Part.PAYLOAD:
        yield from _payload_boxes(field, anatomy)
        return
    bits = field.bits.replace(" ", "")
    start, end, first = field.start, field.start + field.width, True
    while start < end:
        stop = min(end, (start // _ROW + 1) * _ROW)
        piece = bits[start - field.start : stop - field.start]
        yield _Box(start, stop - start, piece, _labels(field, piece, first), style)
        start, first = stop, False


def _labels(field: Field, piece: str, first: bool) -> tuple[str, ...]:
    if field.width == 1:
        return tuple(field.name)
    if field.part is Part.OPCODE:
        return ("opcode", *field.value.split(" "))
    if field.part is Part.LENGTH:
        follows = {
            "126": (_("length in"), _("16 bits -->")),
            "127": (_("length in"), _("64 bits -->")),
        }
        return ("Payload len", field.value, *follows.get(field.value, ()))
    octets = " ".join(f"{int(piece[at : at + 8], 2):02x}".center(15) for at in range(0, len(piece), 8))
    if not first:
        name = f"{field.name} " + _("(continued)")
        return (name if cell_len(name) <= len(octets) else _("(continued)"), octets)
    if field.part is Part.EXTENDED:
        return (field.name, f"= {number(int(field.value))}", octets)
    return (field.name, octets)


def _payload_boxes(field: Field, anatomy: Anatomy) -> Iterable[_Box]:
    masked = bool(anatomy.mask_rows)
    drawn = zip(anatomy.wire_payload[:PAYLOAD_BYTES], anatomy.payload, strict=False)
    for index, (wire, plain) in enumerate(drawn):
        character = f" '{chr(plain)}'" if 0x20 <= plain < 0x7F else ""
        value = f"{wire:02x} -> {plain:02x}{character}" if masked else f"{plain:02x}{character}"
        name = _("payload {index}").format(index=index)
        if anatomy.body and index < 2:
            name = _("close code")
        yield _Box(field.start + 8 * index, 8, f"{wire:08b}", (name, value), ".text--payload")


def _edges(row: Sequence[_Box]) -> set[int]:
    """Bit positions within the row at which a border stands."""
    return {box.start % _ROW for box in row} | {(row[-1].start % _ROW) + row[-1].width}


def _border(above: set[int], below: set[int]) -> Content:
    """Return the border between two rows, of which one may be missing and each may end early."""
    last = max(above | below)
    cells = ["─"] * (2 * last + 1)
    for edge in range(last + 1):
        up, down = edge in above, edge in below
        if up or down:
            cells[2 * edge] = _joint(up, down, edge > 0, edge < last)
    return line(("".join(cells), MUTED))


def _joint(up: bool, down: bool, left: bool, right: bool) -> str:
    if not left:
        return "├" if up and down else "└" if up else "┌"
    if not right:
        return "┤" if up and down else "┘" if up else "┐"
    return "┼" if up and down else "┴" if up else "┬"


def _row(row: Sequence[_Box]) -> list[Content]:
    height = max(len(box.labels) for box in row)
    lines = [_cells(row, [(" ".join(box.bits), STRONG) for box in row])]
    for at in range(height):
        texts = [(box.labels[at] if at < len(box.labels) else "", box.style) for box in row]
        lines.append(_cells(row, texts))
    return lines


def _centred(text: str, room: int) -> str:
    """Return a text in the middle of some cells, as `str.center` does it with characters."""
    wider = cell_len(text) - len(text)
    return text.center(max(0, room - wider))


def _cells(row: Sequence[_Box], texts: Sequence[tuple[str, str]]) -> Content:
    pieces: list[Piece] = []
    for box, (text, style) in zip(row, texts, strict=True):
        pieces += [("│", MUTED), (fit(_centred(text, box.inside), box.inside), style)]
    return line(*pieces, ("│", MUTED))
