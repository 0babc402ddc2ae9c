"""The connections of a bundled server: counted, logged, and each served until it closes."""

from __future__ import annotations

import asyncio
import itertools
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

import structlog
from websockets.asyncio.server import Server, ServerConnection
from websockets.exceptions import ConnectionClosed, InvalidState
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.protocol import Protocol, State
from websockets.server import ServerProtocol

from wslab.serving.health import is_health_check
from wslab.serving.logs import Log
from wslab.tasks import spawn

Handler = Callable[[ServerConnection], Awaitable[None]]
"""Serves one connection."""

COUNT_SECONDS = 0.25
"""Shortest time between two log lines that say how many connections are open."""


class Connections:
    """Every connection whose handshake succeeded and that has not closed yet."""

    def __init__(self, handler: Handler, log: Log) -> None:
        self._handler = handler
        self._log = log
        self._numbers = itertools.count(1)
        self._open: set[ServerConnection] = set()
        self._all: weakref.WeakSet[ServerConnection] = weakref.WeakSet()
        self._stopping = asyncio.Event()
        self._logged = 0
        self._timer: asyncio.TimerHandle | None = None

    @property
    def open(self) -> int:
        """How many there are."""
        return len(self._open)

    def create(self, protocol: ServerProtocol, server: Server, **options: Any) -> ServerConnection:
        """Make the connection for a new TCP connection (the `create_connection` of websockets)."""
        connection = ServerConnection(protocol, server, **options)
        self._all.add(connection)
        return connection

    def stop_opening(self) -> None:
        """End every handshake that is under way: with 503, or by a cut where no request has come yet."""
        self._stopping.set()
        for connection in list(self._all):
            if connection.request is None and connection.state is State.CONNECTING:
                connection.transport.abort()

    def abort(self) -> None:
        """Cut every TCP connection without a Close frame."""
        for connection in list(self._all):
            connection.transport.abort()

    async def decided(
        self, connection: ServerConnection, deciding: Coroutine[Any, Any, Response | None]
    ) -> Response | None:
        """Await what a handshake is answered with, as long as the client is there and the server runs.

        websockets itself would wait for it to the end, and with it the whole server when it stops.
        """
        work = spawn(deciding, "handshake")
        ends = {
            spawn(connection.wait_closed(), "client gone"),
            spawn(self._stopping.wait(), "server stopping"),
        }
        try:
            await asyncio.wait({work, *ends}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return work.result()
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "Server is shutting down.\n")
        finally:
            for task in (work, *ends):
                task.cancel()

    def answered(self, connection: ServerConnection, request: Request, response: Response) -> None:
        """Log a request that did not become a WebSocket connection (a `process_response` hook)."""
        if response.status_code != 101:
            # Who runs a server in a container asks every few seconds; that would fill the log.
            tell = self._log.debug if is_health_check(request) else self._log.info
            tell("http", method=request.method, path=request.path, status=response.status_code)

    async def serve(self, connection: ServerConnection) -> None:
        """Run the handler until it returns or the connection closes, whichever comes first."""
        assert connection.request is not None  # there is one after a handshake
        number = next(self._numbers)
        started = connection.loop.time()
        self._open.add(connection)
        self._changed()
        self._log.info("open", conn=number, path=connection.request.path, subprotocol=connection.subprotocol)
        try:
            await self._serve(connection, number)
        finally:
            self._open.discard(connection)
            self._changed()
            self._log.info(
                "closed",
                conn=number,
                **ending(connection.protocol),
                seconds=round(connection.loop.time() - started, 3),
            )

    async def _serve(self, connection: ServerConnection, number: int) -> None:
        handler = spawn(self._handle(connection, number), f"connection {number}")
        closed = spawn(connection.wait_closed(), f"connection {number} closed")
        await asyncio.wait({handler, closed}, return_when=asyncio.FIRST_COMPLETED)
        if handler.done():
            failed = handler.exception() is not None
            await connection.close(CloseCode.INTERNAL_ERROR if failed else CloseCode.NORMAL_CLOSURE)
        else:
            # A handler may be in a long sleep when its connection goes away.
            handler.cancel()
            await asyncio.wait({handler})
        await closed

    async def _handle(self, connection: ServerConnection, number: int) -> None:
        # Only for this task and those that it starts: their log lines say which connection they are about.
        structlog.contextvars.bind_contextvars(conn=number)
        await until_closed(self._handler(connection))

    def _changed(self) -> None:
        # The first change is logged at once, those within the next quarter of a second together.
        if self._timer is None:
            self._say()

    def _say(self) -> None:
        self._timer = None
        if self._logged != self.open:
            self._logged = self.open
            self._log.info("connections", open=self._logged)
            self._timer = asyncio.get_running_loop().call_later(COUNT_SECONDS, self._say)


def connection_number() -> int | None:
    """Return the number of the connection that the running handler serves, as the log has it."""
    number = structlog.contextvars.get_contextvars().get("conn")
    return number if isinstance(number, int) else None


def ending(protocol: Protocol) -> dict[str, object]:
    """Return what the log tells of an end: the Close frame that came first, and which side it came from.

    websockets itself would say 1006 wherever a client has not answered, also to a 1009 of the server's own.
    """
    sent, received = protocol.close_sent, protocol.close_rcvd
    if received is not None and (sent is None or protocol.close_rcvd_then_sent):
        return {"code": int(received.code), "reason": received.reason, "first": "client"}
    if sent is not None:
        return {"code": int(sent.code), "reason": sent.reason, "first": "server"}
    return {"code": int(CloseCode.ABNORMAL_CLOSURE), "reason": "", "first": None}


async def until_closed(work: Awaitable[None]) -> None:
    """Await work on a connection; that the connection closes meanwhile is the end of it, not a failure."""
    with suppress(ConnectionClosed, InvalidState):
        await work


@asynccontextmanager
async def meanwhile(work: Coroutine[object, object, None], name: str) -> AsyncGenerator[None]:
    """Do `work` on a connection for as long as the block runs."""
    task = spawn(until_closed(work), name)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})
