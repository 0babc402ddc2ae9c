"""A learner at an exercise in the lab: their file, the runs that each save starts, and what came of the last.

The line mode has `lesson_watch` for the same; nothing here knows of a screen.
"""

from __future__ import annotations

import asyncio
import datetime
from collections.abc import Callable
from pathlib import Path

from wslab.lab.attempt_output import outcome_lines
from wslab.lab.course import Lesson
from wslab.lab.exercise import ExerciseRunner, Outcome
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.solution import Source, own_source, solution_of
from wslab.lab.watch import Watch
from wslab.lab.workspace import Copied, Workspace
from wslab.tasks import spawn, stop
from wslab.wire.clock import Clock


class ExerciseSession:
    """One sitting at one exercise.

    Args:
        lesson: an exercise.
        record: where it is kept.
        runner: runs it; it is closed in the end.
        space: the learner's folder.
        watch: watches the file; one of its own where None.
        clock: where times come from.
    """

    def __init__(
        self,
        lesson: Lesson,
        record: LessonRecord,
        runner: ExerciseRunner,
        space: Workspace,
        watch: Watch | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.lesson = lesson
        self.outcome: Outcome | None = None
        """What came of the last run of this file that was not broken off."""
        self.kept: Path | None = None
        """Where the files of before are, after a reset."""
        self.solution: tuple[Source, ...] = ()
        """The solution, once the learner has opened it."""
        self.own: Source | None = None
        """The learner's file beside it: as it was then, or when the last run was over."""
        self._record = record
        self._runner = runner
        self._space = space
        self._watch = watch or Watch(space.file)
        self._clock = clock or Clock()
        self._listeners: list[Callable[[], None]] = []
        self._watching: asyncio.Task[None] | None = None
        self._attempt: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._hinting = asyncio.Lock()
        self._left = False
        self._known_before = record.known.finished is not None

    @property
    def passed_before(self) -> bool:
        """Whether a run before the last one passed, in this sitting or an earlier one."""
        return self._known_before

    @property
    def begun(self) -> bool:
        """Whether the learner's file is there."""
        return self._space.file.exists()

    @property
    def file(self) -> Path:
        """The file that is edited and run."""
        return self._space.file

    @property
    def folder(self) -> Path:
        """The learner's folder."""
        return self._space.folder

    @property
    def problems(self) -> tuple[str, ...]:
        """Why something is not being kept, in sentences."""
        return self._record.problems

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
        """Give the learner what is not in their folder yet; from now on it is run whenever it is saved.

        Raises:
            WorkspaceError: a file can't be written.
        """
        copied = await asyncio.to_thread(self._space.copy)
        if not self._left:
            self._runner.warm()
            if self._watching is None:
                self._begin_watching()
            self._tell()
        return copied

    async def run(self) -> None:
        """Run the program now; a run that is going on is broken off."""
        # A key and a save may ask for it at the same time.
        async with self._beginning:
            await self._stop()
            if self._left:
                return
            self._attempt = spawn(self._run(), f"run {self.file.name}")
        self._tell()

    async def reset(self) -> Path | None:
        """Begin the files anew, and run them where they are run at each save; a run that is going on ends.

        Returns:
            The folder that holds the old files; None where there were none.

        Raises:
            WorkspaceError: a file can't be moved or written. Nothing is lost then.
        """
        async with self._beginning:
            await self._stop()
            watching = self._watching
            if watching is not None:
                await stop(watching)  # What is written here is no save.
            now = datetime.datetime.fromtimestamp(self._clock.wall()).astimezone()
            try:
                kept = await asyncio.to_thread(self._space.reset, now)
            finally:
                if watching is not None and not self._left:
                    self._begin_watching()
                self._tell()
        self.outcome = None
        self.kept = kept
        if self.watching:
            await self.run()
        await self._look_at_own()
        self._tell()
        return kept

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
        # Threads that ask at the same time would all be given the same one.
        async with self._hinting:
            found = await asyncio.to_thread(self._record.next_hint, self.place)
        self._tell()
        return found is not None

    async def open_solution(self) -> str:
        """Show the solution from now on, and note that it was looked at.

        Returns:
            Why it may not be seen yet; empty where it is shown.

        Raises:
            WorkspaceError, OSError: it can't be read.
        """
        why = self._record.why_closed()
        if why:
            return why
        solution = await asyncio.to_thread(solution_of, self.lesson)
        own = await asyncio.to_thread(own_source, self.file)
        if not self._left:
            await asyncio.to_thread(self._record.solution_opened)
            self.solution, self.own = solution, own
            self._tell()
        return ""

    async def _look_at_own(self) -> None:
        if self.solution:
            self.own = await asyncio.to_thread(own_source, self.file)

    def leave(self) -> None:
        """Tell nobody anything any more and begin nothing: the learner is elsewhere, and `close` follows."""
        self._left = True
        self._listeners.clear()

    async def close(self) -> None:
        """Break off what runs, and tidy up."""
        self.leave()
        if self._watching is not None:
            await stop(self._watching)
            self._watching = None
        async with self._beginning:
            await self._stop()
        await self._runner.close()

    def _begin_watching(self) -> None:
        self._watch.know()
        self._watching = spawn(self._follow(), f"watch {self.file.name}")

    async def _follow(self) -> None:
        while True:
            await self._watch.changed()
            await self.run()

    async def _run(self) -> None:
        outcome = await self._runner.run(self._space.folder)
        # A result counts only when the save is over.
        await asyncio.sleep(self._watch.unsettled)
        await asyncio.to_thread(self._record.ran, outcome.attempts, outcome.passed)
        await self._look_at_own()
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
