"""Whether a CONNECT is accepted, and the words of the CONNACK (MQTT 5 sections 3.1.4 and 3.2)."""

from __future__ import annotations

from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt.link import Link
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.packets import VERSION_NAMES, Connack, Connect, PacketType, Version
from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties, PropertyId
from wslab.wire.mqtt.reader import Read
from wslab.wire.mqtt.rules import Fault

SUCCESS = 0x00
UNSUPPORTED_VERSION = 0x84
BAD_CLIENT_ID = 0x85
BAD_PASSWORD = 0x86
BAD_METHOD = 0x8C
NO_ROOM = 0x97

RETURN_CODES: dict[int, int] = {UNSUPPORTED_VERSION: 1, BAD_CLIENT_ID: 2, NO_ROOM: 3, BAD_PASSWORD: 4}
"""The return codes of 3.1.1 for reason codes of 5.0. Without one, no CONNACK is sent (MQTT-3.2.2-6 there)."""


NO_CONNECT = Fault(rules.NOT_CONNECT_FIRST, rules.NOT_CONNECT_FIRST.reference(Version.V3_1_1), "", 0)
"""What is wrong where the first packet is another; both versions have the rule."""


def hopeless(begun: bytes) -> bool:
    """Whether the first bytes of a connection can begin no CONNECT (MQTT-3.1.0-1)."""
    return begun[:1] != b"" and begun[0] >> 4 != PacketType.CONNECT


def refusal_of_faults(read: Read) -> Connack | None:
    """Return the answer to a first packet that breaks rules, or None where only closing answers it."""
    if read.kind is not PacketType.CONNECT:
        return None
    rule = read.faults[0].rule
    code = BAD_CLIENT_ID if rule is rules.NO_CLIENT_ID else rule.reason_code
    return refusal(code, read.version)


def refusal(reason_code: int, version: int) -> Connack | None:
    """Return the CONNACK for a reason code, or None where the version has no code for it."""
    if version >= Version.V5:
        return Connack(False, reason_code)
    code = RETURN_CODES.get(reason_code)
    return None if code is None else Connack(False, code)


def verdict(packet: Connect, policy: Policy, room: bool) -> int:
    """Return the reason code for a CONNECT that breaks no rule.

    Args:
        packet: what to judge.
        policy: who may connect.
        room: whether one more session can be kept, or the client has one.
    """
    if packet.version == Version.V3_1:
        return UNSUPPORTED_VERSION
    if packet.properties.text(PropertyId.AUTHENTICATION_METHOD) is not None:
        # There is no method that it could be (MQTT-4.12.0-1).
        return BAD_METHOD
    if not policy.admits(packet.username, packet.password):
        return BAD_PASSWORD
    return SUCCESS if room else NO_ROOM


def agreed(packet: Connect, link: Link, limits: Limits, client: str) -> Properties:
    """Return the properties of a CONNACK that accepts: what the broker grants (section 3.2.2.3)."""
    if not link.five:
        return NO_PROPERTIES
    there = (
        NO_PROPERTIES.plus(PropertyId.RECEIVE_MAXIMUM, limits.receive_maximum)
        .plus(PropertyId.MAXIMUM_PACKET_SIZE, limits.packet)
        .plus(PropertyId.TOPIC_ALIAS_MAXIMUM, limits.topic_aliases)
    )
    if link.session_expiry != packet.properties.number(PropertyId.SESSION_EXPIRY_INTERVAL, 0):
        there = there.plus(PropertyId.SESSION_EXPIRY_INTERVAL, link.session_expiry)
    if client != packet.client_id:
        there = there.plus(PropertyId.ASSIGNED_CLIENT_IDENTIFIER, client)
    if link.keep_alive != packet.keep_alive:
        there = there.plus(PropertyId.SERVER_KEEP_ALIVE, link.keep_alive)
    return there


def told(packet: Connect, client: str, present: bool) -> dict[str, object]:
    """Return what the log tells of a CONNECT that was accepted; nothing of it is a secret."""
    return {
        "client": client,
        "version": VERSION_NAMES[packet.version],
        "clean": packet.clean_start,
        "present": present,
        "keep_alive": packet.keep_alive,
        "will": packet.will.topic if packet.will is not None else None,
    }
