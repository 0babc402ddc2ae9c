"""Serves one connection of GraphQL over WebSocket: the protocol engine, and a task for each operation.

Nothing piles up. An operation is asked for its next result when its last one has been written, the reader
answers one message before it takes the next, and who takes nothing for `write_seconds` is cut off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from wslab.serving.connections import meanwhile
from wslab.serving.frames import cut
from wslab.serving.graphql_protocol import (
    Action,
    Close,
    GraphqlProtocol,
    Operation,
    Request,
    Send,
    Start,
    Stop,
)
from wslab.serving.logs import Log
from wslab.tasks import spawn, stop


class RequestErrors(Exception):
    """An operation is over because of errors."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        """Take the errors as the GraphQL specification writes them, at least one."""
        super().__init__(", ".join(str(error.get("message")) for error in errors))
        self.errors = errors


Execute = Callable[[Request], AsyncGenerator[dict[str, Any]]]
"""Yields each result of a request. Raises RequestErrors where it cannot be executed, or not any further."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds."""

    init_seconds: float = 3.0
    """For `connection_init` after the handshake."""
    sign_of_life_seconds: float = 10.0
    """Between two `ka` of the legacy subprotocol."""
    write_seconds: float = 30.0
    """For a client to take a message."""


class GraphqlConnection:
    """One connection from the end of its handshake to its close."""

    def __init__(
        self,
        connection: ServerConnection,
        protocol: GraphqlProtocol,
        execute: Execute,
        log: Log,
        timing: Timing,
    ) -> None:
        self._connection = connection
        self._protocol = protocol
        self._execute = execute
        self._log = log
        self._timing = timing
        self._tasks: dict[Operation, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Serve it until it closes; then nothing of it runs any more.

        Raises:
            ConnectionClosed: it closed without a Close frame.
        """
        try:
            async with meanwhile(self._keep_time(), "graphql timer"):
                async for data in self._connection:
                    await self._act(self._protocol.received(data))
        finally:
            await self._stop_all()

    async def _keep_time(self) -> None:
        if self._protocol.init_timeout:
            await asyncio.sleep(self._timing.init_seconds)
            await self._act(self._protocol.init_timed_out())
        while self._protocol.signs_of_life:
            await asyncio.sleep(self._timing.sign_of_life_seconds)
            await self._act(self._protocol.sign_of_life())

    async def _act(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case Send(text):
                    await self._send(text)
                case Start(operation):
                    started = spawn(self._run(operation), f"operation {operation.id[:20]}")
                    self._tasks[operation] = started
                    started.add_done_callback(partial(self._ended, operation))
                case Stop(operation):
                    # It may have ended already, where the connection broke while it was sending.
                    task = self._tasks.get(operation)
                    if task is not None:
                        await stop(task)
                case Close(code, reason):
                    await self._connection.close(code, reason)

    async def _run(self, operation: Operation) -> None:
        with suppress(ConnectionClosed):
            try:
                # Cut short between two results, it would else tidy up when the garbage collector comes by.
                async with aclosing(self._execute(operation.request)) as results:
                    async for result in results:
                        text = self._protocol.result(operation, result)
                        if text is not None:
                            await self._send(text)
            except RequestErrors as error:
                await self._act(self._protocol.failed(operation, error.errors))
            except ConnectionClosed:
                raise
            except Exception:
                await self._act(self._protocol.failed(operation, [{"message": "internal error"}]))
                raise
            else:
                await self._act(self._protocol.completed(operation))

    def _ended(self, operation: Operation, task: asyncio.Task[None]) -> None:
        del self._tasks[operation]

    async def _send(self, text: str) -> None:
        try:
            async with asyncio.timeout(self._timing.write_seconds):
                await self._connection.send(text)
        except TimeoutError:
            # No Close frame would get through either.
            self._log.warning("slow consumer", seconds=self._timing.write_seconds)
            cut(self._connection, reset=True)
            await self._connection.wait_closed()
            raise self._connection.protocol.close_exc from None

    async def _stop_all(self) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
