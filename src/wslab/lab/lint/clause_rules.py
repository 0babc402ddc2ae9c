"""Deletes every part of every check in turn: where nothing wrong passes then, nothing tests that part.

The traces of what must not pass are judged by the step that is left. That takes no new runs, and no chance.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wslab.i18n import _
from wslab.lab.course import Lesson
from wslab.lab.lint.findings import Finding, Rule
from wslab.lab.lint.replay import Trace, replay
from wslab.lab.steps import Step


@dataclass(frozen=True, slots=True)
class Clause:
    """A part of a check that can be left out, and what passes then."""

    step: str
    """Id of the step."""
    place: str
    """Such as `expect[1].masked`."""
    killers: tuple[str, ...]
    """Names of the traces that pass the step without it, and not with it."""


def clauses(steps: Sequence[Step], traces: Sequence[Trace]) -> Iterator[Clause]:
    """Yield every part of every check that can be left out.

    Args:
        steps: of the lesson.
        traces: of what must not pass.
    """
    known = [(trace, replay(steps, trace)) for trace in traces]
    for number, step in enumerate(steps):
        stopped = [trace for trace, found in known if found.current == number and not found.passes(number)]
        for place, weaker in step.without(_named_elsewhere(steps, number)):
            changed = [*steps[:number], weaker, *steps[number + 1 :]]
            passing = [trace.name for trace in stopped if replay(changed, trace).passes(number)]
            yield Clause(step.id, place, tuple(dict.fromkeys(passing)))


def untested(lesson: Lesson, found: Sequence[Clause]) -> Iterator[Finding]:
    """Yield a finding for every part of a check that nothing tests."""
    for clause in found:
        if not clause.killers:
            yield Finding(
                Rule.CLAUSE,
                f"{lesson.folder / 'lesson.toml'}: step {clause.step}: {clause.place}",
                _("no mutant passes the step without it, so nothing tests it"),
                _("leave it out, or add a mutant that only this stops"),
            )


def _named_elsewhere(steps: Sequence[Step], number: int) -> set[str]:
    """Return the names of saved events that other steps refer to."""
    return {
        reference.name
        for other in (*steps[:number], *steps[number + 1 :])
        for _place, pattern in other.patterns()
        for reference, _kind in pattern.references()
    }
