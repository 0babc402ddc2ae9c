"""Carries out what is typed into the composer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from wslab.i18n import _, sentence
from wslab.lab.bench_commands import BenchCommands
from wslab.lab.commands import COMMANDS, CommandError, parse_path
from wslab.lab.logfilter import LEVELS, LogFilter
from wslab.lab.recording import save_events, save_rows
from wslab.lab.workbench import Workbench
from wslab.tui.widgets.pages import Pages
from wslab.wire.decoding.choosing import AUTO, check_choice


class CommandRunner(BenchCommands):
    """Carries out lines of the composer: what `BenchCommands` knows, and what is for the screen.

    Args:
        bench: what most commands are for.
        pages: whose log the others are for.
        say: tells the learner something in passing.
        act: runs an action of the app by its name.
        connect: connects to a target, the present one where None.
    """

    def __init__(
        self,
        bench: Workbench,
        pages: Pages,
        say: Callable[[str], None],
        act: Callable[[str], Awaitable[object]],
        connect: Callable[[str | None], Awaitable[None]],
    ) -> None:
        super().__init__(bench, say)
        self._pages = pages
        self._act = act
        self._connect = connect

    async def _do_connect(self, rest: str) -> None:
        await self._connect(rest or None)

    async def _do_filter(self, rest: str) -> None:
        log = self._pages.log_view
        log.set_filter(LogFilter.parse(rest, log.level))
        self._pages.enter("log")
        word = rest.partition(" ")[0]
        # Who types a command while keys are keys has the key / open the filter with the rest of it.
        if word in COMMANDS and next(iter(log.lines()), None) is None:
            self._say(
                _(
                    "that filters the log, and no row fits. For the command /{word} press i first; "
                    "/filter alone shows all rows again"
                ).format(word=word)
            )

    async def _do_level(self, rest: str) -> None:
        if rest not in LEVELS:
            raise CommandError(sentence("/level takes frames or messages, not {level!r}", level=rest))
        self._pages.log_view.level = rest
        self._say(_("the log shows {level}").format(level=rest))

    async def _do_decode(self, rest: str) -> None:
        choice = check_choice(rest or AUTO)
        self._bench.decode_as(choice)
        self._pages.frame.decode_as(choice)
        self._say(_("messages are read as {choice}").format(choice=choice))

    async def _do_search(self, rest: str) -> None:
        self._pages.enter("log")
        self._pages.log_view.search(rest)

    async def _do_goto(self, rest: str) -> None:
        if not rest.isdecimal():
            raise CommandError(sentence("/goto takes the number of a row, not {text!r}", text=rest))
        if not self._pages.log_view.goto(int(rest)):
            raise CommandError(sentence("there is no row {number} in the log", number=rest))
        self._pages.enter("log")

    async def _do_save(self, rest: str) -> None:
        path = parse_path("save", rest)
        if path.suffix == ".jsonl":
            journal = self._bench.journal
            # Taken here: the log goes on while a thread writes.
            events = journal.slice(journal.first, journal.total)
            await asyncio.to_thread(save_events, path, events)
            self._say(_("wrote {count} events to {path}").format(count=len(events), path=path))
        else:
            lines = list(self._pages.log_view.lines())
            await asyncio.to_thread(save_rows, path, lines)
            self._say(_("wrote {count} rows to {path}").format(count=len(lines), path=path))

    async def _do_clear(self, _rest: str) -> None:
        self._bench.journal.clear()

    async def _do_reset(self, _rest: str) -> None:
        self._bench.statistics.reset()

    async def _do_help(self, _rest: str) -> None:
        await self._act("app.help")

    async def _do_quit(self, _rest: str) -> None:
        await self._act("app.quit")
