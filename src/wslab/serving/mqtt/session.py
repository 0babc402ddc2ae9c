"""What the broker keeps for a client, connected or not, and the way of its messages.

MQTT 5 sections 4.1 (state), 4.3 (QoS), 4.4 (sending again), 4.6 (order) and 4.9 (flow control).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, replace
from typing import NamedTuple

from wslab.serving.mqtt.limits import Limits
from wslab.serving.mqtt.link import Link
from wslab.serving.mqtt.message import Message, to_bytes, to_publish
from wslab.serving.mqtt.subscriptions import Entry
from wslab.wire.mqtt.packets import Pubrel, Will

LAST_ID = 65_535


class Waiting(NamedTuple):
    """A message for this client that has not been sent."""

    message: Message
    qos: int
    retain: bool
    identifiers: tuple[int, ...]


@dataclass(slots=True)
class Flight:
    """A message of QoS 1 or 2 that has been sent and is not acknowledged to the end."""

    content: Waiting
    released: bool = False
    """Whether PUBREC has come, so that PUBREL is what is sent again (MQTT-4.3.3-6)."""
    sent: bool = True
    """Whether it has been sent on the connection there is."""


class Session:
    """The state of one client."""

    def __init__(self, client: str, limits: Limits) -> None:
        """Start empty.

        Args:
            client: its client identifier.
            limits: bounds.
        """
        self.client = client
        self.link: Link | None = None
        self.expiry = 0
        """Seconds for which it is kept without a connection."""
        self.subscriptions: dict[str, Entry] = {}
        """By topic filter, as it was asked for."""
        self.incoming: set[int] = set()
        """Packet Identifiers of messages of QoS 2 from the client that wait for their PUBREL."""
        self.will: Will | None = None
        self.dropped = 0
        """Messages that were lost to it: too many waited, or they were too large for the client."""
        self.flights: dict[int, Flight] = {}
        self._waiting: deque[Waiting] = deque()
        self._bytes = 0
        self._last_id = 0
        self._again = False
        """Whether something of an earlier connection is to be sent again."""
        self._limits = limits

    @property
    def waiting(self) -> int:
        """Messages that have not been sent."""
        return len(self._waiting)

    def deliver(
        self, message: Message, qos: int, retain: bool, identifiers: tuple[int, ...], now: float
    ) -> None:
        """Send a message to the client, or keep it until that can be done."""
        link = self.link
        if link is None and not qos:
            # QoS 0 is for those who are there (section 4.3.1).
            return
        if len(self._waiting) >= self._limits.queue or (
            self._bytes + len(message.payload) > self._limits.queue_bytes
        ):
            self.dropped += 1
            return
        self._waiting.append(Waiting(message, qos, retain, identifiers))
        self._bytes += len(message.payload)
        self.pump(now)

    def pump(self, now: float) -> None:
        """Send what can be sent now: first again what a broken connection left, then what waits, in order."""
        link = self.link
        if link is None or link.paused or link.ended:
            return
        if self._again and not self._resend(link, now):
            return
        while self._waiting:
            content = self._waiting[0]
            message, qos, retain, identifiers = content
            # The quota counts what was sent on this connection; nothing overtakes (MQTT-4.9.0-2, 4.6.0-5).
            if qos and len(self.flights) >= link.receive_maximum:
                return
            self._waiting.popleft()
            self._bytes -= len(message.payload)
            if message.expires <= now:
                continue
            packet_id = self._next_id() if qos else 0
            if message.expires == math.inf and not link.takes_aliases:
                sent = link.send_raw(to_bytes(message, link.version, qos, retain, identifiers, packet_id))
            else:
                sent = link.send_message(to_publish(*content, packet_id, now))
            if not sent:
                # As if it had been sent and acknowledged (MQTT-3.1.2-25).
                self.dropped += 1
            elif qos:
                self.flights[packet_id] = Flight(content)

    def acknowledge(self, packet_id: int, now: float) -> None:
        """Let go of a message: by PUBACK, by PUBCOMP, or by a PUBREC that refuses it."""
        del self.flights[packet_id]
        self.pump(now)

    def connect(self, link: Link) -> None:
        """Go on with a connection; what it left unacknowledged is sent again by `pump` (MQTT-4.4.0-1)."""
        self.link = link
        for flight in self.flights.values():
            flight.sent = False
        self._again = bool(self.flights)

    def _resend(self, link: Link, now: float) -> bool:
        """Send again what an earlier connection left; return whether that is all of it."""
        room = link.receive_maximum - sum(flight.sent for flight in self.flights.values())
        self._again = False
        for packet_id, flight in list(self.flights.items()):
            if flight.sent:
                continue
            if flight.released:
                flight.sent = True
                link.send(Pubrel(packet_id))
                room -= 1
            elif room > 0:
                flight.sent = True
                room -= 1
                packet = to_publish(*flight.content, packet_id, now)
                if not link.send_message(replace(packet, dup=True)):
                    self.dropped += 1
                    del self.flights[packet_id]
            else:
                # Messages wait for room; what releases others does not wait behind them (MQTT-3.3.4-10).
                self._again = True
        return not self._again

    def _next_id(self) -> int:
        # There are more identifiers than flights may be, so one is free.
        while True:
            self._last_id = self._last_id % LAST_ID + 1
            if self._last_id not in self.flights:
                return self._last_id
