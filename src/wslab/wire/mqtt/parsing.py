"""One whole packet from its bytes: its values, the rules it breaks and, where asked for, its fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from wslab.wire.events import Direction
from wslab.wire.field import Field
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.connect_parsing import connack, connect, peek_version
from wslab.wire.mqtt.cursor import BrokenOff, Cursor
from wslab.wire.mqtt.packets import (
    FIXED_FLAGS,
    Auth,
    Disconnect,
    Packet,
    PacketType,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Version,
)
from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties, PropertyId
from wslab.wire.mqtt.property_parsing import read_properties
from wslab.wire.mqtt.reason_codes import code_words, codes, wrong_side
from wslab.wire.mqtt.rules import Fault
from wslab.wire.mqtt.topics import has_wildcard, is_shared, wrong_filter, wrong_shared_filter
from wslab.wire.mqtt.words import qos_words, retain_handling_words, type_words, yes_words

_FLAGS = [FIXED_FLAGS.get(PacketType(kind), -1) if kind else -1 for kind in range(16)]
"""The flags that a type must have; -1 where they are free."""
_SHORTEST: dict[int, type[Puback] | type[Pubrec] | type[Pubrel] | type[Pubcomp]] = {
    0x40: Puback,
    0x50: Pubrec,
    0x62: Pubrel,
    0x70: Pubcomp,
}
"""Acknowledgements by their first byte; the shortest have nothing but a Packet Identifier."""


class Parsed(NamedTuple):
    """What became of the bytes of a packet."""

    packet: Packet | None
    """None where nothing sensible came of them; the faults say why."""
    faults: tuple[Fault, ...]
    version: int
    """Protocol level by which it was read; a CONNECT names its own."""


def parse(
    raw: bytes, version: int, direction: Direction | None = None, fields: list[Field] | None = None
) -> Parsed:
    """Read a packet. Never raises, whatever the bytes are.

    Args:
        raw: the packet from its first byte to its last, one at least. Its Remaining Length is not
            compared with its size: that is what a reader of a stream goes by.
        version: protocol level of the connection.
        direction: who sent it, or None where that is not known; then rules of one side are not looked at.
        fields: where to note the fields; every byte of the packet comes to belong to one.
    """
    if len(raw) == 4 and raw[1] == 2 and fields is None and raw[0] in _SHORTEST and raw[2:] != b"\0\0":
        # Nothing can be wrong with it, and every second packet of a busy connection is one.
        return Parsed(_SHORTEST[raw[0]](raw[2] << 8 | raw[3]), (), version)
    cursor = Cursor(raw, version, fields)
    kind, flags = raw[0] >> 4, raw[0] & 0x0F
    body = 2
    while body <= len(raw) and raw[body - 1] >= 0x80:
        body += 1
    if kind == PacketType.CONNECT:
        cursor.version = peek_version(raw, body, version)
    packet: Packet | None = None
    try:
        _fixed_header(cursor, kind, flags)
        packet = _READERS[kind](cursor, flags, direction) if kind in _READERS else _reserved(cursor)
        if cursor.at < cursor.end:
            cursor.fault(rules.TRAILING, f"{cursor.end - cursor.at} bytes")
            cursor.rest("unread")
    except BrokenOff:
        cursor.rest("unread")
    return Parsed(packet, tuple(cursor.faults), cursor.version)


def _fixed_header(cursor: Cursor, kind: int, flags: int) -> None:
    cursor.at = 1
    if cursor.fields is not None:
        _note_first_byte(cursor, kind, flags)
    if flags != _FLAGS[kind] >= 0:
        cursor.fault(rules.FLAGS[PacketType(kind)], f"{flags:04b}", 0)
    cursor.variable("Remaining Length", too_long=rules.LENGTH_TOO_LONG)


def _note_first_byte(cursor: Cursor, kind: int, flags: int) -> None:
    cursor.bits("MQTT Control Packet type", 0xF0, 0, type_words(kind))
    if kind == PacketType.PUBLISH:
        cursor.bits("DUP", 0x08, 0, yes_words(flags >> 3))
        cursor.bits("QoS", 0x06, 0, qos_words(flags >> 1 & 3))
        cursor.bits("RETAIN", 0x01, 0, yes_words(flags & 1))
    else:
        cursor.bits("flags", 0x0F, 0, f"{flags:04b}")


def _reserved(cursor: Cursor) -> Packet:
    cursor.broken(rules.RESERVED_TYPE, type_words(cursor.data[0] >> 4))


def _publish(cursor: Cursor, flags: int, direction: Direction | None) -> Publish:
    qos = flags >> 1 & 3
    if qos == 3:
        cursor.fault(rules.QOS_3, "", 0)
    elif flags & 8 and not qos:
        cursor.fault(rules.DUP_QOS_0, "", 0)
    start = cursor.at
    topic = cursor.string("Topic Name")
    if has_wildcard(topic):
        cursor.fault(rules.TOPIC_WILDCARD, "", start)
    packet_id = _packet_id(cursor, rules.PACKET_ID_ZERO) if qos else 0
    props = _properties(cursor, PacketType.PUBLISH)
    if not topic and not props.number(PropertyId.TOPIC_ALIAS, 0):
        cursor.fault(rules.NO_TOPIC, "", start)
    if direction is Direction.C2S and props.numbers(PropertyId.SUBSCRIPTION_IDENTIFIER):
        cursor.fault(rules.CLIENT_SUBSCRIPTION_ID)
    return Publish(topic, cursor.rest("Payload"), qos, bool(flags & 1), bool(flags & 8), packet_id, props)


def _acknowledgement(
    kind: PacketType, make: type[Puback] | type[Pubrec] | type[Pubrel] | type[Pubcomp]
) -> Callable[[Cursor, int, Direction | None], Packet]:
    def read(cursor: Cursor, _flags: int, _direction: Direction | None) -> Packet:
        packet_id = _packet_id(cursor, rules.ANSWER_ID_ZERO)
        # What is left out means success and no properties (MQTT 5 section 3.4.2.1).
        if cursor.version < Version.V5 or cursor.at == cursor.end:
            return make(packet_id)
        code = _code(cursor, kind)
        return make(packet_id, code, _optional_properties(cursor, kind))

    return read


def _subscribe(cursor: Cursor, _flags: int, _direction: Direction | None) -> Subscribe:
    packet_id = _packet_id(cursor, rules.PACKET_ID_ZERO)
    props = _properties(cursor, PacketType.SUBSCRIBE)
    subscriptions = []
    while cursor.at < cursor.end:
        topic_filter = _topic_filter(cursor)
        subscriptions.append(_subscription(cursor, topic_filter))
    if not subscriptions:
        cursor.fault(rules.NO_FILTERS)
    return Subscribe(packet_id, tuple(subscriptions), props)


def _subscription(cursor: Cursor, topic_filter: str) -> Subscription:
    at = cursor.at
    if at >= cursor.end:
        cursor.broken(cursor.short, "Subscription Options")
    options = cursor.data[at]
    cursor.at += 1
    cursor.group = "Subscription Options"
    qos, handling = options & 3, options >> 4 & 3
    five = cursor.version >= Version.V5
    reserved = 0xC0 if five else 0xFC
    cursor.bits("reserved", reserved, at, f"{options & reserved:08b}")
    if options & reserved:
        cursor.fault(rules.OPTIONS_RESERVED, f"{options:08b}", at)
    if five:
        cursor.bits("Retain Handling", 0x30, at, retain_handling_words(handling))
        cursor.bits("Retain As Published", 0x08, at, yes_words(options >> 3 & 1))
        cursor.bits("No Local", 0x04, at, yes_words(options >> 2 & 1))
        if handling == 3:
            cursor.fault(rules.RETAIN_HANDLING_3, "", at)
        if options & 4 and is_shared(topic_filter):
            cursor.fault(rules.NO_LOCAL_SHARED, "", at)
    cursor.bits("QoS", 0x03, at, qos_words(qos))
    if qos == 3:
        cursor.fault(rules.OPTIONS_QOS_3, "", at)
    cursor.group = ""
    if not five:
        return Subscription(topic_filter, qos)
    return Subscription(topic_filter, qos, bool(options & 4), bool(options & 8), handling)


def _topic_filter(cursor: Cursor) -> str:
    start = cursor.at
    topic_filter = cursor.string("Topic Filter")
    wrong = wrong_shared_filter if cursor.version >= Version.V5 else wrong_filter
    rule = wrong(topic_filter)
    # The null character has been noted as that of a string.
    if rule and rule is not rules.TOPIC_NULL:
        cursor.fault(rule, "", start)
    return topic_filter


def _suback(cursor: Cursor, _flags: int, _direction: Direction | None) -> Suback:
    packet_id = _packet_id(cursor, rules.SUBACK_ID_ZERO)
    props = _properties(cursor, PacketType.SUBACK)
    given = _codes(cursor, PacketType.SUBACK)
    if not given:
        cursor.fault(rules.NO_CODES)
    return Suback(packet_id, given, props)


def _unsubscribe(cursor: Cursor, _flags: int, _direction: Direction | None) -> Unsubscribe:
    packet_id = _packet_id(cursor, rules.PACKET_ID_ZERO)
    props = _properties(cursor, PacketType.UNSUBSCRIBE)
    filters = []
    while cursor.at < cursor.end:
        filters.append(_topic_filter(cursor))
    if not filters:
        cursor.fault(rules.NO_FILTERS_LEFT)
    return Unsubscribe(packet_id, tuple(filters), props)


def _unsuback(cursor: Cursor, _flags: int, _direction: Direction | None) -> Unsuback:
    packet_id = _packet_id(cursor, rules.SUBACK_ID_ZERO)
    if cursor.version < Version.V5:
        return Unsuback(packet_id)
    props = _properties(cursor, PacketType.UNSUBACK)
    given = _codes(cursor, PacketType.UNSUBACK)
    if not given:
        cursor.fault(rules.NO_UNSUBACK_CODES)
    return Unsuback(packet_id, given, props)


def _disconnect(cursor: Cursor, _flags: int, direction: Direction | None) -> Disconnect:
    if cursor.version < Version.V5 or cursor.at == cursor.end:
        return Disconnect()
    code = _code(cursor, PacketType.DISCONNECT, direction)
    props = _optional_properties(cursor, PacketType.DISCONNECT)
    if direction is Direction.S2C and props.number(PropertyId.SESSION_EXPIRY_INTERVAL, -1) >= 0:
        cursor.fault(rules.SERVER_EXPIRY)
    return Disconnect(code, props)


def _auth(cursor: Cursor, _flags: int, direction: Direction | None) -> Auth:
    if cursor.version < Version.V5:
        cursor.broken(rules.RESERVED_TYPE, type_words(PacketType.AUTH))
    if cursor.at == cursor.end:
        # What is left out means success (section 3.15.2.1).
        _check_sender(cursor, PacketType.AUTH, 0, direction, cursor.at)
        return Auth()
    code = _code(cursor, PacketType.AUTH, direction)
    return Auth(code, _properties(cursor, PacketType.AUTH))


def _packet_id(cursor: Cursor, rule: rules.Rule) -> int:
    at = cursor.at
    packet_id = cursor.two("Packet Identifier")
    if not packet_id:
        cursor.fault(rule, "", at)
    return packet_id


def _properties(cursor: Cursor, kind: PacketType) -> Properties:
    return read_properties(cursor, kind) if cursor.version >= Version.V5 else NO_PROPERTIES


def _optional_properties(cursor: Cursor, kind: PacketType) -> Properties:
    return read_properties(cursor, kind) if cursor.at < cursor.end else NO_PROPERTIES


def _code(cursor: Cursor, kind: PacketType, direction: Direction | None = None) -> int:
    at, version = cursor.at, cursor.version
    code = cursor.byte(
        "Reason Code" if version >= Version.V5 else "return code", lambda c: code_words(kind, c, version)
    )
    if code not in codes(kind, version):
        cursor.fault(rules.CODES[kind], f"0x{code:02X}", at)
    else:
        _check_sender(cursor, kind, code, direction, at)
    return code


def _check_sender(cursor: Cursor, kind: PacketType, code: int, direction: Direction | None, at: int) -> None:
    if wrong_side(kind, code, direction):
        cursor.fault(rules.CODE_SENDERS[kind], code_words(kind, code, cursor.version), at)


def _codes(cursor: Cursor, kind: PacketType) -> tuple[int, ...]:
    given = []
    while cursor.at < cursor.end:
        given.append(_code(cursor, kind))
    return tuple(given)


_READERS: dict[int, Callable[[Cursor, int, Direction | None], Packet]] = {
    PacketType.CONNECT: lambda cursor, _flags, _direction: connect(cursor),
    PacketType.CONNACK: lambda cursor, _flags, _direction: connack(cursor),
    PacketType.PUBLISH: _publish,
    PacketType.PUBACK: _acknowledgement(PacketType.PUBACK, Puback),
    PacketType.PUBREC: _acknowledgement(PacketType.PUBREC, Pubrec),
    PacketType.PUBREL: _acknowledgement(PacketType.PUBREL, Pubrel),
    PacketType.PUBCOMP: _acknowledgement(PacketType.PUBCOMP, Pubcomp),
    PacketType.SUBSCRIBE: _subscribe,
    PacketType.SUBACK: _suback,
    PacketType.UNSUBSCRIBE: _unsubscribe,
    PacketType.UNSUBACK: _unsuback,
    PacketType.PINGREQ: lambda _cursor, _flags, _direction: Pingreq(),
    PacketType.PINGRESP: lambda _cursor, _flags, _direction: Pingresp(),
    PacketType.DISCONNECT: _disconnect,
    PacketType.AUTH: _auth,
}
