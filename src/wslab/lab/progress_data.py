"""What is known of a learner's progress in one course, and how two such records become one. No files here.

Everything is kept by the permanent ids of lessons and steps. Records are immutable.

A step was passed *with help* where, before its first pass, its third hint was shown (it is almost the answer)
or the solution of the lesson was opened. What is looked at after the pass is no help. A lesson was finished
with help where its solution was opened before its end.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wslab.lab.steps import Step

ANSWER_HINT = 3
"""The hint that is almost the answer: a step that is passed after it was passed with help."""

Former = Mapping[str, Sequence[str]]
"""The id of every lesson of a course, and the ids that it had before."""


@dataclass(frozen=True, slots=True)
class StepProgress:
    """What is known of one step."""

    passed: float | None = None
    """Unix time of the first pass."""
    attempts: int = 0
    """Attempts in which the step became active."""
    hints: int = 0
    """Hints that were shown, from the first on."""
    helped: bool = False
    """The answer was shown before the first pass, or is and there is no pass yet."""
    checked: float | None = None
    """Unix time of the pass that the next three tell of: the first by the newest check it was passed on."""
    check: str = ""
    """Hash of the step's checks at that pass."""
    seed: str = ""
    """Seed of that attempt."""
    engine: str = ""
    """Version of wslab at that pass."""

    def earlier_check(self, check: str) -> bool:
        """Return whether the step was passed, but on other checks than those it has now."""
        return self.passed is not None and self.check != check


@dataclass(frozen=True, slots=True)
class LessonProgress:
    """What is known of one lesson."""

    opened: float | None = None
    """Unix time it was opened first."""
    attempts: int = 0
    finished: float | None = None
    """Unix time its last step was passed first."""
    helped: bool = False
    """The solution was opened before the lesson was finished, or is and it is not finished yet."""
    steps: Mapping[str, StepProgress] = field(default_factory=lambda: MappingProxyType({}))

    def step(self, step_id: str) -> StepProgress:
        """Return what is known of a step; nothing is a record as well."""
        return self.steps.get(step_id, StepProgress())

    def with_step(self, step_id: str, step: StepProgress) -> LessonProgress:
        """Return this with another record of a step."""
        return replace(self, steps=MappingProxyType({**self.steps, step_id: step}))


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a learner in one course, at one moment."""

    current: str | None = None
    """The lesson that was opened last."""
    lang: str | None = None
    """The language that was chosen by hand."""
    lessons: Mapping[str, LessonProgress] = field(default_factory=lambda: MappingProxyType({}))

    def lesson(self, lesson_id: str) -> LessonProgress:
        """Return what is known of a lesson; nothing is a record as well."""
        return self.lessons.get(lesson_id, LessonProgress())

    def with_lesson(self, lesson_id: str, lesson: LessonProgress) -> Progress:
        """Return this with another record of a lesson."""
        return replace(self, lessons=MappingProxyType({**self.lessons, lesson_id: lesson}))

    def without_lesson(self, lesson_id: str) -> Progress:
        """Return this as if the lesson had never been opened; it stays the current one where it is."""
        kept = {known: lesson for known, lesson in self.lessons.items() if known != lesson_id}
        return replace(self, lessons=MappingProxyType(kept))


def check_hash(step: Step) -> str:
    """Return what tells the checks of a step from others: a hash of all that decides whether it is passed.

    What a learner is told of a mistake decides nothing, and may get better without a pass becoming doubtful.
    """
    decides = {
        key: [_silent(item) for item in value] if key == "never" else value
        for key, value in step.table.items()
        if key not in ("id", "diagnose")
    }
    return hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()[:16]


def _silent(pattern: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in pattern.items() if key != "say"}


def pass_step(
    step: StepProgress, at: float, check: str, seed: str, engine: str, solved: bool
) -> StepProgress:
    """Return the record of a step after a pass.

    The first pass stays the first. A later one on other checks than those noted is noted in their place.

    Args:
        step: what was known before.
        at: Unix time of the pass.
        check: hash of the checks that were passed.
        seed: seed of the attempt.
        engine: version of wslab.
        solved: the solution of the lesson had been opened before.
    """
    if step.passed is None:
        step = replace(step, passed=at, helped=step.helped or solved)
    elif step.check == check:
        return step
    return replace(step, checked=at, check=check, seed=seed, engine=engine)


def show_hint(step: StepProgress, number: int) -> StepProgress:
    """Return the record of a step after its hint of that number, from 1, was shown."""
    helped = step.helped or (number >= ANSWER_HINT and step.passed is None)
    return replace(step, hints=max(step.hints, number), helped=helped)


def merge(one: Progress, other: Progress) -> Progress:
    """Return one record of two, such as of two machines. No pass of either is lost.

    First times are the earlier ones. Counts are the larger ones and no sums: what both have in common can't
    be told from what each has alone, and taking in the same record twice must change nothing. The order does
    not matter either, but for `current` and `lang`, where those of the first record win.
    """
    ids = dict.fromkeys((*one.lessons, *other.lessons))
    lessons = {lesson_id: merge_lessons(one.lesson(lesson_id), other.lesson(lesson_id)) for lesson_id in ids}
    return Progress(one.current or other.current, one.lang or other.lang, MappingProxyType(lessons))


def merge_lessons(one: LessonProgress, other: LessonProgress) -> LessonProgress:
    """Return one record of two of the same lesson."""
    ids = dict.fromkeys((*one.steps, *other.steps))
    return LessonProgress(
        opened=_earlier(one.opened, other.opened),
        attempts=max(one.attempts, other.attempts),
        finished=_earlier(one.finished, other.finished),
        helped=_helped((one.finished, one.helped), (other.finished, other.helped)),
        steps=MappingProxyType(
            {step_id: merge_steps(one.step(step_id), other.step(step_id)) for step_id in ids}
        ),
    )


def merge_steps(one: StepProgress, other: StepProgress) -> StepProgress:
    """Return one record of two of the same step."""
    newest = max(one, other, key=_check_order)
    return StepProgress(
        passed=_earlier(one.passed, other.passed),
        attempts=max(one.attempts, other.attempts),
        hints=max(one.hints, other.hints),
        helped=_helped((one.passed, one.helped), (other.passed, other.helped)),
        checked=newest.checked,
        check=newest.check,
        seed=newest.seed,
        engine=newest.engine,
    )


def adopt_former(progress: Progress, former: Former) -> Progress:
    """Return progress in which what is kept under a lesson's former ids stands under its present one.

    An id that a lesson has now is never taken for a former one of another lesson.
    """
    for lesson_id, names in former.items():
        for name in names:
            if name in former:
                continue
            old = progress.lessons.get(name)
            if old is not None:
                merged = merge_lessons(progress.lesson(lesson_id), old)
                progress = progress.without_lesson(name).with_lesson(lesson_id, merged)
            if progress.current == name:
                progress = replace(progress, current=lesson_id)
    return progress


def _earlier(one: float | None, other: float | None) -> float | None:
    return min((at for at in (one, other) if at is not None), default=None)


def _helped(one: tuple[float | None, bool], other: tuple[float | None, bool]) -> bool:
    """Whether there was help, from two times of a pass and whether there was help with each.

    Help belongs to the first pass: what was looked at on another machine after it does not count.
    """
    (at, helped), (other_at, other_helped) = one, other
    if at == other_at:
        return helped or other_helped
    return other_helped if at is None or (other_at is not None and other_at < at) else helped


def _check_order(step: StepProgress) -> tuple[float, str, str, str]:
    return (-math.inf if step.checked is None else step.checked, step.check, step.seed, step.engine)
