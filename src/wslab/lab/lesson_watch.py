"""Runs an exercise again whenever its file is saved, and takes single letters as lines meanwhile.

Lines, not keys: so it works over any connection, in any terminal and with a screen reader.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Sequence

from wslab.i18n import _
from wslab.lab.attempt_output import outcome_lines
from wslab.lab.exercise import ExerciseRunner, Outcome
from wslab.lab.lesson_command import WIDTH, show, solution_lines, tell
from wslab.lab.lesson_prose import hint_lines
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.lesson_run import Seed
from wslab.lab.line_input import LineInput, LineTooLong
from wslab.lab.watch import Watch
from wslab.lab.workspace import Workspace
from wslab.tasks import spawn, stop

OK, FAILED, UNKNOWN = 0, 1, 4


class WatchSession:
    """A learner at work on one exercise.

    Args:
        runner: runs the exercise; it is closed in the end.
        space: the learner's folder.
        record: where it is kept.
        seeds: of each run; new ones where it is None.
        say: shows lines that a run came to.
        watch: watches the file.
    """

    def __init__(
        self,
        runner: ExerciseRunner,
        space: Workspace,
        record: LessonRecord,
        seeds: Sequence[Seed] | None = None,
        *,
        say: Callable[[Sequence[str]], None] = show,
        watch: Watch | None = None,
    ) -> None:
        self._lesson = runner.lesson
        self._space = space
        self._record = record
        self._seeds = seeds
        self._say = say
        self._watch = watch or Watch(space.file)
        self._runner = runner
        self._last: Outcome | None = None
        self._attempt: asyncio.Task[Outcome] | None = None
        self._finished_before = record.known.finished is not None

    async def run(self) -> int:
        """Run the program now and after each save, until the learner quits. Return the exit code."""
        lines = self._lines()
        reading: asyncio.Task[str | None] | None = spawn(_next(lines), "read a line")
        saving = spawn(self._watch.changed(), "watch")
        self._begin()
        try:
            while True:
                waiting = {task for task in (saving, reading, self._attempt) if task is not None}
                # A result counts only when the save is over.
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                if saving.done():
                    saving.result()
                    saving = spawn(self._watch.changed(), "watch")
                    await self._begin_anew()
                elif reading is not None and reading.done():
                    line = reading.result()
                    if line is None:
                        reading = None  # nobody types any more; saving still counts
                        continue
                    if not await self._carry_out(line.strip().lower()):
                        return self._code()
                    reading = spawn(_next(lines), "read a line")
                elif self._attempt is not None and self._attempt.done():
                    await asyncio.wait([saving], timeout=self._watch.unsettled)
                    if not saving.done():
                        self._finish(self._attempt.result())
        finally:
            for task in (saving, reading):
                if task is not None:
                    task.cancel()
            await self._stop()
            await self._runner.close()

    def _begin(self) -> None:
        tell(_("running {file} …").format(file=self._space.file))
        self._attempt = spawn(self._runner.run(self._space.folder, self._seeds), "run")

    async def _begin_anew(self) -> None:
        await self._stop()
        self._begin()

    async def _stop(self) -> None:
        if self._attempt is not None:
            await stop(self._attempt)
            self._attempt = None

    def _finish(self, outcome: Outcome) -> None:
        self._attempt = None
        self._last = outcome
        self._say(
            outcome_lines(
                self._lesson,
                outcome,
                self._record.hints_left(outcome.decisive.step),
                self._finished_before,
            )
        )
        self._record.ran(outcome.attempts, outcome.passed)
        self._finished_before = self._finished_before or outcome.passed
        self._runner.warm()
        for text in self._record.problems:
            tell(text)
        self._menu()

    def _menu(self) -> None:
        tell(_("save the file to run it again; or a letter and enter: r run, h hint, s solution, q quit"))

    async def _carry_out(self, letter: str) -> bool:
        """Carry out a line and return whether to go on."""
        match letter:
            case "q" | "quit":
                return False
            case "r" | "run" | "":
                await self._begin_anew()
            case "h" | "hint":
                self._hint()
            case "s" | "solution":
                self._solution()
            case _:
                self._menu()
        return True

    def _hint(self) -> None:
        attempt = self._last.decisive if self._last is not None else None
        lines = hint_lines(self._record, self._record.open_step(attempt), WIDTH)
        if lines is None:
            tell(_("there is no further hint for this step"))
        else:
            self._say(lines)

    def _solution(self) -> None:
        why = self._record.why_closed()
        if why:
            tell(why)
            return
        self._say(solution_lines(self._lesson))
        self._record.solution_opened()

    def _code(self) -> int:
        if self._last is None or self._last.passed:
            return OK if self._last is not None else FAILED
        return UNKNOWN if self._last.unknown else FAILED

    async def _lines(self) -> AsyncIterator[str]:
        if sys.stdin is None:
            return
        try:
            async for line in LineInput(sys.stdin.fileno()).lines():
                yield line.decode("utf-8", "replace")
        except (OSError, LineTooLong) as error:
            tell(str(error))


async def _next(lines: AsyncIterator[str]) -> str | None:
    return await anext(lines, None)
