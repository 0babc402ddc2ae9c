"""Carries out what is typed into the composer."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from wslab.bundled import SERVERS
from wslab.i18n import _, sentence, spoken
from wslab.lab.commands import (
    CommandError,
    parse_close,
    parse_fragments,
    parse_hex,
    parse_line,
    parse_path,
    parse_switch,
    read_file,
)
from wslab.lab.logfilter import LEVELS, LogFilter
from wslab.lab.recording import save_events, save_rows
from wslab.lab.workbench import Workbench
from wslab.tui.widgets.pages import Pages
from wslab.units import format_size, parse_duration


class CommandRunner:
    """Carries out lines of the composer. The method `_do_NAME` carries out `/NAME`, given the rest of it.

    Args:
        bench: what most commands are for.
        pages: whose log the others are for.
        say: tells the learner something in passing.
        act: runs an action of the app by its name.
    """

    def __init__(
        self,
        bench: Workbench,
        pages: Pages,
        say: Callable[[str], None],
        act: Callable[[str], Awaitable[object]],
    ) -> None:
        self._bench = bench
        self._pages = pages
        self._say = say
        self._act = act

    async def run(self, line: str) -> None:
        """Carry out a line.

        Raises:
            CommandError: the line is not understood.
            WorkbenchError, ConnectFailed, ValueError, OSError: it could not be carried out.
        """
        parsed = parse_line(line)
        action: Callable[[str], Awaitable[None]] = getattr(self, f"_do_{parsed.name}")
        await action(parsed.rest)

    async def _do_connect(self, rest: str) -> None:
        await self._bench.connect(rest or None)

    async def _do_disconnect(self, _rest: str) -> None:
        await self._bench.disconnect()

    async def _do_text(self, rest: str) -> None:
        await self._bench.send_text(rest)

    async def _do_binary(self, rest: str) -> None:
        await self._bench.send_binary(parse_hex(rest))

    async def _do_file(self, rest: str) -> None:
        path = parse_path("file", rest)
        data = await asyncio.to_thread(read_file, path)
        await self._bench.send_binary(data, str(path))
        self._say(_("sent {name}, {size}").format(name=path.name, size=format_size(len(data))))

    async def _do_fragments(self, rest: str) -> None:
        await self._bench.send_fragments(parse_fragments(rest))

    async def _do_ping(self, rest: str) -> None:
        await self._bench.ping(rest.encode())

    async def _do_pong(self, rest: str) -> None:
        await self._bench.pong(rest.encode())

    async def _do_close(self, rest: str) -> None:
        await self._bench.disconnect(*parse_close(rest))

    async def _do_abort(self, _rest: str) -> None:
        await self._bench.abort()

    async def _do_raw(self, rest: str) -> None:
        if not rest:
            raise CommandError(
                sentence('/raw needs bytes: hex such as /raw 8900, or words such as /raw text mask=0 "hi"')
            )
        verdict = await self._bench.send_raw(rest)
        self._say(_("verdict: {verdict}").format(verdict=spoken(verdict.text)))

    async def _do_reconnect(self, rest: str) -> None:
        await self._bench.set_reconnect(parse_switch("reconnect", rest))
        self._say(_("{option}: {value}").format(option="reconnect", value=_shown(self._bench.reconnect)))

    async def _do_compression(self, rest: str) -> None:
        self._set(compression=parse_switch("compression", rest))

    async def _do_keepalive(self, rest: str) -> None:
        self._set(keepalive=None if rest.strip().lower() == "off" else parse_duration(rest))

    async def _do_subprotocol(self, rest: str) -> None:
        self._set(subprotocols=tuple(rest.replace(",", " ").split()))

    async def _do_header(self, rest: str) -> None:
        if not rest:
            self._set(headers=())
            return
        name, colon, value = rest.partition(":")
        if not colon:
            raise CommandError(
                sentence("{text!r} is not a header: write it like /header Name: value", text=rest)
            )
        self._set(headers=(*self._bench.settings.headers, (name.strip(), value.strip())))

    async def _do_origin(self, rest: str) -> None:
        self._set(origin=rest or None)

    async def _do_ca(self, rest: str) -> None:
        self._set(ca_file=str(parse_path("ca", rest)) if rest else None)

    async def _do_insecure(self, rest: str) -> None:
        self._set(insecure=parse_switch("insecure", rest))

    def _set(self, **change: Any) -> None:
        self._bench.settings = dataclasses.replace(self._bench.settings, **change)
        for option, value in change.items():
            told = _("{option}: {value}; holds from the next connect")
            self._say(told.format(option=option.replace("_", " "), value=_shown(value)))

    async def _do_server(self, rest: str) -> None:
        verb, _space, name = rest.partition(" ")
        name = name.strip() or "basic"
        if name not in SERVERS:
            raise CommandError(
                sentence(
                    "there is no server {name!r}: there are {names}", name=name, names=", ".join(SERVERS)
                )
            )
        if verb == "start":
            await self._bench.start_server(name)
        elif verb == "stop":
            await self._bench.supervisor.stop(name)
        elif verb == "restart":
            await self._bench.restart_server(name)
        else:
            raise CommandError(sentence("/server takes start, stop or restart, not {verb!r}", verb=verb))

    async def _do_filter(self, rest: str) -> None:
        log = self._pages.log_view
        log.set_filter(LogFilter.parse(rest, log.level))
        self._pages.enter("log")

    async def _do_level(self, rest: str) -> None:
        if rest not in LEVELS:
            raise CommandError(sentence("/level takes frames or messages, not {level!r}", level=rest))
        self._pages.log_view.level = rest
        self._say(_("the log shows {level}").format(level=rest))

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


def _shown(value: object) -> str:
    match value:
        case True:
            return _("on")
        case None | False:
            return _("off")
        case ():
            return _("none")
        case tuple():
            # Of headers the names alone: their values are often secrets.
            return ", ".join(item[0] if isinstance(item, tuple) else str(item) for item in value)
    return str(value)
