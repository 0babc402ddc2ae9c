"""Judges what was recorded of an attempt once more, also by other steps: no process, no time that passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wslab.lab.lesson_run import LessonRun, Seed
from wslab.lab.steps import Status, Step
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event

A_LITTLE = 1e-6
"""Seconds: what comes at the very end of a time is still in it."""


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of one attempt."""

    name: str
    """What was run, for messages."""
    seed: Seed
    events: tuple[Event, ...]
    began: float
    """Monotonic seconds at which the first step became active."""
    until: float | None = None
    """When it was over by the clock; None where time could go on as long as anything waited for it."""
    you: Direction = Direction.C2S


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a lesson makes of a trace."""

    statuses: tuple[Status, ...]
    current: int
    """Index of the step that was not passed; of the last one where all were."""
    error: Exception | None
    decided: tuple[int, ...]
    """Of each step that was passed: how many events had come by then."""

    def passes(self, place: int) -> bool:
        """Return whether a step was passed."""
        return self.statuses[place] is Status.PASSED


def replay(steps: Sequence[Step], trace: Trace, *, count: int | None = None) -> Judgement:
    """Judge a trace by the steps of a lesson, as it was judged when it was recorded.

    Args:
        steps: all of them.
        trace: what was recorded.
        count: how many of its events there were; after them nothing but time comes. All where None.
    """
    now = trace.began
    errors: list[Exception] = []
    run = LessonRun(steps, trace.seed, Clock(lambda: now, lambda: 0.0), you=trace.you, report=errors.append)
    decided: list[int] = []

    def note(seen: int) -> None:
        passed = sum(status is Status.PASSED for status in run.statuses)
        decided.extend([seen] * (passed - len(decided)))

    events = trace.events if count is None else trace.events[:count]
    for number, event in enumerate(events, 1):
        now = max(now, event.t)
        run.observe([event])
        note(number)
    if trace.until is not None and count is None:
        now = max(now, trace.until)
        run.tick()
    else:
        while (due := run.due()) is not None:
            now = max(now, due) + A_LITTLE
            before = run.statuses
            run.tick()
            if run.statuses == before and run.due() == due:
                break
    note(len(events))
    return Judgement(run.statuses, run.current, errors[0] if errors else run.error, tuple(decided))
