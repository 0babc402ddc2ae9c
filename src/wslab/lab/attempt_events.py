"""An attempt at an exercise as the log of the lab shows it: its events, between two lines of the lab."""

from __future__ import annotations

from wslab.i18n import N_, joined, sentence
from wslab.lab.course import Lesson
from wslab.lab.exercise import Attempt
from wslab.lab.referee import FIRST_EVENTS
from wslab.units import format_duration
from wslab.wire.events import Event, Ui

ACTION = N_("exercise")
"""What the lines of the lab are called."""


def attempt_events(lesson: Lesson, attempt: Attempt) -> list[Event]:
    """Return the events of an attempt with a line before them that says whose they are, and one behind them.

    Numbers and connections are those of the attempt's own clock, 0 for the lines of the lab: who puts them
    into another order gives them new ones. Times are those at which it all happened.
    """
    events = list(attempt.events)
    if attempt.left_out:
        after = events[FIRST_EVENTS]
        text = sentence("events that were not kept: {count:,}", count=attempt.left_out)
        events.insert(FIRST_EVENTS, Ui(0, after.t, after.wall, 0, ACTION, text))
    head: list[Event] = [_line(attempt, _head(lesson, attempt), 0)]
    if not events:
        return head
    ended = sentence("end of the attempt, after {time}", time=format_duration(attempt.seconds))
    return [*head, *events, _line(attempt, ended, attempt.seconds)]


def _head(lesson: Lesson, attempt: Attempt) -> str:
    steps = len(lesson.steps)
    if attempt.passed:
        verdict = sentence("passed")
    elif attempt.unknown:
        verdict = sentence("no verdict")
    else:
        verdict = sentence("failed at step {step} of {steps}", step=attempt.step + 1, steps=steps)
    whose = sentence(
        "{file}, attempt with seed {seed}: {verdict}",
        file=lesson.exercise.entry if lesson.exercise is not None else lesson.id,
        seed=attempt.seed.number,
        verdict=verdict,
    )
    if attempt.events:
        return whose
    return joined("; ", (whose, sentence("nothing was on the wire")))


def _line(attempt: Attempt, text: str, after: float) -> Ui:
    return Ui(0, attempt.began + after, attempt.wall + after, 0, ACTION, text)
