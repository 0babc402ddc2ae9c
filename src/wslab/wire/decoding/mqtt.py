"""MQTT in binary messages: packets put together over frames and messages (MQTT 5 section 6)."""

from __future__ import annotations

from dataclasses import dataclass

from wslab.i18n import N_
from wslab.wire.decoding.decoded import LARGEST, MANY, Decoded, beyond_limit, shortened
from wslab.wire.decoding.mqtt_words import identity, subject, summary
from wslab.wire.events import Direction
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.packets import VERSION_NAMES, Version
from wslab.wire.mqtt.reader import PacketReader, Read

PROTOCOL = "mqtt"

TEXT_MESSAGE = {
    "mqtt3.1.1": N_("mqtt3.1.1#MQTT-6.0.0-1 MQTT in a text message; it travels in binary ones alone"),
    "mqtt5": N_("mqtt5#MQTT-6.0.0-1 MQTT in a text message; it travels in binary ones alone"),
}
"""What is wrong with a text message, by the standard that says so."""
BYTES_MISSING = N_("lab#bytes-missing a message was not inflated to its end; no packet is read behind it")
_TOO_LARGE = frozenset({rules.TOO_LARGE_FOR_CLIENT, rules.TOO_LARGE_FOR_SERVER})


@dataclass(slots=True)
class Level:
    """What both directions of a connection know of its version."""

    version: int | None = None
    """Protocol level of the CONNECT; None until there was one."""

    @property
    def assumed(self) -> int:
        """The level by which packets are read."""
        return self.version or Version.V3_1_1


class MqttDecoder:
    """Decodes one direction of a connection."""

    def __init__(self, direction: Direction, level: Level, *, preview_limit: int) -> None:
        """Start where a packet begins.

        Args:
            direction: who sends.
            level: shared with the decoder of the other direction.
            preview_limit: bytes of each packet to keep.
        """
        self._level = level
        self._limit = preview_limit
        self._reader = PacketReader(version=level.version, direction=direction, largest=LARGEST)
        self._text = False
        self._fed = 0
        self._began = 0
        self._found: list[Decoded] = []

    def begin(self, text: bool) -> None:
        """A message begins; packets go on where the one before ended."""
        self._text = text
        self._began = self._fed

    def feed(self, piece: bytes) -> None:
        """Read the next bytes; those of text messages belong to no packet."""
        if self._text:
            return
        reader, level = self._reader, self._level
        if level.version is not None:
            reader.version = level.version
        self._fed += len(piece)
        for read in reader.feed(piece):
            self._found.append(decoded(read, self._began, self._limit))
        if reader.version is not None:
            level.version = reader.version

    def end(self, whole: bool) -> list[Decoded]:
        """Return the packets that the message completed."""
        found, self._found = self._found, []
        if self._text:
            standard = "mqtt5" if self._level.assumed >= Version.V5 else "mqtt3.1.1"
            found.append(self._odd("text message", TEXT_MESSAGE[standard]))
        elif not whole and not self._reader.lost:
            self._reader.lost = True
            found.append(self._odd("bytes are missing", BYTES_MISSING))
        return found

    def overflow(self) -> list[Decoded]:
        """Return the packets so far where they are many: a message may hold any number of them."""
        if len(self._found) < MANY:
            return []
        found, self._found = self._found, []
        return found

    def _odd(self, text: str, violation: str) -> Decoded:
        version = VERSION_NAMES.get(self._level.assumed, "")
        return Decoded(PROTOCOL, version, "", text, None, None, 0, 0, b"", (violation,))


def decoded(read: Read, began: int, preview_limit: int) -> Decoded:
    """Return what there is to tell of a packet.

    Args:
        read: the packet.
        began: place in the stream at which its message began.
        preview_limit: bytes of it to keep.
    """
    violations = tuple(
        beyond_limit(read.size, LARGEST) if fault.rule in _TOO_LARGE else str(fault) for fault in read.faults
    )
    return Decoded(
        PROTOCOL,
        VERSION_NAMES.get(read.version, str(read.version)),
        read.name,
        shortened(summary(read)),
        identity(read.packet),
        subject(read.packet),
        read.offset - began,
        read.size,
        read.raw[:preview_limit],
        violations,
    )
