"""Reads messages of the lab's binary protocol. Nothing is raised: what is wrong becomes a `Problem`.

The order in which a message is looked at is that of section 3.5, and the first thing that is wrong there ends
the reading of this message. Values are looked at last, all of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple
from zlib import crc32

from wslab.i18n import Sentence, sentence
from wslab.wire.labproto import words
from wslab.wire.labproto.bodies import Body, FileState, NumberKind
from wslab.wire.labproto.layout import (
    CHECKSUM,
    CRC_SIZE,
    CRITICAL_FLAGS,
    HEADER,
    HIGHEST_VERSION,
    LAYOUTS,
    STRUCTS,
    ErrorCode,
    Flag,
    Layout,
    Tail,
    Type,
    offset_of,
)
from wslab.wire.labproto.problems import Problem
from wslab.wire.labproto.tails import read_tail

# A plain number: the inverse of an IntFlag has the bits alone that have a name.
_UNKNOWN_CRITICAL = CRITICAL_FLAGS & ~CHECKSUM
_CHECKED = {
    kind: tuple((index, part) for index, part in enumerate(layout.parts) if part.checked)
    for kind, layout in LAYOUTS.items()
}

_NOTHING = Tail.NOTHING
_TAILS = {
    (kind, version): Tail.EXTENSIONS if kind == Type.SAMPLE and version >= 2 else layout.tail
    for kind, layout in LAYOUTS.items()
    for version in range(1, layout.versions + 1)
}
_PLAIN = {
    kind: (STRUCTS[kind], layout)
    for kind, layout in LAYOUTS.items()
    if layout.tail is _NOTHING and not layout.checksum
}
"""Types whose messages of version 1 have one size and need no checksum."""
_CHOICES: dict[type[IntEnum], frozenset[int]] = {
    names: frozenset(map(int, names)) for names in (FileState, NumberKind)
}


class Header(NamedTuple):
    """The twelve bytes that every message starts with, in every version (section 3.1)."""

    version: int
    type: int
    flags: int
    length: int
    """Bytes of payload, the checksum included."""
    sequence: int


class Item(NamedTuple):
    """One message as far as it could be read."""

    start: int
    """Where it begins in the payload of the WebSocket message."""
    end: int
    """Where the next one begins."""
    header: Header | None
    """None where there are not even twelve bytes."""
    body: Body | None
    """None where a problem hides it. It is there where values alone are wrong."""
    problems: tuple[Problem, ...]


def read(data: bytes, agreed: int = HIGHEST_VERSION) -> Iterator[Item]:
    """Yield the messages that the payload of one binary WebSocket message holds, one after the other.

    Args:
        data: the payload. An empty one yields one item, with a problem.
        agreed: the highest version the connection agreed on.
    """
    at = 0
    while at < len(data) or not at:
        item = read_one(data, at, agreed)
        yield item
        at = item.end or 1


def read_one(data: bytes, start: int, agreed: int = HIGHEST_VERSION) -> Item:
    """Read the message that begins at `start`; see `read`."""
    rest = len(data) - start
    if rest < HEADER.size:
        problem = Problem(
            ErrorCode.BAD_LENGTH, "header", words.data(data[start:]), 0,
            sentence("a message begins with a header of {size} bytes", size=HEADER.size), "binary#3.1",
        )  # fmt: skip
        return Item(start, len(data), None, None, (problem,))
    header = Header._make(HEADER.unpack_from(data, start))
    end = start + HEADER.size + header.length
    if end > len(data):
        # Every version keeps the header as it is, so the length can be judged before the version.
        problem = _of_header(
            ErrorCode.BAD_LENGTH, "length", header.length,
            sentence("{count} bytes of payload follow", count=rest - HEADER.size), "binary#3.1",
        )  # fmt: skip
        return Item(start, len(data), header, None, (problem,))
    # Version 1 without a flag of the upper eight, which is most of what comes, has nothing to check here.
    plain = header.version == 1 and not header.flags & CRITICAL_FLAGS
    found = None if plain else header_problem(header, agreed) or checksum_problem(data, start, end, header)
    layout = LAYOUTS.get(header.type)
    if found is None and layout is None:
        found = _of_header(
            ErrorCode.UNKNOWN_TYPE, "type", f"0x{header.type:02x}",
            sentence("no message has this type"), "binary#3.1",
        )  # fmt: skip
    elif found is None and layout is not None and layout.checksum and not header.flags & CHECKSUM:
        found = _of_header(
            ErrorCode.MISSING_CHECKSUM, "flags", words.bits(header.flags, Flag),
            sentence("{type} must have the flag CHECKSUM, {flag}", type=layout.type.name,
                     flag=f"0x{CHECKSUM:04x}"), layout.section,
        )  # fmt: skip
    if found is not None or layout is None:
        return Item(start, end, header, None, (found,) if found else ())
    stop = end if plain else payload_end(header, end)
    body, problems = _payload(data, start + HEADER.size, stop, header, layout)
    return Item(start, end, header, body, problems)


def plain_end(data: bytes, start: int) -> int:
    """Return where a message ends that is seen to be right at a glance; 0 for one that takes `read_one`.

    That is a whole one of version 1, of a type of one size, without critical flags, with right values.
    """
    at = start + HEADER.size
    if len(data) < at:
        return 0
    version, kind, flags, length, _sequence = HEADER.unpack_from(data, start)
    plain = _PLAIN.get(kind)
    if plain is None or version != 1 or flags & CRITICAL_FLAGS or length != plain[0].size:
        return 0
    end: int = at + length
    if end > len(data) or (_CHECKED[kind] and _values(plain[0].unpack_from(data, at), plain[1])):
        return 0
    return end


def payload_end(header: Header, end: int) -> int:
    """Return where the payload ends and the checksum, if there is one, begins."""
    return end - CRC_SIZE if header.flags & CHECKSUM and header.length >= CRC_SIZE else end


def _of_header(code: ErrorCode, field: str, value: object, right: Sentence, section: str) -> Problem:
    return Problem(code, field, str(value), offset_of(Type.ERROR, field), right, section)


def header_problem(header: Header, agreed: int) -> Problem | None:
    """Return what is wrong with the version or the flags of a header."""
    layout = LAYOUTS.get(header.type)
    known = layout.versions if layout else HIGHEST_VERSION
    if not 1 <= header.version <= known or header.version > agreed:
        if not 1 <= header.version <= HIGHEST_VERSION:
            right = sentence("there are versions 1 to {highest}", highest=HIGHEST_VERSION)
        elif header.version > agreed:
            right = sentence("this connection agreed on version {agreed} at most", agreed=agreed)
        else:
            right = sentence("{type} has version 1 alone", type=Type(header.type).name)
        return _of_header(ErrorCode.BAD_VERSION, "version", header.version, right, "binary#8.1")
    unknown = header.flags & _UNKNOWN_CRITICAL
    if unknown:
        right = sentence("of the upper eight bits only CHECKSUM, {flag}, is known", flag=f"0x{CHECKSUM:04x}")
        return _of_header(ErrorCode.UNKNOWN_FLAG, "flags", f"0x{header.flags:04x}", right, "binary#3.2")
    return None


def checksum_problem(data: bytes, start: int, end: int, header: Header) -> Problem | None:
    """Return what is wrong with the checksum at the end of a message; None where it has none."""
    if not header.flags & CHECKSUM:
        return None
    if header.length < CRC_SIZE:
        right = sentence("the flag CHECKSUM says that the last {size} bytes are a checksum", size=CRC_SIZE)
        return _of_header(ErrorCode.BAD_LENGTH, "length", header.length, right, "binary#3.3")
    at = end - CRC_SIZE
    stated = int.from_bytes(data[at:end])
    right_crc = crc32(memoryview(data)[start:at])
    if stated == right_crc:
        return None
    return Problem(
        ErrorCode.BAD_CHECKSUM, "checksum", words.checksum(stated), at - start,
        sentence("the bytes before it give {crc}", crc=words.checksum(right_crc)), "binary#3.3",
    )  # fmt: skip


def _payload(
    data: bytes, at: int, end: int, header: Header, layout: Layout
) -> tuple[Body | None, tuple[Problem, ...]]:
    fixed = STRUCTS[header.type]
    tail = _TAILS[header.type, header.version]
    size = end - at
    if size < fixed.size or (tail is _NOTHING and size != fixed.size):
        right = (
            sentence("{type} has {size} bytes of payload", type=layout.type.name, size=fixed.size)
            if tail is _NOTHING
            else sentence(
                "{type} has at least {size} bytes of payload", type=layout.type.name, size=fixed.size
            )
        )
        return None, (_of_header(ErrorCode.BAD_LENGTH, "length", header.length, right, layout.section),)
    values = fixed.unpack_from(data, at)
    problems = _values(values, layout) if _CHECKED[header.type] else []
    if tail is _NOTHING:
        return layout.body(*values), tuple(problems)
    rest, found = read_tail(tail, data[at + fixed.size : end], values, layout, HEADER.size + fixed.size)
    problems += found
    return None if rest is None else layout.body(*values, rest), tuple(problems)


def tail_of(layout: Layout, version: int) -> Tail:
    """Return what follows the fixed fields of a type in a version."""
    return _TAILS[layout.type, version]


def _values(values: tuple[int | float, ...], layout: Layout) -> list[Problem]:
    found = []
    for index, part in _CHECKED[layout.type]:
        value = values[index]
        if part.code == "d":
            if math.isfinite(value):
                continue
            right = sentence("a finite number is wanted")
        elif part.choices is not None:
            if value in _CHOICES[part.choices]:
                continue
            names = ", ".join(f"{each} {each.name}" for each in part.choices)
            right = sentence("it is one of {names}", names=names)
        else:
            assert part.low is not None
            assert part.high is not None
            if part.low <= value <= part.high:
                continue
            right = sentence("it is from {low} to {high}", low=part.low, high=part.high)
        offset = offset_of(layout.type, part.name)
        found.append(Problem(ErrorCode.BAD_VALUE, part.name, part.words(value), offset, right, part.section))
    return found
