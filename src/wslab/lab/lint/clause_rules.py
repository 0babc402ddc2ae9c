"""Deletes every part of every check in turn: where nothing wrong passes then, nothing tests that part.

The traces of what must not pass are judged by the step that is left. That takes no new runs, and no chance.
With a field of `never` it is the other way round: without it more is forbidden, and it is needed where what
is right does not pass any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

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
    """Names of the traces that pass the step without it, and not with it; the other way round for a field of
    `never`."""

    @property
    def narrows(self) -> bool:
        """Whether it makes a step forbid less."""
        return self.place.startswith("never[") and "." in self.place


def clauses(steps: Sequence[Step], traces: Sequence[Trace], right: Sequence[Trace] = ()) -> Iterator[Clause]:
    """Yield every part of every check that can be left out.

    Args:
        steps: of the lesson.
        traces: of what must not pass.
        right: of what must pass.
    """
    known = [(trace, replay(steps, trace)) for trace in traces]
    for number, step in enumerate(steps):
        stopped = [trace for trace, found in known if found.current == number and not found.passes(number)]
        for place, weaker in step.without(_named_elsewhere(steps, number)):
            changed = [*steps[:number], weaker, *steps[number + 1 :]]
            clause = Clause(step.id, place, ())
            if clause.narrows:
                killers = [trace.name for trace in right if not replay(changed, trace).passes(number)]
            else:
                killers = [trace.name for trace in stopped if replay(changed, trace).passes(number)]
            yield replace(clause, killers=tuple(dict.fromkeys(killers)))


def untested(lesson: Lesson, parts: Sequence[Clause]) -> Iterator[Finding]:
    """Yield a finding for every part of a check that nothing tests."""
    for clause in parts:
        if clause.killers:
            continue
        where = f"{lesson.folder / 'lesson.toml'}: step {clause.step}: {clause.place}"
        if clause.narrows:
            found = _("what is right passes the step without it as well, so nothing tests it")
            right = _("leave it out")
        else:
            found = _("no mutant passes the step without it, so nothing tests it")
            right = _("leave it out, or add a mutant that only this stops")
        yield Finding(Rule.CLAUSE, where, found, right)


def _named_elsewhere(steps: Sequence[Step], number: int) -> set[str]:
    """Return the names of saved events that other steps refer to."""
    return {
        reference.name
        for other in (*steps[:number], *steps[number + 1 :])
        for _place, pattern in other.patterns()
        for reference, _kind in pattern.references()
    }
