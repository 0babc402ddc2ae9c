"""A tap with a recorder, and raw connections through it, for tests of what it relays and what it tells."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.support.recorder import Recorder
from tests.support.waiting import until
from wslab.net.proxy import TapProxy
from wslab.wire.clock import Clock
from wslab.wire.events import Phase, State

FINAL = (Phase.CLOSED, Phase.ERROR)


class Tap(TapProxy):
    """A tap that keeps its events in `log`."""

    def __init__(self, upstream: str, **options: Any) -> None:
        self.log = Recorder()
        self._dialed: list[Peer] = []
        super().__init__(upstream, Clock(), self.log, **options)

    async def dial(self, tls: ssl.SSLContext | None = None) -> Peer:
        """Connect to the tap; whatever becomes of it, its end is that of the tap."""
        self._dialed.append(await dial(self.url, tls))
        return self._dialed[-1]

    async def close(self) -> None:
        await super().close()
        for peer in self._dialed:
            peer.transport.abort()
        await until(lambda: all(peer.lost for peer in self._dialed), "the end of every client")

    async def final(self, conn: int = 1) -> State:
        """Wait for the end of a connection; check that nothing of it follows and everything is in order."""

        def finals() -> list[State]:
            return [s for s in self.log.of(State) if s.conn == conn and s.phase in FINAL]

        await until(finals, f"the end of connection {conn}")
        events = [event for event in self.log.events if event.conn == conn]
        assert events[-1:] == finals()
        numbers = [event.seq for event in self.log.events]
        assert numbers == sorted(numbers)
        return finals()[0]


class Peer(asyncio.Protocol):
    """An end of a connection that keeps what comes and how it ends, and answers nothing."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.ended = False
        """Whether a FIN came."""
        self.lost = False
        self.error: Exception | None = None

    @property
    def reset(self) -> bool:
        """Whether the connection was broken off."""
        return isinstance(self.error, ConnectionError)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data

    def eof_received(self) -> bool:
        self.ended = True
        return self.transport.get_extra_info("ssl_object") is None

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        self.error = exc

    async def got(self, data: bytes) -> None:
        """Wait until exactly these bytes are there."""
        await until(lambda: len(self.received) >= len(data), f"{len(data)} bytes")
        assert bytes(self.received) == data

    def break_off(self) -> None:
        """Send a reset."""
        sock = self.transport.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.transport.abort()


async def dial(url: str, tls: ssl.SSLContext | None = None) -> Peer:
    """Connect to where a URL points, without any handshake of WebSocket."""
    host, _, port = url.partition("://")[2].partition("/")[0].rpartition(":")
    loop = asyncio.get_running_loop()
    _, peer = await loop.create_connection(
        Peer, host.strip("[]"), int(port), ssl=tls, server_hostname="localhost" if tls else None
    )
    return peer


@asynccontextmanager
async def listening(
    make: Callable[[], Peer] = Peer, tls: ssl.SSLContext | None = None
) -> AsyncGenerator[tuple[str, list[Peer]]]:
    """Listen, and hand over the URL and the list of those who came."""
    came: list[Peer] = []

    def accept() -> Peer:
        came.append(make())
        return came[-1]

    server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}", came
    finally:
        server.close()
        there = [peer for peer in came if hasattr(peer, "transport")]
        for peer in there:
            peer.transport.abort()
        await until(lambda: all(peer.lost for peer in there), "the end of every connection")
        await server.wait_closed()


@asynccontextmanager
async def joined(**options: Any) -> AsyncGenerator[tuple[Tap, Peer, Peer]]:
    """Hand over a tap and both ends of one connection through it."""
    async with listening() as (url, came), Tap(url, **options) as tap:
        client = await tap.dial()
        await until(lambda: came and hasattr(came[0], "transport"), "the connection to the server")
        yield tap, client, came[0]


class Gate:
    """Holds back what connects to one URL until it is opened; everything else connects as ever."""

    def __init__(self, url: str) -> None:
        self._port = int(url.rpartition(":")[2].rstrip("/"))
        self._opened = asyncio.Event()
        self.waiting = asyncio.Event()
        """Set when somebody wants to connect."""

    def open(self) -> None:
        """Let whoever waits connect."""
        self._opened.set()

    async def __aenter__(self) -> Gate:
        self._loop = asyncio.get_running_loop()
        real = self._loop.create_connection

        async def create(make: Any, host: Any = None, port: Any = None, **settings: Any) -> Any:
            if port == self._port:
                self.waiting.set()
                await self._opened.wait()
            return await real(make, host, port, **settings)

        self._loop.create_connection = create  # type: ignore[assignment,method-assign]
        return self

    async def __aexit__(self, *_: object) -> None:
        del self._loop.create_connection


def others() -> set[asyncio.Task[Any]]:
    """The tasks that run beside this one."""
    current = asyncio.current_task()
    return {task for task in asyncio.all_tasks() if task is not current}
