"""What the broker said, read from the wire: of some of it paho tells nobody.

A CONNACK of 3.1.1 that refuses with 1 or 2 reaches no callback of paho's, nor does the end of a connection
that was not let in, and the codes of PUBACK and PUBREC are thrown away.
"""

from __future__ import annotations

from collections.abc import Sequence

from wslab.wire.events import Direction, Event, Message, Opcode
from wslab.wire.mqtt.packets import Connack, Disconnect, PacketType, Puback, Pubrec
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.rules import TOO_LARGE_FOR_CLIENT, Fault

_LONGEST_LENGTH = 4
"""Bytes that a Remaining Length may have (MQTT 5 section 1.5.5)."""


class PacketWatch:
    """Looks at the events of one connection for what the broker answers.

    Events hold only the start of a long message. One that is a single PUBLISH is passed over. Where anything
    else is cut, the rest of the connection is not read: `lost` says so.
    """

    def __init__(self, version: int) -> None:
        """Start before the first byte.

        Args:
            version: protocol level that the client speaks.
        """
        self.connack: Connack | None = None
        self.disconnect: Disconnect | None = None
        """The broker's farewell, which it has in MQTT 5 alone."""
        self.acknowledged: int | None = None
        """Reason code of the newest PUBACK or PUBREC."""
        self.fault: Fault | None = None
        """The first rule that the broker broke."""
        self.lost = False
        """Whether there is something that could not be read."""
        self._reader = PacketReader(version=version, direction=Direction.S2C)

    def expect_acknowledgement(self) -> None:
        """Forget the newest PUBACK or PUBREC: the next one is that to a message that is sent now."""
        self.acknowledged = None

    def observe(self, events: Sequence[Event]) -> None:
        """Look at events of the connection, in their order."""
        for event in events:
            if type(event) is Message and event.direction is Direction.S2C and event.opcode == Opcode.BINARY:
                self._read(event)

    def _read(self, message: Message) -> None:
        if self.lost:
            return
        if message.length > len(message.preview):
            self.lost = bool(self._reader.pending) or not _only_a_publish(message)
            return
        for read in self._reader.feed(message.preview):
            # How large a packet may be nobody has told the broker: it is only too large to be kept here.
            faults = (fault for fault in read.faults if fault.rule is not TOO_LARGE_FOR_CLIENT)
            self.fault = self.fault or next(faults, None)
            match read.packet:
                case Connack():
                    self.connack = self.connack or read.packet
                case Puback() | Pubrec():
                    self.acknowledged = read.packet.reason_code
                case Disconnect():
                    self.disconnect = read.packet
        self.lost = self._reader.lost


def _only_a_publish(message: Message) -> bool:
    """Whether a message is one PUBLISH from its first byte to its last."""
    head = message.preview[: 1 + _LONGEST_LENGTH]
    if not head or head[0] >> 4 != PacketType.PUBLISH:
        return False
    length = 0
    for place, part in enumerate(head[1:]):
        length |= (part & 0x7F) << 7 * place
        if part < 0x80:
            return message.length == 2 + place + length
    return False
