"""Talking to the MQTT server in tests, packet by packet, by our own codec."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import Connack, Connect, Packet, Suback, Subscribe, Subscription
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.writer import encode_packet


class MqttClient:
    """One connection."""

    def __init__(self, connection: ClientConnection, version: int) -> None:
        self.connection = connection
        self.version = version
        self.frames = 0
        self._reader = PacketReader(version=version, direction=Direction.S2C)
        self._inbox: deque[Packet] = deque()

    def encode(self, *packets: Packet | bytes) -> bytes:
        """Return the bytes of packets."""
        return b"".join(p if isinstance(p, bytes) else encode_packet(p, self.version) for p in packets)

    async def send(self, *packets: Packet | bytes) -> None:
        """Send packets in one frame."""
        await self.connection.send(self.encode(*packets))

    async def next(self) -> Packet:
        """Return the next packet."""
        async with asyncio.timeout(10):
            while not self._inbox:
                data = await self.connection.recv()
                assert isinstance(data, bytes)
                self.frames += 1
                for read in self._reader.feed(data):
                    assert read.faults == ()
                    assert read.packet is not None
                    self._inbox.append(read.packet)
        return self._inbox.popleft()

    async def ask(self, *packets: Packet | bytes) -> Packet:
        """Send packets and return the next one that comes."""
        await self.send(*packets)
        return await self.next()

    async def connect(self, client_id: str, *, present: bool = False, **options: Any) -> None:
        """Be let in."""
        answer = await self.ask(Connect(client_id, self.version, **options))
        assert isinstance(answer, Connack)
        assert (answer.reason_code, answer.session_present) == (0, present)

    async def subscribe(self, topic_filter: str, qos: int = 0) -> None:
        """Subscribe and be granted it."""
        answer = await self.ask(Subscribe(1, (Subscription(topic_filter, qos),)))
        assert answer == Suback(1, (qos,))

    async def closing(self) -> tuple[list[Packet], int | None]:
        """Return what still comes, and the code with which the server closes."""
        found: list[Packet] = []
        try:
            while True:
                found.append(await self.next())
        except ConnectionClosed:
            return found, self.connection.close_code


@asynccontextmanager
async def mqtt(url: str, version: int = 5, path: str = "/mqtt", **options: Any) -> AsyncGenerator[MqttClient]:
    """Make a WebSocket connection on which nothing of MQTT has been said."""
    async with connect(
        url + path, subprotocols=[Subprotocol("mqtt")], proxy=None, ping_interval=None, **options
    ) as connection:
        yield MqttClient(connection, version)
