"""What the messages of the lab's binary protocol say: one small record for each type, without its header.

Field by field and in the order of the wire; `layout.py` says how many bytes each takes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag


class Status(IntFlag):
    """Bits of a sample's `status` (section 4.1). A bit without a name is ignored."""

    ESTIMATED = 0x0001
    OUT_OF_RANGE = 0x0002
    LOW_BATTERY = 0x0004


class FileState(IntEnum):
    """Where a transfer is (section 5.1)."""

    RECEIVING = 1
    COMPLETE = 2
    FORGOTTEN = 3


class NumberKind(IntEnum):
    """What each number of an array is (section 6.1)."""

    U8 = 1
    I16 = 2
    I32 = 3
    I64 = 4
    F32 = 5
    F64 = 6

    @property
    def code(self) -> str:
        """How `struct` calls it."""
        return "Bhiqfd"[self - 1]

    @property
    def size(self) -> int:
        """Bytes that each number takes."""
        return (1, 2, 4, 8, 4, 8)[self - 1]


class Tag(IntEnum):
    """Extensions of a sample that are known (section 8.2). Those from 0x80 on must not be ignored."""

    UNIT = 0x01
    UNCERTAINTY = 0x02
    SCALE = 0x81


CRITICAL_TAG = 0x80
"""Bit of a tag: who does not know it must refuse the sample."""


@dataclass(frozen=True, slots=True)
class Extension:
    """One extension of a sample of version 2."""

    tag: int
    value: bytes

    @property
    def critical(self) -> bool:
        """Whether a reader that does not know the tag must refuse the sample."""
        return bool(self.tag & CRITICAL_TAG)


@dataclass(frozen=True, slots=True)
class Sample:
    """0x01: a value that was measured."""

    sensor: int
    status: int
    """Bits of `Status`."""
    time: int
    """Milliseconds since 1970 in UTC."""
    value: float
    extensions: tuple[Extension, ...] = ()
    """Version 2 alone."""

    @property
    def unit(self) -> str:
        """What the value is counted in; empty where it is not said."""
        return self._extension(Tag.UNIT).decode(errors="replace")

    @property
    def uncertainty(self) -> float | None:
        """By how much the value may be wrong."""
        raw = self._extension(Tag.UNCERTAINTY)
        return float(struct.unpack(">d", raw)[0]) if len(raw) == 8 else None

    @property
    def scale(self) -> int:
        """The power of ten that the value is to be multiplied with."""
        raw = self._extension(Tag.SCALE)
        return int.from_bytes(raw, signed=True) if len(raw) == 1 else 0

    def _extension(self, tag: Tag) -> bytes:
        for extension in self.extensions:
            if extension.tag == tag:
                return extension.value
        return b""


@dataclass(frozen=True, slots=True)
class SampleAck:
    """0x02: what has come of a sensor on this connection so far."""

    sensor: int
    count: int
    minimum: float
    maximum: float
    mean: float


@dataclass(frozen=True, slots=True)
class StreamStart:
    """0x03: asks for samples of a sensor."""

    sensor: int
    interval: int
    """Milliseconds from one sample to the next."""
    count: int
    """How many; 0 has no end."""


@dataclass(frozen=True, slots=True)
class StreamStop:
    """0x04: asks for no more of them."""

    sensor: int


@dataclass(frozen=True, slots=True)
class StreamEnd:
    """0x05: no more samples of a sensor will come."""

    sensor: int
    count: int
    """How many there were."""


@dataclass(frozen=True, slots=True)
class FileOpen:
    """0x10: announces a file."""

    size: int
    crc: int
    """CRC-32 of the whole file."""
    name: str


@dataclass(frozen=True, slots=True)
class FileStatus:
    """0x11: where a transfer is."""

    transfer: int
    state: int
    """One of `FileState`."""
    offset: int
    """Bytes of the file that the server has, which is where the next chunk begins."""
    size: int
    crc: int
    name: str


@dataclass(frozen=True, slots=True)
class FileResume:
    """0x12: asks where a transfer is."""

    transfer: int


@dataclass(frozen=True, slots=True)
class FileChunk:
    """0x13: a piece of a file."""

    transfer: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class FileGet:
    """0x14: asks for a file from an offset to its end."""

    transfer: int
    offset: int
    chunk: int
    """Bytes of data in each chunk."""


@dataclass(frozen=True, slots=True)
class FileForget:
    """0x15: the server need not keep this file any longer."""

    transfer: int


@dataclass(frozen=True, slots=True)
class Numbers:
    """0x20: an array of numbers of one kind."""

    kind: int
    """One of `NumberKind`."""
    count: int
    """How many follow; says the same as the length, so that one can be checked against the other."""
    values: tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class NumbersSummary:
    """0x21: what an array comes to."""

    count: int
    sum: float
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True)
class Error:
    """0x7F: what is wrong with a message."""

    code: int
    """One of `ErrorCode`."""
    offset: int
    """Byte of the message at which the wrong field begins."""
    text: str
    """The same for people: the field, its value and what would be right."""


Body = (
    Sample
    | SampleAck
    | StreamStart
    | StreamStop
    | StreamEnd
    | FileOpen
    | FileStatus
    | FileResume
    | FileChunk
    | FileGet
    | FileForget
    | Numbers
    | NumbersSummary
    | Error
)
