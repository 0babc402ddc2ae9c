"""The MQTT broker's connections: carries what the engine says over WebSocket (MQTT 5 section 6).

Each connection has a reader, which hands bytes to the broker, and a writer, which sends what the broker has
for it. Nothing piles up: where more than `HIGH` bytes wait for a client, the broker is told to keep messages
in the session, whose bounds hold then, and nothing more is read from that client. A client that takes nothing
for `patience` seconds is cut.
"""

from __future__ import annotations

import asyncio
import itertools
import math
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode

from wslab.serving.connections import connection_number, meanwhile
from wslab.serving.frames import cut
from wslab.serving.logs import Log
from wslab.serving.mqtt.broker import Broker, End, Note, Send
from wslab.serving.parameters import LONGEST_REASON

HIGH, LOW = 64 * 1024, 16 * 1024
"""Bytes that wait for a client: from when its messages are kept back, and from when they come again."""
FRAME = 32 * 1024
"""Bytes up to which packets share a frame. A packet that is larger has one to itself."""
PIECE = 16 * 1024
"""Bytes that are read of one client before others have their turn: a frame can hold many thousand packets."""
LONGEST_SHOWN = 100
"""Characters of a client's text in a log line."""

CLOSE_CODES: dict[int, int] = {
    0x00: CloseCode.NORMAL_CLOSURE,
    0x81: CloseCode.PROTOCOL_ERROR,  # malformed packet
    0x82: CloseCode.PROTOCOL_ERROR,  # protocol error
    0x84: CloseCode.PROTOCOL_ERROR,  # unsupported protocol version
    0x93: CloseCode.PROTOCOL_ERROR,  # receive maximum exceeded
    0x94: CloseCode.PROTOCOL_ERROR,  # topic alias invalid
    0x95: CloseCode.MESSAGE_TOO_BIG,  # packet too large
}
"""The close code for a reason code of MQTT 5. All others are 1008, policy violation."""
SHUTTING_DOWN = 0x8B


@dataclass(slots=True, eq=False)
class Client:
    """One connection, as its writer sees it."""

    number: int
    """As the broker knows it."""
    connection: ServerConnection
    conn: int | None = None
    """The number of its connection in the log."""
    waiting: deque[bytes] = field(default_factory=deque)
    size: int = 0
    """Bytes that wait, those that are being sent included."""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    writable: asyncio.Event = field(default_factory=asyncio.Event)
    """Clear while too much waits."""
    ending: tuple[int, str] | None = None
    """Code and reason to close with once everything is sent."""
    said: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when everything is sent and the Close is next, and when it is gone."""
    name: str | None = None
    """The client identifier, safe to show."""

    def put(self, data: bytes) -> None:
        """Send bytes some time."""
        self.waiting.append(data)
        self.size += len(data)
        self.news.set()

    def end(self, code: int, reason: str) -> None:
        """Close when everything is sent; read on until then, so that nothing is reset."""
        if self.ending is None:
            self.ending = (code, reason.encode()[:LONGEST_REASON].decode(errors="ignore"))
        self.news.set()
        self.writable.set()

    def frame(self) -> bytes:
        """Take the packets of the next frame."""
        packets = [self.waiting.popleft()]
        size = len(packets[0])
        while self.waiting and size + len(self.waiting[0]) <= FRAME:
            packets.append(self.waiting.popleft())
            size += len(packets[-1])
        return b"".join(packets)


class MqttFront:
    """Every WebSocket connection of a broker."""

    def __init__(
        self, broker: Broker, log: Log, patience: float, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Start without connections.

        Args:
            broker: nobody else may use it.
            log: where connects, subscriptions and ends are told.
            patience: seconds in which a client has to take what is sent.
            now: seconds on a clock that never goes back.
        """
        self._broker = broker
        self._log = log
        self._patience = patience
        self._now = now
        self._numbers = itertools.count(1)
        self._clients: dict[int, Client] = {}
        self._leaving: int = CloseCode.GOING_AWAY
        self._sooner = asyncio.Event()
        self._planned = math.inf

    async def serve(self, connection: ServerConnection) -> None:
        """Serve one connection from the end of its handshake until it is closed."""
        client = Client(next(self._numbers), connection, connection_number())
        client.writable.set()
        self._clients[client.number] = client
        self._broker.opened(client.number, self._now())
        self._deliver()
        try:
            async with meanwhile(self._write(client), f"mqtt writer {client.number}"):
                await self._read(client)
        finally:
            self._leave(client)
            client.said.set()

    async def keep_time(self) -> None:
        """Tell the broker when something is due, for ever."""
        while True:
            self._sooner.clear()
            self._planned = self._broker.next_deadline()
            delay = None if self._planned == math.inf else max(0.0, self._planned - self._now())
            with suppress(TimeoutError):
                async with asyncio.timeout(delay):
                    await self._sooner.wait()
            self._broker.tick(self._now())
            self._deliver()

    async def say_goodbye(self, code: int) -> None:
        """Send every client of MQTT 5 a DISCONNECT, and let all go with this close code."""
        self._leaving = code
        clients = list(self._clients.values())
        self._broker.shut_down(self._now())
        self._deliver()
        for client in clients:
            await client.said.wait()

    async def _read(self, client: Client) -> None:
        async for data in client.connection:
            if client.ending is not None:
                # It is read on only so that its Close can be seen.
                continue
            if isinstance(data, str):
                # MQTT-6.0.0-1: whatever is not binary ends the connection. A will is published.
                client.end(CloseCode.UNSUPPORTED_DATA, "MQTT comes in binary frames (MQTT-6.0.0-1)")
                self._leave(client)
                continue
            # A packet may span frames, and a frame may hold several (MQTT-6.0.0-2).
            for start in range(0, len(data), PIECE):
                if client.ending is None:
                    self._broker.received(client.number, data[start : start + PIECE], self._now())
                    self._deliver()
                    await client.writable.wait()
                    await asyncio.sleep(0)

    async def _write(self, client: Client) -> None:
        while True:
            await client.news.wait()
            client.news.clear()
            while client.waiting:
                frame = client.frame()
                if not await self._send(client, frame):
                    return
                client.size -= len(frame)
                if client.size <= LOW and not client.writable.is_set():
                    self._resume(client)
            if client.ending is not None:
                client.said.set()
                await client.connection.close(*client.ending)
                return

    async def _send(self, client: Client, frame: bytes) -> bool:
        try:
            async with asyncio.timeout(self._patience):
                await client.connection.send(frame)
        except TimeoutError:
            # No Close frame would get through either.
            self._log.warning("slow client", conn=client.conn, client=client.name, seconds=self._patience)
            cut(client.connection, reset=True)
            return False
        return True

    def _resume(self, client: Client) -> None:
        client.writable.set()
        if client.number in self._clients:
            self._broker.resume(client.number, self._now())
            self._deliver()

    def _deliver(self) -> None:
        """Do what the broker wants done. Never waits."""
        for effect in self._broker.take():
            client = self._clients.get(effect.conn)
            if client is None:
                continue
            match effect:
                case Send(_, data):
                    client.put(data)
                    if client.size > HIGH and client.writable.is_set() and client.ending is None:
                        client.writable.clear()
                        self._broker.pause(client.number)
                case End(_, why, reason_code):
                    code = CLOSE_CODES.get(reason_code, CloseCode.POLICY_VIOLATION)
                    client.end(self._leaving if reason_code == SHUTTING_DOWN else code, why)
                    self._log.info("mqtt end", conn=client.conn, client=client.name, why=shown(why))
                case Note(_, event, fields):
                    safe = {name: shown(value) for name, value in fields.items()}
                    client.name = str(safe["client"])
                    self._log.info(f"mqtt {event}", conn=client.conn, **safe)
        if self._broker.next_deadline() < self._planned:
            self._sooner.set()

    def _leave(self, client: Client) -> None:
        """Tell the broker that a connection is gone, once."""
        if self._clients.pop(client.number, None) is None:
            return
        if client.ending is None or client.ending[0] == CloseCode.UNSUPPORTED_DATA:
            self._log.info("mqtt end", conn=client.conn, client=client.name, why="connection lost")
        self._broker.closed(client.number, self._now())
        self._deliver()


def shown(value: object) -> object:
    """Return a value for a log line; texts of clients are escaped and cut."""
    if isinstance(value, list):
        return [shown(each) for each in value[:LONGEST_SHOWN]]
    if not isinstance(value, str):
        return value
    escaped = value.encode("unicode_escape").decode("ascii")
    return escaped if len(escaped) <= LONGEST_SHOWN else escaped[:LONGEST_SHOWN] + "…"
