"""What a step asks for and how far it is, in words for the learner."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from wslab.i18n import _
from wslab.lab.step_clauses import Count, Distinct, Step
from wslab.lab.verdict import Status, Tick
from wslab.units import format_duration
from wslab.wire.events import Direction
from wslab.wire.patterns import Pattern
from wslab.wire.wants import Saved, show


class Progress(NamedTuple):
    """How far a step is."""

    expected: int
    """Patterns of `expect` that have matched."""
    any_met: bool
    """Whether `any` is met; true where there is none."""
    counts: tuple[int, ...]
    """Events that each `count` has seen."""
    different: tuple[int, ...]
    """Different values that each `distinct` has seen."""

    def meets(self, step: Step) -> bool:
        """Whether every clause that needs an event is met."""
        return (
            self.expected == len(step.expect)
            and self.any_met
            and all(seen >= clause.low for seen, clause in zip(self.counts, step.count, strict=True))
            and all(seen >= clause.n for seen, clause in zip(self.different, step.distinct, strict=True))
        )


@dataclass(frozen=True, slots=True)
class StepWords:
    """Words for a step as far as it is, in the language in use."""

    step: Step
    saved: Saved
    you: Direction
    """The direction in which the learner sends."""
    progress: Progress

    def waiting_for(self) -> tuple[Pattern | None, str]:
        """Return what is waited for: the pattern, None where only time has to pass, and the words."""
        step, progress = self.step, self.progress
        if progress.expected < len(step.expect):
            pattern = step.expect[progress.expected]
            return pattern, self._expected(pattern)
        if not progress.any_met:
            return step.any_of[0], self._any()
        for clause, seen in zip(step.count, progress.counts, strict=True):
            if seen < clause.low:
                return clause.match, self._count(clause, seen)
        for different, seen in zip(step.distinct, progress.different, strict=True):
            if seen < different.n:
                return different.match, self._distinct(different, seen)
        return None, self._hold()

    def ticks(self, status: Status, broken: Pattern | None) -> tuple[Tick, ...]:
        """Return every clause with whether it is met.

        Args:
            status: how the step stands.
            broken: the pattern by which it failed, if it did.
        """
        return tuple(
            Tick(text, met and (pattern is None or pattern is not broken))
            for pattern, text, met in self._clauses(status)
        )

    def _clauses(self, status: Status) -> Iterator[tuple[Pattern | None, str, bool]]:
        step, progress = self.step, self.progress
        for place, pattern in enumerate(step.expect):
            yield pattern, self._expected(pattern), place < progress.expected
        if step.any_of:
            yield step.any_of[0], self._any(), progress.any_met
        for clause, seen in zip(step.count, progress.counts, strict=True):
            most = math.inf if clause.high is None else clause.high
            yield clause.match, self._count(clause, seen), clause.low <= seen <= most
        for different, seen in zip(step.distinct, progress.different, strict=True):
            yield different.match, self._distinct(different, seen), seen >= different.n
        for pattern in step.never:
            yield pattern, _("never {what}").format(what=self._describe(pattern)), True
        if step.hold:
            yield None, self._hold(), status is Status.PASSED

    def reason(self, clause: str, pattern: Pattern, value: Any) -> str:
        """Say why the step failed: by which clause, on which pattern, on which value."""
        what = self._describe(pattern)
        if clause == "never":
            return _("this came, and must not: {what}").format(what=what)
        if clause == "count":
            return _("more than {number} of these came: {what}").format(number=value, what=what)
        if clause == "distinct":
            return _("{value} came twice: {what}").format(value=show(value), what=what)
        return _("this did not come within {time}: {what}").format(
            time=format_duration(pattern.within or 0), what=what
        )

    def _describe(self, pattern: Pattern) -> str:
        return pattern.describe(self.saved, self.you)

    def _expected(self, pattern: Pattern) -> str:
        what = self._describe(pattern)
        if pattern.within is None:
            return what
        return _("{what}, within {time}").format(what=what, time=format_duration(pattern.within))

    def _any(self) -> str:
        return _(" or ").join(self._expected(pattern) for pattern in self.step.any_of)

    def _count(self, clause: Count, seen: int) -> str:
        if clause.high is None:
            number = _("{low} or more").format(low=clause.low)
        elif clause.low == clause.high:
            number = str(clause.low)
        elif clause.low:
            number = _("{low} to {high}").format(low=clause.low, high=clause.high)
        else:
            number = _("at most {high}").format(high=clause.high)
        return _("{number} × {what} ({seen} so far)").format(
            number=number, what=self._expected(clause.match), seen=seen
        )

    def _distinct(self, clause: Distinct, seen: int) -> str:
        return _("{number} × {what}, each with another {field} ({seen} so far)").format(
            number=clause.n, what=self._expected(clause.match), field=clause.by, seen=seen
        )

    def _hold(self) -> str:
        return _("all that for {time}").format(time=format_duration(self.step.hold))
