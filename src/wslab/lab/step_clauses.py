"""Steps of a lesson as they are written: what the wire has to show, what it must not, and what mistakes mean.

`docs/lesson-format.md` says how. `lab/step_run.py` judges by them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from wslab.wire.event_fields import FIELDS, FieldType
from wslab.wire.patterns import Pattern, PatternError, parse_seconds
from wslab.wire.want_parsing import ABSENT, InWords, parse_range

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ID_RIGHT = "words of a-z and 0-9 joined by -, such as closed-early"
_CLAUSES: Final = ("expect", "any", "count", "distinct")
"""Clauses of which a step needs one."""
_KEYS: Final = ("id", *_CLAUSES, "never", "hold", "play", "solve", "diagnose")
MOST: Final = 1000
"""Events that `count` and `distinct` can ask for at most."""


@dataclass(frozen=True, slots=True)
class Count:
    """So many events of a kind."""

    match: Pattern
    low: int
    high: int | None
    """None for any number from ``low`` on."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """So many events of which no two have the same value of a field."""

    match: Pattern
    by: str
    n: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What a mistake looks like, and the key of the text that explains it."""

    seen: Pattern
    say: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a lesson."""

    id: str
    expect: tuple[Pattern, ...] = ()
    any_of: tuple[Pattern, ...] = ()
    count: tuple[Count, ...] = ()
    distinct: tuple[Distinct, ...] = ()
    never: tuple[Pattern, ...] = ()
    hold: float = 0.0
    """Seconds for which all that stays met."""
    play: tuple[str, ...] = ()
    solve: tuple[str, ...] = ()
    """In the app: lines that pass the step. `lab/learner_lines.py` reads them."""
    diagnose: tuple[Diagnosis, ...] = ()
    known: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    """Kind of each event that earlier steps save, by its name."""
    table: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """As it was written."""

    @classmethod
    def parse(cls, table: Any, where: str, known: Mapping[str, str] | None = None) -> Step:
        """Read a step as TOML gave it.

        Args:
            table: the table.
            where: its name for messages, such as `step[2]`.
            known: `saves` of the step before: what references can name.

        Raises:
            PatternError: it is none, the wire has no part in it, or it refers to what is not there.
        """
        if not isinstance(table, Mapping):
            raise PatternError(where, table, "a table that begins with [[step]]")
        for key, value in table.items():
            if key not in _KEYS:
                raise PatternError(f"{where}.{key}", value, "left out: a step has " + ", ".join(_KEYS))
        step = cls(
            _id(table, "id", where, "words of a-z and 0-9 joined by -, such as echoed"),
            _patterns(table, "expect", where, {"save", "within"}),
            _patterns(table, "any", where, {"save", "within"}),
            tuple(_count(item, at) for item, at in _items(table, "count", where)),
            tuple(_distinct(item, at) for item, at in _items(table, "distinct", where)),
            _patterns(table, "never", where, {"say"}),
            parse_seconds(table["hold"], f"{where}.hold") if "hold" in table else 0.0,
            _lines(table, "play", where, "connect /"),
            _lines(table, "solve", where, "/connect"),
            tuple(_diagnosis(item, at) for item, at in _items(table, "diagnose", where)),
            dict(known or {}),
            dict(table),
        )
        step._check_clauses(where)
        step._check_references(where)
        return step

    @property
    def saves(self) -> dict[str, str]:
        """Kind of each event that is saved once this step is passed, by its name, earlier steps included."""
        own = {pattern.save: pattern.on for pattern in self.expect if pattern.save is not None}
        names = {pattern.save for pattern in self.any_of}
        if len(names) == 1 and None not in names:
            own[names.pop() or ""] = self.any_of[0].on
        return {**self.known, **own}

    def patterns(self) -> Iterator[tuple[str, Pattern]]:
        """Return every pattern with its place, such as `expect[1]` or `count[1].match`."""
        for name, patterns in (("expect", self.expect), ("any", self.any_of), ("never", self.never)):
            for place, pattern in enumerate(patterns, 1):
                yield f"{name}[{place}]", pattern
        for place, count in enumerate(self.count, 1):
            yield f"count[{place}].match", count.match
        for place, distinct in enumerate(self.distinct, 1):
            yield f"distinct[{place}].match", distinct.match
        for place, diagnosis in enumerate(self.diagnose, 1):
            yield f"diagnose[{place}].seen", diagnosis.seen

    @property
    def says(self) -> tuple[str, ...]:
        """The key of every text that this step can ask for, each once."""
        keys = [pattern.say for pattern in self.never if pattern.say is not None]
        return tuple(dict.fromkeys([*keys, *(diagnosis.say for diagnosis in self.diagnose)]))

    @property
    def predicates(self) -> tuple[str, ...]:
        """The names of the predicates that this step asks."""
        names = (pattern.predicate for _place, pattern in self.patterns())
        return tuple(dict.fromkeys(name for name in names if name is not None))

    def without(self, needed: Collection[str] = ()) -> Iterator[tuple[str, Step]]:
        """Return every step that is this one with a clause, or one field of a pattern, left out.

        What would not be a step is passed over. Saves, what is said, played or solves it are no clauses.

        Args:
            needed: names that other steps refer to; a step that does not save them any more is passed over.

        Yields:
            The place of what is left out, such as `expect[1]`, `expect[1].masked`, `count[1]` or `hold`, and
            the step without it.
        """
        for place, table in _tables_without(self.table):
            try:
                step = Step.parse(table, self.id, self.known)
            except PatternError:
                continue
            if all(name in step.saves for name in needed if name in self.saves):
                yield place, step

    def _check_clauses(self, where: str) -> None:
        if not (self.expect or self.any_of or self.distinct or any(clause.low for clause in self.count)):
            found = InWords("met by no event at all" if self.count else "without any of them")
            raise PatternError(where, found, "one that needs an event: by expect, any, count or distinct")
        needed = [
            *self.expect,
            *(clause.match for clause in self.count if clause.low),
            *(clause.match for clause in self.distinct),
        ]
        if all(pattern.on == "ui" for pattern in needed) and (
            not self.any_of or any(pattern.on == "ui" for pattern in self.any_of)
        ):
            raise PatternError(
                where,
                InWords("met by ui events alone"),
                "one that the wire has a part in: a frame, a message, a state",
            )

    def _check_references(self, where: str) -> None:
        known = dict(self.known)
        for place, pattern in enumerate(self.expect, 1):
            at = f"{where}.expect[{place}]"
            pattern.check_references(known, at)
            if pattern.save is not None:
                if pattern.save in known:
                    raise PatternError(f"{at}.save", pattern.save, "a name that was not used before")
                known[pattern.save] = pattern.on
        self._check_saves_of_any(where, known)
        for name, pattern in self.patterns():
            if not name.startswith("expect"):
                pattern.check_references(known, f"{where}.{name}")

    def _check_saves_of_any(self, where: str, known: Mapping[str, str]) -> None:
        saving = [pattern for pattern in self.any_of if pattern.save is not None]
        for pattern in saving:
            if pattern.save in known:
                raise PatternError(f"{where}.any.save", pattern.save, "a name that was not used before")
            same = all((other.save, other.on) == (pattern.save, pattern.on) for other in self.any_of)
            if not same:
                raise PatternError(
                    f"{where}.any.save",
                    pattern.save,
                    "in every pattern of any, all of the same kind, or in none",
                )


def parse_steps(tables: Any, where: str = "step") -> tuple[Step, ...]:
    """Read the steps of a lesson as TOML gave them, in their order.

    Raises:
        PatternError: one of them is none, two have the same id, or one refers to what none before it saves.
    """
    if not isinstance(tables, list) or not tables:
        raise PatternError(where, tables, "at least one [[step]]")
    steps: list[Step] = []
    known: Mapping[str, str] = {}
    for place, table in enumerate(tables, 1):
        step = Step.parse(table, f"{where}[{place}]", known)
        if step.id in (other.id for other in steps):
            raise PatternError(f"{where}[{place}].id", step.id, "an id that no other step has")
        steps.append(step)
        known = step.saves
    return tuple(steps)


def _id(table: Mapping[str, Any], key: str, where: str, right: str) -> str:
    value = table.get(key, ABSENT)
    if value is ABSENT or not isinstance(value, str) or not _ID.fullmatch(value):
        raise PatternError(f"{where}.{key}", value, right)
    return value


def _items(table: Mapping[str, Any], key: str, where: str) -> Iterator[tuple[Any, str]]:
    if key not in table:
        return
    value = table[key]
    if not isinstance(value, list) or not value:
        raise PatternError(f"{where}.{key}", value, "a list of at least one table")
    for place, item in enumerate(value, 1):
        yield item, f"{where}.{key}[{place}]"


def _patterns(
    table: Mapping[str, Any], key: str, where: str, options: Collection[str]
) -> tuple[Pattern, ...]:
    return tuple(Pattern.parse(item, at, options) for item, at in _items(table, key, where))


def _lines(table: Mapping[str, Any], key: str, where: str, example: str) -> tuple[str, ...]:
    lines = []
    for item, at in _items(table, key, where):
        if not isinstance(item, str) or not item.strip():
            raise PatternError(at, item, f'a line such as "{example}"')
        lines.append(item)
    return tuple(lines)


def _clause(item: Any, where: str, keys: Collection[str], example: str) -> Mapping[str, Any]:
    if not isinstance(item, Mapping) or item.keys() != set(keys):
        raise PatternError(where, item, f"a table such as {example}")
    return item


def _count(item: Any, where: str) -> Count:
    clause = _clause(item, where, ("match", "n"), '{ match = { on = "frame" }, n = "3.." }')
    low, high = parse_range(clause["n"], f"{where}.n")
    if low > MOST or (high is not None and high > MOST):
        raise PatternError(f"{where}.n", clause["n"], f"at most {MOST}")
    # To have come in time, something has to come at all.
    options = {"within"} if low else ()
    return Count(Pattern.parse(clause["match"], f"{where}.match", options), low, high)


def _distinct(item: Any, where: str) -> Distinct:
    clause = _clause(item, where, ("match", "by", "n"), '{ match = { on = "message" }, by = "text", n = 3 }')
    pattern = Pattern.parse(clause["match"], f"{where}.match", {"within"})
    plain = [
        name
        for name, found in FIELDS[pattern.on].items()
        if found.type not in (FieldType.HEADERS, FieldType.JSON, FieldType.VIOLATIONS)
    ]
    by, n = clause["by"], clause["n"]
    if by not in plain:
        raise PatternError(f"{where}.by", by, "one of " + ", ".join(plain))
    if type(n) is not int or not 2 <= n <= MOST:
        raise PatternError(f"{where}.n", n, f"a whole number from 2 to {MOST}")
    return Distinct(pattern, by, n)


def _diagnosis(item: Any, where: str) -> Diagnosis:
    clause = _clause(item, where, ("seen", "say"), '{ seen = { on = "frame" }, say = "not-a-ping" }')
    return Diagnosis(Pattern.parse(clause["seen"], f"{where}.seen", ()), _id(clause, "say", where, _ID_RIGHT))


_NO_CLAUSES: Final = frozenset({"on", "save", "say"})


def _tables_without(table: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the table of a step with one clause or field left out, each with the place of that."""
    for key in ("expect", "any", "never", "count", "distinct"):
        items = table.get(key, [])
        for index, item in enumerate(items):
            place = f"{key}[{index + 1}]"
            rest = [*items[:index], *items[index + 1 :]]
            yield place, _replaced(table, key, rest)
            inner = f"{place}.match" if "match" in item else place
            for name, smaller in _patterns_without(item.get("match", item)):
                changed = {**item, "match": smaller} if "match" in item else smaller
                yield f"{inner}.{name}", _replaced(table, key, [*items[:index], changed, *items[index + 1 :]])
    if "hold" in table:
        yield "hold", {name: value for name, value in table.items() if name != "hold"}


def _replaced(table: Mapping[str, Any], key: str, items: list[Any]) -> dict[str, Any]:
    """Return a table with another list, or without it where nothing is in it."""
    rest = {name: value for name, value in table.items() if name != key}
    return {**rest, key: items} if items else rest


def _patterns_without(pattern: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, value in pattern.items():
        if name in _NO_CLAUSES:
            continue
        rest = {other: kept for other, kept in pattern.items() if other != name}
        if name in ("header", "json") and isinstance(value, Mapping) and len(value) > 1:
            for part in value:
                smaller = {other: kept for other, kept in value.items() if other != part}
                yield f"{name}.{part}", {**rest, name: smaller}
        else:
            yield name, rest
