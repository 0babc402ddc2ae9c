"""A binary client over a real connection of the lab, as the app wires it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager

from tests.support.bundled_server import RunningServer
from tests.support.waiting import until
from wslab.i18n import sentence
from wslab.lab.binary.client import BinaryClient
from wslab.net.client import Client
from wslab.net.lifecycle import FINAL, NotOpen
from wslab.net.options import ConnectOptions
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Phase, State
from wslab.wire.labproto.layout import SUBPROTOCOLS

BOTH = (SUBPROTOCOLS[2], SUBPROTOCOLS[1])
"""What a client offers that speaks both versions."""


class BinaryStudy:
    """Connects, cuts and connects again."""

    def __init__(self, server: RunningServer, *, patience: float = 30) -> None:
        self.server = server
        self.clock = Clock()
        self.client = BinaryClient(self.send, self.clock, patience=patience)
        self.connection: Client | None = None
        self.before_send: Callable[[bytes], None] | None = None
        """Called with every message that is about to be sent."""

    async def send(self, data: bytes) -> None:
        """Send a message; there has to be a connection."""
        if self.before_send is not None:
            self.before_send(data)
        if self.connection is None:
            raise NotOpen(sentence("there is no connection: c connects"))
        await self.connection.send_binary(data)

    async def connect(self, *offered: str, path: str = "/") -> None:
        """Open a connection, offering subprotocols."""
        options = ConnectOptions(
            self.server.url + path, subprotocols=offered or BOTH, keepalive=None, max_size=None
        )
        connection = Client(options, 1, self.clock, self._record, on_message=self.client.received)
        await connection.open()
        self.connection = connection
        self.client.opened(connection.subprotocol)

    def _record(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, State) and event.phase in FINAL:
                self.client.ended(event.why)

    def cut(self) -> None:
        """Cut the connection, as a network does."""
        assert self.connection is not None
        self.connection.abort()

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self.connection is not None and self.connection.phase not in (Phase.DISCONNECTED, *FINAL):
            await self.connection.close()

    async def answers(self, count: int) -> None:
        """Wait until so many answers have come."""
        await until(lambda: self.client.totals.answers >= count, f"{count} answers")


@asynccontextmanager
async def studied(
    server: RunningServer, *offered: str, path: str = "/", patience: float = 30
) -> AsyncGenerator[BinaryStudy]:
    """Study a server over a connection, for the length of the block."""
    study = BinaryStudy(server, patience=patience)
    await study.connect(*offered, path=path)
    try:
        yield study
    finally:
        await study.close()
