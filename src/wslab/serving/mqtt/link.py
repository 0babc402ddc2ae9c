"""One connection of a client to the broker, without its socket."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

from wslab.serving.mqtt.limits import Limits
from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import Connect, Disconnect, Packet, Publish, Version
from wslab.wire.mqtt.properties import PropertyId
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.writer import encode_packet

MOST = 65_535
"""Receive Maximum of a client that names none (MQTT 5 section 3.1.2.11.3)."""


class Link:
    """What the broker knows of one connection."""

    def __init__(self, conn: int, limits: Limits, send: Callable[[int, bytes], None]) -> None:
        """Start before the CONNECT.

        Args:
            conn: number of the connection.
            limits: bounds.
            send: takes the number of the connection and bytes for it.
        """
        self.conn = conn
        self.reader = PacketReader(direction=Direction.C2S, largest=limits.packet)
        self.version: int = Version.V3_1_1
        self.client: str | None = None
        """Client identifier, once its CONNECT has been accepted."""
        self.ended = False
        """Whether nothing is to be read or sent any more."""
        self.paused = False
        """Whether its socket takes nothing now; then messages wait in the session."""
        self.keep_alive = 0
        """Seconds, as agreed on; 0 is off."""
        self.session_expiry = 0
        """Seconds for which the session is kept; infinite in 3.1.1 without a clean session."""
        self.receive_maximum = limits.inflight
        self._largest: float = math.inf
        self.aliases: dict[int, str] = {}
        """Topic names by the aliases that the client has given them."""
        self._own_aliases: dict[str, int] = {}
        self._most_aliases = 0
        self._limits = limits
        self._send = send

    @property
    def five(self) -> bool:
        """Whether it speaks MQTT 5."""
        return self.version >= Version.V5

    @property
    def takes_aliases(self) -> bool:
        """Whether the client takes aliases for topics."""
        return self._most_aliases > 0

    def agree(self, packet: Connect) -> None:
        """Take over what a CONNECT says of the connection."""
        self.version = packet.version
        self.keep_alive = packet.keep_alive
        there = packet.properties
        if self.five:
            if not 0 < self.keep_alive <= self._limits.keep_alive:
                self.keep_alive = self._limits.keep_alive
            self.session_expiry = there.number(PropertyId.SESSION_EXPIRY_INTERVAL, 0)
            receive = there.number(PropertyId.RECEIVE_MAXIMUM, MOST)
            self.receive_maximum = min(receive, self._limits.inflight)
            self._largest = there.number(PropertyId.MAXIMUM_PACKET_SIZE, 0) or math.inf
            self._most_aliases = min(
                there.number(PropertyId.TOPIC_ALIAS_MAXIMUM, 0), self._limits.topic_aliases
            )
        else:
            self.session_expiry = 0 if packet.clean_start else 0xFFFF_FFFF
        self.session_expiry = min(self.session_expiry, self._limits.session_expiry)

    def patience(self, now: float) -> float:
        """Return when the keep alive is over: after one and a half times its seconds (MQTT-3.1.2-22)."""
        return now + 1.5 * self.keep_alive if self.keep_alive else math.inf

    def send(self, packet: Packet) -> bool:
        """Send a packet; return False where the client takes none of its size (MQTT-3.1.2-24)."""
        return not self.ended and self.send_raw(encode_packet(packet, self.version))

    def send_raw(self, raw: bytes) -> bool:
        """Send the bytes of a packet, as `send` does."""
        if self.ended or len(raw) > self._largest:
            return False
        self._send(self.conn, raw)
        return True

    def send_message(self, packet: Publish) -> bool:
        """Send a message, by an alias of its topic where the client takes some (section 3.3.2.3.4)."""
        if not self._most_aliases:
            return self.send(packet)
        alias = self._own_aliases.get(packet.topic)
        if alias is not None:
            short = replace(
                packet, topic="", properties=packet.properties.plus(PropertyId.TOPIC_ALIAS, alias)
            )
            return self.send(short)
        if len(self._own_aliases) >= self._most_aliases:
            return self.send(packet)
        alias = len(self._own_aliases) + 1
        sent = self.send(replace(packet, properties=packet.properties.plus(PropertyId.TOPIC_ALIAS, alias)))
        # What was too large to send has told the client nothing.
        if sent:
            self._own_aliases[packet.topic] = alias
        return sent

    def disconnect(self, reason_code: int) -> None:
        """Tell the client why its connection ends, where its version has a way to (section 3.14)."""
        if self.five and self.client is not None:
            self.send(Disconnect(reason_code))
