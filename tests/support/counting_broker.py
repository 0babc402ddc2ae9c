"""A broker in this process, behind the library that bundled servers use, which counts every frame by itself.

It is the bundled broker without its process: for TLS, for faults, and for what the other side has counted.
"""

from __future__ import annotations

import itertools
import ssl
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from websockets.asyncio.server import ServerConnection, serve
from websockets.frames import Frame
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from wslab.serving.connections import until_closed
from wslab.serving.keepalive import kept_alive
from wslab.serving.mqtt.broker import Broker
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt_front import MqttFront
from wslab.tasks import spawn, stop
from wslab.wire.events import OPCODE_NAMES

Handler = Callable[[ServerConnection], Awaitable[None]]


class CountingBroker:
    """Where it listens, and the frames it has seen and sent, each by the name of its opcode."""

    def __init__(self, url: str = "") -> None:
        self.url = url
        self.received: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.connections: list[ServerConnection] = []

    def create(self, protocol: ServerProtocol, *args: Any, **options: Any) -> ServerConnection:
        """Make a connection whose frames are counted where the library reads and writes them."""
        take, give = protocol.recv_frame, protocol.send_frame

        def received(frame: Frame) -> None:
            self.received[OPCODE_NAMES[frame.opcode]] += 1
            take(frame)

        def sent(frame: Frame) -> None:
            self.sent[OPCODE_NAMES[frame.opcode]] += 1
            give(frame)

        protocol.recv_frame, protocol.send_frame = received, sent  # type: ignore[method-assign]
        self.connections.append(ServerConnection(protocol, *args, **options))
        return self.connections[-1]


@asynccontextmanager
async def serving(handler: Handler, tls: ssl.SSLContext | None = None) -> AsyncGenerator[CountingBroker]:
    """Serve connections that offer the subprotocol mqtt by a handler of one's own."""
    broker = CountingBroker()

    async def handle(connection: ServerConnection) -> None:
        await until_closed(handler(connection))

    async with serve(
        handle, "127.0.0.1", 0, ssl=tls, subprotocols=[Subprotocol("mqtt")], compression=None, ping_interval=None,
        create_connection=broker.create,
    ) as server:  # fmt: skip
        port = server.sockets[0].getsockname()[1]
        broker.url = f"{'wss' if tls else 'ws'}://127.0.0.1:{port}/mqtt"
        yield broker


@asynccontextmanager
async def broking(
    tls: ssl.SSLContext | None = None,
    *,
    limits: Limits | None = None,
    policy: Policy | None = None,
    keepalive: float | None = None,
) -> AsyncGenerator[CountingBroker]:
    """Serve as the bundled MQTT server does.

    Args:
        tls: settings for TLS; None to do without.
        limits: of the broker.
        policy: of the broker.
        keepalive: seconds between Pings of the server; None for none.
    """
    names = itertools.count(1)
    front = MqttFront(
        Broker(limits or Limits(), policy or Policy(), lambda: f"assigned-{next(names)}"),
        structlog.get_logger(), patience=10,
    )  # fmt: skip

    async def handle(connection: ServerConnection) -> None:
        async with kept_alive(connection, keepalive, "learning-ping"):
            await front.serve(connection)

    time = spawn(front.keep_time(), "broker's time")
    try:
        async with serving(handle, tls) as broker:
            yield broker
    finally:
        await stop(time)
