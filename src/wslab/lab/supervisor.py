"""Starts, watches and stops the bundled servers, each in a process of its own.

A server asked to stop gets SIGTERM, drains with close code 1001 and exits. Before a restart it gets the line
`restart` and then the end of its stdin instead, and drains with 1012 (the registry of RFC 6455 section 11.7),
which tells its clients to come back. SIGKILL follows where that does not end it.

An app that uses this has to install handlers for SIGTERM and SIGHUP that lead to `stop_all`. Beneath that is
a net: when the app is gone, whatever the cause, the stdin of each server ends, and so does the server.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wslab.bundled import SERVERS
from wslab.i18n import sentence
from wslab.lab.server_run import Patience, ServerRun, Sink
from wslab.lab.server_status import ServerEntry, ServerStartError, ServerState, ServerStatus, UnknownServer
from wslab.tasks import spawn
from wslab.wire.clock import Clock

__all__ = ["Patience", "ServerStartError", "ServerState", "ServerStatus", "Supervisor", "UnknownServer"]


@dataclass(slots=True, eq=False)
class _Server:
    entry: ServerEntry
    run: ServerRun | None = None
    """The last one, kept for its status when it is over."""
    stops: int = 0
    """How often a stop was asked for: whoever waits to start it sees that the wish is out of date."""


class Supervisor:
    """The bundled servers of one app, and those that a lesson pack brings along.

    Everything here runs in one event loop. A server lives in a task of its own: a caller that is cancelled
    while it waits for a start or a stop does not change what happens to the server.
    """

    def __init__(
        self,
        clock: Clock,
        sink: Sink,
        *,
        python: str = sys.executable,
        servers: Mapping[str, ServerEntry] = SERVERS,
        patience: Patience | None = None,
    ) -> None:
        """Know the servers; start none.

        Args:
            clock: numbers and times of the events.
            sink: takes `Proc` events.
            python: the interpreter that runs the servers.
            servers: what can be started, by name.
            patience: how long a server may take to start and to stop.
        """
        self._clock = clock
        self._sink = sink
        self._python = python
        self._patience = patience or Patience()
        self._servers = {name: _Server(entry) for name, entry in servers.items()}
        self._own = frozenset(self._servers)
        self._leaving: list[_Server] = []
        """Guests that went, until they are gone."""

    def bring(self, guests: Mapping[str, ServerEntry]) -> None:
        """Know these servers beside its own ones, in place of those that were brought before.

        A guest that is not among them any more is asked to stop. None is started. Returns at once.

        Args:
            guests: by name; of the names of its own servers it takes none.
        """
        self._leaving = [each for each in self._leaving if each.run and not each.run.over.is_set()]
        for name in [name for name in self._servers if name not in self._own]:
            server = self._servers[name]
            if guests.get(name) != server.entry:
                self._ask_to_stop(server)
                self._leaving.append(server)
                del self._servers[name]
        for name, entry in guests.items():
            if name not in self._servers:
                self._servers[name] = _Server(entry)

    def entry(self, name: str) -> ServerEntry:
        """Return what is known of a server without running it.

        Raises:
            UnknownServer: there is none of that name.
        """
        return self._get(name).entry

    def runs_otherwise(self, name: str, options: Sequence[str]) -> bool:
        """Return whether a server runs, or is about to, with other options than these.

        Raises:
            UnknownServer: there is none of that name.
        """
        run = self._get(name).run
        return run is not None and run.going and run.options != tuple(options)

    async def start(self, name: str, *, port: int | None = None, options: Sequence[str] = ()) -> ServerStatus:
        """Start a server and wait until it is ready. One that runs as asked already is left as it is.

        Args:
            name: which one.
            port: where it is to listen; None for its own port, 0 for a free one.
            options: further command-line options of the server.

        Raises:
            UnknownServer: there is none of that name.
            ServerStartError: it did not become ready, was stopped meanwhile, or runs otherwise than asked.
        """
        server = self._get(name)
        return await self._start(server, port, tuple(options), server.stops)

    async def stop(self, name: str) -> ServerStatus:
        """Stop a server, also while it starts, and wait until it is gone. One that is gone is left alone.

        Raises:
            UnknownServer: there is none of that name.
        """
        server = self._get(name)
        self._ask_to_stop(server)
        await self._gone(server)
        return self.status(name)

    async def restart(self, name: str) -> ServerStatus:
        """Stop a server and start it again, with the same port and options, so that its clients find it.

        One that does not run is started as it was the last time.

        Raises:
            UnknownServer: there is none of that name.
            ServerStartError: it did not become ready again, or was stopped meanwhile.
        """
        server = self._get(name)
        run, stops = server.run, server.stops
        if run is None:
            return await self._start(server, None, (), stops)
        run.stop(restarting=True)
        return await self._start(server, run.port, run.options, stops)

    async def stop_all(self) -> None:
        """Stop every server, all at the same time, and wait until they are gone."""
        servers = (*self._servers.values(), *self._leaving)
        for server in servers:
            self._ask_to_stop(server)
        for server in servers:
            await self._gone(server)

    def status(self, name: str) -> ServerStatus:
        """Return how a server is doing. Never waits; CPU and memory are looked up here.

        Raises:
            UnknownServer: there is none of that name.
        """
        server = self._get(name)
        return server.run.status() if server.run is not None else ServerStatus(name, server.entry.port)

    def statuses(self) -> tuple[ServerStatus, ...]:
        """Return how every server is doing."""
        return tuple(map(self.status, self._servers))

    def _get(self, name: str) -> _Server:
        server = self._servers.get(name)
        if server is None:
            raise UnknownServer(
                sentence(
                    "there is no server {name!r}; there are: {names}",
                    name=name,
                    names=", ".join(self._servers),
                )
            )
        return server

    async def _start(
        self, server: _Server, port: int | None, options: tuple[str, ...], stops: int
    ) -> ServerStatus:
        name = server.entry.name
        while (run := server.run) is not None and not (run.going or run.over.is_set()):
            await run.over.wait()
        if server.stops != stops:
            raise ServerStartError(sentence("{name} was stopped before it started", name=name))
        if run is None or run.over.is_set():
            run = self._begin(server, server.entry.port if port is None else port, options)
        elif port not in (None, 0, run.port) or (options and options != run.options):
            raise ServerStartError(
                sentence(
                    "{name} was started otherwise, on port {port}: stop it first", name=name, port=run.port
                )
            )
        failure = await asyncio.shield(run.started)
        if failure is not None:
            raise ServerStartError(failure.why, failure.tail, failure.busy)
        return run.status()

    def _begin(self, server: _Server, port: int, options: tuple[str, ...]) -> ServerRun:
        server.run = ServerRun(
            server.entry, port, options, clock=self._clock, sink=self._sink, patience=self._patience
        )
        spawn(server.run.live(self._python), f"server {server.entry.name}")
        return server.run

    def _ask_to_stop(self, server: _Server) -> None:
        server.stops += 1
        if server.run is not None:
            server.run.stop()

    async def _gone(self, server: _Server) -> None:
        if server.run is not None:
            await server.run.over.wait()
