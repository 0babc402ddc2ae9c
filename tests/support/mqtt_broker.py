"""A broker without sockets, and clients of it that speak in packets."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from wslab.serving.mqtt.broker import Broker, End, Send
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import Connack, Connect, Packet, Suback, Subscribe, Subscription
from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.writer import encode_packet


@dataclass
class Client:
    """One connection, seen from its client."""

    house: House
    conn: int
    version: int
    inbox: list[Packet] = field(default_factory=list)
    ended: str | None = None
    """Why the broker has closed it."""
    gone: bool = False

    def __post_init__(self) -> None:
        """Begin to read."""
        self.reader = PacketReader(version=self.version, direction=Direction.S2C)

    def send(self, *packets: Packet | bytes) -> list[Packet]:
        """Send packets, and return what this client gets meanwhile."""
        data = b"".join(p if isinstance(p, bytes) else encode_packet(p, self.version) for p in packets)
        self.house.broker.received(self.conn, data, self.house.now)
        self.house.settle()
        return self.take()

    def take(self) -> list[Packet]:
        """What has come since the last time."""
        found, self.inbox[:] = list(self.inbox), []
        return found

    def drop(self) -> None:
        """Lose the connection."""
        self.gone = True
        self.house.broker.closed(self.conn, self.house.now)
        self.house.settle()

    def subscribe(
        self, topic_filter: str, qos: int = 0, properties: Properties = NO_PROPERTIES, **options: Any
    ) -> list[Packet]:
        """Subscribe; return what comes behind the SUBACK."""
        answer, *rest = self.send(Subscribe(1, (Subscription(topic_filter, qos, **options),), properties))
        assert answer == Suback(1, (qos,))
        return rest


class House:
    """A broker, its clock and its clients."""

    def __init__(self, version: int = 5, limits: Limits | None = None, policy: Policy | None = None) -> None:
        """Start with an empty broker."""
        self.version = version
        self.now = 1000.0
        names = itertools.count(1)
        self.broker = Broker(limits or Limits(), policy or Policy(), lambda: f"assigned-{next(names)}")
        self.clients: dict[int, Client] = {}

    def open(self, version: int | None = None) -> Client:
        """Make a connection that has sent nothing."""
        conn = len(self.clients) + 1
        client = self.clients[conn] = Client(self, conn, version or self.version)
        self.broker.opened(conn, self.now)
        return client

    def connect(
        self, client_id: str = "c", *, version: int | None = None, present: bool = False, **options: Any
    ) -> Client:
        """Make a connection that the broker accepts; what follows the CONNACK is in its inbox."""
        client = self.open(version)
        answer, *rest = client.send(Connect(client_id, client.version, **options))
        assert isinstance(answer, Connack)
        assert (answer.reason_code, answer.session_present) == (0, present)
        client.inbox[:] = rest
        return client

    def wait(self, seconds: float) -> None:
        """Let time pass, deadline by deadline."""
        end = self.now + seconds
        while (due := self.broker.next_deadline()) <= end:
            assert due >= self.now
            self.now = due
            self.broker.tick(self.now)
            self.settle()
        self.now = end

    def settle(self) -> None:
        """Carry out what the broker wants done, as a server does."""
        while effects := self.broker.take():
            for effect in effects:
                client = self.clients[effect.conn]
                if isinstance(effect, Send):
                    assert client.ended is None, "sent after the end"
                    for read in client.reader.feed(effect.data):
                        assert read.faults == (), read.faults
                        assert read.packet is not None
                        client.inbox.append(read.packet)
                elif isinstance(effect, End):
                    assert client.ended is None, "ended twice"
                    client.ended = effect.why
                    if not client.gone:
                        client.gone = True
                        self.broker.closed(client.conn, self.now)
