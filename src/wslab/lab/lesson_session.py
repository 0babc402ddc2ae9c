"""A learner at one lesson: what is judged, what was asked for, and what is kept of it.

The lab's screen and the guided line mode stand on this. Nothing here knows of a screen.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from wslab.lab.attempts import Attempt, AttemptLog
from wslab.lab.course import Lesson
from wslab.lab.lesson_run import LessonRun, Seed, report_error
from wslab.lab.placeholders import fill
from wslab.lab.progress import ProgressStore
from wslab.lab.progress_data import LessonProgress, check_hash
from wslab.lab.steps import Status, Step, Verdict
from wslab.wire.clock import Clock

Keep = Callable[[Callable[[], object]], None]
"""Carries out what writes to the disk, in order, now or in a thread."""

SEEDS = 2**31


def at_once(write: Callable[[], object]) -> None:
    """Carry out a write here and now."""
    write()


class LessonSession:
    """One sitting at one lesson.

    Steps tick one after the other as the wire shows them. A step that failed is begun anew at once, with what
    it failed by still told. The step *in view* is the one that is read: it moves on only when asked to.
    """

    def __init__(
        self,
        lesson: Lesson,
        store: ProgressStore,
        log: AttemptLog,
        clock: Clock,
        *,
        seed: Seed | None = None,
        keep: Keep = at_once,
        report: Callable[[Exception], None] = report_error,
    ) -> None:
        """Begin where the learner left off.

        Args:
            lesson: one that is done in the lab.
            store: where progress is kept.
            log: where attempts are written down.
            clock: the one that stamps the events.
            seed: the values of this attempt; new ones where it is None.
            keep: carries out what writes to the disk.
            report: takes errors of the lab itself.
        """
        self.lesson = lesson
        self.seed = seed or Seed(secrets.randbelow(SEEDS))
        self.failure: Verdict | None = None
        """What the active step failed by the last time it was tried, until it passes."""
        self._store = store
        self._log = log
        self._clock = clock
        self._keep = keep
        self._listeners: list[Callable[[], None]] = []
        known = self._known
        self.first = first_open(lesson, known)
        """Index of the step at which this sitting began."""
        self.view = self.first
        """Index of the step in view."""
        self._hints = [known.step(step.id).hints for step in lesson.steps]
        self.run = LessonRun(lesson.steps[self.first :], self.seed, clock, report=report)
        self.run.listen(self._judged)
        self._recorded = 0
        self._began = clock.monotonic()
        self._keep(lambda: store.set_current(lesson.id))

    @property
    def _known(self) -> LessonProgress:
        return self._store.progress.lesson(self.lesson.id)

    @property
    def active(self) -> int:
        """Index of the step that is judged; of the last one when all are passed."""
        return self.first + self.run.current

    @property
    def step(self) -> Step:
        """The step that is judged."""
        return self.lesson.steps[self.active]

    @property
    def finished(self) -> bool:
        """Whether all steps are passed."""
        return self.run.passed

    def passed(self, place: int) -> bool:
        """Return whether a step is passed, in this sitting or before."""
        if place >= self.first and self.run.statuses[place - self.first] is Status.PASSED:
            return True
        return self._known.step(self.lesson.steps[place].id).passed is not None

    @property
    def view_passed(self) -> bool:
        """Whether the step in view was passed in this sitting."""
        place = self.view - self.first
        return place >= 0 and self.run.statuses[place] is Status.PASSED

    def close(self) -> None:
        """End the sitting: note which steps were tried, and judge no more."""
        tried = [step.id for step in self.lesson.steps[self.first : self.active + 1]]
        self._keep(lambda: self._store.attempted(self.lesson.id, tried))
        self.run.pause()
        self._listeners.clear()

    def listen(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called after whatever changes what is shown."""
        self._listeners.append(listener)

    def advance(self) -> bool:
        """Bring the step that is judged into view; return whether it was another one."""
        moved = self.view != self.active
        self.view = self.active
        if moved:
            self._tell()
        return moved

    # Hints

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints of the step in view that were asked for, as Markdown."""
        step = self.lesson.steps[self.view]
        return tuple(map(self.fill, self.lesson.text().steps[step.id].hints[: self._hints[self.view]]))

    @property
    def hints_left(self) -> int:
        """How many more hints there are for the step in view."""
        step = self.lesson.steps[self.view]
        return max(0, len(self.lesson.text().steps[step.id].hints) - self._hints[self.view])

    def hint(self) -> bool:
        """Show one hint more; return whether there was one."""
        if not self.hints_left:
            return False
        self._hints[self.view] += 1
        step, number = self.lesson.steps[self.view], self._hints[self.view]
        self._keep(lambda: self._store.hint_shown(self.lesson.id, step.id, number))
        self._tell()
        return True

    # Judging

    def toggle_judging(self) -> bool:
        """Judge nothing from now on, or judge again; return whether it judges."""
        if self.run.paused:
            self.run.resume()
        else:
            self.run.pause()
        self._tell()
        return not self.run.paused

    def again(self) -> None:
        """Begin a step that could not be judged anew."""
        self.run.restart_step()

    @property
    def verdict(self) -> Verdict:
        """The verdict of the active step, in words."""
        return self.run.verdict

    @property
    def said(self) -> str:
        """What there is to say of a mistake at the active step, as Markdown; empty where there is nothing."""
        verdict = self.verdict
        if verdict.say is None and self.failure is not None:
            verdict = self.failure
        if verdict.say is not None:
            return fill(self.lesson.text().says[verdict.say], {**self.values, **verdict.values})
        return verdict.reason

    @property
    def values(self) -> dict[str, object]:
        """What placeholders of the prose stand for."""
        return {f"seed.{name}": value for name, value in self.seed.values.items()}

    def fill(self, text: str) -> str:
        """Return prose with its placeholders filled in."""
        return fill(text, self.values)

    def _judged(self) -> None:
        """Take note of what the run decided."""
        statuses = self.run.statuses
        while self._recorded < len(statuses) and statuses[self._recorded] is Status.PASSED:
            self._note_pass(self._recorded + self.first)
            self._recorded += 1
        if self.run.failed:
            self.failure = self.run.verdict
            self._write_down(self.step, self.failure)
            # The screen goes on telling what went wrong; whatever comes next counts again.
            self.run.restart_step()
        self._tell()

    def _note_pass(self, place: int) -> None:
        step = self.lesson.steps[place]
        self.failure = None
        self._write_down(step, Verdict(Status.PASSED))
        seed, check = str(self.seed.number), check_hash(step)
        self._keep(lambda: self._store.step_passed(self.lesson.id, step.id, check=check, seed=seed))
        if place + 1 == len(self.lesson.steps):
            self._keep(lambda: self._store.lesson_finished(self.lesson.id))

    def _write_down(self, step: Step, verdict: Verdict) -> None:
        entry: dict[str, Any] = {
            "course": self._store.course_id,
            "lesson": self.lesson.id,
            "step": step.id,
            "seed": str(self.seed.number),
            "verdict": str(verdict.status),
            "say": verdict.say or "",
            "seconds": self._clock.monotonic() - self._began,
        }
        self._keep(lambda: self._log.add(Attempt(**entry)))

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()


def first_open(lesson: Lesson, known: LessonProgress) -> int:
    """Return the index of the step to go on with: the first not passed, or the start of a lesson done.

    Where that step refers to what earlier ones saved, the earliest of those comes first again.
    """
    place = next((n for n, step in enumerate(lesson.steps) if known.step(step.id).passed is None), 0)
    while place and not _stands_alone(lesson.steps[place:]):
        place -= 1
    return place


def _stands_alone(steps: tuple[Step, ...]) -> bool:
    saved: set[str] = {"seed"}
    for step in steps:
        saved |= {pattern.save for _where, pattern in step.patterns() if pattern.save is not None}
        for _where, pattern in step.patterns():
            if any(reference.name not in saved for reference, _kind in pattern.references()):
                return False
    return True
