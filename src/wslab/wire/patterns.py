"""Patterns of the checks in lessons: which events they match, and what an event lacks that nearly does.

`docs/lesson-format.md` says how they are written. A pattern is data: nothing in it can run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from wslab.i18n import _
from wslab.units import parse_duration
from wslab.wire.event_fields import FIELDS, MISSING, TYPES, FieldType, header_values
from wslab.wire.events import KINDS, Direction, Event
from wslab.wire.pattern_words import describe, found_words, kind_words, wanted_words
from wslab.wire.predicates import PREDICATES, Earlier
from wslab.wire.want_parsing import ABSENT, NAME, PatternError, parse_want
from wslab.wire.wants import Equal, Reference, Saved, Values, Want

__all__ = ["OPTIONS", "SEED", "Literal", "Miss", "Nearest", "Pattern", "PatternError", "Saved", "nearest"]

OPTIONS: Final = frozenset({"save", "within", "say"})
"""What a pattern can have beside its fields, as far as its place in a step allows."""

SEED: Final = "seed"
"""The name under which the attempt's own values are saved."""

SEED_FIELDS: Final[Mapping[str, FieldType]] = {
    "word": FieldType.TEXT,
    "hex": FieldType.HEX,
    "number": FieldType.NUMBER,
}

LONGEST_WITHIN: Final = 600.0
"""Seconds that a `within` or a `hold` can last at most."""


class Miss(NamedTuple):
    """One thing that an event lacks."""

    field: str
    """Name of the field, `header.NAME` for a header, `predicate`, `order` where the event came too early."""
    wanted: str
    """In words."""
    found: str
    """In words."""


class Nearest(NamedTuple):
    """The event that came nearest to a pattern."""

    event: Event
    misses: tuple[Miss, ...]


class Literal(NamedTuple):
    """A value that a pattern wants exactly: whoever is to meet it has to be told."""

    field: str
    value: str | int


@dataclass(frozen=True, slots=True)
class Part:
    """What a pattern wants of one field, or of one header."""

    name: str
    """Of a header `header.NAME`."""
    get: Callable[[Any], Any] = field(compare=False, repr=False)
    want: Want

    def values(self, event: Event) -> Values | None:
        """Return the values of an event, None where it cannot have any."""
        value = self.get(event)
        if value is MISSING:
            return None
        return value if type(value) is tuple else () if value is None else (value,)


@dataclass(frozen=True, slots=True)
class Pattern:
    """Which events a clause of a check is about."""

    on: str
    """Kind of the events."""
    type: type[Event]
    """Type of the events."""
    parts: tuple[Part, ...]
    """All of them have to be met."""
    predicate: str | None = None
    """Name of what is asked beside that."""
    save: str | None = None
    """Name under which the event is kept that matched."""
    within: float | None = None
    """Seconds after what came before."""
    say: str | None = None
    """Key of the text that tells why this must not happen."""
    table: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """As it was written."""

    @classmethod
    def parse(cls, table: Any, where: str, options: Collection[str] = OPTIONS) -> Pattern:
        """Read a pattern as TOML gave it.

        Args:
            table: the table.
            where: its name for messages, such as `expect[1]`.
            options: those of `OPTIONS` that make sense where it stands.

        Raises:
            PatternError: it is none.
        """
        if not isinstance(table, Mapping):
            raise PatternError(where, table, 'a table such as { on = "frame", op = "PING" }')
        on = table.get("on")
        if not isinstance(on, str) or on not in FIELDS:
            raise PatternError(f"{where}.on", table.get("on", ABSENT), "one of " + ", ".join(FIELDS))
        fields = FIELDS[on]
        parts: list[Part] = []
        for name, value in table.items():
            if name in fields:
                parts += _parse_parts(on, name, value, f"{where}.{name}")
            elif name not in ("on", "predicate", *options):
                known = ", ".join((*fields, "predicate", *sorted(options)))
                raise PatternError(f"{where}.{name}", value, f"left out: {on} patterns have {known}")
        # The cheapest and most telling first: under a flood most events fail there.
        parts.sort(key=lambda part: _ORDER.get(part.name, 1))
        within = table.get("within")
        return cls(
            on,
            TYPES[on],
            tuple(parts),
            _parse_predicate(table.get("predicate"), on, f"{where}.predicate"),
            _parse_name(table.get("save"), f"{where}.save"),
            None if within is None else parse_seconds(within, f"{where}.within"),
            _parse_name(table.get("say"), f"{where}.say"),
            dict(table),
        )

    @property
    def direction(self) -> Direction | None:
        """The one direction of all events that this is about; None where it may be either."""
        for part in self.parts:
            if part.name == "dir" and isinstance(part.want, Equal):
                return Direction(part.want.value)
        return None

    def match(self, event: Event, saved: Saved, earlier: Earlier | None = None) -> bool:
        """Whether an event is one that this is about.

        Args:
            event: any event.
            saved: what references stand for.
            earlier: what predicates know of earlier events; without it they know of none.
        """
        if type(event) is not self.type:
            return False
        for part in self.parts:
            value = part.get(event)
            if value is MISSING:
                return False
            values = value if type(value) is tuple else () if value is None else (value,)
            if not part.want.holds(values, saved):
                return False
        if self.predicate is None:
            return True
        return PREDICATES[self.predicate].holds(event, Earlier() if earlier is None else earlier)

    def misses(self, event: Event, saved: Saved, you: Direction = Direction.C2S) -> tuple[Miss, ...]:
        """Return what an event lacks, the predicate aside: that asks for what came before it.

        Args:
            event: any event; one of another kind lacks just that.
            saved: what references stand for.
            you: the direction in which the learner sends.
        """
        if type(event) is not self.type:
            return (Miss("on", kind_words(self.on), kind_words(KINDS[type(event)])),)
        return tuple(
            Miss(part.name, wanted_words(part, saved, you), found_words(event, part.name, values, you))
            for part in self.parts
            if (values := part.values(event)) is None or not part.want.holds(values, saved)
        )

    def describe(self, saved: Saved, you: Direction = Direction.C2S) -> str:
        """Say in a few words which event this is about, such as `a TEXT message from you with "hello"`.

        Args:
            saved: what references stand for.
            you: the direction in which the learner sends.
        """
        return describe(self, saved, you)

    def references(self) -> Iterator[tuple[Reference, FieldType]]:
        """Return everything that this refers to, with the type that it is compared as."""
        for part in self.parts:
            yield from part.want.references()

    def literals(self) -> tuple[Literal, ...]:
        """Return the values that this wants exactly, directions and yes or no aside."""
        return tuple(
            Literal(part.name, value)
            for part in self.parts
            if part.name != "dir"
            for value in part.want.literals()
        )

    def check_references(self, known: Mapping[str, str], where: str) -> None:
        """Make sure that everything this refers to is there.

        Args:
            known: kind of each event that is saved, by its name. `seed` is always there.
            where: name of the pattern for messages.

        Raises:
            PatternError: something is not there, or cannot be what it is compared with.
        """
        for part in self.parts:
            for reference, kind in part.want.references():
                _check_reference(reference, kind, known, f"{where}.{part.name}")


def nearest(
    pattern: Pattern, events: Iterable[Event], saved: Saved, you: Direction = Direction.C2S
) -> Nearest | None:
    """Return the event of the pattern's kind that lacks least, the latest of several; None if none is near.

    One that travelled the other way is near only if it lacks nothing else, and is less near than one that
    went the right way and lacks one thing.

    Args:
        pattern: what none of the events met when they came: one that lacks nothing fails the predicate, or
            came before its turn.
        events: in order.
        saved: what references stand for.
        you: the direction in which the learner sends.
    """
    best: Nearest | None = None
    least = len(pattern.parts) + 2
    for event in events:
        if type(event) is not pattern.type:
            continue
        misses = pattern.misses(event, saved, you)
        weight = len(misses)
        if any(miss.field == "dir" for miss in misses):
            if weight > 1 or len(pattern.parts) == 1:
                continue
            weight = 2
        if weight <= least:
            best, least = Nearest(event, misses), weight
    if best is None or best.misses:
        return best
    if pattern.predicate is not None:
        return best._replace(misses=(Miss("predicate", _(PREDICATES[pattern.predicate].words), _("no")),))
    return best._replace(misses=(Miss("order", _("in its turn"), _("too early")),))


def parse_seconds(value: Any, where: str) -> float:
    """Read a duration such as `"2s"` as seconds.

    Raises:
        PatternError: it is none, is nothing, or is longer than `LONGEST_WITHIN`.
    """
    right = f'a duration such as "300ms" or "2s", at most {LONGEST_WITHIN:.0f}s'
    if not isinstance(value, str):
        raise PatternError(where, value, right)
    try:
        seconds = parse_duration(value)
    except ValueError:
        raise PatternError(where, value, right) from None
    if not 0 < seconds <= LONGEST_WITHIN:
        raise PatternError(where, value, right)
    return seconds


_ORDER: Final = {"dir": 0, "op": 0, "text": 2, "hex": 2, "json": 3}


def _parse_parts(on: str, name: str, value: Any, where: str) -> list[Part]:
    described = FIELDS[on][name]
    if described.type is not FieldType.HEADERS:
        return [Part(name, described.get, parse_want(value, described.type, where, described.words))]
    if not isinstance(value, Mapping) or not value:
        raise PatternError(where, value, 'a table such as { Upgrade = "websocket" }')
    return [
        Part(f"header.{header}", _header(header), parse_want(item, FieldType.HEADERS, f"{where}.{header}"))
        for header, item in value.items()
    ]


def _header(name: str) -> Callable[[Any], Any]:
    return lambda event: header_values(event, name)


def _parse_predicate(value: Any, on: str, where: str) -> str | None:
    if value is None:
        return None
    fitting = [name for name, predicate in PREDICATES.items() if on in predicate.kinds]
    if not isinstance(value, str) or value not in fitting:
        right = "one of " + ", ".join(fitting) if fitting else f"left out: there is none for {on}"
        raise PatternError(where, value, right)
    return value


def _parse_name(value: Any, where: str) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not NAME.fullmatch(value) or value == SEED:
        raise PatternError(where, value, "a name of a-z, 0-9, - and _ that is not seed, such as sent")
    return value


_ALIKE: Final[Mapping[FieldType, frozenset[FieldType]]] = {
    FieldType.TEXT: frozenset({FieldType.TEXT, FieldType.NUMBER, FieldType.WORD, FieldType.HEX}),
    FieldType.NUMBER: frozenset({FieldType.NUMBER}),
    FieldType.WORD: frozenset({FieldType.WORD}),
    FieldType.FLAG: frozenset({FieldType.FLAG}),
    FieldType.HEX: frozenset({FieldType.HEX}),
    FieldType.JSON: frozenset(FieldType) - {FieldType.HEADERS, FieldType.VIOLATIONS},
    FieldType.VIOLATIONS: frozenset(),
}
"""What each type of field can be compared with."""


def _check_reference(reference: Reference, kind: FieldType, known: Mapping[str, str], where: str) -> None:
    if reference.name == SEED:
        fields = SEED_FIELDS
    elif reference.name in known:
        fields = {name: found.type for name, found in FIELDS[known[reference.name]].items()}
    else:
        names = ", ".join(f"${name}" for name in (*known, SEED))
        raise PatternError(where, str(reference), f"a reference to what was saved before: {names}")
    fitting = [name for name, found in fields.items() if found in _ALIKE[kind]]
    if reference.field not in fitting:
        right = (
            "one of " + ", ".join(f"${reference.name}.{name}" for name in fitting) if fitting else "a value"
        )
        raise PatternError(where, str(reference), right)
