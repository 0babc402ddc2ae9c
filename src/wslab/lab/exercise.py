"""Attempts at an exercise: the learner's program against a fresh server, judged by what the wire shows.

What the program prints and how it exits decides nothing. Faults of the lab, such as a server that does not
start, give no verdict at all and are never counted.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wslab.bundled import SERVERS
from wslab.i18n import _
from wslab.lab.course import Lesson
from wslab.lab.exercise_client import run_client
from wslab.lab.exercise_server import run_server
from wslab.lab.fresh_servers import FreshServers
from wslab.lab.lesson_run import Seed
from wslab.lab.program import traceback_tail
from wslab.lab.referee import Ending, Referee
from wslab.lab.server_run import Patience
from wslab.lab.server_status import ServerEntry, ServerStartError
from wslab.lab.steps import Verdict
from wslab.lab.trial import Trial, TrialFault
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event
from wslab.wire.wants import Saved

AT_ONCE = 3
"""Attempts that run side by side. A learner waits for the slowest of them and not for all."""
LARGEST_SEED = 10**6

NewClock = Callable[[], Clock]


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of one run of a learner's program."""

    seed: Seed
    verdicts: tuple[Verdict, ...]
    """Of each step; of none where the lab failed before anything could be judged."""
    passed: bool
    events: tuple[Event, ...] = ()
    """The start and the end of what was on the wire."""
    left_out: int = 0
    """Events that are missing behind the first `FIRST_EVENTS` of them."""
    output: tuple[str, ...] = ()
    """The start and the end of what it printed, safe to show."""
    traceback: tuple[str, ...] = ()
    """The end of its last traceback, if it printed one."""
    exit_code: int | None = None
    """None where it was still running, and was killed."""
    ending: Ending = Ending.DECIDED
    began: float = 0.0
    """Monotonic seconds at which it began, by the clock of its events."""
    wall: float = 0.0
    """Unix time at which it began."""
    seconds: float = 0.0
    unknown_reason: str = ""
    """Why there is no verdict, which is the lab's fault; empty where there is one."""
    step: int = 0
    """Index of the step that was not passed; of the last one where all were."""
    saved: Saved = field(default_factory=dict, compare=False, repr=False)
    """What the steps saved, the seed included."""

    @property
    def unknown(self) -> bool:
        """Whether the lab failed, so that nothing can be said."""
        return bool(self.unknown_reason)

    @property
    def failed(self) -> bool:
        """Whether the program did not do what was asked for."""
        return not (self.passed or self.unknown)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of all attempts of one run, in the order of their seeds."""

    attempts: tuple[Attempt, ...]

    @property
    def passed(self) -> bool:
        """Whether every attempt passed."""
        return bool(self.attempts) and all(attempt.passed for attempt in self.attempts)

    @property
    def decisive(self) -> Attempt:
        """The attempt to show: the first that failed, else one without a verdict, else the last."""
        failed = [attempt for attempt in self.attempts if attempt.failed]
        unknown = [attempt for attempt in self.attempts if attempt.unknown]
        return (failed or unknown or [self.attempts[-1]])[0]

    @property
    def unknown(self) -> bool:
        """Whether nothing can be said: none failed, and of one the verdict is missing."""
        return not self.passed and not any(attempt.failed for attempt in self.attempts)


class ExerciseRunner:
    """Runs attempts at one exercise.

    Args:
        lesson: one with an exercise.
        python: the interpreter of servers and programs.
        servers: what can be started, by name.
        patience: how long a server may take to start and to stop.
        new_clock: makes the clock of an attempt.
        environment: what programs are told beside what every attempt tells them.
        permit: called right before each start of a program; raises `TrialFault` where it may not run.
    """

    def __init__(
        self,
        lesson: Lesson,
        *,
        python: str = sys.executable,
        servers: Mapping[str, ServerEntry] = SERVERS,
        patience: Patience | None = None,
        new_clock: NewClock = Clock,
        environment: Mapping[str, str] | None = None,
        permit: Callable[[], None] | None = None,
    ) -> None:
        if lesson.exercise is None:
            raise ValueError(f"{lesson.id} is no exercise: it is done in the lab")
        self.lesson = lesson
        self.exercise = lesson.exercise
        self._python = python
        self._new_clock = new_clock
        self._environment = environment or {}
        self._permit = permit
        self._servers: FreshServers | None = None
        if lesson.server is not None and self.exercise.kind == "client":
            self._servers = FreshServers(
                servers[lesson.server],
                lesson.options,
                spare=min(AT_ONCE, self.exercise.seeds),
                python=python,
                patience=patience,
            )

    def warm(self) -> None:
        """Start the servers of the next run. Returns at once."""
        if self._servers is not None:
            self._servers.refill()

    async def attempt(self, folder: Path, seed: Seed) -> Attempt:
        """Run the program in a folder once and judge it.

        Args:
            folder: the learner's, with the entry file.
            seed: of the attempt.
        """
        clock = self._new_clock()
        began, wall = clock.monotonic(), clock.wall()
        you = Direction.C2S if self.exercise.kind == "client" else Direction.S2C
        referee = Referee(self.lesson.steps, seed, clock, self.exercise.timeout, you=you)
        trial = Trial(
            self.lesson, self.exercise, folder, seed, clock, referee, self._python, self._environment
        )
        fault = ""
        try:
            if self._permit is not None:
                self._permit()
            if self._servers is not None:
                await run_client(trial, self._servers)
            else:
                await run_server(trial)
        except TrialFault as error:
            fault = str(error)
        except ServerStartError as error:
            fault = "\n".join((str(error), *error.tail))
        if trial.ending is Ending.EXITED:
            referee.play_out()
        if not fault and referee.unknown:
            cause = referee.error
            fault = _("the lab could not judge: {error}").format(error=f"{type(cause).__name__}: {cause}")
        output = trial.program.output if trial.program is not None else None
        return Attempt(
            seed=seed,
            verdicts=referee.verdicts(),
            passed=not fault and referee.run.passed,
            events=referee.trace.events(),
            left_out=referee.trace.left_out,
            output=output.lines() if output is not None else (),
            traceback=traceback_tail(output.errors(), folder) if output is not None else (),
            exit_code=trial.exit_code,
            ending=trial.ending,
            began=began,
            wall=wall,
            seconds=clock.monotonic() - began,
            unknown_reason=fault,
            step=referee.active,
            saved=referee.run.saved,
        )

    async def run(
        self,
        folder: Path,
        seeds: Sequence[Seed] | None = None,
        *,
        on_attempt: Callable[[Attempt], None] | None = None,
    ) -> Outcome:
        """Run the program with several seeds, some at once, until all passed or one did not.

        Args:
            folder: the learner's, with the entry file.
            seeds: which; new ones, as many as the lesson asks for, where it is None.
            on_attempt: called with each attempt that came to its end, as it does.
        """
        left = list(new_seeds(self.exercise.seeds) if seeds is None else seeds)
        order = {seed: place for place, seed in enumerate(left)}
        done: list[Attempt] = []
        running: set[asyncio.Task[Attempt]] = set()
        try:
            while (left or running) and all(attempt.passed for attempt in done):
                while left and len(running) < AT_ONCE:
                    seed = left.pop(0)
                    running.add(spawn(self.attempt(folder, seed), f"attempt {seed.number}"))
                finished, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in finished:
                    done.append(task.result())
                    if on_attempt is not None:
                        on_attempt(done[-1])
        finally:
            await _give_up(running)
        return Outcome(tuple(sorted(done, key=lambda attempt: order[attempt.seed])))

    async def close(self) -> None:
        """Stop every server and wait until they are gone."""
        if self._servers is not None:
            await self._servers.close()


def new_seeds(count: int) -> tuple[Seed, ...]:
    """Return so many different seeds that nobody could know before."""
    numbers: set[int] = set()
    while len(numbers) < count:
        numbers.add(secrets.randbelow(LARGEST_SEED))
    return tuple(map(Seed, numbers))


async def run_exercise(
    lesson: Lesson,
    folder: Path,
    seeds: Sequence[Seed] | None = None,
    *,
    on_attempt: Callable[[Attempt], None] | None = None,
) -> Outcome:
    """Run the program of an exercise once with each seed, as `ExerciseRunner.run` does, and tidy up."""
    runner = ExerciseRunner(lesson)
    try:
        return await runner.run(folder, seeds, on_attempt=on_attempt)
    finally:
        await runner.close()


async def _give_up(tasks: set[asyncio.Task[Attempt]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
