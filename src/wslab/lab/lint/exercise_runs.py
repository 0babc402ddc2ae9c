"""Runs everything that belongs to an exercise: the solution, the start, the mutants, and ways to cheat."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from wslab.bundled import SERVERS
from wslab.lab.course import Lesson, Mutant
from wslab.lab.exercise import Attempt, ExerciseRunner
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.replay import Trace
from wslab.lab.referee import Ending
from wslab.lab.server_status import ServerEntry
from wslab.lab.workspace import assemble
from wslab.tasks import spawn
from wslab.wire.events import Direction

IDLE_CLIENT: Final = """\
import os
import time
from websockets.sync.client import connect

connection = connect(os.environ["WSLAB_URL"])
time.sleep(3600)
"""
IDLE_SERVER: Final = """\
import asyncio
import os
from websockets.asyncio.server import serve


async def main():
    async with serve(lambda connection: connection.wait_closed(), "127.0.0.1", int(os.environ["WSLAB_PORT"])):
        await asyncio.Future()


asyncio.run(main())
"""
EXITS: Final = """\
import sys

print("passed: all steps")
sys.exit(0)
"""
SAME_AGAIN = 2
"""Times that a run is tried which the lab could not judge."""


class Kind(StrEnum):
    """Why a program is run."""

    SOLUTION = "solution"
    START = "start"
    MUTANT = "mutant"
    CHEAT = "cheat"


@dataclass(frozen=True, slots=True)
class Case:
    """A program to run once."""

    kind: Kind
    name: str
    """For messages: the file in the lesson's folder, or what the program does."""
    over: Path | str | None
    """What is put over the start: a folder, a file, or the text of the entry; None for nothing."""
    seed: Seed
    mutant: Mutant | None = None
    idle: bool = False
    """Whether it mostly waits, so that it costs time and nothing else."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A program that was run."""

    case: Case
    attempt: Attempt

    def trace(self, lesson: Lesson) -> Trace:
        """Return what was on the wire, to be judged once more."""
        assert lesson.exercise is not None
        client = lesson.exercise.kind == "client"
        attempt = self.attempt
        timed_out = attempt.ending is Ending.TIMEOUT
        return Trace(
            self.case.name,
            attempt.seed,
            attempt.events,
            attempt.began,
            attempt.began + lesson.exercise.timeout if timed_out else None,
            Direction.C2S if client else Direction.S2C,
        )


def cases_of(lesson: Lesson, seeds: int | None = None) -> list[Case]:
    """Return everything to be run of an exercise, those that wait longest first.

    Args:
        lesson: the exercise.
        seeds: with how many seeds the solution is run; as many as the lesson asks for where None.
    """
    exercise = lesson.exercise
    assert exercise is not None
    idle = IDLE_CLIENT if exercise.kind == "client" else IDLE_SERVER
    found = [
        Case(Kind.CHEAT, "a program that connects and does nothing", idle, Seed(1), idle=True),
        Case(Kind.CHEAT, "a program that exits with 0", EXITS, Seed(1)),
        Case(Kind.CHEAT, "an empty program", "", Seed(1)),
        Case(Kind.START, f"start/{exercise.entry}", None, Seed(1)),
    ]
    if exercise.kind == "server":
        found[0] = Case(Kind.CHEAT, "a server that does nothing", idle, Seed(1), idle=True)
    found += [
        Case(Kind.MUTANT, f"mutants/{each.name}", lesson.folder / "mutants" / each.name, Seed(1), each)
        for each in lesson.mutants
    ]
    count = exercise.seeds if seeds is None else seeds
    found += [
        Case(Kind.SOLUTION, f"solution/{exercise.entry}", lesson.folder / "solution", Seed(number))
        for number in range(1, count + 1)
    ]
    return found


class ExerciseRuns:
    """Runs cases of one exercise.

    Args:
        lesson: the exercise.
        room: how many programs may run at once, of all lessons together; those that wait do not count.
        servers: what can be started, by name.
    """

    def __init__(
        self,
        lesson: Lesson,
        room: asyncio.Semaphore,
        servers: Mapping[str, ServerEntry] = SERVERS,
    ) -> None:
        self._lesson = lesson
        self._room = room
        self._runner = ExerciseRunner(lesson, servers=servers)
        self.runs = 0
        """Programs run so far."""

    async def run(self, cases: Sequence[Case]) -> list[Ran]:
        """Run cases side by side and return what came of them, in their order."""
        tasks = [spawn(self._one(case), f"{self._lesson.id}: {case.name}") for case in cases]
        try:
            return [await task for task in tasks]
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
            await self._runner.close()

    async def _one(self, case: Case) -> Ran:
        if case.idle:
            return await self._try(case)
        async with self._room:
            return await self._try(case)

    async def _try(self, case: Case) -> Ran:
        exercise = self._lesson.exercise
        assert exercise is not None
        for _attempt in range(SAME_AGAIN):
            with tempfile.TemporaryDirectory(prefix="wslab-check-") as new:
                folder = Path(new) / "work"
                over = case.over
                if isinstance(over, str):
                    over = Path(new) / exercise.entry
                    over.write_text(str(case.over), encoding="utf-8")
                start = self._lesson.folder / "start"
                assemble(start, start if over is None else over, exercise.entry, folder)
                self.runs += 1
                attempt = await self._runner.attempt(folder, case.seed)
            if not attempt.unknown:
                break
        return Ran(case, attempt)
