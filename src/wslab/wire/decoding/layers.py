"""A message opened in layers: what protocol it is of, which units are in it, and what these carry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from wslab.i18n import _
from wslab.wire.decoding.choosing import PROTOCOLS, Known, decoders
from wslab.wire.decoding.content import Reading, plain_kind
from wslab.wire.decoding.decoded import Decoded
from wslab.wire.decoding.json_fields import json_fields
from wslab.wire.decoding.mqtt import decoded
from wslab.wire.events import Direction, Proto
from wslab.wire.field import Field
from wslab.wire.graphql.explain import explain as explain_graphql
from wslab.wire.graphql.reader import read as read_graphql
from wslab.wire.graphql.subprotocols import SUBPROTOCOLS, TRANSPORT
from wslab.wire.labproto.explain import explain as explain_binary
from wslab.wire.labproto.layout import HIGHEST_VERSION
from wslab.wire.mqtt.meanings import FIELDS, PACKETS
from wslab.wire.mqtt.packets import VERSION_NAMES, PacketType, Version
from wslab.wire.mqtt.parsing import parse
from wslab.wire.mqtt.reader import PacketReader

MOST_LAYERS = 64
"""Units of one message that are opened."""

_LEVELS = {name: level for level, name in VERSION_NAMES.items()}
_VERSIONS = frozenset(map(str, range(1, HIGHEST_VERSION + 1)))


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: a unit of a protocol, or what stands in one."""

    kind: str
    """`mqtt`, `graphql`, `binary`, `json`, `text`, `bytes`; `part` for a piece of a packet."""
    version: str
    """As `Proto` has it; empty where the layer has none."""
    summary: str
    """One line; text from the network is in it as it came. Empty where the kind says it all."""
    start: int
    """First byte, counted from that of the message; negative where it lies in an earlier message."""
    length: int
    """Bytes."""
    data: bytes
    """Its first bytes, as far as they were kept."""
    fields: tuple[Field, ...]
    """In order and inside of `data`; offsets count from its first byte. Fields of bits share a byte."""
    meaning: str = ""
    """What it is, to be translated where it is shown; empty where there is nothing to add."""
    violations: tuple[str, ...] = ()
    depth: int = 0
    """0 for what the message is, 1 for what that carries."""


def unit_layers(unit: Decoded | Proto, payload: bytes = b"") -> list[Layer]:
    """Open one decoded unit.

    Args:
        unit: what a decoder made, or its event.
        payload: what is kept of the message it is in, where that is more than the unit keeps.
    """
    data = unit.preview
    if 0 <= unit.start < len(payload):
        more = payload[unit.start : unit.start + unit.length]
        data = more if len(more) > len(data) else data
    fields, meaning = _take_apart(unit.protocol, unit.version, data, len(data) == unit.length)
    layer = Layer(
        unit.protocol,
        unit.version,
        unit.summary,
        unit.start,
        unit.length,
        data,
        fields,
        meaning,
        unit.violations,
    )
    carried = next((field for field in fields if field.name == "Payload" and unit.protocol == "mqtt"), None)
    if carried is None:
        return [layer]
    inside = data[carried.offset : carried.end]
    whole = len(data) == unit.length
    return [layer, replace(_plain(inside, unit.start + carried.offset, whole), depth=1)]


def message_layers(
    reading: Reading,
    data: bytes,
    length: int,
    *,
    text: bool,
    direction: Direction,
    units: Sequence[Proto] = (),
) -> list[Layer]:
    """Open a message.

    Args:
        reading: by what.
        data: its payload, inflated, or the start of that.
        length: bytes of the whole payload.
        text: whether it is a text message.
        direction: who sent it.
        units: what was decoded of it when it came, which knows what came before it.
    """
    layers = _opened(reading, data, length, text, direction, units)
    # Of a packet that is too large its header alone was read, which promises more than this message has.
    return [replace(layer, length=min(layer.length, length - layer.start)) for layer in layers]


def _opened(
    reading: Reading, data: bytes, length: int, text: bool, direction: Direction, units: Sequence[Proto]
) -> list[Layer]:
    whole = len(data) == length
    known = [unit for unit in units if unit.protocol == reading.kind]
    if known:
        layers = [layer for unit in known[:MOST_LAYERS] for layer in unit_layers(unit, data)]
        end = known[-1].start + known[-1].length
        return layers + (_part(reading.version, data, end, length) if len(known) < MOST_LAYERS else [])
    if reading.kind == "mqtt" and reading.agreed and not text:
        # What was agreed on was decoded as it came: this completed nothing.
        return _part(reading.version, data, 0, length)
    if reading.kind == "mqtt" and not text:
        return _packets(reading.version, data, length)
    if reading.kind in PROTOCOLS and whole:
        decoder = decoders(Known(reading.kind, reading.version), preview_limit=length)[direction]
        decoder.begin(text)
        decoder.feed(data)
        made = decoder.end(True)[:MOST_LAYERS]
        return [layer for unit in made for layer in unit_layers(unit, data)]
    if reading.kind == "json":
        return [Layer("json", "", "", 0, length, data, tuple(json_fields(data)))]
    if reading.kind == "text":
        return [Layer("text", "", "", 0, length, data, ())]
    return [replace(_plain(data, 0, whole), length=length)]


def _packets(version: str, data: bytes, length: int) -> list[Layer]:
    """Open a message of MQTT of which nobody knows what came before it."""
    level = _LEVELS.get(version)
    reader = PacketReader(version=level)
    layers: list[Layer] = []
    for read in reader.feed(data)[:MOST_LAYERS]:
        layers += unit_layers(decoded(read, 0, len(data)), data)
    return layers + (_part(version, data, len(data) - reader.pending, length) if reader.pending else [])


def _part(version: str, data: bytes, start: int, length: int) -> list[Layer]:
    """Return a layer for the bytes from `start` on, a part of a packet; none where there are none."""
    return [Layer("part", version, "", start, length - start, data[start:], ())] if start < length else []


def _take_apart(protocol: str, version: str, data: bytes, whole: bool) -> tuple[tuple[Field, ...], str]:
    """Return the fields of a unit and what it is."""
    if protocol == "mqtt":
        kind = data[0] >> 4 if data else 0
        return tuple(_mqtt_fields(version, data, whole)), PACKETS[PacketType(kind)] if kind else ""
    if protocol == "graphql":
        subprotocol = SUBPROTOCOLS.get(version, TRANSPORT)
        found = read_graphql(data.decode("utf-8", "replace"), subprotocol) if whole else None
        meaning = explain_graphql(found).words.template if found is not None and found.type else ""
        return tuple(json_fields(data, {"payload"})), meaning
    if protocol != "binary":
        return (), ""
    agreed = int(version) if version in _VERSIONS else HIGHEST_VERSION
    explained = next(explain_binary(data, agreed), None)
    if explained is None:
        return (), ""
    return tuple(field if whole else replace(field, problem="") for field in explained.fields), ""


def _mqtt_fields(version: str, data: bytes, whole: bool) -> Iterable[Field]:
    if not data:
        return
    fields: list[Field] = []
    parsed = parse(data, _LEVELS.get(version, Version.V3_1_1), None, fields)
    # Of a part nobody can tell what is wrong with the whole.
    left = list(parsed.faults) if whole else []
    for field in fields:
        here = [fault for fault in left if field.offset <= fault.offset < field.end]
        left = [fault for fault in left if fault not in here]
        meaning = FIELDS.get(field.name, "")
        yield replace(field, problem=str(here[0]) if here else "", meaning=_(meaning))


def _plain(data: bytes, start: int, whole: bool) -> Layer:
    """Say whether bytes are JSON, text or neither."""
    kind = plain_kind(data, whole)
    fields = tuple(json_fields(data)) if kind == "json" else ()
    return Layer(kind, "", "", start, len(data), data, fields)
