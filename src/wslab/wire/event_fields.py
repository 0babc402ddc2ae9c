"""What the checks of lessons can ask of each kind of event: its fields by name, as values to compare.

A value is a text, a whole number, true or false, a tuple of texts, or whatever JSON holds. None says that an
event has no value where others of its kind have one: a Close frame without a code, a payload that is not
UTF-8 or of which only the start was kept (readers keep `preview_limit` bytes). `MISSING` says that events
like this one never have the field: a request has no status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from wslab.wire import proto_fields
from wslab.wire import violations as rule
from wslab.wire.decoding.choosing import PROTOCOLS
from wslab.wire.events import (
    KINDS,
    OPCODE_NAMES,
    Direction,
    Event,
    Frame,
    Http,
    Message,
    Opcode,
    Phase,
    Proto,
)
from wslab.wire.handshake import values
from wslab.wire.head import read_status


class Missing(Enum):
    """The type of `MISSING`."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


class FieldType(Enum):
    """What the values of a field are, and so how they are compared."""

    WORD = "one of a few words"
    TEXT = "a text"
    NUMBER = "a whole number"
    FLAG = "true or false"
    HEX = "bytes in hexadecimal"
    VIOLATIONS = "the start of a violation, such as 6455#5.1"
    HEADERS = "a table of header names and values"
    JSON = "a table of what the JSON must have"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of one kind of event."""

    type: FieldType
    get: Callable[[Any], Any]
    """Takes an event of the kind; returns a value, None or `MISSING`."""
    words: tuple[str, ...] = ()
    """Of a `WORD` field every word that can be."""


def field(event: Event, name: str) -> Any:
    """Return the value of a field, None where the event has none, `MISSING` where it cannot have one."""
    found = _BY_TYPE.get(type(event), {}).get(name)
    return MISSING if found is None else found.get(event)


def header_values(event: Http, name: str) -> tuple[str, ...]:
    """Return the value of each header of a name, whatever its case (RFC 9110 section 5.1)."""
    return tuple(values(event, name.lower()))


def payload_is_whole(event: Frame | Message | Proto) -> bool:
    """Whether the preview is the whole payload, inflated to its end where it was compressed."""
    return len(event.preview) == event.length and not _UNFINISHED.intersection(event.violations)


_UNFINISHED: Final = frozenset({rule.FRAME_CUT, rule.CORRUPT_DEFLATE, rule.INFLATE_LIMIT})


def _text(event: Frame | Message | Proto) -> str | None:
    if not payload_is_whole(event) or (type(event) is Frame and event.rsv & 4):
        return None
    try:
        return event.preview.decode()
    except UnicodeDecodeError:
        return None


def _hex(event: Frame | Message | Proto) -> str | None:
    return event.preview.hex() if payload_is_whole(event) else None


def _json(event: Message) -> Any:
    return proto_fields.strict_json(_text(event))


def _request_word(place: int) -> Callable[[Http], Any]:
    def get(event: Http) -> Any:
        if event.direction is not Direction.C2S:
            return MISSING
        words = event.start_line.split(" ")
        return words[place] if place < len(words) else None

    return get


def _status(event: Http) -> Any:
    if event.direction is not Direction.S2C:
        return MISSING
    status = read_status(event.start_line)
    return None if status is None else status.code


_DIRECTION_WORDS = tuple(direction.value for direction in Direction)
_DIR = Field(FieldType.WORD, lambda event: event.direction, _DIRECTION_WORDS)
_CONN = Field(FieldType.NUMBER, lambda event: event.conn)
_VIOLATIONS = Field(FieldType.VIOLATIONS, lambda event: event.violations)
_TEXT = Field(FieldType.TEXT, _text)
_HEX = Field(FieldType.HEX, _hex)
_LEN = Field(FieldType.NUMBER, lambda event: event.length)


def _op(words: tuple[str, ...]) -> Field:
    return Field(FieldType.WORD, lambda event: OPCODE_NAMES[event.opcode & 15], words)


FIELDS: Final[Mapping[str, Mapping[str, Field]]] = {
    "tcp": {
        "conn": _CONN,
        "what": Field(FieldType.WORD, lambda event: event.what, ("open", "fin", "reset")),
        "dir": _DIR,
    },
    "http": {
        "conn": _CONN,
        "dir": _DIR,
        "line": Field(FieldType.TEXT, lambda event: event.start_line),
        "method": Field(FieldType.TEXT, _request_word(0)),
        "path": Field(FieldType.TEXT, _request_word(1)),
        "status": Field(FieldType.NUMBER, _status),
        "header": Field(FieldType.HEADERS, lambda event: event.headers),
        "violations": _VIOLATIONS,
    },
    "state": {
        "conn": _CONN,
        "phase": Field(FieldType.WORD, lambda event: event.phase.value, tuple(Phase)),
        "side": Field(FieldType.WORD, lambda event: event.side or None, ("client", "server")),
        "why": Field(FieldType.TEXT, lambda event: event.why),
        "code": Field(FieldType.NUMBER, lambda event: event.code),
    },
    "frame": {
        "conn": _CONN,
        "dir": _DIR,
        "op": _op(OPCODE_NAMES),
        "fin": Field(FieldType.FLAG, lambda event: event.fin),
        "rsv": Field(FieldType.NUMBER, lambda event: event.rsv),
        "masked": Field(FieldType.FLAG, lambda event: event.masked),
        "key": Field(FieldType.HEX, lambda event: event.mask_key.hex() if event.masked else None),
        "header_len": Field(FieldType.NUMBER, lambda event: event.header_len),
        "len": _LEN,
        "text": _TEXT,
        "hex": _HEX,
        "violations": _VIOLATIONS,
    },
    "message": {
        "conn": _CONN,
        "dir": _DIR,
        "op": _op((Opcode.TEXT.name, Opcode.BINARY.name)),
        "len": _LEN,
        "wire_len": Field(FieldType.NUMBER, lambda event: event.wire_length),
        "frames": Field(FieldType.NUMBER, lambda event: event.frames),
        "compressed": Field(FieldType.FLAG, lambda event: event.compressed),
        "text": _TEXT,
        "hex": _HEX,
        "json": Field(FieldType.JSON, _json),
        "violations": _VIOLATIONS,
    },
    "close": {
        "conn": _CONN,
        "dir": _DIR,
        "code": Field(FieldType.NUMBER, lambda event: event.code),
        "reason": Field(FieldType.TEXT, lambda event: event.reason),
        "first": Field(FieldType.FLAG, lambda event: event.first),
        "violations": _VIOLATIONS,
    },
    "proto": {
        "conn": _CONN,
        "dir": _DIR,
        "protocol": Field(FieldType.WORD, lambda event: event.protocol, PROTOCOLS),
        "version": Field(FieldType.TEXT, lambda event: event.version),
        "name": Field(FieldType.TEXT, lambda event: event.name),
        "id": Field(FieldType.TEXT, lambda event: event.id),
        "topic": Field(FieldType.TEXT, lambda event: event.topic),
        "qos": Field(FieldType.NUMBER, lambda event: proto_fields.of_packet(event, "qos")),
        "retain": Field(FieldType.FLAG, lambda event: proto_fields.of_packet(event, "retain")),
        "code": Field(FieldType.NUMBER, proto_fields.code),
        "payload": Field(FieldType.TEXT, proto_fields.payload),
        "json": Field(FieldType.JSON, proto_fields.json_of),
        "len": _LEN,
        "text": _TEXT,
        "hex": _HEX,
        "violations": _VIOLATIONS,
    },
    "proc": {
        "conn": _CONN,
        "server": Field(FieldType.TEXT, lambda event: event.server),
        "what": Field(
            FieldType.WORD,
            lambda event: event.what,
            ("started", "ready", "log", "stderr", "exited", "failed"),
        ),
        "text": Field(FieldType.TEXT, lambda event: event.text),
    },
    "ui": {
        "conn": _CONN,
        "action": Field(FieldType.TEXT, lambda event: event.action),
        "detail": Field(FieldType.TEXT, lambda event: event.detail),
    },
}  # fmt: skip
"""The fields of each kind of event that lessons can ask for. `docs/lesson-format.md` has them as a table."""

TYPES: Final[Mapping[str, type[Event]]] = {kind: made for made, kind in KINDS.items() if kind in FIELDS}
"""The type of the events of each of these kinds."""

_BY_TYPE: Final[Mapping[type[Event], Mapping[str, Field]]] = {
    made: FIELDS[kind] for kind, made in TYPES.items()
}
