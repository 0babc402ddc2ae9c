"""The rows of the builder: one for each field of a message, with what may be typed into it."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import N_, Sentence, sentence
from wslab.lab.binary.tails import FORMS, how_to_write_tail
from wslab.lab.binary.values import form_of, how_to_write, whole_number
from wslab.wire.labproto.bodies import NumberKind
from wslab.wire.labproto.layout import HEADER, LAYOUTS, Flag, Layout, Tail, Type


@dataclass(frozen=True, slots=True)
class Row:
    """A field that can be filled in."""

    name: str
    """As the document calls it: `version`, `sensor`, `extensions`, `checksum`."""
    form: str
    """What it is on the wire: `u16`, `f64`, `utf8`, `bytes`, `array`, `tags`."""
    meaning: str
    """A sentence about it, for `_`."""
    section: str
    """Where the document says so."""
    write: Sentence
    """What may be typed."""
    optional: bool = False
    """Whether what is right is worked out where nothing is typed."""


def _header_rows() -> tuple[Row, ...]:
    bits = ", ".join(flag.name or "" for flag in Flag)
    rule = sentence("it is names of bits ({names}) or a number from 0 to {most}", names=bits, most=0xFFFF)
    largest = 2**32 - 1
    return (
        Row("version", "u8", N_("Which layout of this type of message follows."), "binary#3.1",
            whole_number(0, 0xFF)),
        Row("flags", "u16", N_("How the message is meant and how it is read."), "binary#3.2",
            rule),
        Row("length", "u32", N_("Bytes after the header. Empty: the right number."), "binary#3.1",
            whole_number(0, largest), optional=True),
        Row("sequence", "u32", N_("Counts the messages of its sender. Empty: the next number."),
            "binary#3.4", whole_number(0, largest), optional=True),
    )  # fmt: skip


HEADER_ROWS = _header_rows()
TYPE_ROW = Row(
    "type", "u8", N_("What the message is. Any number will do, also one that no type has."), "binary#3.1",
    whole_number(0, 0xFF),
)  # fmt: skip
PAYLOAD_ROW = Row(
    "payload", "bytes", N_("What follows the header, byte by byte."), "binary#3.1",
    how_to_write_tail(Tail.DATA),
)  # fmt: skip
CHECKSUM_ROW = Row(
    "checksum", "u32", N_("CRC-32 of every byte before it. Empty: the right one."), "binary#3.3",
    whole_number(0, 2**32 - 1), optional=True,
)  # fmt: skip
_TAIL_MEANINGS = {
    Tail.TEXT: N_("What is wrong, for people."),
    Tail.NAME: N_("The name of the file, in UTF-8."),
    Tail.DATA: N_("A piece of the file."),
    Tail.VALUES: N_("The numbers of the array."),
    Tail.EXTENSIONS: N_("What version 2 adds: a tag, a length and a value each."),
}


def tail_of(kind: Type, version: int) -> Tail:
    """Return what follows the fixed fields; of a version that does not exist what the last one has."""
    return Tail.EXTENSIONS if kind is Type.SAMPLE and version >= 2 else LAYOUTS[kind].tail


def rows_of(kind: Type | None, version: int, checked: bool, numbers: int = NumberKind.U8) -> tuple[Row, ...]:
    """Return the rows of a message, in the order of the wire.

    Args:
        kind: its type; None where the type is any number and the payload any bytes.
        version: of its layout.
        checked: whether a checksum follows.
        numbers: kind of the numbers of an array.
    """
    first, *others = HEADER_ROWS
    end = (CHECKSUM_ROW,) if checked else ()
    if kind is None:
        return first, TYPE_ROW, *others, PAYLOAD_ROW, *end
    layout = LAYOUTS[kind]
    fixed = tuple(
        Row(
            part.name, form_of(part), part.meaning, part.section, how_to_write(part),
            optional=(kind, part.name) == (Type.NUMBERS, "count"),
        )
        for part in layout.parts
    )  # fmt: skip
    return first, *others, *fixed, *_tail_row(layout, tail_of(kind, version), numbers), *end


def _tail_row(layout: Layout, tail: Tail, numbers: int) -> tuple[Row, ...]:
    if tail is Tail.NOTHING:
        return ()
    section = "binary#8.2" if tail is Tail.EXTENSIONS else layout.section
    how = how_to_write_tail(tail, numbers)
    return (Row(tail.value, FORMS[tail], _TAIL_MEANINGS[tail], section, how, tail is Tail.EXTENSIONS),)


def header_place(name: str) -> tuple[int, int] | None:
    """Return the bytes of a field of the header, from the first to the one after it; None for any other."""
    places = {
        "version": (0, 1),
        "type": (1, 2),
        "flags": (2, 4),
        "length": (4, 8),
        "sequence": (8, HEADER.size),
    }
    return places.get(name)
