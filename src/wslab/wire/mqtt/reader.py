"""Packets of one direction, read from any split of their bytes (MQTT 5 chapter 2).

A WebSocket frame may hold a part of a packet or several packets, so frames mean nothing here. The reader
never raises: what breaks a rule is told with the packet.
"""

from __future__ import annotations

from typing import NamedTuple

from wslab.wire.events import Direction
from wslab.wire.field import Field
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.packets import Connack, Connect, Packet, PacketType, Version
from wslab.wire.mqtt.parsing import parse
from wslab.wire.mqtt.rules import Fault, Rule

LARGEST = 1 << 20
"""Bytes that a packet may have unless a caller says otherwise, fixed header included."""
PROTOCOL_LARGEST = 5 + 268_435_455
"""The largest packet there can be (table 2-1 of 3.1.1, section 1.5.5 of 5.0)."""

_T = PacketType
_CLIENT_ONLY = frozenset({_T.CONNECT, _T.SUBSCRIBE, _T.UNSUBSCRIBE, _T.PINGREQ})
_SERVER_ONLY = frozenset({_T.CONNACK, _T.SUBACK, _T.UNSUBACK, _T.PINGRESP})


class Read(NamedTuple):
    """A packet as it was on the wire."""

    packet: Packet | None
    """What it says; None where nothing sensible came of it."""
    raw: bytes
    """All its bytes; of one that was too large, and where framing is lost, the fixed header alone."""
    version: int
    """Protocol level by which it was read."""
    faults: tuple[Fault, ...]
    """The rules it breaks."""
    offset: int
    """Place of its first byte in the stream of this direction."""
    size: int
    """Bytes on the wire, fixed header included."""
    direction: Direction | None

    @property
    def kind(self) -> PacketType | None:
        """The type of the packet; None for the reserved type 0."""
        number = self.raw[0] >> 4
        return PacketType(number) if number else None

    @property
    def name(self) -> str:
        """`PUBLISH`; `reserved` for type 0."""
        return self.kind.name if self.kind else "reserved"

    @property
    def framing_lost(self) -> bool:
        """Whether nothing can be read behind it."""
        return any(fault.rule.framing_lost for fault in self.faults)

    def fields(self) -> list[Field]:
        """Take the packet apart; every bit of `raw` belongs to one field. Worked out at each call."""
        fields: list[Field] = []
        parse(self.raw, self.version, self.direction, fields)
        return fields


class PacketReader:
    """Turns the bytes of one direction into packets."""

    def __init__(
        self, *, version: int | None = None, direction: Direction | None = None, largest: int = LARGEST
    ) -> None:
        """Start at the first byte of a packet.

        Args:
            version: protocol level, where it is known; a CONNECT that is read sets it. 3.1.1 until then.
            direction: who sends, or None to look at no rule that only one side has.
            largest: bytes of the largest packet that is kept; a larger one is told of and skipped.
        """
        self.version: int | None = version
        """Protocol level; to be set for the reader of the other direction once its CONNECT has been read."""
        self.largest = largest
        """Bytes of the largest packet that is kept; may be changed between packets."""
        self.lost = False
        """Whether framing is lost; then all that comes is counted and not read."""
        self.skipped = 0
        """Bytes that were not read: of packets that were too large, and after framing was lost."""
        self._direction = direction
        self._buffer = bytearray()
        self._needed = 2
        self._skip = 0
        self._offset = 0
        self._greeted = False

    @property
    def pending(self) -> int:
        """Bytes here of a packet that is not complete."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[Read]:
        """Read the next bytes and return the packets they complete."""
        if self.lost:
            self.skipped += len(data)
            return []
        buffer = self._buffer
        if buffer:
            buffer += data
            if len(buffer) < self._needed:
                return []
            data = bytes(buffer)
            buffer.clear()
        found: list[Read] = []
        at, size = 0, len(data)
        while at < size:
            if self._skip:
                step = min(self._skip, size - at)
                self._skip -= step
                self.skipped += step
                self._offset += step
                at += step
                continue
            end = self._end(data, at)
            if end is None:
                found.append(self._lose(data[at : at + 5]))
                self.skipped += size - at - 5
                return found
            header, total = end
            if header and total > self.largest:
                found.append(self._too_large(data[at : at + header], total))
                self._skip = total - header
                at += header
            elif at + total > size:
                self._needed = total
                break
            else:
                found.append(self._read(data[at : at + total]))
                at += total
        self._buffer += data[at:]
        return found

    @staticmethod
    def _end(data: bytes, at: int) -> tuple[int, int] | None:
        """Return bytes of the fixed header and of the packet; without a whole header, 0 and what it takes.

        None: the Remaining Length does not end.
        """
        length, shift = 0, 0
        for place in range(at + 1, at + 5):
            if place >= len(data):
                return 0, place - at + 1
            part = data[place]
            length |= (part & 0x7F) << shift
            if part < 0x80:
                header = place - at + 1
                return header, header + length
            shift += 7
        return None

    def _read(self, raw: bytes) -> Read:
        version = self.version or Version.V3_1_1
        packet, faults, version = parse(raw, version, self._direction)
        if isinstance(packet, Connect):
            self.version = version
        if self._direction is not None:
            faults = (*self._side(raw[0] >> 4, version), *faults)
        if isinstance(packet, Connect | Connack):
            self._greeted = True
        offset = self._offset
        self._offset += len(raw)
        return Read(packet, raw, version, faults, offset, len(raw), self._direction)

    def _side(self, kind: int, version: int) -> list[Fault]:
        """Return the rules about who sends what, and first, that a packet breaks."""
        client = self._direction is Direction.C2S
        five = version >= Version.V5
        broken: list[Rule] = []
        if kind in (_SERVER_ONLY if client else _CLIENT_ONLY) or (
            kind == _T.DISCONNECT and not client and not five
        ):
            broken.append(rules.WRONG_SENDER)
        greeting = kind == (_T.CONNECT if client else _T.CONNACK)
        if greeting and self._greeted:
            broken.append(rules.SECOND_CONNECT if client else rules.SECOND_CONNACK)
        elif not greeting and not self._greeted and (client or kind != _T.AUTH):
            broken.append(rules.NOT_CONNECT_FIRST if client else rules.NOT_CONNACK_FIRST)
            # One packet too early is told once, not with each that follows.
            self._greeted = True
        return [Fault(rule, rule.reference(version), "", 0) for rule in broken]

    def _too_large(self, header: bytes, total: int) -> Read:
        rule = rules.TOO_LARGE_FOR_CLIENT if self._direction is Direction.S2C else rules.TOO_LARGE_FOR_SERVER
        return self._unread(header, total, rule, f"{total} bytes of {self.largest}")

    def _lose(self, header: bytes) -> Read:
        self.lost = True
        return self._unread(header, len(header), rules.LENGTH_TOO_LONG, "")

    def _unread(self, header: bytes, size: int, rule: Rule, detail: str) -> Read:
        version = self.version or Version.V3_1_1
        fault = Fault(rule, rule.reference(version), detail, 1)
        offset = self._offset
        self._offset += len(header)
        return Read(None, header, version, (fault,), offset, size, self._direction)
