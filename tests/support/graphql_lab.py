"""The lab's GraphQL client in tests: with a played server, or with a real one over a real connection."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed

from tests.support.bundled_server import RunningServer
from tests.support.graphql_client import TRANSPORT, to
from tests.support.waiting import until
from wslab.lab.graphql.client import GraphqlClient, Stage
from wslab.lab.graphql.document import Request, request_at
from wslab.lab.graphql.operation import Operation
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn, stop
from wslab.wire.clock import Clock
from wslab.wire.graphql.writer import write


class Played:
    """A client whose server is played by the test."""

    def __init__(self) -> None:
        self.now = 100.0
        self.texts: list[str] = []
        self.refuses: Exception | None = None
        """Raised by whatever is sent."""
        self.client = GraphqlClient(self._send, Clock(monotonic=lambda: self.now))

    async def _send(self, text: str) -> None:
        if self.refuses is not None:
            raise self.refuses
        self.texts.append(text)

    @property
    def sent(self) -> list[dict[str, Any]]:
        """What the client has sent."""
        return [json.loads(text) for text in self.texts]

    @property
    def notes(self) -> list[str]:
        """What was written down."""
        return [note.text for note in self.client.notebook.notes]

    @property
    def problems(self) -> list[str]:
        """What was written down as wrong."""
        return [note.text for note in self.client.notebook.notes if note.bad]

    async def let_in(self, subprotocol: str = TRANSPORT) -> None:
        """Open a connection and acknowledge it."""
        before = len(self.texts)
        self.client.opened(subprotocol)
        await until(lambda: len(self.texts) > before, "connection_init")
        self.says("connection_ack")
        assert self.client.stage is Stage.LET_IN

    def says(self, kind: str, identity: str | None = None, **payload: Any) -> None:
        """Have the server say something."""
        self.client.received(write(kind, identity, **payload))

    async def start(self, document: str = "subscription { clock { n } }") -> Operation:
        """Start the operation of a document."""
        return await self.client.start(ask(document))


def ask(document: str, **variables: Any) -> Request:
    """Return what starts the first operation of a document."""
    return request_at(document, 0, variables or None)


@asynccontextmanager
async def connected(
    server: RunningServer, client: Connection, subprotocol: str = TRANSPORT, path: str = "/graphql"
) -> AsyncGenerator[None]:
    """Connect the lab's client to a server for the length of the block."""
    async with to(server, path, subprotocol) as connection:
        client.connection = connection

        async def pump() -> None:
            try:
                while True:
                    client.client.received(await connection.recv())
            except ConnectionClosed as error:
                close = error.rcvd or error.sent
                client.client.ended("cut" if close is None else f"{close.code} {close.reason}")

        client.client.opened(connection.subprotocol)
        pumping = spawn(pump(), "pump")
        try:
            yield
            await connection.close()
            await until(pumping.done, "the end of the connection")
        finally:
            await stop(pumping)


class Connection:
    """A client that has a real connection while `connected` runs."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.client = GraphqlClient(self._send, Clock())

    async def _send(self, text: str) -> None:
        if self.connection is None:
            raise NotOpen("there is no connection")
        try:
            await self.connection.send(text)
        except ConnectionClosed as error:
            raise NotOpen(str(error)) from error
