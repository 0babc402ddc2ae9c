"""A message opened in layers: an overview, then each layer with its fields and its bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from wslab.i18n import N_, _, spoken
from wslab.tui.safe_text import visible
from wslab.tui.widgets.payload_text import printable, shown_of, text_lines
from wslab.tui.widgets.seen import Seen
from wslab.tui.widgets.text_blocks import (
    BAD,
    BLANK,
    MUTED,
    STRONG,
    Piece,
    count,
    heading,
    line,
    paragraph,
)
from wslab.tui.widgets.violation_text import violation_lines
from wslab.wire.decoding.choosing import AUTO
from wslab.wire.decoding.content import BY_HAND, Reading, reading
from wslab.wire.decoding.layers import Layer, message_layers, unit_layers
from wslab.wire.events import Frame, Message, Opcode, Proto
from wslab.wire.field import WHOLE, Field

NAMES = {
    "mqtt": N_("MQTT {version}"),
    "graphql": N_("GraphQL, {version}"),
    "binary": N_("the lab's protocol, version {version}"),
    "json": N_("JSON"),
    "text": N_("text"),
    "bytes": N_("bytes of no known form"),
    "part": N_("a part of an MQTT packet"),
}
"""What each kind of layer is called."""

STYLES = (".text--opcode", ".text--length", ".text--payload", ".text--key")
"""Styles that the fields of a layer have by turns. The name stands beside the bytes."""

_SHOWN = 8
"""Layers that are opened; those behind them stand in the overview."""
_ROWS = 4
"""Rows of bytes that one field has at most."""
_VALUE = 60
"""Cells of a value."""
_WIDE_FROM = 100
_LEAST_LABEL = 18


@dataclass(frozen=True, slots=True)
class Opened:
    """A message, or what stands for one, opened in layers."""

    layers: tuple[Layer, ...]
    reading: Reading | None
    """By what it was read; None for a unit whose message is not there."""
    message: Message | None
    """The message; None where there is none yet."""
    frames: tuple[Frame, ...]
    """Its frames, as far as they were found."""

    @property
    def telling(self) -> bool:
        """Whether there is more to it than one frame of text, JSON or bytes."""
        plain = ("json", "text", "bytes")
        fragmented = self.message is not None and self.message.frames > 1
        return fragmented or any(layer.kind not in plain for layer in self.layers)


def opened(event: Frame | Message | Proto, seen: Seen) -> Opened | None:
    """Open the message that an event belongs to; None for a frame whose message is not there."""
    belongs, subprotocol, choice = seen
    message = event if isinstance(event, Message) else belongs.message
    if message is not None:
        text = message.opcode == Opcode.TEXT
        data, length, units = message.preview, message.length, belongs.units
        if isinstance(event, Proto) and choice in (AUTO, event.protocol):
            units = (event,)
        whole = len(data) == length
        how = reading(data, text=text, whole=whole, subprotocol=subprotocol, choice=choice)
        if units and choice == AUTO:
            how = how._replace(kind=units[0].protocol, version=units[0].version)
        layers = message_layers(how, data, length, text=text, direction=message.direction, units=units)
        return Opened(tuple(layers), how, message, belongs.frames)
    if isinstance(event, Proto):
        return Opened(tuple(unit_layers(event)), None, None, ())
    return None


def overview_lines(event: Frame | Message | Proto, shown: Opened, width: int) -> list[Content]:
    """Return the layers, one a line and each further in, and why they are read so."""
    lines = heading(_("Layers"), width)
    rows: list[tuple[int, str, str, bool]] = []
    if isinstance(event, Frame):
        said = _("{header} header, {payload} payload").format(
            header=event.header_len, payload=count(event.length, "byte")
        )
        rows.append((0, _("frame"), f"{event.name}, {said}{_place(event, shown)}", False))
    message = shown.message
    if message is not None:
        said = _("{size} from {frames}").format(
            size=count(message.length, "byte"), frames=count(message.frames, "frame")
        )
        if message.compressed:
            said += ", " + _("inflated")
        rows.append((1, _("message"), f"{Opcode(message.opcode).name}, {said}", False))
    for layer in shown.layers[:_SHOWN]:
        summary = visible(layer.summary, _VALUE) or count(layer.length, "byte")
        rows.append((2 + layer.depth, layer_name(layer), summary, bool(layer.violations)))
    for depth, name, said, broken in rows:
        first = line("  " * depth, (name, STRONG), "  ", ("! " if broken else "", BAD))
        lines += paragraph(said, width, first=first, indent=2 * depth + 2)
    left = len(shown.layers) - _SHOWN
    if left > 0:
        lines += paragraph(_("    and {count} more").format(count=left), width, MUTED)
    if shown.reading is not None:
        why = _("Read so because {why}; the key a chooses another way.")
        if shown.reading.why == BY_HAND:
            why = "{why}."
        lines += paragraph(why.format(why=visible(spoken(shown.reading.why))), width, MUTED)
    return lines


def _place(frame: Frame, shown: Opened) -> str:
    """Say which part of its message a frame has, where it has not all of it."""
    message, frames = shown.message, shown.frames
    if message is None or message.frames < 2 or len(frames) != message.frames or frame not in frames:
        return ""
    number = frames.index(frame)
    said = ", " + _("number {number} of {count}").format(number=number + 1, count=len(frames))
    if message.compressed or not frame.length:
        return said
    first = sum(each.length for each in frames[:number])
    last = first + frame.length - 1
    return (
        said
        + ", "
        + _("bytes {first} to {last} of the message").format(first=f"{first:04x}", last=f"{last:04x}")
    )


def layer_lines(shown: Opened, width: int) -> list[Content]:
    """Return each layer with its fields and its bytes."""
    lines: list[Content] = []
    for layer in shown.layers[:_SHOWN]:
        if layer.kind in ("text", "bytes") and not layer.depth and not layer.violations:
            continue  # The payload says it all.
        lines += [BLANK, *heading(_title(layer), width)]
        if layer.meaning:
            lines += paragraph(_(layer.meaning), width)
        if layer.start < 0:
            said = _("It began in an earlier message, {count} before this one.").format(
                count=count(-layer.start, "byte")
            )
            lines += paragraph(said, width, MUTED)
        lines += violation_lines(layer.violations, width)
        if layer.kind == "text":
            lines += text_lines(layer.data, layer.length, width, ".text--payload")
        else:
            lines += marked_bytes(layer, width)
    return lines


def layer_name(layer: Layer) -> str:
    """Return what a layer is called: `MQTT 5.0`."""
    return kind_name(layer.kind, layer.version)


def kind_name(kind: str, version: str) -> str:
    """Return what a kind of layer is called, `kind` itself where it is none that is known."""
    return _(NAMES[kind]).format(version=visible(version)) if kind in NAMES else visible(kind)


def _title(layer: Layer) -> str:
    if layer.depth:
        return _("What it carries: {name}").format(name=layer_name(layer))
    said = visible(layer.summary, _VALUE)
    return f"{layer_name(layer)}: {said}" if said else layer_name(layer)


def marked_bytes(layer: Layer, width: int) -> list[Content]:
    """Return a hexdump in which each field begins a row of its own and names itself.

    Offsets count from the first byte of the message, or of the unit where that began earlier.
    """
    per = 16 if width >= _WIDE_FROM else 8
    base = max(0, layer.start)
    lines: list[Content] = []
    at = turn = 0
    for fields in _by_byte(layer.fields):
        first = fields[0]
        if first.offset > at:
            lines += _rows(layer.data[at : first.offset], base + at, (), MUTED, per, width)
        style = STYLES[turn % len(STYLES)]
        lines += _rows(layer.data[first.offset : first.end], base + first.offset, fields, style, per, width)
        at, turn = first.end, turn + 1
    lines += _rows(layer.data[at:], base + at, (), MUTED, per, width)
    return lines + shown_of(len(layer.data), len(layer.data), layer.length, width)


def _by_byte(fields: Sequence[Field]) -> list[list[Field]]:
    """Put fields together that share a byte."""
    together: list[list[Field]] = []
    for field in fields:
        before = together[-1][0] if together else None
        if field.mask != WHOLE and before is not None and before.offset == field.offset:
            together[-1].append(field)
        else:
            together.append([field])
    return together


def _rows(
    data: bytes, offset: int, fields: Sequence[Field], style: str, per: int, width: int
) -> list[Content]:
    lines: list[Content] = []
    most = _ROWS * per
    for at in range(0, min(len(data), most), per):
        piece = data[at : at + per]
        lead = line(
            (f"{offset + at:04x}  ", MUTED), (f"{piece.hex(' '):<{3 * per - 1}}", style),
            f"  {printable(piece):<{per}}  ",
        )  # fmt: skip
        lines += _labelled(lead, () if at else fields, style, width)
    left = len(data) - most
    if left > 0:
        lines.append(line("…     ", (count(left, "more byte"), MUTED)))
    return lines


def _labelled(lead: Content, fields: Sequence[Field], style: str, width: int) -> list[Content]:
    lines: list[Content] = []
    for field in fields:
        name = f"{field.group} › {field.name}" if field.group else field.name
        first: Piece = " " * lead.cell_length if lines else lead
        said = f"{visible(name)} {visible(field.value, _VALUE)}".rstrip()
        narrow = width - lead.cell_length < _LEAST_LABEL
        if narrow:
            lines += [lead] if not lines else []
            lines += paragraph(said, width, style, first="      ")
        else:
            lines += paragraph(said, width, style, first=first)
        for text, how in _notes(field):
            lines += paragraph(text, width, how, first=" " * (6 if narrow else lead.cell_length))
    return lines or [lead]


def _notes(field: Field) -> list[tuple[str, str]]:
    """What is to be said of a field below its name."""
    notes = []
    if field.problem:
        notes.append(("! " + visible(spoken(field.problem)), BAD))
    if field.meaning:
        where = field.section.partition("#")[2]
        where = f" (§{where})" if where else ""
        notes.append((visible(field.meaning) + where, MUTED))
    return notes
