"""From texts to bytes: the message that a draft says, field by field, also while some are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.draft import Draft
from wslab.lab.binary.rows import Row, header_place, rows_of, tail_of
from wslab.lab.binary.tails import parse_bytes, parse_tail
from wslab.lab.binary.values import parse_named, parse_value, parse_whole
from wslab.wire.labproto.bodies import NumberKind
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import CHECKSUM, CRC_SIZE, HEADER, LAYOUTS, Flag, Part, Tail, Type

_EMPTY: dict[Tail, Any] = {
    Tail.TEXT: "", Tail.NAME: "", Tail.DATA: b"", Tail.VALUES: (), Tail.EXTENSIONS: (),
}  # fmt: skip
_TAIL_NAMES = frozenset(tail.value for tail in _EMPTY) | {"payload"}


@dataclass(frozen=True, slots=True)
class Span:
    """The bytes of one field."""

    name: str
    start: int
    end: int
    unknown: bool = False
    """Whether they are not known, as the field or one that it depends on is wrong."""


@dataclass(frozen=True, slots=True)
class Assembled:
    """A draft as bytes."""

    rows: tuple[Row, ...]
    """The fields that can be filled in."""
    data: bytes
    """The whole message. Zeros stand where nothing is known."""
    spans: tuple[Span, ...]
    """The bytes of every field, in their order. They cover every byte once."""
    worked_out: dict[str, int]
    """What stands in fields that were left empty: `length`, `sequence`, `count`, `checksum`."""
    wrong: dict[str, BadField]
    """What is wrong, by the name of the field."""

    @property
    def message(self) -> bytes:
        """The bytes to send.

        Raises:
            BadField: a field has no value.
        """
        for error in self.wrong.values():
            raise error
        return self.data

    def span(self, name: str) -> Span | None:
        """Return the bytes of a field; None where the message has no such field."""
        return next((span for span in self.spans if span.name == name), None)


def flags_of(draft: Draft) -> int | None:
    """Return the flags that are typed; None where they cannot be read."""
    flags = parse_named(draft.text("flags"), Flag)
    return flags if flags is not None and flags <= 0xFFFF else None


def assemble(draft: Draft, *, sequence: int, now: float) -> Assembled:
    """Make the bytes that a draft says.

    Args:
        draft: what is typed.
        sequence: the number of the message where none is typed.
        now: Unix time in seconds, for the word `now`.
    """
    return _Assembly(draft, sequence, now).result()


class _Assembly:
    """Reads the texts one by one; one that is wrong is noted, and something else stands for its value."""

    def __init__(self, draft: Draft, sequence: int, now: float) -> None:
        self._draft = draft
        self._now = now
        self._sequence = sequence
        self._wrong: dict[str, BadField] = {}
        self._version = parse_whole(draft.text("version")) or 0
        self._numbers = self._number_kind()
        checked = bool((flags_of(draft) or 0) & CHECKSUM)
        self._rows = {row.name: row for row in rows_of(draft.type, self._version, checked, self._numbers)}

    def result(self) -> Assembled:
        length = self._optional("length", None)
        sequence = self._optional("sequence", self._sequence)
        crc = self._optional("checksum", None) if "checksum" in self._rows else None
        kind = self._number("type") if self._draft.type is None else int(self._draft.type)
        body = self._payload() if self._draft.type is None else self._body(self._draft.type)
        data = encode(
            body, sequence=sequence or 0, flags=self._number("flags"), version=self._number("version"),
            type_=kind, length=length, crc=crc,
        )  # fmt: skip
        spans = tuple(self._spans(len(data)))
        wrong = {name: self._wrong[name] for name in self._rows if name in self._wrong}
        worked_out = {
            span.name: int.from_bytes(data[span.start : span.end])
            for span in spans
            if span.name in self._rows and self._left_out(span.name) and not span.unknown
        }
        return Assembled(tuple(self._rows.values()), data, spans, worked_out, wrong)

    def _left_out(self, name: str) -> bool:
        """Whether nothing is typed into a number that is worked out then."""
        return self._rows[name].optional and name not in _TAIL_NAMES and not self._draft.text(name).strip()

    def _optional(self, name: str, otherwise: int | None) -> int | None:
        return otherwise if self._left_out(name) else self._number(name)

    def _number(self, name: str) -> int:
        """A number of the header, or the checksum."""
        text = self._draft.text(name)
        value = parse_named(text, Flag) if name == "flags" else parse_whole(text)
        first, end = header_place(name) or (0, CRC_SIZE)
        if value is None or not 0 <= value < 256 ** (end - first):
            self._note(name, text)
            return 0
        return value

    def _note(self, name: str, text: str) -> None:
        self._wrong[name] = BadField(name, text, self._rows[name].write)

    def _number_kind(self) -> int:
        """Of an array; one that any number fits into where it cannot be read."""
        part = LAYOUTS[Type.NUMBERS].parts[0]
        try:
            return (
                int(parse_value(part, self._draft.text(part.name), 0))
                if self._draft.type is Type.NUMBERS
                else 0
            )
        except BadField:
            return NumberKind.F64

    def _payload(self) -> bytes:
        text = self._draft.text("payload")
        data = parse_bytes(text)
        if data is None:
            self._note("payload", text)
        return data or b""

    def _body(self, kind: Type) -> Any:
        layout = LAYOUTS[kind]
        tail = tail_of(kind, self._version)
        rest = [self._tail(tail)] if tail is not Tail.NOTHING else []
        values = []
        for part in layout.parts:
            if part.name == "count" and self._left_out("count"):
                values.append(min(len(rest[0]), 0xFFFF))
            else:
                values.append(self._value(part))
        return layout.body(*values, *rest)

    def _tail(self, tail: Tail) -> Any:
        try:
            return parse_tail(tail, tail.value, self._draft.text(tail.value), self._numbers)
        except BadField as error:
            self._wrong[tail.value] = error
            return _EMPTY[tail]

    def _value(self, part: Part) -> Any:
        try:
            return parse_value(part, self._draft.text(part.name), self._now)
        except BadField as error:
            self._wrong[part.name] = error
            return self._numbers if part.choices is NumberKind else 0

    def _spans(self, size: int) -> Iterator[Span]:
        """The tail has whatever the other fields leave."""
        kind = self._draft.type
        sizes = {part.name: part.size for part in LAYOUTS[kind].parts} if kind is not None else {}
        end = size - (CRC_SIZE if "checksum" in self._rows else 0)
        at = HEADER.size
        for name in self._rows:
            place = header_place(name)
            if place is None:
                width = CRC_SIZE if name == "checksum" else sizes.get(name, end - at)
                place = (at, at + width)
                at += width
            yield Span(name, *place, unknown=self._unknown(name))
            if name == "version" and kind is not None:
                yield Span("type", 1, 2)

    def _unknown(self, name: str) -> bool:
        if name in self._wrong:
            return True
        if name == "values":
            return "kind" in self._wrong
        if not self._left_out(name):
            return False
        if name == "checksum":
            return bool(self._wrong)
        return name in ("length", "count") and not self._wrong.keys().isdisjoint({*_TAIL_NAMES, "kind"})
