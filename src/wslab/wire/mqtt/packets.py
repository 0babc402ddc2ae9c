"""The packets of MQTT 3.1.1 and 5.0 as values (MQTT 5 chapter 3; the same chapter of 3.1.1).

One class a packet serves both versions: what a version does not have keeps its default there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties


class PacketType(IntEnum):
    """The first four bits of a packet (MQTT 5 table 2-1)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class Version(IntEnum):
    """Protocol levels, as the CONNECT packet has them (MQTT 5 section 3.1.2.2)."""

    V3_1 = 3
    V3_1_1 = 4
    V5 = 5


VERSION_NAMES: dict[int, str] = {Version.V3_1: "3.1", Version.V3_1_1: "3.1.1", Version.V5: "5.0"}
"""What people call the protocol levels."""

PROTOCOL_NAMES: dict[int, str] = {Version.V3_1: "MQIsdp", Version.V3_1_1: "MQTT", Version.V5: "MQTT"}
"""The protocol name that goes with each level."""

FIXED_FLAGS: dict[PacketType, int] = {
    kind: 0b0010 if kind in (PacketType.PUBREL, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE) else 0
    for kind in PacketType
    if kind is not PacketType.PUBLISH
}
"""The lower four bits of the first byte, where they are fixed (MQTT 5 table 2-2)."""


@dataclass(frozen=True, slots=True)
class Will:
    """What the server publishes for a client whose connection ends without a DISCONNECT (section 3.1.2.5)."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Connect:
    """The first packet of a client (section 3.1)."""

    client_id: str = ""
    version: int = Version.V5
    """The protocol level."""
    clean_start: bool = True
    """In 3.1.1: clean session."""
    keep_alive: int = 0
    """Seconds; 0 turns it off."""
    will: Will | None = None
    username: str | None = None
    password: bytes | None = field(default=None, repr=False)
    properties: Properties = NO_PROPERTIES
    protocol_name: str = "MQTT"


@dataclass(frozen=True, slots=True)
class Connack:
    """The server's answer to CONNECT (section 3.2)."""

    session_present: bool = False
    reason_code: int = 0
    """In 3.1.1: return code."""
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Publish:
    """A message, in either direction (section 3.3)."""

    topic: str
    payload: bytes = b""
    qos: int = 0
    retain: bool = False
    dup: bool = False
    packet_id: int = 0
    """0 with QoS 0, where the packet has none."""
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Puback:
    """Acknowledges a message of QoS 1 (section 3.4)."""

    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubrec:
    """First answer to a message of QoS 2: it is here (section 3.5)."""

    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubrel:
    """Answer to PUBREC: the sender lets go of the message (section 3.6)."""

    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pubcomp:
    """Answer to PUBREL: the packet identifier is free again (section 3.7)."""

    packet_id: int
    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Subscription:
    """One topic filter of a SUBSCRIBE packet and its options (section 3.8.3.1)."""

    topic_filter: str
    qos: int = 0
    """The highest QoS in which messages are wanted."""
    no_local: bool = False
    retain_as_published: bool = False
    retain_handling: int = 0
    """0 sends retained messages, 1 only for a new subscription, 2 never."""


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Asks for messages (section 3.8)."""

    packet_id: int
    subscriptions: tuple[Subscription, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Suback:
    """Answers SUBSCRIBE, with a code for each topic filter (section 3.9)."""

    packet_id: int
    reason_codes: tuple[int, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Asks for no more messages (section 3.10)."""

    packet_id: int
    topic_filters: tuple[str, ...]
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Unsuback:
    """Answers UNSUBSCRIBE; with codes in MQTT 5 alone (section 3.11)."""

    packet_id: int
    reason_codes: tuple[int, ...] = ()
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Pingreq:
    """A client's sign of life (section 3.12)."""


@dataclass(frozen=True, slots=True)
class Pingresp:
    """The server's answer to it (section 3.13)."""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """The last packet of a connection; from a server in MQTT 5 alone (section 3.14)."""

    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


@dataclass(frozen=True, slots=True)
class Auth:
    """A step of enhanced authentication, in MQTT 5 alone (section 3.15)."""

    reason_code: int = 0
    properties: Properties = NO_PROPERTIES


Acknowledgement = Puback | Pubrec | Pubrel | Pubcomp
Packet = (
    Connect
    | Connack
    | Publish
    | Acknowledgement
    | Subscribe
    | Suback
    | Unsubscribe
    | Unsuback
    | Pingreq
    | Pingresp
    | Disconnect
    | Auth
)

TYPES: dict[type[Packet], PacketType] = {
    Connect: PacketType.CONNECT,
    Connack: PacketType.CONNACK,
    Publish: PacketType.PUBLISH,
    Puback: PacketType.PUBACK,
    Pubrec: PacketType.PUBREC,
    Pubrel: PacketType.PUBREL,
    Pubcomp: PacketType.PUBCOMP,
    Subscribe: PacketType.SUBSCRIBE,
    Suback: PacketType.SUBACK,
    Unsubscribe: PacketType.UNSUBSCRIBE,
    Unsuback: PacketType.UNSUBACK,
    Pingreq: PacketType.PINGREQ,
    Pingresp: PacketType.PINGRESP,
    Disconnect: PacketType.DISCONNECT,
    Auth: PacketType.AUTH,
}
"""The packet type of each class."""
