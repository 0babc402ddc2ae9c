r"""What a pattern wants of one value: equal, one of, anything else, a range, a regular expression, JSON.

Values come as tuples: none where an event has no value, one for most fields, several for violations and for
headers of one name. A want holds when one of the values meets it, a negated one when none does. Nothing here
raises while an event is matched, and nothing is evaluated: what cannot be compared is not equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from wslab.i18n import _
from wslab.wire.event_fields import MISSING, FieldType, field
from wslab.wire.events import Event

SEARCHED = 1024
"""Characters of a text that a regular expression looks at, so that no payload keeps it busy."""

Saved = Mapping[str, Event | Mapping[str, str | int]]
"""What `$name.field` stands for: saved events by their names, and `seed` with the values of the attempt."""

Values = tuple[Any, ...]

_SHOWN = 60


class Reference(NamedTuple):
    """A value of a saved event, written `$name.field`."""

    name: str
    field: str

    def __str__(self) -> str:
        return f"${self.name}.{self.field}"

    def resolve(self, saved: Saved) -> Any:
        """Return the value, None where nothing was saved under the name or it has no such value."""
        found = saved.get(self.name)
        if found is None:
            return None
        if isinstance(found, Mapping):
            return found.get(self.field)
        value = field(found, self.field)
        return None if value is MISSING else value


def quote(text: str, limit: int = _SHOWN) -> str:
    """Return a text in quotes for a sentence: shortened, and with escapes for what cannot be printed."""
    return f'"{printable(text, limit)}"'


def printable(text: str, limit: int = _SHOWN) -> str:
    """Return a text shortened, and with escapes for what cannot be printed."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in shown
    )


def show(value: Any) -> str:
    """Return a value in words: texts in quotes, truths as yes and no."""
    if value is None or value is MISSING:
        return _("none")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return quote(str(value))
    if isinstance(value, tuple):
        return ", ".join(quote(str(item)) for item in value) or _("none")
    # Deep JSON has no short form: what it is must do.
    try:
        return quote(repr(value))[1:-1]
    except RecursionError:
        return type(value).__name__


def show_bytes(digits: str) -> str:
    """Return bytes in words: as a text in quotes where they are one that can be read, else in hexadecimal."""
    try:
        text = bytes.fromhex(digits).decode()
    except ValueError:
        return printable(digits)
    blank = text != "" and not text.strip(" ")
    return quote(text) if text.isprintable() and not blank else printable(digits)


class Want:
    """What is wanted of a value."""

    __slots__ = ()

    def holds(self, values: Values, saved: Saved) -> bool:
        """Whether the values of an event are as wanted."""
        raise NotImplementedError

    def known(self, saved: Saved) -> bool:
        """Whether all that this refers to was saved. What is not known is not met, nor is its opposite."""
        return True

    def words(self, saved: Saved) -> str:
        """What is wanted, in words that follow the name of a field."""
        raise NotImplementedError

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        """Everything that this refers to, with the type that it is compared as."""
        return iter(())

    def literals(self) -> Iterator[str | int]:
        """Every value that is wanted exactly."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Equal(Want):
    """One value."""

    value: Any
    type: FieldType = FieldType.TEXT

    def holds(self, values: Values, saved: Saved) -> bool:
        return self.value in values

    def words(self, saved: Saved) -> str:
        if self.type is FieldType.HEX:
            return show_bytes(self.value)
        return str(self.value) if self.type is FieldType.WORD else show(self.value)

    def literals(self) -> Iterator[str | int]:
        if not isinstance(self.value, bool):
            yield self.value


@dataclass(frozen=True, slots=True)
class Starts(Want):
    """A violation that starts with a text."""

    start: str

    def holds(self, values: Values, saved: Saved) -> bool:
        return any(str(value).startswith(self.start) for value in values)

    def words(self, saved: Saved) -> str:
        return self.start


@dataclass(frozen=True, slots=True)
class Range(Want):
    """A number, or a text that is one, from a least to a greatest, both included."""

    low: int | None
    high: int | None

    def holds(self, values: Values, saved: Saved) -> bool:
        return any(self._holds(value) for value in values)

    def _holds(self, value: Any) -> bool:
        number = as_number(value)
        return (
            number is not None
            and (self.low is None or number >= self.low)
            and (self.high is None or number <= self.high)
        )

    def words(self, saved: Saved) -> str:
        if self.low is None:
            return _("at most {high}").format(high=self.high)
        if self.high is None:
            return _("at least {low}").format(low=self.low)
        return _("{low} to {high}").format(low=self.low, high=self.high)


_GAP: Final = re.compile(r"\.\{\d+\}")
_BEGINNING: Final = re.compile(rf"\^((?:[\w /#-]|{_GAP.pattern})+)")
"""Regular expressions that ask for a beginning, perhaps with gaps in it, and nothing else."""


@dataclass(frozen=True, slots=True)
class Found(Want):
    """A text in the first `SEARCHED` characters of which a regular expression is found."""

    regex: re.Pattern[str]

    def holds(self, values: Values, saved: Saved) -> bool:
        search = self.regex.search
        return any(
            isinstance(value, str | int) and search(str(value)[:SEARCHED]) is not None for value in values
        )

    def words(self, saved: Saved) -> str:
        start = _BEGINNING.fullmatch(self.regex.pattern)
        if start is not None:
            return _("beginning with {start}").format(start=_GAP.sub("…", start[1]))
        return _("something like {regex}").format(regex=f"/{self.regex.pattern}/")


@dataclass(frozen=True, slots=True)
class Same(Want):
    """The value of a saved event, or of the seed."""

    reference: Reference
    type: FieldType

    def _value(self, saved: Saved) -> Any:
        value = self.reference.resolve(saved)
        if value is None or self.type is FieldType.JSON:
            return value
        if self.type is FieldType.NUMBER:
            return as_number(value)
        return value if self.type in (FieldType.FLAG, FieldType.HEX) else str(value)

    def holds(self, values: Values, saved: Saved) -> bool:
        value = self._value(saved)
        if value is None:
            return False
        if self.type is FieldType.JSON:
            return any(same_json(value, found) for found in values)
        return value in values

    def known(self, saved: Saved) -> bool:
        return self._value(saved) is not None

    def words(self, saved: Saved) -> str:
        value = self._value(saved)
        if value is None:
            return _("as before")
        return show_bytes(value) if self.type is FieldType.HEX else show(value)

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        yield self.reference, self.type


@dataclass(frozen=True, slots=True)
class Not(Want):
    """Anything else: none of the values meets a want."""

    want: Want

    def holds(self, values: Values, saved: Saved) -> bool:
        return self.want.known(saved) and not self.want.holds(values, saved)

    def known(self, saved: Saved) -> bool:
        return self.want.known(saved)

    def words(self, saved: Saved) -> str:
        return _("anything but {value}").format(value=self.want.words(saved))

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        return self.want.references()


@dataclass(frozen=True, slots=True)
class OneOf(Want):
    """What meets one of several wants."""

    wants: tuple[Want, ...]

    def holds(self, values: Values, saved: Saved) -> bool:
        return any(want.holds(values, saved) for want in self.wants)

    def known(self, saved: Saved) -> bool:
        return all(want.known(saved) for want in self.wants)

    def words(self, saved: Saved) -> str:
        return _("one of {values}").format(values=", ".join(want.words(saved) for want in self.wants))

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        for want in self.wants:
            yield from want.references()

    def literals(self) -> Iterator[str | int]:
        for want in self.wants:
            yield from want.literals()


@dataclass(frozen=True, slots=True)
class ExactJson(Want):
    """JSON that is equal to a value."""

    value: Any

    def holds(self, values: Values, saved: Saved) -> bool:
        return any(same_json(self.value, found) for found in values)

    def words(self, saved: Saved) -> str:
        return show(self.value)

    def literals(self) -> Iterator[str | int]:
        if isinstance(self.value, str | int) and not isinstance(self.value, bool):
            yield self.value


@dataclass(frozen=True, slots=True)
class JsonObject(Want):
    """A JSON object that has at least some members, each as wanted."""

    members: tuple[tuple[str, Want], ...]

    def holds(self, values: Values, saved: Saved) -> bool:
        return any(
            isinstance(value, dict)
            and all(name in value and want.holds((value[name],), saved) for name, want in self.members)
            for value in values
        )

    def known(self, saved: Saved) -> bool:
        return _all_known(self.members, saved)

    def words(self, saved: Saved) -> str:
        parts = (f'"{name}": {want.words(saved)}' for name, want in self.members)
        return "{" + ", ".join(parts) + "}"

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        for _name, want in self.members:
            yield from want.references()

    def literals(self) -> Iterator[str | int]:
        for name, want in self.members:
            yield name
            yield from want.literals()


@dataclass(frozen=True, slots=True)
class JsonArray(Want):
    """A JSON array of just so many items, each as wanted."""

    items: tuple[Want, ...]

    def holds(self, values: Values, saved: Saved) -> bool:
        return any(
            isinstance(value, list)
            and len(value) == len(self.items)
            and all(want.holds((item,), saved) for want, item in zip(self.items, value, strict=True))
            for value in values
        )

    def known(self, saved: Saved) -> bool:
        return all(want.known(saved) for want in self.items)

    def words(self, saved: Saved) -> str:
        return "[" + ", ".join(want.words(saved) for want in self.items) + "]"

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        for want in self.items:
            yield from want.references()

    def literals(self) -> Iterator[str | int]:
        for want in self.items:
            yield from want.literals()


def _all_known(members: Iterable[tuple[str, Want]], saved: Saved) -> bool:
    return all(want.known(saved) for _name, want in members)


_DIGITS = re.compile(r"-?[0-9]{1,18}")


def as_number(value: Any) -> int | None:
    """Return a whole number, also of a text that is one; None for everything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and _DIGITS.fullmatch(value) else None


def same_json(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal. Unlike in Python, `true` is not 1."""
    try:
        return _same_json(one, other)
    except RecursionError:
        return False


def _same_json(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return (
            isinstance(other, dict)
            and one.keys() == other.keys()
            and all(_same_json(value, other[name]) for name, value in one.items())
        )
    if isinstance(one, list):
        return (
            isinstance(other, list)
            and len(one) == len(other)
            and all(_same_json(a, b) for a, b in zip(one, other, strict=True))
        )
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
