"""What comes of a step: passed, failed, or still waiting, and for what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from wslab.wire.event_fields import FIELDS, FieldType
from wslab.wire.event_fields import field as field_of
from wslab.wire.events import KINDS, Event
from wslab.wire.patterns import Nearest
from wslab.wire.wants import printable


class Status(StrEnum):
    """How a step stands."""

    PENDING = "pending"
    PASSED = "passed"
    """For good: nothing that comes later changes it."""
    FAILED = "failed"
    """By something that must not come, or by a time that ran out. Another attempt can pass."""
    UNKNOWN = "unknown"
    """The lab itself failed. It counts neither for nor against the learner."""


class Tick(NamedTuple):
    """One clause of a step, to be shown with a tick."""

    text: str
    """What it asks for, in the language in use."""
    met: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a step stands, in words of the language in use. Every text is printable, network or not."""

    status: Status
    waiting_for: str = ""
    """What the step waits for, such as `a TEXT message from you with "hello"`; empty once it is decided."""
    clauses: tuple[Tick, ...] = ()
    nearest: Nearest | None = None
    """What came nearest to the clause that is not met, and what it lacks."""
    say: str | None = None
    """Key of the text that explains what was seen."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What to fill into that text: the fields of the event that was seen, by name."""
    seq: int | None = None
    """`seq` of the event that decided; None where time did, or nothing has yet."""
    event: Event | None = None
    """That event."""
    reason: str = ""
    """Why it failed, or which error of the lab made it unknown; empty otherwise."""


def values_of(event: Event) -> dict[str, str]:
    """Return the fields of an event as short texts to fill in, by name. What it has not is empty."""
    values = {}
    for name, described in FIELDS[KINDS[type(event)]].items():
        if described.type is not FieldType.HEADERS and described.type is not FieldType.JSON:
            values[name] = _as_text(field_of(event, name))
    return values


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return printable(", ".join(str(item) for item in value))
    if isinstance(value, bool):
        return str(value).lower()
    return printable(str(value)) if isinstance(value, str | int) else ""
