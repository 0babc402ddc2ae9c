"""Who learns here: a course, what is kept of the progress in it, and one sitting after another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from pathlib import Path

from wslab.lab.attempts import AttemptLog
from wslab.lab.course import Lesson, Phase
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.lesson_run import Seed, report_error
from wslab.lab.lesson_session import LessonSession
from wslab.lab.progress import ProgressStore
from wslab.lab.progress_data import Progress
from wslab.lab.source import Source
from wslab.lab.workspace import Workspace
from wslab.tasks import spawn
from wslab.wire.clock import Clock


class Learner:
    """One learner in one course.

    What is kept is written in a thread, one write after the other, so that a slow disk holds up no screen.
    """

    def __init__(
        self,
        source: Source,
        folder: Path,
        clock: Clock,
        *,
        work: Path | None = None,
        seed: Seed | None = None,
        report: Callable[[Exception], None] = report_error,
    ) -> None:
        """Read what is kept.

        Args:
            source: what is learned, and what may run of it.
            folder: for state; made when there is something to keep.
            clock: the one that stamps the events.
            work: where the folders of exercises are made; where they always are if it is None.
            seed: of every sitting; a new one for each where it is None.
            report: takes errors of the lab itself.
        """
        self.source = source
        self.course = course = source.course
        self.folder = folder
        self.store = ProgressStore(
            folder, course.id, {each.id: each.formerly for each in course.lessons}, clock
        )
        self.store.load()
        self.session: LessonSession | None = None
        """The sitting at a lesson that is done in the lab."""
        self.exercise: ExerciseSession | None = None
        """The sitting at an exercise."""
        self._work = work
        self._ending: list[asyncio.Task[None]] = []
        self._log = AttemptLog(folder, clock)
        self._clock = clock
        self._seed = seed
        self._report = report
        self._writes: deque[Callable[[], object]] = deque()
        self._writing: asyncio.Task[None] | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def progress(self) -> Progress:
        """What is known of the progress."""
        return self.store.progress

    @property
    def finished(self) -> Collection[str]:
        """Ids of the lessons that were passed to their end."""
        return {each.id for each in self.course.lessons if self.progress.lesson(each.id).finished is not None}

    @property
    def begun(self) -> Collection[str]:
        """Ids of the lessons of which at least one step was passed, and not the last."""
        known = {each.id: self.progress.lesson(each.id) for each in self.course.lessons}
        return {
            name
            for name, lesson in known.items()
            if lesson.finished is None and any(step.passed is not None for step in lesson.steps.values())
        }

    @property
    def lesson(self) -> Lesson:
        """The lesson to go on with: the one opened last, else the first of the course."""
        if self.progress.current is not None:
            for each in self.course.lessons:
                if self.progress.current == each.id or self.progress.current in each.formerly:
                    return each
        return self.course.lessons[0]

    def lesson_of(self, phase: Phase) -> Lesson | None:
        """Return the lesson of a phase to go on with; None where it has no lessons yet.

        It is the one opened last, else the first that is not finished, else the first.
        """
        if self.lesson in phase.lessons:
            return self.lesson
        finished = self.finished
        left = [each for each in phase.lessons if each.id not in finished]
        return next(iter(left or phase.lessons), None)

    def listen(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called whenever something was kept, or could not be."""
        self._listeners.append(listener)

    def sit_down(self, lesson: Lesson) -> LessonSession | None:
        """Leave the lesson of before and begin another; None for an exercise: `exercise` is there then."""
        self.get_up()
        if lesson.exercise is None:
            self.session = LessonSession(
                lesson,
                self.store,
                self._log,
                self._clock,
                seed=self._seed,
                keep=self.keep,
                report=self._report,
            )
        else:
            self.keep(lambda: self.store.set_current(lesson.id))
            self.exercise = self._work_at(lesson, lesson.exercise.entry)
        return self.session

    def _work_at(self, lesson: Lesson, entry: str) -> ExerciseSession:
        record = LessonRecord(self.course, lesson, self.folder, self._clock)
        space = Workspace(lesson.folder / "start", self.source.work(lesson, self._work), entry)
        return ExerciseSession(lesson, record, self.source.runner(lesson), space, clock=self._clock)

    def get_up(self) -> None:
        """Leave the lesson."""
        if self.session is not None:
            self.session.close()
            self.session = None
        if self.exercise is not None:
            self.exercise.leave()
            self._ending = [each for each in self._ending if not each.done()]
            self._ending.append(spawn(self.exercise.close(), "end the exercise"))
            self.exercise = None

    def keep(self, write: Callable[[], object]) -> None:
        """Write something, after all that is to be written before."""
        self._writes.append(write)
        if self._writing is None:
            self._writing = spawn(self._write(), "keep progress")

    async def close(self) -> None:
        """Leave the lesson and wait until all is written."""
        self.get_up()
        if self._ending:
            await asyncio.wait(self._ending)
        while self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        try:
            while self._writes:
                write = self._writes.popleft()
                try:
                    await asyncio.to_thread(write)
                except OSError as error:
                    self._report(error)
        finally:
            self._writing = None
        for listener in tuple(self._listeners):
            listener()
