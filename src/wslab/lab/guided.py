"""A lesson of the lab without the app: its steps one by one, what is typed, and ticks as the wire shows them.

It takes the same lines and /commands as the app's own line. Everything is plain lines, so it works over any
connection and with a screen reader.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from wslab.i18n import N_, _
from wslab.lab.bench_commands import BenchCommands
from wslab.lab.cells import fit, wrap
from wslab.lab.commands import COMMANDS, CommandError
from wslab.lab.course import Lesson
from wslab.lab.failure_report import event_words
from wslab.lab.learner import Learner
from wslab.lab.lesson_command import run_in_loop
from wslab.lab.lesson_prose import head_lines, step_lines
from wslab.lab.lesson_run import Seed
from wslab.lab.lesson_session import LessonSession
from wslab.lab.line_input import LineInput, LineTooLong
from wslab.lab.plain_markdown import markdown_lines
from wslab.lab.source import Source
from wslab.lab.state import state_folder
from wslab.lab.steps import Status
from wslab.lab.system_errors import told
from wslab.lab.workbench import Workbench, WorkbenchError
from wslab.net.lifecycle import ConnectFailed, NotOpen
from wslab.tasks import spawn
from wslab.wire.events import Close, Event, Frame, Http, State, Ui
from wslab.wire.rawspec import RawSpecError

OK, FAILED, UNKNOWN = 0, 1, 4
WIDTH = 80
SETTLE = 3.0
"""Seconds that the end of the input waits for what was asked for before it."""
TICK = 0.05
"""Seconds between two looks at what only waits for time."""

KEYS = N_(
    "What the lesson calls keys are lines here: c is /connect, d is /disconnect, p is /ping. "
    "Anything else you type is sent as a message. "
    "/hint helps, /step shows the step again, /help lists all commands, /quit leaves."
)

Say = Callable[[str], None]


def run_guided(source: Source, lesson: Lesson, seed: int | None) -> int:
    """Do a lesson line by line and return the exit code: 0 where it was passed, 1 where it was left."""
    return run_in_loop(lambda: _run(source, lesson, seed))


async def _run(source: Source, lesson: Lesson, seed: int | None) -> int:
    bench = Workbench()
    learner = Learner(source, state_folder(), bench.clock, seed=None if seed is None else Seed(seed))
    try:
        session = learner.sit_down(lesson)
        bench.servers.study(lesson, source.servers)
        assert session is not None
        interactive = sys.stdin is not None and sys.stdin.isatty()
        return await Guide(lesson, session, bench, _print, interactive).run(_typed())
    finally:
        await learner.close()
        await bench.close()
        for text in (learner.store.notice, learner.store.problem):
            if text:
                _print(f"* {text}")


class Guide:
    """Leads through one lesson.

    Args:
        lesson: which one.
        session: judges it.
        bench: what the learner works with.
        say: prints one line.
        interactive: whether somebody types: then /disconnect and the like do not wait for the line before.
    """

    def __init__(
        self, lesson: Lesson, session: LessonSession, bench: Workbench, say: Say, interactive: bool
    ) -> None:
        self._lesson = lesson
        self._session = session
        self._bench = bench
        self._say = say
        self._interactive = interactive
        self._left = False
        self._commands = BenchCommands(bench, self._note)
        self._shown = -1
        """Index of the step that was printed last."""
        self._told = ""
        self._ticks: set[str] = set()
        self._news = asyncio.Event()

    async def run(self, lines: AsyncIterator[str]) -> int:
        """Print the lesson step by step and carry out lines until it is passed or left.

        Returns:
            The exit code.
        """
        self._bench.judge = self._observe
        self._session.listen(self._news.set)
        self._bench.aim(self._lesson.path)
        self._print(head_lines(self._lesson, WIDTH, self._session.values))
        self._print(wrap(_(KEYS), WIDTH, "* "))
        ticking = spawn(self._tick(), "tick")
        reading: asyncio.Task[str | None] | None = spawn(_next(lines), "read a line")
        acting: asyncio.Task[None] | None = None
        queue: deque[str] = deque()
        try:
            self._look()
            while not (self._over or self._left):
                if acting is None and queue:
                    acting = spawn(self._carry_out(queue.popleft()), "carry out a line")
                if acting is None and reading is None:
                    await self._settle()
                    self._left = True
                    break
                news = spawn(self._news.wait(), "news")
                waiting: set[asyncio.Task[Any] | None] = {news, ticking, acting, reading}
                await asyncio.wait(waiting - {None}, return_when=asyncio.FIRST_COMPLETED)  # type: ignore[type-var]
                news.cancel()
                if ticking.done():
                    ticking.result()
                if acting is not None and acting.done():
                    acting.result()
                    acting = None
                self._look()
                if reading is not None and reading.done():
                    line = reading.result()
                    reading = None if line is None else spawn(_next(lines), "read a line")
                    if line is not None and self._interactive and _is_urgent(line):
                        await self._carry_out(line)
                    elif line is not None:
                        queue.append(line)
        finally:
            tasks = [task for task in (ticking, reading, acting) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            self._bench.judge = None
        return self._end()

    @property
    def _over(self) -> bool:
        return self._session.finished or self._session.run.error is not None

    async def _tick(self) -> None:
        """What only waits for time is decided by looking at the clock."""
        while True:
            self._session.run.tick()
            due = self._session.run.due()
            await asyncio.sleep(TICK if due is not None else 4 * TICK)

    async def _settle(self) -> None:
        """Let what was sent last have its effect: nobody types any more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(SETTLE):
                while not self._over:
                    self._news.clear()
                    await self._news.wait()
                    self._look()

    def _end(self) -> int:
        if self._session.run.error is not None:
            self._note(_("no verdict: this is the lab's fault, and it does not count"))
            return UNKNOWN
        if not self._session.finished:
            number = self._session.active + 1
            self._note(_("left at step {number}; what you passed is kept").format(number=number))
            return FAILED
        after = self._lesson.text().after
        self._note(_("passed: {title}").format(title=self._lesson.title))
        if after is not None:
            self._print(["", *wrap(after.title, WIDTH)])
            self._print(markdown_lines(self._session.fill(after.body), WIDTH, "  "))
        return OK

    def _look(self) -> None:
        """Print what changed: passed steps, ticks, what is said of a mistake, the next step."""
        self._news.clear()
        session = self._session
        while self._shown < session.active or (session.finished and self._shown == session.active):
            if self._shown >= 0:
                number = self._shown + 1
                self._say(_("[x] step {number} passed").format(number=number))
            if session.finished and self._shown == session.active:
                self._shown += 1
                return
            self._shown = session.active if self._shown < 0 else self._shown + 1
            # What is met from the start, such as that nothing forbidden came, is no news.
            self._ticks = {tick.text for tick in session.verdict.clauses if tick.met}
            self._told = ""
            self._say("")
            self._print(step_lines(self._lesson, self._shown, WIDTH, session.values))
        verdict = session.verdict
        if verdict.status is Status.PENDING and len(verdict.clauses) > 1:
            for tick in verdict.clauses:
                if tick.met and tick.text not in self._ticks:
                    self._ticks.add(tick.text)
                    self._print(wrap(f"[x] {tick.text}", WIDTH, "  "))
        said = session.said
        if said and said != self._told:
            self._print(markdown_lines(said, WIDTH, "! "))
        self._told = said

    async def _carry_out(self, line: str) -> None:
        word = line.strip().lower()
        if word in ("/quit", "/q"):
            self._left = True
        elif word == "/hint":
            self._hint()
        elif word == "/step":
            self._print(step_lines(self._lesson, self._session.active, WIDTH, self._session.values))
            self._note(_("waiting for: {text}").format(text=self._session.verdict.waiting_for))
        elif word == "/help":
            self._help()
        elif line.strip():
            await self._do(line)

    async def _do(self, line: str) -> None:
        self._session.run.act()
        try:
            await self._commands.run(line)
        except ConnectFailed:
            pass  # its last state was shown
        except (CommandError, RawSpecError, WorkbenchError, NotOpen, ValueError) as error:
            self._note(str(error))
        except OSError as error:
            self._note(told(error))

    def _hint(self) -> None:
        session = self._session
        session.advance()
        if session.hint():
            self._print(markdown_lines(session.hints[-1], WIDTH, "? "))
        else:
            self._note(_("there is no further hint for this step"))

    def _help(self) -> None:
        for spec in COMMANDS.values():
            if self._commands.knows(spec.name) or spec.name in ("help", "quit"):
                self._note(f"{spec.syntax:28} {spec.help}")
        self._note(f"{'/hint':28} {_('one hint more for this step')}")
        self._note(f"{'/step':28} {_('the step once more, and what it waits for')}")

    def _observe(self, events: Sequence[Event]) -> None:
        """Judge events, and show them."""
        self._session.run.observe(events)
        for event in events:
            match event:
                case Frame():
                    mask = f" mask={event.mask_key.hex()}" if event.masked else ""
                    words = fit(event_words(event), WIDTH - 2 - len(mask))
                    self._say(f"{event.direction.arrow} {words}{mask}")
                    for rule in event.violations:
                        self._note(rule)
                case Http():
                    self._say(f"{event.direction.arrow} {fit(event_words(event), WIDTH - 2)}")
                    for name, value in event.headers:
                        self._print(wrap(f"{name}: {value}", WIDTH, f"{event.direction.arrow}   "))
                case State():
                    self._note(f"{event.phase}: {event.why}" if event.why else str(event.phase))
                case Close() if event.violations:
                    self._note("; ".join(event.violations))
                case Ui():
                    self._note(event.detail)

    def _note(self, text: str) -> None:
        self._print(wrap(text, WIDTH, "* "))

    def _print(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._say(line)


def _is_urgent(line: str) -> bool:
    """Whether a line is of use while another is carried out, such as a connect that takes its time."""
    return line.split(" ")[0].lower() in ("/disconnect", "/abort", "/hint", "/step", "/help", "/quit", "/q")


def _print(line: str) -> None:
    print(line, flush=True)


async def _typed() -> AsyncIterator[str]:
    if sys.stdin is None:
        return
    try:
        async for line in LineInput(sys.stdin.fileno()).lines():
            yield line.decode("utf-8", "replace")
    except (OSError, LineTooLong) as error:
        _print(f"* {error}")


async def _next(lines: AsyncIterator[str]) -> str | None:
    return await anext(lines, None)
