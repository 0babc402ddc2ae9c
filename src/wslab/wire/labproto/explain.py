"""Messages of the lab's binary protocol taken apart, field by field, so that a hexdump can be marked.

The fields of a payload cover every byte of it exactly once, whatever is wrong with it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace

from wslab.i18n import N_, _
from wslab.wire.field import Field
from wslab.wire.labproto import words
from wslab.wire.labproto.bodies import CRITICAL_TAG, NumberKind, Tag
from wslab.wire.labproto.layout import (
    ACK_WANTED,
    ANSWER,
    CHECKSUM,
    CRC_SIZE,
    CRITICAL_FLAGS,
    HEADER,
    HIGHEST_VERSION,
    LAYOUTS,
    Flag,
    Layout,
    Tail,
    Type,
)
from wslab.wire.labproto.reader import (
    Header,
    Item,
    checksum_problem,
    header_problem,
    payload_end,
    read,
    tail_of,
)

MOST_VALUES = 64
"""Numbers of an array, or extensions of a sample, that get a field each; those after them share one."""

_UNNAMED = N_("Bytes that cannot be told apart, because of what is wrong before them.")


@dataclass(frozen=True, slots=True)
class Explained:
    """One message and its fields."""

    item: Item
    fields: tuple[Field, ...]

    @property
    def name(self) -> str:
        """Name of the type: `SAMPLE`, `0x55` for one that is unknown, empty where there is no header."""
        if self.item.header is None:
            return ""
        kind = self.item.header.type
        return Type(kind).name if kind in LAYOUTS else f"0x{kind:02x}"


def explain(data: bytes, agreed: int = HIGHEST_VERSION) -> Iterator[Explained]:
    """Yield every message of the payload of one binary WebSocket message, taken apart.

    Args:
        data: the payload.
        agreed: the highest version the connection agreed on.
    """
    for item in read(data, agreed):
        yield Explained(item, tuple(_marked(_fields(data, item, agreed), item)))


def _marked(fields: Iterator[Field], item: Item) -> Iterator[Field]:
    """Yield the fields with their problems; one that lies inside a field is that field's."""
    for field in fields:
        start, end = field.offset - item.start, field.end - item.start
        for problem in item.problems:
            if start <= problem.offset < end:
                yield replace(field, problem=problem.text)
                break
        else:
            yield field


def _fields(data: bytes, item: Item, agreed: int) -> Iterator[Field]:
    if item.header is None:
        if item.end > item.start:
            meaning = _("Too short for a header.")
            raw = data[item.start : item.end]
            yield Field("header", item.start, len(raw), words.data(raw), meaning, "binary#3.1")
        return
    yield from _header(item.header, item.start)
    at, end = item.start + HEADER.size, item.end
    if at + item.header.length > len(data) or header_problem(item.header, agreed):
        # Where the payload ends, or what its version makes of it, is not known.
        yield from _unknown(data, at, end)
        return
    stop = payload_end(item.header, end)
    layout = LAYOUTS.get(item.header.type)
    if layout is None:
        yield from _unknown(data, at, stop)
    else:
        yield from _payload(data, at, stop, layout, tail_of(layout, item.header.version))
    if stop < end:
        right = checksum_problem(data, item.start, end, item.header) is None
        meaning = (
            _("CRC-32 of every byte of the message before it.")
            if right
            else _("Not that of the bytes before it.")
        )
        value = words.checksum(int.from_bytes(data[stop:end]))
        yield Field("checksum", stop, CRC_SIZE, value, meaning, "binary#3.3")


def _header(header: Header, start: int) -> Iterator[Field]:
    version, kind, flags, length, sequence = header
    known = kind in LAYOUTS
    meaning = _("Which layout of this type of message follows.")
    yield Field("version", start, 1, str(version), meaning, "binary#3.1")
    meaning = _("What the message is.") if known else _("No message has this type.")
    yield Field("type", start + 1, 1, words.choice(kind, Type, 2), meaning, "binary#3.1")
    yield Field("flags", start + 2, 2, words.bits(flags, Flag), _flags_meaning(flags), "binary#3.2")
    meaning = _("Bytes after the header.")
    if flags & CHECKSUM:
        meaning = _("Bytes after the header, the four of the checksum included.")
    yield Field("length", start + 4, 4, str(length), meaning, "binary#3.1")
    meaning = _("Counts the messages of its sender.")
    if flags & ANSWER:
        meaning = _("The number of the message that this one answers.")
    yield Field("sequence", start + 8, 4, str(sequence), meaning, "binary#3.4")


def _flags_meaning(flags: int) -> str:
    said = []
    if flags & ACK_WANTED:
        said.append(_("An answer is wanted."))
    if flags & ANSWER:
        said.append(_("This is an answer."))
    if flags & CHECKSUM:
        said.append(_("The last four bytes are a checksum."))
    unknown = flags & ~(ACK_WANTED | ANSWER | CHECKSUM)
    if unknown & CRITICAL_FLAGS:
        said.append(_("A bit of the upper eight is unknown, so the message cannot be read."))
    if unknown & ~CRITICAL_FLAGS:
        said.append(_("A bit of the lower eight is unknown, and is ignored."))
    return " ".join(said) or _("None is set.")


def _unknown(data: bytes, at: int, end: int) -> Iterator[Field]:
    if end > at:
        yield Field("payload", at, end - at, words.data(data[at:end]), _(_UNNAMED), "binary#3.5")


def _payload(data: bytes, at: int, end: int, layout: Layout, tail: Tail) -> Iterator[Field]:
    values: list[int] = []
    for part in layout.parts:
        if at + part.size > end:
            break
        value = struct.unpack_from(">" + part.code, data, at)[0]
        values.append(value)
        yield Field(part.name, at, part.size, part.words(value), _(part.meaning), part.section)
        at += part.size
    else:
        if tail is not Tail.NOTHING:
            yield from _tail(data, at, end, layout, tail, values)
            return
    if at < end:
        raw = data[at:end]
        yield Field(
            "rest",
            at,
            end - at,
            words.data(raw),
            _("More or fewer bytes than this type has."),
            layout.section,
        )


def _tail(data: bytes, at: int, end: int, layout: Layout, tail: Tail, values: list[int]) -> Iterator[Field]:
    raw = data[at:end]
    if tail is Tail.EXTENSIONS:
        yield from _extensions(data, at, end)
    elif not raw:
        return
    elif tail is Tail.VALUES:
        yield from _numbers(data, at, end, values[0])
    elif tail is Tail.DATA:
        yield Field("data", at, end - at, words.data(raw), _("A piece of the file."), layout.section)
    else:
        meaning = (
            _("The name of the file, in UTF-8.") if tail is Tail.NAME else _("What is wrong, for people.")
        )
        yield Field(tail.value, at, end - at, raw.decode(errors="replace"), meaning, layout.section)


def _numbers(data: bytes, at: int, end: int, kind: int) -> Iterator[Field]:
    if kind in set(NumberKind):
        each = NumberKind(kind)
        last = min(end, at + MOST_VALUES * each.size)
        index = 0
        while at + each.size <= last:
            value = struct.unpack_from(">" + each.code, data, at)[0]
            meaning = _("A number of the array.")
            yield Field(f"values[{index}]", at, each.size, words.number(value), meaning, "binary#6.1")
            at += each.size
            index += 1
    if at < end:
        yield Field(
            "values", at, end - at, words.data(data[at:end]), _("The rest of the array."), "binary#6.1"
        )


def _extensions(data: bytes, at: int, end: int) -> Iterator[Field]:
    index = 0
    while at + 2 <= end and at + 2 + data[at + 1] <= end and index < MOST_VALUES:
        tag, size = data[at], data[at + 1]
        raw = data[at + 2 : at + 2 + size]
        yield Field("extension tag", at, 1, words.choice(tag, Tag, 2), _tag_meaning(tag), "binary#8.2")
        yield Field(
            "extension length", at + 1, 1, str(size), _("Bytes of this extension's value."), "binary#8.2"
        )
        if size:
            meaning = _("The value of the extension.")
            yield Field("extension value", at + 2, size, _extension_value(tag, raw), meaning, "binary#8.2")
        at += 2 + size
        index += 1
    if at < end:
        yield Field(
            "extensions",
            at,
            end - at,
            words.data(data[at:end]),
            _("The rest of the extensions."),
            "binary#8.2",
        )


def _tag_meaning(tag: int) -> str:
    known = {
        Tag.UNIT: _("What the value is counted in."),
        Tag.UNCERTAINTY: _("By how much the value may be wrong."),
        Tag.SCALE: _("The power of ten that the value is to be multiplied with."),
    }
    if tag in set(Tag):
        return known[Tag(tag)]
    if tag & CRITICAL_TAG:
        return _("Unknown, and its top bit says that it must be understood.")
    return _("Unknown, and is ignored.")


def _extension_value(tag: int, raw: bytes) -> str:
    if tag == Tag.UNIT:
        return raw.decode(errors="replace")
    if tag == Tag.UNCERTAINTY and len(raw) == 8:
        return words.number(struct.unpack(">d", raw)[0])
    if tag == Tag.SCALE and len(raw) == 1:
        return str(int.from_bytes(raw, signed=True))
    return raw.hex(" ")
