"""A learner at an exercise in the lab: their file, the runs that each save starts, and what came of the last.

The line mode has `lesson_watch` for the same; nothing here knows of a screen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from wslab.lab.attempt_output import outcome_lines
from wslab.lab.course import Lesson
from wslab.lab.exercise import ExerciseRunner, Outcome
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.watch import Watch
from wslab.lab.workspace import Copied, Workspace
from wslab.tasks import spawn, stop


class ExerciseSession:
    """One sitting at one exercise.

    Args:
        lesson: an exercise.
        record: where it is kept.
        runner: runs it; it is closed in the end.
        space: the learner's folder.
        watch: watches the file; one of its own where None.
    """

    def __init__(
        self,
        lesson: Lesson,
        record: LessonRecord,
        runner: ExerciseRunner,
        space: Workspace,
        watch: Watch | None = None,
    ) -> None:
        self.lesson = lesson
        self.outcome: Outcome | None = None
        """What came of the last run that was not broken off."""
        self._record = record
        self._runner = runner
        self._space = space
        self._watch = watch or Watch(space.file)
        self._listeners: list[Callable[[], None]] = []
        self._watching: asyncio.Task[None] | None = None
        self._attempt: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._known_before = record.known.finished is not None

    @property
    def file(self) -> Path:
        """The file that is edited and run."""
        return self._space.file

    @property
    def watching(self) -> bool:
        """Whether the learner has begun: the file is run whenever it is saved."""
        return self._watching is not None

    @property
    def running(self) -> bool:
        """Whether a run is going on."""
        return self._attempt is not None

    @property
    def passed(self) -> bool:
        """Whether the last run passed."""
        return self.outcome is not None and self.outcome.passed

    @property
    def place(self) -> int:
        """Index of the step to work on."""
        return self._record.open_step(self.outcome.decisive if self.outcome is not None else None)

    def listen(self, listener: Callable[[], None]) -> None:
        """Have ``listener`` called after whatever changes what is shown."""
        self._listeners.append(listener)

    async def start(self) -> Copied:
        """Give the learner what is not in their folder yet, and run it from now on whenever it is saved.

        Raises:
            WorkspaceError: a file can't be written.
        """
        copied = await asyncio.to_thread(self._space.copy)
        self._runner.warm()
        if self._watching is None:
            self._watching = spawn(self._follow(), f"watch {self.file.name}")
        self._tell()
        return copied

    async def run(self) -> None:
        """Run the program now; a run that is going on is broken off."""
        # A key and a save may ask for it at the same time.
        async with self._beginning:
            await self._stop()
            self._attempt = spawn(self._run(), f"run {self.file.name}")
        self._tell()

    def report(self, width: int) -> list[str]:
        """Return what came of the last run, as lines of at most so many cells; none before the first."""
        if self.outcome is None:
            return []
        left = self._record.hints_left(self.outcome.decisive.step)
        return outcome_lines(self.lesson, self.outcome, left, self._known_before, max(60, width))

    # Hints and the solution

    @property
    def hints(self) -> tuple[str, ...]:
        """The hints of the step to work on that were asked for, as Markdown."""
        step = self.lesson.steps[self.place]
        shown = self._record.known.step(step.id).hints
        return self.lesson.text().steps[step.id].hints[:shown]

    async def hint(self) -> bool:
        """Show one hint more; return whether there was one."""
        found = await asyncio.to_thread(self._record.next_hint, self.place)
        self._tell()
        return found is not None

    async def close(self) -> None:
        """Break off what runs, and tidy up."""
        if self._watching is not None:
            await stop(self._watching)
            self._watching = None
        async with self._beginning:
            await self._stop()
        await self._runner.close()
        self._listeners.clear()

    async def _follow(self) -> None:
        while True:
            await self._watch.changed()
            await self.run()

    async def _run(self) -> None:
        outcome = await self._runner.run(self._space.folder)
        # A result counts only when the save is over.
        await asyncio.sleep(self._watch.unsettled)
        await asyncio.to_thread(self._record.ran, outcome.attempts, outcome.passed)
        self.outcome = outcome
        self._attempt = None
        self._runner.warm()
        self._tell()
        self._known_before = self._known_before or outcome.passed

    async def _stop(self) -> None:
        attempt = self._attempt
        if attempt is not None:
            await stop(attempt)
            self._attempt = None

    def _tell(self) -> None:
        for listener in tuple(self._listeners):
            listener()
