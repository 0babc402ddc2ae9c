"""The properties of MQTT 5: their types, where they may stand and how often (MQTT 5 section 2.2.2).

This module knows no packet class, since packets have properties: packets are named by their type.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """How a value is written (MQTT 5 section 1.5)."""

    BYTE = "Byte"
    TWO = "Two Byte Integer"
    FOUR = "Four Byte Integer"
    VARIABLE = "Variable Byte Integer"
    STRING = "UTF-8 Encoded String"
    BINARY = "Binary Data"
    PAIR = "UTF-8 String Pair"


class PropertyId(IntEnum):
    """Property identifiers (MQTT 5 table 2-4)."""

    PAYLOAD_FORMAT_INDICATOR = 0x01
    MESSAGE_EXPIRY_INTERVAL = 0x02
    CONTENT_TYPE = 0x03
    RESPONSE_TOPIC = 0x08
    CORRELATION_DATA = 0x09
    SUBSCRIPTION_IDENTIFIER = 0x0B
    SESSION_EXPIRY_INTERVAL = 0x11
    ASSIGNED_CLIENT_IDENTIFIER = 0x12
    SERVER_KEEP_ALIVE = 0x13
    AUTHENTICATION_METHOD = 0x15
    AUTHENTICATION_DATA = 0x16
    REQUEST_PROBLEM_INFORMATION = 0x17
    WILL_DELAY_INTERVAL = 0x18
    REQUEST_RESPONSE_INFORMATION = 0x19
    RESPONSE_INFORMATION = 0x1A
    SERVER_REFERENCE = 0x1C
    REASON_STRING = 0x1F
    RECEIVE_MAXIMUM = 0x21
    TOPIC_ALIAS_MAXIMUM = 0x22
    TOPIC_ALIAS = 0x23
    MAXIMUM_QOS = 0x24
    RETAIN_AVAILABLE = 0x25
    USER_PROPERTY = 0x26
    MAXIMUM_PACKET_SIZE = 0x27
    WILDCARD_SUBSCRIPTION_AVAILABLE = 0x28
    SUBSCRIPTION_IDENTIFIER_AVAILABLE = 0x29
    SHARED_SUBSCRIPTION_AVAILABLE = 0x2A


WILL = 0
"""Stands for the Will Properties inside a CONNECT packet where packet types are named."""

Value = int | str | bytes | tuple[str, str]


@dataclass(frozen=True, slots=True)
class PropertyRule:
    """What the standard says of one property."""

    name: str
    """As the standard calls it."""
    kind: Kind
    packets: frozenset[int]
    """Types of the packets that may have it; `WILL` for Will Properties."""
    lowest: int = 0
    """The smallest number allowed."""
    highest: int | None = None
    """The largest number allowed, where that is less than its bytes hold."""
    repeats: frozenset[int] = frozenset()
    """Types of the packets in which it may stand more than once."""


# Packet types by number, as in PacketType.
_CONNECT, _CONNACK, _PUBLISH, _PUBACK, _PUBREC, _PUBREL, _PUBCOMP = 1, 2, 3, 4, 5, 6, 7
_SUBSCRIBE, _SUBACK, _UNSUBSCRIBE, _UNSUBACK, _DISCONNECT, _AUTH = 8, 9, 10, 11, 14, 15
_ANSWERS = (_PUBACK, _PUBREC, _PUBREL, _PUBCOMP, _SUBACK, _UNSUBACK)
_EVERYWHERE = (_CONNECT, _CONNACK, _PUBLISH, WILL, _SUBSCRIBE, _UNSUBSCRIBE, *_ANSWERS, _DISCONNECT, _AUTH)


def _rule(name: str, kind: Kind, *packets: int, lowest: int = 0, highest: int | None = None) -> PropertyRule:
    return PropertyRule(name, kind, frozenset(packets), lowest, highest)


def _flag(name: str, *packets: int) -> PropertyRule:
    return _rule(name, Kind.BYTE, *packets, highest=1)


RULES: dict[int, PropertyRule] = {
    0x01: _flag("Payload Format Indicator", _PUBLISH, WILL),
    0x02: _rule("Message Expiry Interval", Kind.FOUR, _PUBLISH, WILL),
    0x03: _rule("Content Type", Kind.STRING, _PUBLISH, WILL),
    0x08: _rule("Response Topic", Kind.STRING, _PUBLISH, WILL),
    0x09: _rule("Correlation Data", Kind.BINARY, _PUBLISH, WILL),
    # A message that fits several subscriptions has the identifiers of all of them (section 3.3.2.3.8).
    0x0B: PropertyRule(
        "Subscription Identifier",
        Kind.VARIABLE,
        frozenset((_PUBLISH, _SUBSCRIBE)),
        lowest=1,
        repeats=frozenset((_PUBLISH,)),
    ),
    0x11: _rule("Session Expiry Interval", Kind.FOUR, _CONNECT, _CONNACK, _DISCONNECT),
    0x12: _rule("Assigned Client Identifier", Kind.STRING, _CONNACK),
    0x13: _rule("Server Keep Alive", Kind.TWO, _CONNACK),
    0x15: _rule("Authentication Method", Kind.STRING, _CONNECT, _CONNACK, _AUTH),
    0x16: _rule("Authentication Data", Kind.BINARY, _CONNECT, _CONNACK, _AUTH),
    0x17: _flag("Request Problem Information", _CONNECT),
    0x18: _rule("Will Delay Interval", Kind.FOUR, WILL),
    0x19: _flag("Request Response Information", _CONNECT),
    0x1A: _rule("Response Information", Kind.STRING, _CONNACK),
    0x1C: _rule("Server Reference", Kind.STRING, _CONNACK, _DISCONNECT),
    0x1F: _rule("Reason String", Kind.STRING, _CONNACK, *_ANSWERS, _DISCONNECT, _AUTH),
    0x21: _rule("Receive Maximum", Kind.TWO, _CONNECT, _CONNACK, lowest=1),
    0x22: _rule("Topic Alias Maximum", Kind.TWO, _CONNECT, _CONNACK),
    0x23: _rule("Topic Alias", Kind.TWO, _PUBLISH, lowest=1),
    0x24: _flag("Maximum QoS", _CONNACK),
    0x25: _flag("Retain Available", _CONNACK),
    0x26: PropertyRule("User Property", Kind.PAIR, frozenset(_EVERYWHERE), repeats=frozenset(_EVERYWHERE)),
    0x27: _rule("Maximum Packet Size", Kind.FOUR, _CONNECT, _CONNACK, lowest=1),
    0x28: _flag("Wildcard Subscription Available", _CONNACK),
    0x29: _flag("Subscription Identifier Available", _CONNACK),
    0x2A: _flag("Shared Subscription Available", _CONNACK),
}
"""Every property by its identifier (MQTT 5 table 2-4)."""


class Property(NamedTuple):
    """One property as it stands in a packet."""

    id: int
    value: Value

    @property
    def name(self) -> str:
        """The standard's name, or the identifier where it has none."""
        known = RULES.get(self.id)
        return known.name if known else f"0x{self.id:02X}"


@dataclass(frozen=True, slots=True)
class Properties:
    """The properties of a packet in the order of the wire, which counts for User Properties."""

    items: tuple[Property, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.items)

    def number(self, identifier: PropertyId, default: int) -> int:
        """Return the value of a property that is a number, or the default where it is absent."""
        value = self._first(identifier)
        return value if isinstance(value, int) else default

    def text(self, identifier: PropertyId) -> str | None:
        """Return the value of a property that is a string, or None where it is absent."""
        value = self._first(identifier)
        return value if isinstance(value, str) else None

    def data(self, identifier: PropertyId) -> bytes | None:
        """Return the value of a property that is binary data, or None where it is absent."""
        value = self._first(identifier)
        return value if isinstance(value, bytes) else None

    def numbers(self, identifier: PropertyId) -> tuple[int, ...]:
        """Return every value of a property that is a number and may stand more than once."""
        return tuple(v for key, v in self.items if key == identifier and isinstance(v, int))

    @property
    def user(self) -> tuple[tuple[str, str], ...]:
        """Names and values of the User Properties, in their order."""
        wanted = PropertyId.USER_PROPERTY
        return tuple(v for key, v in self.items if key == wanted and isinstance(v, tuple))

    def without(self, *identifiers: PropertyId) -> Properties:
        """Return all but those."""
        return Properties(tuple(item for item in self.items if item.id not in identifiers))

    def plus(self, identifier: PropertyId, value: Value) -> Properties:
        """Return these and one more at the end."""
        return Properties((*self.items, Property(identifier, value)))

    def _first(self, identifier: PropertyId) -> Value | None:
        for key, value in self.items:
            if key == identifier:
                return value
        return None


NO_PROPERTIES = Properties()


def properties(*items: tuple[PropertyId, Value]) -> Properties:
    """Make properties from pairs of identifier and value."""
    return Properties(tuple(Property(key, value) for key, value in items))
