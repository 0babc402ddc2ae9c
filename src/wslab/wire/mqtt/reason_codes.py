"""What the codes of answers mean (MQTT 5 section 2.4; MQTT 3.1.1 sections 3.2.2.3 and 3.9.3)."""

from __future__ import annotations

from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import PacketType, Version

_T = PacketType
_PUBLISHED = (_T.PUBACK, _T.PUBREC)
_RELEASED = (_T.PUBREL, _T.PUBCOMP)
_BOTH = (_T.CONNACK, _T.DISCONNECT)

_TABLE: tuple[tuple[int, str, tuple[PacketType, ...]], ...] = (
    (0x00, "Success", (_T.CONNACK, *_PUBLISHED, *_RELEASED, _T.UNSUBACK, _T.AUTH)),
    (0x00, "Normal disconnection", (_T.DISCONNECT,)),
    (0x00, "Granted QoS 0", (_T.SUBACK,)),
    (0x01, "Granted QoS 1", (_T.SUBACK,)),
    (0x02, "Granted QoS 2", (_T.SUBACK,)),
    (0x04, "Disconnect with Will Message", (_T.DISCONNECT,)),
    (0x10, "No matching subscribers", _PUBLISHED),
    (0x11, "No subscription existed", (_T.UNSUBACK,)),
    (0x18, "Continue authentication", (_T.AUTH,)),
    (0x19, "Re-authenticate", (_T.AUTH,)),
    (0x80, "Unspecified error", (*_BOTH, *_PUBLISHED, _T.SUBACK, _T.UNSUBACK)),
    (0x81, "Malformed Packet", _BOTH),
    (0x82, "Protocol Error", _BOTH),
    (0x83, "Implementation specific error", (*_BOTH, *_PUBLISHED, _T.SUBACK, _T.UNSUBACK)),
    (0x84, "Unsupported Protocol Version", (_T.CONNACK,)),
    (0x85, "Client Identifier not valid", (_T.CONNACK,)),
    (0x86, "Bad User Name or Password", (_T.CONNACK,)),
    (0x87, "Not authorized", (*_BOTH, *_PUBLISHED, _T.SUBACK, _T.UNSUBACK)),
    (0x88, "Server unavailable", (_T.CONNACK,)),
    (0x89, "Server busy", _BOTH),
    (0x8A, "Banned", (_T.CONNACK,)),
    (0x8B, "Server shutting down", (_T.DISCONNECT,)),
    (0x8C, "Bad authentication method", _BOTH),
    (0x8D, "Keep Alive timeout", (_T.DISCONNECT,)),
    (0x8E, "Session taken over", (_T.DISCONNECT,)),
    (0x8F, "Topic Filter invalid", (_T.SUBACK, _T.UNSUBACK, _T.DISCONNECT)),
    (0x90, "Topic Name invalid", (*_BOTH, *_PUBLISHED)),
    (0x91, "Packet Identifier in use", (*_PUBLISHED, _T.SUBACK, _T.UNSUBACK)),
    (0x92, "Packet Identifier not found", _RELEASED),
    (0x93, "Receive Maximum exceeded", (_T.DISCONNECT,)),
    (0x94, "Topic Alias invalid", (_T.DISCONNECT,)),
    (0x95, "Packet too large", _BOTH),
    (0x96, "Message rate too high", (_T.DISCONNECT,)),
    (0x97, "Quota exceeded", (*_BOTH, *_PUBLISHED, _T.SUBACK)),
    (0x98, "Administrative action", (_T.DISCONNECT,)),
    (0x99, "Payload format invalid", (*_BOTH, *_PUBLISHED)),
    (0x9A, "Retain not supported", _BOTH),
    (0x9B, "QoS not supported", _BOTH),
    (0x9C, "Use another server", _BOTH),
    (0x9D, "Server moved", _BOTH),
    (0x9E, "Shared Subscriptions not supported", (_T.SUBACK, _T.DISCONNECT)),
    (0x9F, "Connection rate exceeded", _BOTH),
    (0xA0, "Maximum connect time", (_T.DISCONNECT,)),
    (0xA1, "Subscription Identifiers not supported", (_T.SUBACK, _T.DISCONNECT)),
    (0xA2, "Wildcard Subscriptions not supported", (_T.SUBACK, _T.DISCONNECT)),
)

CODES: dict[PacketType, dict[int, str]] = {}
"""Names of the reason codes that MQTT 5 has for each packet."""
for _code, _name, _packets in _TABLE:
    for _packet in _packets:
        CODES.setdefault(_packet, {})[_code] = _name

_SERVERS = frozenset(
    {0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2}
)
OF_ONE_SIDE: dict[PacketType, dict[Direction, frozenset[int]]] = {
    _T.DISCONNECT: {Direction.C2S: frozenset({0x04}), Direction.S2C: _SERVERS},
    _T.AUTH: {Direction.C2S: frozenset({0x19}), Direction.S2C: frozenset({0x00})},
}
"""The codes that one side alone may send, by the direction in which it sends (tables 3-10, 3-11)."""

CODES_3: dict[PacketType, dict[int, str]] = {
    PacketType.CONNACK: {
        0: "Connection Accepted",
        1: "Connection Refused, unacceptable protocol version",
        2: "Connection Refused, identifier rejected",
        3: "Connection Refused, Server unavailable",
        4: "Connection Refused, bad user name or password",
        5: "Connection Refused, not authorized",
    },
    PacketType.SUBACK: {
        0x00: "Success - Maximum QoS 0",
        0x01: "Success - Maximum QoS 1",
        0x02: "Success - Maximum QoS 2",
        0x80: "Failure",
    },
}
"""Names of the return codes that MQTT 3.1.1 has for each packet."""


def wrong_side(packet: PacketType, code: int, direction: Direction | None) -> bool:
    """Whether the other side alone may send a code; direction None is neither side, and never wrong."""
    sides = OF_ONE_SIDE.get(packet)
    return direction is not None and sides is not None and code in sides[direction.other]


def codes(packet: PacketType, version: int) -> dict[int, str]:
    """Return the codes that a packet may carry in a version, with their names."""
    return (CODES if version >= Version.V5 else CODES_3).get(packet, {})


def code_words(packet: PacketType, code: int, version: int) -> str:
    """Return a code and its name: `0x87 Not authorized`; `unknown` where the packet may not have it."""
    return f"0x{code:02X} {codes(packet, version).get(code, 'unknown')}"
