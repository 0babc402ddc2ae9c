"""Reads CONNECT and CONNACK, the packets with which a connection begins (sections 3.1 and 3.2)."""

from __future__ import annotations

from wslab.wire.mqtt import rules
from wslab.wire.mqtt.cursor import Cursor
from wslab.wire.mqtt.packets import PROTOCOL_NAMES, Connack, Connect, PacketType, Version, Will
from wslab.wire.mqtt.properties import NO_PROPERTIES, WILL
from wslab.wire.mqtt.property_parsing import read_properties
from wslab.wire.mqtt.reason_codes import code_words, codes
from wslab.wire.mqtt.topics import has_wildcard
from wslab.wire.mqtt.words import keep_alive_words, level_words, qos_words, yes_words


def peek_version(raw: bytes, body: int, otherwise: int) -> int:
    """Return the protocol level of a CONNECT: all its rules are called as its own standard calls them.

    Args:
        raw: the packet.
        body: where its variable header begins.
        otherwise: what to return where it is too short.
    """
    at = body + 2 + int.from_bytes(raw[body : body + 2], "big")
    if at >= len(raw):
        return otherwise
    return min(max(raw[at], Version.V3_1), Version.V5)


def connect(cursor: Cursor) -> Connect:
    """Read the variable header and payload of a CONNECT.

    Raises:
        BrokenOff: nothing sensible came of it; why is among the faults.
    """
    name, level = _protocol(cursor)
    five = level == Version.V5
    flags_at = cursor.at
    flags = _flags(cursor, five)
    keep_alive = cursor.two("Keep Alive", keep_alive_words)
    props = read_properties(cursor, PacketType.CONNECT) if five else NO_PROPERTIES
    client_id = cursor.string("Client Identifier")
    if not client_id and not flags & 0x02:
        cursor.fault(rules.NO_CLIENT_ID)
    will = _will(cursor, flags, five) if flags & 0x04 else None
    username = cursor.string("User Name") if flags & 0x80 else None
    password = cursor.binary("Password") if flags & 0x40 else None
    if flags & 0x40 and not flags & 0x80:
        cursor.fault(rules.PASSWORD_ALONE, "", flags_at)
    return Connect(client_id, level, bool(flags & 0x02), keep_alive, will, username, password, props, name)


def connack(cursor: Cursor) -> Connack:
    """Read the variable header of a CONNACK.

    Raises:
        BrokenOff: it ends too early.
    """
    at = cursor.at
    if at >= cursor.end:
        cursor.broken(cursor.short, "Connect Acknowledge Flags")
    flags = cursor.data[at]
    cursor.at += 1
    cursor.group = "Connect Acknowledge Flags"
    cursor.bits("reserved", 0xFE, at, f"{flags >> 1:07b}")
    cursor.bits("Session Present", 0x01, at, yes_words(flags & 1))
    cursor.group = ""
    if flags & 0xFE:
        cursor.fault(rules.CONNACK_RESERVED, f"{flags:08b}", at)
    version = cursor.version
    five = version >= Version.V5
    kind = PacketType.CONNACK
    code = cursor.byte(
        "Connect Reason Code" if five else "Connect Return code", lambda c: code_words(kind, c, version)
    )
    if code not in codes(kind, version):
        cursor.fault(rules.CODES[kind], f"0x{code:02X}", at + 1)
    if code and flags & 1:
        cursor.fault(rules.SESSION_PRESENT, "", at)
    return Connack(bool(flags & 1), code, read_properties(cursor, kind) if five else NO_PROPERTIES)


def _protocol(cursor: Cursor) -> tuple[str, int]:
    start = cursor.at
    name = cursor.string("Protocol Name")
    at = cursor.at
    level = cursor.byte("Protocol Version", level_words)
    known = level in PROTOCOL_NAMES
    if name not in PROTOCOL_NAMES.values() or (known and name != PROTOCOL_NAMES[level]):
        cursor.fault(rules.PROTOCOL_NAME, "", start)
    if not known:
        # Nobody knows what another version of MQTT has behind this.
        cursor.at = at
        cursor.fault(rules.PROTOCOL_LEVEL, str(level))
        cursor.at = at + 1
        cursor.stop()
    return name, level


def _flags(cursor: Cursor, five: bool) -> int:
    at = cursor.at
    if at >= cursor.end:
        cursor.broken(cursor.short, "Connect Flags")
    flags = cursor.data[at]
    cursor.at += 1
    cursor.group = "Connect Flags"
    cursor.bits("User Name Flag", 0x80, at, yes_words(flags >> 7))
    cursor.bits("Password Flag", 0x40, at, yes_words(flags >> 6 & 1))
    cursor.bits("Will Retain", 0x20, at, yes_words(flags >> 5 & 1))
    cursor.bits("Will QoS", 0x18, at, qos_words(flags >> 3 & 3))
    cursor.bits("Will Flag", 0x04, at, yes_words(flags >> 2 & 1))
    cursor.bits("Clean Start" if five else "Clean Session", 0x02, at, yes_words(flags >> 1 & 1))
    cursor.bits("reserved", 0x01, at, str(flags & 1))
    cursor.group = ""
    if flags & 0x01:
        cursor.fault(rules.CONNECT_RESERVED, "", at)
    if flags & 0x18 == 0x18:
        cursor.fault(rules.WILL_QOS_3, "", at)
    if not flags & 0x04:
        if flags & 0x18:
            cursor.fault(rules.WILL_QOS_WITHOUT_WILL, f"QoS {flags >> 3 & 3}", at)
        if flags & 0x20:
            cursor.fault(rules.WILL_RETAIN_WITHOUT_WILL, "", at)
    return flags


def _will(cursor: Cursor, flags: int, five: bool) -> Will:
    props = read_properties(cursor, WILL) if five else NO_PROPERTIES
    start = cursor.at
    topic = cursor.string("Will Topic")
    if not topic:
        cursor.fault(rules.TOPIC_EMPTY, "Will Topic", start)
    elif has_wildcard(topic):
        cursor.fault(rules.WILDCARD_IN_NAME, "Will Topic", start)
    payload = cursor.binary("Will Payload" if five else "Will Message")
    return Will(topic, payload, flags >> 3 & 3, bool(flags & 0x20), props)
