"""The text of the Frame tab for a frame: its bits, its bytes, its mask and what they mean."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from wslab.i18n import _
from wslab.tui.safe_text import visible
from wslab.tui.widgets import frame_diagram
from wslab.tui.widgets.log_rows import clock_time
from wslab.tui.widgets.payload_text import bytes_per_row, hex_lines, printable, text_lines
from wslab.tui.widgets.seen import UNSEEN, Seen
from wslab.tui.widgets.text_blocks import (
    BAD,
    BLANK,
    MUTED,
    STRONG,
    Piece,
    count,
    heading,
    line,
    number,
    paragraph,
    side_by_side,
    table,
    wrap,
)
from wslab.tui.widgets.violation_text import section_in_words, violation_lines
from wslab.wire.anatomy import Anatomy, Field, MaskRow, Part, dissect
from wslab.wire.events import Direction, Frame, Opcode

DIAGRAM_FROM = frame_diagram.WIDTH + 1
"""Cells from which the diagram is drawn. Below, each field has a line of its own with its bits."""

TWO_COLUMNS_FROM = 130
"""Cells from which the bytes stand beside the diagram."""

_WIRE_BYTES = 64
"""Payload bytes shown as they were on the wire; the payload itself is shown further."""

_MASK_ENTRY = 18
_LABEL = 26
_VALUE = 26


def direction_in_words(direction: Direction) -> str:
    """Return `client to server` or `server to client`."""
    return _("client to server") if direction is Direction.C2S else _("server to client")


def frame_lines(frame: Frame, width: int, seen: Seen = UNSEEN) -> list[Content]:
    """Return everything there is to say of a frame, in lines of at most `width` cells.

    Args:
        frame: the frame.
        width: cells of a line.
        seen: what is known of it beside what stands in it.
    """
    lines = _title(frame, width)
    try:
        anatomy = dissect(frame, subprotocol=seen.subprotocol)
    except ValueError as error:
        return [
            *lines,
            *paragraph(
                _("These values cannot be those of one frame: {error}.").format(error=str(error)), width, BAD
            ),
        ]
    lines += _sizes(anatomy, width)
    lines += violation_lines(frame.violations, width)
    if seen.belongs.message is None:
        return [*lines, BLANK, *_anatomy(frame, anatomy, width)]
    # Loaded here: what opens messages knows every protocol there is.
    from wslab.tui.widgets.layer_text import layer_lines, opened, overview_lines

    shown = opened(frame, seen)
    if shown is None:
        return [*lines, BLANK, *_anatomy(frame, anatomy, width)]
    overview = [BLANK, *overview_lines(frame, shown, width)]
    layers = layer_lines(shown, width)
    # Plain text in one frame holds nothing that has to be seen before the frame itself.
    if shown.telling:
        return [*lines, *overview, BLANK, *_anatomy(frame, anatomy, width), *layers]
    return [*lines, BLANK, *_anatomy(frame, anatomy, width), *overview, *layers]


def _anatomy(frame: Frame, anatomy: Anatomy, width: int) -> list[Content]:
    """The frame itself, bit by bit and byte by byte."""
    if width >= TWO_COLUMNS_FROM:
        left_width = (width - 3) * 11 // 20
        left = [*frame_diagram.diagram(anatomy), BLANK, *_fields(anatomy, left_width)]
        return side_by_side(left, _right(frame, anatomy, width - 3 - left_width), left_width)
    if width >= DIAGRAM_FROM:
        lines = [*frame_diagram.diagram(anatomy), BLANK]
        return [*lines, *_right(frame, anatomy, width), BLANK, *_fields(anatomy, width)]
    return [*_narrow_fields(anatomy, width), BLANK, *_right(frame, anatomy, width)]


def _title(frame: Frame, width: int) -> list[Content]:
    flags = ["FIN" if frame.fin else _("no FIN: more follows")]
    flags += [f"RSV{place}" for place in (1, 2, 3) if frame.rsv >> (3 - place) & 1]
    flags.append(_("masked") if frame.masked else _("not masked"))
    name = f"{frame.direction.arrow} {frame.name}"
    where = _("frame {seq}, {time}, {direction}").format(
        seq=frame.seq, time=clock_time(frame.wall), direction=direction_in_words(frame.direction)
    )
    said = f"{where}: {', '.join(flags)}"
    return paragraph(said, width, first=line((name, STRONG), "  "), indent=2)


def _sizes(anatomy: Anatomy, width: int) -> list[Content]:
    said = _(
        "{header} header + {payload} payload = {total} on the wire, {share:.3g} % of them header"
    ).format(
        header=len(anatomy.header),
        payload=number(anatomy.length),
        total=count(anatomy.total, "byte"),
        share=100 * anatomy.overhead,
    )
    return paragraph(said, width, indent=2)


def _right(frame: Frame, anatomy: Anatomy, width: int) -> list[Content]:
    """The bytes, the mask and the payload."""
    lines = [*heading(_("Bytes on the wire"), width), *_wire_bytes(anatomy, width)]
    if anatomy.mask_rows:
        lines += [BLANK, *heading(_("Mask worked out (RFC 6455 section 5.3)"), width), *_mask(anatomy, width)]
    return lines + _payload(frame, anatomy, width)


def _wire_bytes(anatomy: Anatomy, width: int) -> Iterator[Content]:
    """A hexdump in which each field begins a row of its own and names itself."""
    values = {field.name: field.value for field in anatomy.fields}
    rsv = "".join(values[f"RSV{place}"] for place in (1, 2, 3))
    one = f"FIN {values['FIN']}  RSV {rsv}  opcode {values['opcode']}"
    two = f"MASK {values['MASK']}  Payload len {values['Payload len']}"
    rows = [(0, anatomy.header[:1], one, Part.OPCODE), (1, anatomy.header[1:2], two, Part.LENGTH)]
    for field in anatomy.fields:
        if field.part in (Part.EXTENDED, Part.KEY):
            data = anatomy.header[field.first_byte : field.end_byte]
            label = f"{field.name} {short_value(field)}" if field.part is Part.EXTENDED else field.name
            rows.append((field.first_byte, data, label, field.part))
    per = min(8, bytes_per_row(width - _LABEL)) if width < 100 else 16
    start = len(anatomy.header)
    shown = anatomy.wire_payload[:_WIRE_BYTES]
    for at in range(0, len(shown), per):
        data = shown[at : at + per]
        label = _("Payload, masked") if anatomy.mask_rows else _("Payload")
        rows.append((start + at, data, (f"{label}  " if at == 0 else "") + printable(data), Part.PAYLOAD))
    for offset, data, label, part in rows:
        style = f".text--{part}"
        lead = line((f"{offset:04x}  ", MUTED), (f"{data.hex(' '):<{3 * per - 1}}", style), "  ")
        yield from paragraph(label, width, style, first=lead)
    left = anatomy.length - len(shown)
    if left > 0:
        yield from paragraph(
            _("{count} of payload").format(count=count(left, "more byte")),
            width,
            MUTED,
            first=("…     ", MUTED),
        )


def _mask(anatomy: Anatomy, width: int) -> Iterator[Content]:
    yield from paragraph(_("byte on the wire ^ byte of the key = byte of the payload"), width, MUTED)
    # Four beside each other: then each column has one byte of the key.
    per = next((per for per in (4, 2) if width >= per * _MASK_ENTRY), 1)
    rows = anatomy.mask_rows
    for at in range(0, len(rows), per):
        pieces: list[Piece] = [piece for row in rows[at : at + per] for piece in _mask_entry(row)]
        yield line(*pieces)
    left = anatomy.length - len(rows)
    if left > 0:
        yield from paragraph(
            _("… and so on for {count}").format(count=count(left, "more byte")), width, MUTED
        )


def _mask_entry(row: MaskRow) -> tuple[Piece, ...]:
    character = f"'{row.character}'" if row.character else ""
    return (
        (f"{row.wire:02x}", ".text--payload"), " ^ ", (f"{row.key:02x}", ".text--key"),
        " = ", (f"{row.payload:02x}", STRONG), f" {character:<3}", " ",
    )  # fmt: skip


def _payload(frame: Frame, anatomy: Anatomy, width: int) -> list[Content]:
    """The payload unmasked, as far as it says something that was not shown yet."""
    if not anatomy.length:
        return []
    if anatomy.body:
        lines = [BLANK, *heading(_("Close body (RFC 6455 section 5.5.1)"), width)]
        lines += _field_table(anatomy.body, width)
        if any(len(field.value) > _VALUE for field in anatomy.body):
            lines += text_lines(frame.preview[2:], frame.length - 2, width)
        return lines
    compressed = bool(frame.rsv & 4) and not frame.control
    title = _("Payload, still compressed") if compressed else _("Payload")
    lines = [BLANK, *heading(title, width)]
    if compressed:
        lines += paragraph(_("The message it belongs to shows it inflated: /level messages."), width, MUTED)
    elif frame.opcode in (Opcode.TEXT, Opcode.PING, Opcode.PONG) or _is_text(frame.preview):
        return lines + text_lines(frame.preview, frame.length, width)
    return lines + hex_lines(frame.preview, frame.length, width, ".text--payload")


def _is_text(data: bytes) -> bool:
    return data.isascii() and data.decode("ascii").isprintable()


def _fields(anatomy: Anatomy, width: int) -> list[Content]:
    return [
        *heading(_("What the fields mean, and where the RFC says so"), width),
        *_field_table(anatomy.fields, width),
    ]


def _field_table(fields: tuple[Field, ...], width: int) -> list[Content]:
    names = min(23, max(len(field.name) for field in fields))
    rows = [
        (
            (field.name, f".text--{field.part}"),
            (short_value(field), STRONG),
            (field.section.replace("#", " §"), MUTED),
            visible(field.meaning),
        )
        for field in fields
    ]
    values = min(_VALUE, max(len(row[1][0]) for row in rows))
    return table(rows, (names, values, 11), width)


def short_value(field: Field) -> str:
    """Return the value of a field as one short text that is safe to draw."""
    if field.part is Part.EXTENDED:
        return number(int(field.value))
    if field.part is Part.PAYLOAD:
        return count(field.width // 8, "byte")
    return visible(field.value, _VALUE)


def _narrow_fields(anatomy: Anatomy, width: int) -> list[Content]:
    """One field a paragraph, for where the diagram has no room."""
    lines = [*heading(_("Bit by bit (RFC 6455 section 5.2)"), width)]
    for field in anatomy.fields:
        place = (
            _("bit {bit}").format(bit=field.start)
            if field.width == 1
            else _("bits {first}-{last}").format(first=field.start, last=field.start + field.width - 1)
        )
        if field.part is Part.PAYLOAD:
            place = _("from bit {bit}").format(bit=field.start)
        style = f".text--{field.part}"
        said = f"{short_value(field)}  {place}"
        lines += paragraph(said, width, STRONG, first=line((field.name, style), " = "), indent=2)
        if field.bits and field.width > 1:
            lines += [line("  ", (bits, style)) for bits in wrap(field.bits, width - 2)]
        said = f"{visible(field.meaning)} ({section_in_words(field.section)})"
        lines += paragraph(said, width, first="  ")
    return lines
