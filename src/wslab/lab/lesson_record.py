"""What is kept of attempts at exercises, of hints and of solutions: progress, and the log of attempts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from wslab.lab.attempts import Attempt as Entry
from wslab.lab.attempts import AttemptLog
from wslab.lab.course import Course, Lesson
from wslab.lab.exercise import Attempt
from wslab.lab.progress import ProgressStore
from wslab.lab.progress_data import LessonProgress, check_hash
from wslab.lab.steps import Status
from wslab.lab.workspace import why_closed
from wslab.wire.clock import Clock


class LessonRecord:
    """What is kept of one lesson of one learner.

    Args:
        course: the course of the lesson.
        lesson: which one.
        folder: for state.
        clock: where times come from.
    """

    def __init__(self, course: Course, lesson: Lesson, folder: Path, clock: Clock | None = None) -> None:
        clock = clock or Clock()
        self.lesson = lesson
        self.store = ProgressStore(
            folder, course.id, {each.id: each.formerly for each in course.lessons}, clock
        )
        self.log = AttemptLog(folder, clock)
        self.problem = ""
        """Why the log of attempts is not being kept; empty where it is."""
        self.store.load()

    @property
    def known(self) -> LessonProgress:
        """What is known of the lesson."""
        return self.store.progress.lesson(self.lesson.id)

    @property
    def problems(self) -> tuple[str, ...]:
        """Why something is not being kept, in sentences."""
        return tuple(text for text in (self.store.notice, self.store.problem, self.problem) if text)

    def opened(self) -> None:
        """Note that the learner is at this lesson."""
        self.store.set_current(self.lesson.id)

    def ran(self, attempts: Sequence[Attempt], passed: bool) -> None:
        """Note a run: its attempts count as one, and a step is passed when all of them got past it.

        A run without a verdict is not counted.

        Args:
            attempts: every attempt of it that came to its end.
            passed: whether the run as a whole passed.
        """
        for attempt in attempts:
            self._write_down(attempt)
        judged = [attempt for attempt in attempts if not attempt.unknown]
        if not judged:
            return
        furthest = min(attempt.step for attempt in judged)
        steps = self.lesson.steps
        self.store.attempted(self.lesson.id, [step.id for step in steps[: furthest + 1]])
        for place, step in enumerate(steps):
            if all(attempt.verdicts[place].status is Status.PASSED for attempt in judged):
                self.store.step_passed(
                    self.lesson.id, step.id, check=check_hash(step), seed=str(judged[0].seed.number)
                )
        if passed:
            self.store.lesson_finished(self.lesson.id)

    def open_step(self, attempt: Attempt | None = None) -> int:
        """Return the index of the step to work on: where an attempt ended, else the first not passed."""
        if attempt is not None and attempt.failed:
            return attempt.step
        steps = self.lesson.steps
        return next(
            (place for place, step in enumerate(steps) if self.known.step(step.id).passed is None),
            len(steps) - 1,
        )

    def next_hint(self, place: int) -> tuple[int, str] | None:
        """Note that one hint more of a step is shown; return number and text, None where there is none."""
        step = self.lesson.steps[place]
        hints = self.lesson.text().steps[step.id].hints
        shown = self.known.step(step.id).hints
        if shown >= len(hints):
            return None
        self.store.hint_shown(self.lesson.id, step.id, shown + 1)
        return shown + 1, hints[shown]

    def hints_left(self, place: int) -> int:
        """Return how many hints of a step were not shown yet."""
        step = self.lesson.steps[place]
        return max(0, len(self.lesson.text().steps[step.id].hints) - self.known.step(step.id).hints)

    def why_closed(self) -> str:
        """Say why the solution may not be seen yet; empty where it may."""
        known = self.known
        texts = self.lesson.text().steps
        return why_closed(
            passed=known.finished is not None,
            hints=sum(known.step(name).hints for name in texts),
            hints_there=sum(len(step.hints) for step in texts.values()),
            # Once it is finished nobody asks; until then every run that was counted has failed.
            failed_runs=known.attempts,
        )

    def solution_opened(self) -> None:
        """Note that the solution was looked at."""
        self.store.helped(self.lesson.id)

    def _write_down(self, attempt: Attempt) -> None:
        place = attempt.step
        verdict = attempt.verdicts[place] if attempt.verdicts else None
        status = Status.UNKNOWN if attempt.unknown or verdict is None else verdict.status
        try:
            self.log.add(
                Entry(
                    course=self.store.course_id,
                    lesson=self.lesson.id,
                    step=self.lesson.steps[place].id,
                    verdict=str(status),
                    seed=str(attempt.seed.number),
                    say=(verdict.say or "") if verdict is not None else "",
                    seconds=attempt.seconds,
                )
            )
            self.problem = ""
        except OSError as error:
            self.problem = f"{self.log.file}: {error.strerror or error}"
