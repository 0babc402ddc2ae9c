"""What one attempt at an exercise is made of, whichever side the learner writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from wslab.i18n import _
from wslab.lab.course import Exercise, Lesson
from wslab.lab.lesson_run import Seed
from wslab.lab.program import Program
from wslab.lab.referee import Ending, Referee
from wslab.wire.clock import Clock

LAST_WORDS = 0.15
"""Seconds that a program which has passed may take to end by itself."""


class TrialFault(Exception):
    """The lab itself failed, so that the attempt says nothing about the program. The message says how."""


class Trial:
    """One attempt under way."""

    def __init__(
        self,
        lesson: Lesson,
        exercise: Exercise,
        folder: Path,
        seed: Seed,
        clock: Clock,
        referee: Referee,
        python: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.lesson = lesson
        self.exercise = exercise
        self.seed = seed
        self.clock = clock
        self.referee = referee
        self.program: Program | None = None
        """Once it was started; it stays when it has ended."""
        self.exit_code: int | None = None
        """None where it had to be killed."""
        self.ending = Ending.DECIDED
        self._folder = folder
        self._python = python
        self._environment = environment or {}

    @asynccontextmanager
    async def running(self, **environment: str) -> AsyncIterator[Program]:
        """Run the program for the length of the block, and then kill what is left of it.

        Args:
            environment: what it is told beside the seed.

        Raises:
            TrialFault: it could not be started.
        """
        values = self.seed.values
        told = {"WSLAB_WORD": str(values["word"]), "WSLAB_NUMBER": str(values["number"]), **environment}
        told.update(self._environment)
        try:
            program = await Program.start(
                self.exercise.entry, self._folder, told, self.referee.wake, python=self._python
            )
        except OSError as error:
            raise TrialFault(_("the program could not be started: {error}").format(error=error)) from error
        self.program = program
        try:
            yield program
        finally:
            self.exit_code = await program.stop()

    @property
    def exited(self) -> bool:
        """Whether the program has ended."""
        return self.program is not None and self.program.exit_code is not None

    async def until_over(self, ended: Callable[[], bool]) -> None:
        """Wait until the attempt is over; ``ended`` says whether nothing more is to be expected."""
        self.ending = await self.referee.until_over(ended)
        if self.referee.run.passed:
            # What it prints at its end is part of what a learner wants to see.
            await self.referee.until_gone(lambda: self.exited, LAST_WORDS)
