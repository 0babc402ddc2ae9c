"""Carries out lines that are for the workbench: messages and the /commands that need no screen."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Awaitable, Callable
from typing import Any

from wslab.i18n import _, spoken
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
from wslab.lab.workbench import Workbench
from wslab.net.options import DeflateOffer
from wslab.units import format_size, parse_duration, parse_size

Action = Callable[[str], Awaitable[None]]


class BenchCommands:
    """Carries out lines. The method `_do_NAME` carries out `/NAME`, given the rest of it.

    Args:
        bench: what the commands are for.
        say: tells the learner something in passing.
    """

    def __init__(self, bench: Workbench, say: Callable[[str], None]) -> None:
        self._bench = bench
        self._say = say

    async def run(self, line: str) -> None:
        """Carry out a line.

        Raises:
            CommandError: the line is not understood, or its command is not for here.
            WorkbenchError, ConnectFailed, NotOpen, ValueError, OSError: it could not be carried out.
        """
        parsed = parse_line(line)
        action: Action | None = getattr(self, f"_do_{parsed.name}", None)
        if action is None:
            raise CommandError(
                _("/{name} is for the lab's screen, which `wslab` opens; /help lists what works here").format(
                    name=parsed.name
                )
            )
        await action(parsed.rest)

    def knows(self, name: str) -> bool:
        """Return whether the command of that name can be carried out."""
        return hasattr(self, f"_do_{name}")

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
        self._say(_("sent {file}, {size}").format(file=path.name, size=format_size(len(data))))

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
                _('/raw needs bytes: hex such as /raw 8900, or words such as /raw text mask=0 "hi"')
            )
        verdict = await self._bench.send_raw(rest)
        self._say(_("verdict: {text}").format(text=spoken(verdict.text)))

    async def _do_reconnect(self, rest: str) -> None:
        await self._bench.set_reconnect(parse_switch("reconnect", rest))
        self._say(_("reconnect: {state}").format(state=_shown(self._bench.reconnect)))

    async def _do_compression(self, rest: str) -> None:
        if rest.strip().lower() in {"on", "off", ""}:
            self._set(compression=parse_switch("compression", rest), deflate=None)
        else:
            self._set(compression=True, deflate=DeflateOffer.parse(rest))

    async def _do_limit(self, rest: str) -> None:
        size = None if rest.strip().lower() == "off" else parse_size(rest)
        self._set(max_size=size)

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
                _("{text!r} is not a header: write it like /header Name: value").format(text=rest)
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
        # One sentence for all: the screen shows one at a time.
        told = ", ".join(
            f"{option.replace('_', ' ')}: {_shown(value)}"
            for option, value in change.items()
            if (option, value) != ("deflate", None)
        )
        self._say(_("{settings}; holds from the next connect").format(settings=told))

    async def _do_server(self, rest: str) -> None:
        verb, _space, name = rest.partition(" ")
        name = name.strip() or self._bench.servers.name
        known = [status.name for status in self._bench.supervisor.statuses()]
        if name not in known:
            raise CommandError(
                _("there is no server {name!r}: there are {names}").format(name=name, names=", ".join(known))
            )
        if verb == "start":
            await self._bench.servers.start(name)
        elif verb == "stop":
            await self._bench.supervisor.stop(name)
        elif verb == "restart":
            await self._bench.servers.restart(name)
        else:
            raise CommandError(_("/server takes start, stop or restart, not {verb!r}").format(verb=verb))


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
        case float():
            return f"{value:g}s"
    return str(value)
