"""The numbers of the lab's binary protocol, each written once: types, flags, error codes, fields and bounds.

`docs/binary-protocol.md` has the same tables for people; a test holds the two against each other.
Everything is big-endian. Sections are those of the document: `binary#3.1`.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, IntEnum, IntFlag
from functools import partial
from typing import Any, NamedTuple

from wslab.i18n import N_
from wslab.wire.labproto import bodies, words
from wslab.wire.labproto.bodies import Body, FileState, NumberKind, Status

SUBPROTOCOLS = {1: "v1.binary.wslab", 2: "v2.binary.wslab"}
"""What a client offers for each version (section 2.1). RFC 6455 section 1.9 proposes names like these."""
HIGHEST_VERSION = max(SUBPROTOCOLS)

HEADER = struct.Struct(">BBHII")
"""version, type, flags, length, sequence (section 3.1)."""
CRC_SIZE = 4
LONGEST_CHUNK = 65_536
"""Bytes of data in a chunk at most."""
LONGEST_NAME = 255
"""Bytes of UTF-8 in the name of a file at most."""
LONGEST_UNIT = 16
"""Bytes of UTF-8 in the extension `unit` at most."""
MOST_SCALE = 30
"""The power of ten of the extension `scale` at most, and its negative at least."""


class Type(IntEnum):
    """Types of messages (section 3.1)."""

    SAMPLE = 0x01
    SAMPLE_ACK = 0x02
    STREAM_START = 0x03
    STREAM_STOP = 0x04
    STREAM_END = 0x05
    FILE_OPEN = 0x10
    FILE_STATUS = 0x11
    FILE_RESUME = 0x12
    FILE_CHUNK = 0x13
    FILE_GET = 0x14
    FILE_FORGET = 0x15
    NUMBERS = 0x20
    NUMBERS_SUMMARY = 0x21
    ERROR = 0x7F


class Flag(IntFlag):
    """Flags of the header (section 3.2)."""

    ACK_WANTED = 0x0001
    ANSWER = 0x0002
    CHECKSUM = 0x0100


ACK_WANTED, ANSWER, CHECKSUM = map(int, Flag)
"""The same as plain numbers: `&` with an IntFlag costs more than reading the rest of a header."""
CRITICAL_FLAGS = 0xFF00
"""Bits that must be understood by who reads the message; the others are ignored where they are unknown."""


class ErrorCode(IntEnum):
    """What an ERROR says (section 7.2)."""

    BAD_VERSION = 1
    BAD_LENGTH = 2
    UNKNOWN_TYPE = 3
    UNKNOWN_FLAG = 4
    BAD_CHECKSUM = 5
    MISSING_CHECKSUM = 6
    BAD_VALUE = 7
    UNKNOWN_EXTENSION = 8
    UNEXPECTED = 9
    UNKNOWN_TRANSFER = 10
    WRONG_OFFSET = 11
    BAD_FILE = 12
    LIMIT = 13


class Tail(Enum):
    """What follows the fields of a fixed size, up to the end of the payload."""

    NOTHING = ""
    TEXT = "text"
    """UTF-8."""
    NAME = "name"
    """UTF-8 that names a file: not empty, bounded, no control characters."""
    DATA = "data"
    """Any bytes, at least one."""
    VALUES = "values"
    """Numbers of the kind that the first field names."""
    EXTENSIONS = "extensions"
    """Tag, length and value, repeated."""


class Part(NamedTuple):
    """One field of a payload."""

    name: str
    code: str
    """How `struct` calls it: `B`, `H`, `I`, `Q` unsigned in 1, 2, 4, 8 bytes, `d` a double (IEEE 754)."""
    meaning: str
    section: str
    words: Callable[[Any], str] = words.number
    low: int | None = None
    high: int | None = None
    choices: type[IntEnum] | None = None

    @property
    def size(self) -> int:
        """Bytes."""
        return struct.calcsize(">" + self.code)

    @property
    def checked(self) -> bool:
        """Whether any of its values is wrong. Every double has to be finite."""
        return self.code == "d" or self.low is not None or self.choices is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """The payload of one type."""

    type: Type
    body: Callable[..., Body]
    section: str
    by_client: bool
    by_server: bool
    parts: tuple[Part, ...]
    tail: Tail = Tail.NOTHING
    checksum: bool = False
    """Whether the flag CHECKSUM must be set."""
    versions: int = 1
    """The highest version there is."""

    @property
    def codes(self) -> str:
        """The fixed fields as a format of `struct`."""
        return ">" + "".join(part.code for part in self.parts)


def _named(names: type[IntEnum] | type[IntFlag]) -> Callable[[Any], str]:
    if issubclass(names, IntFlag):
        return partial(words.bits, names=names)
    return partial(words.choice, names=names)


_SENSOR = Part(
    "sensor", "H", N_("Which sensor: a number that means something to those who send."), "binary#4.1"
)
_TRANSFER = Part(
    "transfer",
    "Q",
    N_("The transfer's number. The server drew it at random."),
    "binary#5.1",
    words.identifier,
)
_SIZE = Part("size", "Q", N_("Bytes of the whole file."), "binary#5.1")
_FILE_CRC = Part("crc", "I", N_("CRC-32 of the whole file."), "binary#5.1", words.checksum)


def _layout(
    kind: Type, body: Callable[..., Body], section: str, who: str, *parts: Part, **more: Any
) -> tuple[int, Layout]:
    return int(kind), Layout(kind, body, f"binary#{section}", "c" in who, "s" in who, parts, **more)


def _double(name: str, meaning: str, section: str) -> Part:
    return Part(name, "d", meaning, f"binary#{section}")


def _choice(name: str, code: str, meaning: str, section: str, names: type[IntEnum]) -> Part:
    return Part(name, code, meaning, f"binary#{section}", _named(names), choices=names)


LAYOUTS: dict[int, Layout] = dict(
    (
        _layout(
            Type.SAMPLE, bodies.Sample, "4.1", "cs",
            _SENSOR,
            Part("status", "H", N_("Bits that say how good the value is."), "binary#4.1", _named(Status)),
            Part("time", "Q", N_("When: milliseconds since 1970, UTC."), "binary#4.1", words.moment),
            _double("value", N_("What was measured."), "4.1"),
            versions=2,
        ),
        _layout(
            Type.SAMPLE_ACK, bodies.SampleAck, "4.2", "s",
            _SENSOR,
            Part("count", "I", N_("Samples of this sensor on this connection so far."), "binary#4.2"),
            _double("minimum", N_("The smallest of their values."), "4.2"),
            _double("maximum", N_("The largest of their values."), "4.2"),
            _double("mean", N_("Their mean."), "4.2"),
        ),
        _layout(
            Type.STREAM_START, bodies.StreamStart, "4.3", "c",
            _SENSOR,
            Part(
                "interval", "I", N_("Milliseconds from one sample to the next."), "binary#4.3",
                low=10, high=3_600_000,
            ),
            Part("count", "I", N_("How many samples are wanted; 0 has no end."), "binary#4.3"),
        ),
        _layout(Type.STREAM_STOP, bodies.StreamStop, "4.3", "c", _SENSOR),
        _layout(
            Type.STREAM_END, bodies.StreamEnd, "4.3", "s",
            _SENSOR,
            Part("count", "I", N_("Samples that were sent."), "binary#4.3"),
        ),
        _layout(Type.FILE_OPEN, bodies.FileOpen, "5.1", "c", _SIZE, _FILE_CRC, tail=Tail.NAME),
        _layout(
            Type.FILE_STATUS, bodies.FileStatus, "5.1", "s",
            _TRANSFER,
            _choice("state", "B", N_("What has become of the transfer."), "5.1", FileState),
            Part("offset", "Q", N_("Bytes the server has: the next chunk begins here."), "binary#5.1"),
            _SIZE,
            _FILE_CRC,
            tail=Tail.NAME,
        ),
        _layout(Type.FILE_RESUME, bodies.FileResume, "5.3", "c", _TRANSFER),
        _layout(
            Type.FILE_CHUNK, bodies.FileChunk, "5.2", "cs",
            _TRANSFER,
            Part("offset", "Q", N_("Where in the file the data begins."), "binary#5.2"),
            tail=Tail.DATA,
            checksum=True,
        ),
        _layout(
            Type.FILE_GET, bodies.FileGet, "5.4", "c",
            _TRANSFER,
            Part("offset", "Q", N_("Where in the file to begin."), "binary#5.4"),
            Part(
                "chunk", "I", N_("Bytes of data that each chunk is to have."), "binary#5.4",
                low=1, high=LONGEST_CHUNK,
            ),
        ),
        _layout(Type.FILE_FORGET, bodies.FileForget, "5.5", "c", _TRANSFER),
        _layout(
            Type.NUMBERS, bodies.Numbers, "6.1", "c",
            _choice("kind", "B", N_("What each number is, and how long."), "6.1", NumberKind),
            Part("count", "H", N_("How many numbers follow."), "binary#6.1", low=1, high=0xFFFF),
            tail=Tail.VALUES,
        ),
        _layout(
            Type.NUMBERS_SUMMARY, bodies.NumbersSummary, "6.2", "s",
            Part("count", "I", N_("How many numbers there were."), "binary#6.2"),
            _double("sum", N_("Their sum."), "6.2"),
            _double("minimum", N_("The smallest of them."), "6.2"),
            _double("maximum", N_("The largest of them."), "6.2"),
        ),
        _layout(
            Type.ERROR, bodies.Error, "7.1", "cs",
            # Any code may come: who knows less than the other side shows the text.
            Part("code", "H", N_("What is wrong, for programs."), "binary#7.2", _named(ErrorCode)),
            Part("offset", "I", N_("Byte of the message at which the wrong field begins."), "binary#7.1"),
            tail=Tail.TEXT,
        ),
    )
)  # fmt: skip
"""The payload of every type, by its number."""

STRUCTS: dict[int, struct.Struct] = {kind: struct.Struct(layout.codes) for kind, layout in LAYOUTS.items()}
"""The fixed fields of every type."""
TYPE_OF: dict[type, Type] = {layout.body: layout.type for layout in LAYOUTS.values()}  # type: ignore[misc]
"""The type of every record of `bodies.py`."""


def offset_of(kind: Type, field: str) -> int:
    """Return the byte of a message of this type at which a field begins.

    Raises:
        KeyError: neither the header nor the type has such a field.
    """
    in_header = {"version": 0, "type": 1, "flags": 2, "length": 4, "sequence": 8}
    if field in in_header:
        return in_header[field]
    at = HEADER.size
    for part in LAYOUTS[kind].parts:
        if part.name == field:
            return at
        at += part.size
    if field and field == LAYOUTS[kind].tail.value:
        return at
    raise KeyError(field)
