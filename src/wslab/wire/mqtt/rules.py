"""The rules of MQTT that a packet can break, each with where it stands in both standards.

`MQTT-3.1.2-3` is the number of a normative statement. Where the standard says something without a number, it
is the section: `2.2.2.2`.
"""

from __future__ import annotations

from typing import NamedTuple

from wslab.wire.mqtt.packets import PacketType, Version

MALFORMED = 0x81
PROTOCOL_ERROR = 0x82


class Rule(NamedTuple):
    """A rule and where it stands."""

    text: str
    """What is wrong where it is broken."""
    v3: str
    """Where it stands in MQTT 3.1.1; empty where that version has no such rule."""
    v5: str
    """Where it stands in MQTT 5; empty where that version has no such rule."""
    reason_code: int = MALFORMED
    """The reason code that MQTT 5 has for it (section 4.13)."""
    framing_lost: bool = False
    """Whether nobody can tell where the next packet begins."""

    def applies(self, version: int) -> bool:
        """Whether a version has this rule."""
        return bool(self.v5 if version >= Version.V5 else self.v3)

    def reference(self, version: int) -> str:
        """Return where it stands in the standard of a version: `mqtt5#MQTT-1.5.5-1`, `mqtt3.1.1#2.2.3`."""
        return f"mqtt5#{self.v5}" if version >= Version.V5 else f"mqtt3.1.1#{self.v3}"


class Fault(NamedTuple):
    """A rule that a packet breaks."""

    rule: Rule
    reference: str
    """Where the rule stands in the standard of the packet's version."""
    detail: str
    """Which field, and its value; empty where the rule says it all. Strings from the wire are not in it."""
    offset: int
    """Byte of the packet at which it shows."""

    def __str__(self) -> str:
        """Say it in one line, the reference first."""
        return f"{self.reference} {self.rule.text}" + (f": {self.detail}" if self.detail else "")


# Framing: the fixed header (chapter 2).
RESERVED_TYPE = Rule("packet type is reserved", "2.2.1", "2.1.2")
WRONG_SENDER = Rule("this side never sends such a packet", "2.2.1", "2.1.2", PROTOCOL_ERROR)
LENGTH_TOO_LONG = Rule("Remaining Length goes on after four bytes", "2.2.3", "1.5.5", framing_lost=True)
LENGTH_NOT_SHORTEST = Rule("variable byte integer has more bytes than it needs", "", "MQTT-1.5.5-1")
NUMBER_TOO_LONG = Rule("variable byte integer goes on after four bytes", "", "1.5.5")
TOO_LARGE_FOR_SERVER = Rule(
    "packet is larger than the Maximum Packet Size", "4.8", "MQTT-3.2.2-15", reason_code=0x95
)
TOO_LARGE_FOR_CLIENT = TOO_LARGE_FOR_SERVER._replace(v5="MQTT-3.1.2-24")
TRUNCATED = Rule("packet ends too early", "MQTT-4.8.0-1", "4.13.1")
TRAILING = Rule("packet goes on after its last field", "MQTT-4.8.0-1", "4.13.1")

_FLAGS = Rule("reserved flags of the fixed header are not as they must be", "MQTT-2.2.2-2", "MQTT-2.1.3-1")
_OWN_FLAGS = {
    PacketType.PUBREL: "MQTT-3.6.1-1",
    PacketType.SUBSCRIBE: "MQTT-3.8.1-1",
    PacketType.UNSUBSCRIBE: "MQTT-3.10.1-1",
    PacketType.DISCONNECT: "MQTT-3.14.1-1",
}
FLAGS: dict[PacketType, Rule] = {
    kind: _FLAGS._replace(v3=_OWN_FLAGS.get(kind, _FLAGS.v3), v5=_OWN_FLAGS.get(kind, _FLAGS.v5))
    for kind in PacketType
}
"""The rule of the reserved flags for each packet."""
FLAGS[PacketType.AUTH] = _FLAGS._replace(v5="MQTT-3.15.1-1")

# Strings and identifiers.
NOT_UTF8 = Rule("string is not UTF-8", "MQTT-1.5.3-1", "MQTT-1.5.4-1")
NULL_CHARACTER = Rule("string has the null character", "MQTT-1.5.3-2", "MQTT-1.5.4-2")
PACKET_ID_ZERO = Rule("Packet Identifier is 0", "MQTT-2.3.1-1", "MQTT-2.2.1-3", PROTOCOL_ERROR)
ANSWER_ID_ZERO = Rule("Packet Identifier is 0", "MQTT-2.3.1-6", "MQTT-2.2.1-5", PROTOCOL_ERROR)
SUBACK_ID_ZERO = Rule("Packet Identifier is 0", "MQTT-2.3.1-7", "MQTT-2.2.1-6", PROTOCOL_ERROR)

# The order of packets on a connection.
NOT_CONNECT_FIRST = Rule(
    "first packet of a client is not CONNECT", "MQTT-3.1.0-1", "MQTT-3.1.0-1", PROTOCOL_ERROR
)
SECOND_CONNECT = Rule("second CONNECT on a connection", "MQTT-3.1.0-2", "MQTT-3.1.0-2", PROTOCOL_ERROR)
NOT_CONNACK_FIRST = Rule("server sends before its CONNACK", "MQTT-3.2.0-1", "MQTT-3.2.0-1", PROTOCOL_ERROR)
SECOND_CONNACK = Rule("second CONNACK on a connection", "3.2", "MQTT-3.2.0-2", PROTOCOL_ERROR)

# CONNECT and CONNACK.
PROTOCOL_NAME = Rule("unknown protocol name", "MQTT-3.1.2-1", "MQTT-3.1.2-1", reason_code=0x84)
PROTOCOL_LEVEL = Rule("unknown protocol level", "MQTT-3.1.2-2", "MQTT-3.1.2-2", reason_code=0x84)
CONNECT_RESERVED = Rule("reserved connect flag is 1", "MQTT-3.1.2-3", "MQTT-3.1.2-3")
WILL_QOS_WITHOUT_WILL = Rule("Will QoS without a will", "MQTT-3.1.2-13", "MQTT-3.1.2-11")
WILL_QOS_3 = Rule("Will QoS is 3", "MQTT-3.1.2-14", "MQTT-3.1.2-12")
WILL_RETAIN_WITHOUT_WILL = Rule("Will Retain without a will", "MQTT-3.1.2-15", "MQTT-3.1.2-13")
PASSWORD_ALONE = Rule("password without a user name", "MQTT-3.1.2-22", "")
NO_CLIENT_ID = Rule("no client identifier, but the session is to be kept", "MQTT-3.1.3-7", "")
CONNACK_RESERVED = Rule("reserved acknowledge flag is 1", "3.2.2.1", "MQTT-3.2.2-1")
SESSION_PRESENT = Rule("Session Present in a refusal", "MQTT-3.2.2-4", "MQTT-3.2.2-6", PROTOCOL_ERROR)

# Messages.
QOS_3 = Rule("QoS is 3", "MQTT-3.3.1-4", "MQTT-3.3.1-4")
DUP_QOS_0 = Rule("DUP with QoS 0", "MQTT-3.3.1-2", "MQTT-3.3.1-2")
TOPIC_WILDCARD = Rule("Topic Name has a wildcard", "MQTT-3.3.2-2", "MQTT-3.3.2-2")
NO_TOPIC = Rule("neither Topic Name nor Topic Alias", "MQTT-4.7.3-1", "3.3.2.1", PROTOCOL_ERROR)
TOPIC_EMPTY = Rule("topic is empty", "MQTT-4.7.3-1", "MQTT-4.7.3-1")
TOPIC_TOO_LONG = Rule("topic has more than 65,535 bytes", "MQTT-4.7.3-3", "MQTT-4.7.3-3")
TOPIC_NULL = Rule("topic has the null character", "MQTT-4.7.3-2", "MQTT-4.7.3-2")
WILDCARD_IN_NAME = Rule("topic name has a wildcard", "MQTT-4.7.1-1", "MQTT-4.7.0-1")
ALIAS_ZERO = Rule("Topic Alias is 0", "", "MQTT-3.3.2-8", reason_code=0x94)
RESPONSE_WILDCARD = Rule("Response Topic has a wildcard", "", "MQTT-3.3.2-14", PROTOCOL_ERROR)
CLIENT_SUBSCRIPTION_ID = Rule(
    "Subscription Identifier in a client's PUBLISH", "", "MQTT-3.3.4-6", PROTOCOL_ERROR
)

# Topic filters and subscriptions.
HASH_MISPLACED = Rule("# is not alone in the last level", "MQTT-4.7.1-2", "MQTT-4.7.1-1", reason_code=0x8F)
PLUS_MISPLACED = Rule("+ is not alone in its level", "MQTT-4.7.1-3", "MQTT-4.7.1-2", reason_code=0x8F)
SHARE_NAME = Rule("$share/ without a share name", "", "MQTT-4.8.2-1", reason_code=0x8F)
SHARE_FILTER = Rule(
    "share name is not followed by / and a topic filter", "", "MQTT-4.8.2-2", reason_code=0x8F
)
NO_FILTERS = Rule("SUBSCRIBE without a topic filter", "MQTT-3.8.3-3", "MQTT-3.8.3-2", PROTOCOL_ERROR)
# The text of 3.1.1 has the number once as MQTT-3-8.3-4.
OPTIONS_RESERVED = Rule("reserved bits of the subscription options are not 0", "MQTT-3.8.3-4", "MQTT-3.8.3-5")
OPTIONS_QOS_3 = Rule("requested QoS is 3", "MQTT-3.8.3-4", "3.8.3.1", PROTOCOL_ERROR)
RETAIN_HANDLING_3 = Rule("Retain Handling is 3", "", "3.8.3.1", PROTOCOL_ERROR)
NO_LOCAL_SHARED = Rule("No Local on a shared subscription", "", "MQTT-3.8.3-4", PROTOCOL_ERROR)
NO_FILTERS_LEFT = Rule("UNSUBSCRIBE without a topic filter", "MQTT-3.10.3-2", "MQTT-3.10.3-2", PROTOCOL_ERROR)
NO_CODES = Rule("answer without a reason code", "MQTT-3.8.4-5", "MQTT-3.8.4-6")
NO_UNSUBACK_CODES = Rule("answer without a reason code", "", "3.11.3")

_CODE = "reason code is not one of this packet's"
CODES: dict[PacketType, Rule] = {
    PacketType.CONNACK: Rule("return code is reserved", "3.2.2.3", "MQTT-3.2.2-8"),
    PacketType.PUBACK: Rule(_CODE, "", "MQTT-3.4.2-1"),
    PacketType.PUBREC: Rule(_CODE, "", "MQTT-3.5.2-1"),
    PacketType.PUBREL: Rule(_CODE, "", "MQTT-3.6.2-1"),
    PacketType.PUBCOMP: Rule(_CODE, "", "MQTT-3.7.2-1"),
    PacketType.SUBACK: Rule(_CODE, "MQTT-3.9.3-2", "MQTT-3.9.3-2"),
    PacketType.UNSUBACK: Rule(_CODE, "", "MQTT-3.11.3-2"),
    PacketType.DISCONNECT: Rule(_CODE, "", "MQTT-3.14.2-1"),
    PacketType.AUTH: Rule(_CODE, "", "MQTT-3.15.2-1"),
}
"""The rule of the codes that each answer may carry."""
_CODE_SENDER = "this side never sends such a reason code"
CODE_SENDERS: dict[PacketType, Rule] = {
    PacketType.DISCONNECT: Rule(_CODE_SENDER, "", "3.14.2.1", PROTOCOL_ERROR),
    PacketType.AUTH: Rule(_CODE_SENDER, "", "3.15.2.1", PROTOCOL_ERROR),
}
"""The rule of who may send which code."""

# Properties (MQTT 5 section 2.2.2).
PROPERTY_LENGTH = Rule("property goes beyond the Property Length", "", "2.2.2.1")
PROPERTY_UNKNOWN = Rule("unknown property", "", "2.2.2.2")
PROPERTY_MISPLACED = Rule("property does not belong into this packet", "", "2.2.2.2")
PROPERTY_TWICE = Rule("property stands there twice", "", "2.2.2.2", PROTOCOL_ERROR)
PROPERTY_VALUE = Rule("property has a value that it must not have", "", "2.2.2.2", PROTOCOL_ERROR)
AUTH_DATA_ALONE = Rule(
    "Authentication Data without an Authentication Method", "", "3.1.2.11.10", PROTOCOL_ERROR
)
SERVER_EXPIRY = Rule("Session Expiry Interval in a server's DISCONNECT", "", "MQTT-3.14.2-2", PROTOCOL_ERROR)

ALL: tuple[Rule, ...] = (
    *(
        value
        for name, value in list(globals().items())
        if isinstance(value, Rule) and not name.startswith("_")
    ),
    *FLAGS.values(),
    *CODES.values(),
    *CODE_SENDERS.values(),
)
"""Every rule there is; tests demand a broken example of each."""
