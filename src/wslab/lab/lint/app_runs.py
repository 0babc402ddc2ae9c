"""Plays lines of lessons in the app: what solves a lesson, and its mutants.

They go over the lab's own workbench to real servers, without a screen, and are judged as a learner would be.
Mutants mostly wait, so many of them are played side by side. What was seen is kept, to be judged once more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from wslab.bundled import SERVERS
from wslab.lab.bench_commands import BenchCommands
from wslab.lab.bench_servers import BUNDLED
from wslab.lab.commands import CommandError
from wslab.lab.course import Lesson, Mutant
from wslab.lab.learner_lines import Wait, parse_learner_line
from wslab.lab.lesson_run import LessonRun, Seed
from wslab.lab.lint.replay import Trace
from wslab.lab.server_status import ServerEntry, ServerStartError
from wslab.lab.steps import Status
from wslab.lab.supervisor import Supervisor
from wslab.lab.verdict import Verdict
from wslab.lab.workbench import Workbench, WorkbenchError
from wslab.net.lifecycle import ConnectFailed, NotOpen
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Event
from wslab.wire.rawspec import RawSpecError

QUIET: Final = 0.4
"""Seconds without anything new after which a line has had its effect."""
LOUD: Final = 3.0
"""Seconds after which a line has had its effect although there still is something new."""
SOLVED_WITHIN: Final = 20.0
"""Seconds that the lines of a step have to solve it, unless a check is told otherwise."""
LONGEST_LINE: Final = 20.0
"""Seconds that the last line may go on."""
AT_ONCE: Final = 12
"""Lists of lines of a lesson that are played at once."""
A_LITTLE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a list of lines."""

    mutant: Mutant | None
    """None for the lines that solve the lesson."""
    trace: Trace
    verdicts: tuple[Verdict, ...] = ()
    step: int = 0
    """Index of the step that it got to."""
    refused: str = ""
    """Why the lab did not carry out a line, the last one where there were several."""
    told: Mapping[int, str] = field(default_factory=dict)
    """Key of the last mistake it was told of while a step was open, by the index of the step."""
    fault: str = ""
    """Why nothing can be said, which is the lab's fault."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def passed(self) -> bool:
        """Whether the whole lesson was passed."""
        return bool(self.verdicts) and all(each.status is Status.PASSED for each in self.verdicts)


@dataclass(frozen=True, slots=True)
class _AnyPort:
    """A server on any free port."""

    entry: ServerEntry
    port: int = 0

    @property
    def name(self) -> str:
        return self.entry.name

    @property
    def path(self) -> Path:
        return self.entry.path

    @property
    def environment(self) -> Mapping[str, str]:
        return self.entry.environment


class AppRuns:
    """Plays everything of one lesson in the app.

    Args:
        lesson: which one.
        seed: of the lines that solve it; each mutant has the next one.
        servers: what can be started, by name.
        solved_within: seconds that the lines of a step have to solve it.
    """

    def __init__(
        self,
        lesson: Lesson,
        seed: Seed,
        servers: Mapping[str, ServerEntry] = SERVERS,
        solved_within: float = SOLVED_WITHIN,
    ) -> None:
        self._solved_within = solved_within
        self._lesson = lesson
        self._seed = seed
        self._servers = {name: _AnyPort(entry) for name, entry in servers.items()}
        # To start a server takes longer than anything that a mutant does: they share one where none of them
        # could tell.
        self._shared = (
            None
            if _touches_servers(lesson)
            else Supervisor(Clock(), lambda events: None, servers=self._servers)
        )

    async def run(self) -> list[Played]:
        """Play what solves the lesson and every mutant, and return what came of them, in this order."""
        room = asyncio.Semaphore(AT_ONCE)
        tasks = []
        try:
            if self._shared is not None:
                await self._shared.start(self._lesson.server or BUNDLED, options=self._lesson.options)
            # Those who share a server must not hear each other: their words tell them apart.
            tasks = [
                spawn(
                    self._one(mutant, Seed(self._seed.number + place), room),
                    f"{self._lesson.id}: {mutant.name if mutant else 'solve'}",
                )
                for place, mutant in enumerate((None, *self._lesson.mutants))
            ]
            return [await task for task in tasks]
        except ServerStartError as error:
            return [Played(None, Trace("solve", self._seed, (), 0.0), fault=str(error))]
        finally:
            for task in tasks:
                task.cancel()
            if tasks:
                await asyncio.wait(tasks)
            if self._shared is not None:
                await self._shared.stop_all()

    async def _one(self, mutant: Mutant | None, seed: Seed, room: asyncio.Semaphore) -> Played:
        async with room:
            player = Player(self._lesson, seed, self._shared, self._servers, self._solved_within)
            try:
                return await player.play(mutant)
            finally:
                await player.close()


class Player:
    """Plays one list of lines.

    Args:
        lesson: judges them.
        seed: the attempt's own values.
        shared: runs the servers; None for a supervisor of its own.
        servers: what that one can start.
        solved_within: seconds that the lines of a step have to solve it.
    """

    def __init__(
        self,
        lesson: Lesson,
        seed: Seed,
        shared: Supervisor | None,
        servers: Mapping[str, ServerEntry],
        solved_within: float,
    ) -> None:
        self._solved_within = solved_within
        clock = Clock()
        own = Supervisor(clock, lambda events: self._bench.record(events), servers=servers)
        self._lesson = lesson
        self._seed = seed
        self._owns = shared is None
        self._bench = Workbench(clock, supervisor=shared or own)
        self._commands = BenchCommands(self._bench, lambda text: None)
        self._seen: list[Event] = []
        self._news = asyncio.Event()
        self._began = clock.monotonic()
        self._errors: list[Exception] = []
        self._run = LessonRun(lesson.steps, seed, clock, report=self._errors.append)
        self._run.listen(self._news.set)
        self._refused = ""
        self._told: dict[int, str] = {}
        self._fault = ""
        self._acting: list[asyncio.Task[None]] = []
        self._bench.judge = self._observe
        self._bench.servers.study(lesson, {})
        self._bench.aim(lesson.path)

    def _observe(self, events: Sequence[Event]) -> None:
        self._seen.extend(events)
        place = self._run.current
        self._run.observe(events)
        self._news.set()
        if self._run.current == place and self._run.verdict.say is not None:
            self._told[place] = self._run.verdict.say

    async def play(self, mutant: Mutant | None) -> Played:
        """Solve the steps before the one at which a mutant dies and carry out its lines, or solve all."""
        for place, step in enumerate(self._lesson.steps):
            if mutant is not None and step.id == mutant.dies:
                await self._carry_out(mutant.lines)
                break
            await self._carry_out(step.solve)
            await self._until_past(place)
            if self._run.statuses[place] is not Status.PASSED:
                break
        await self._until_decided()
        return Played(
            mutant,
            Trace("solve" if mutant is None else mutant.name, self._seed, tuple(self._seen), self._began),
            self._run.verdicts,
            self._run.current,
            self._refused,
            self._told,
            self._fault or "".join(map(repr, self._errors)),
            self._bench.clock.monotonic() - self._began,
        )

    async def _carry_out(self, lines: Sequence[str]) -> None:
        for place, line in enumerate(lines, 1):
            action = parse_learner_line(line, self._seed)
            if isinstance(action, Wait):
                await asyncio.sleep(action.seconds)
                continue
            self._acting.append(spawn(self._do(action), line))
            if not (place < len(lines) and isinstance(parse_learner_line(lines[place], self._seed), Wait)):
                await self._finish()

    async def _do(self, line: str) -> None:
        self._run.act()
        try:
            await self._commands.run(line)
        except ConnectFailed:
            pass  # that was on the wire, which is what is judged
        except WorkbenchError as error:
            self._refused = f"{line}: {error}"
            if isinstance(error.__cause__, ServerStartError):
                self._fault = str(error)
        except (CommandError, RawSpecError, NotOpen, ValueError, OSError) as error:
            self._refused = f"{line}: {error}"

    async def _finish(self) -> None:
        """Wait for the lines that go on, and for what comes of them."""
        if self._acting:
            done, going = await asyncio.wait(self._acting, timeout=LONGEST_LINE)
            self._acting = list(going)
            for task in done:
                task.result()
        with suppress(TimeoutError):
            async with asyncio.timeout(LOUD):
                while await self._something_new():
                    pass

    async def _something_new(self) -> bool:
        self._news.clear()
        try:
            async with asyncio.timeout(QUIET):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    async def _until_past(self, place: int) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._solved_within):
                while self._run.statuses[place] is Status.PENDING:
                    await self._tick()

    async def _until_decided(self) -> None:
        """Let the time pass that a step waits for, such as a `hold`."""
        await self._finish()
        while self._run.due() is not None:
            await self._tick()

    async def _tick(self) -> None:
        """Wait for something new, or until time alone decides."""
        due = self._run.due()
        left = None if due is None else max(0.0, due - self._bench.clock.monotonic()) + A_LITTLE
        self._news.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._news.wait()
        self._run.tick()

    async def close(self) -> None:
        """End the connection and what was started for it."""
        self._bench.judge = None
        if self._bench.client is not None:
            with suppress(WorkbenchError):
                await self._bench.abort()
        for task in self._acting:
            task.cancel()
        if self._acting:
            await asyncio.wait(self._acting)
        await self._bench.leave()
        if self._owns:
            await self._bench.close()


def _touches_servers(lesson: Lesson) -> bool:
    """Whether a lesson's verdicts or lines have to do with the process of a server."""
    wanted = (pattern.on for step in lesson.steps for _place, pattern in step.patterns())
    lists = (*(step.solve for step in lesson.steps), *(mutant.lines for mutant in lesson.mutants))
    return "proc" in wanted or any(line.startswith("/server") for lines in lists for line in lines)
