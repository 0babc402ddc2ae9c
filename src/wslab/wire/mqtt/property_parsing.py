"""Reads the properties of a packet (MQTT 5 section 2.2.2)."""

from __future__ import annotations

from functools import partial

from wslab.wire.mqtt import rules
from wslab.wire.mqtt.cursor import BrokenOff, Cursor
from wslab.wire.mqtt.properties import (
    NO_PROPERTIES,
    RULES,
    WILL,
    Kind,
    Properties,
    Property,
    PropertyId,
    PropertyRule,
    Value,
)
from wslab.wire.mqtt.topics import has_wildcard
from wslab.wire.mqtt.words import property_id_words, property_words


def read_properties(cursor: Cursor, packet: int) -> Properties:
    """Read Property Length and properties.

    What is wrong inside the Property Length costs the properties behind it and no more: the packet goes on
    where they end.

    Args:
        cursor: at the Property Length.
        packet: type of the packet, or `WILL`.

    Raises:
        BrokenOff: the packet ends before the properties do.
    """
    length = cursor.variable("Will Property Length" if packet == WILL else "Property Length")
    if not length:
        return NO_PROPERTIES
    outer, end = cursor.end, cursor.at + length
    if end > outer:
        cursor.broken(cursor.short, "Property Length")
    cursor.end, cursor.short = end, rules.PROPERTY_LENGTH
    cursor.group = "Will Properties" if packet == WILL else "Properties"
    items: list[Property] = []
    try:
        while cursor.at < end:
            items.append(_read_one(cursor, packet, items))
    except BrokenOff:
        start, cursor.at = cursor.at, end
        if start < end:
            cursor.note("unread", start, f"{end - start} bytes")
    _check_together(cursor, items)
    cursor.end, cursor.short, cursor.group = outer, rules.TRUNCATED, ""
    return Properties(tuple(items))


def _read_one(cursor: Cursor, packet: int, earlier: list[Property]) -> Property:
    start = cursor.at
    identifier = cursor.variable("Property Identifier", property_id_words)
    known = RULES.get(identifier)
    if known is None:
        # Without its type nobody knows how long it is.
        cursor.broken(rules.PROPERTY_UNKNOWN, f"0x{identifier:02X}")
    if packet not in known.packets:
        cursor.fault(rules.PROPERTY_MISPLACED, known.name, start)
    elif packet not in known.repeats and any(item.id == identifier for item in earlier):
        cursor.fault(rules.PROPERTY_TWICE, known.name, start)
    at = cursor.at
    value = _read_value(cursor, identifier, known)
    if isinstance(value, int):
        if value < known.lowest or (known.highest is not None and value > known.highest):
            alias = identifier == PropertyId.TOPIC_ALIAS
            rule = rules.ALIAS_ZERO if alias else rules.PROPERTY_VALUE
            cursor.fault(rule, "" if alias else f"{known.name} {value}", at)
    elif identifier == PropertyId.RESPONSE_TOPIC and isinstance(value, str) and has_wildcard(value):
        cursor.fault(rules.RESPONSE_WILDCARD, "", at)
    return Property(identifier, value)


def _read_value(cursor: Cursor, identifier: int, known: PropertyRule) -> Value:
    words = partial(property_words, identifier)
    match known.kind:
        case Kind.BYTE:
            return cursor.byte(known.name, words)
        case Kind.TWO:
            return cursor.two(known.name, words)
        case Kind.FOUR:
            return cursor.four(known.name, words)
        case Kind.VARIABLE:
            return cursor.variable(known.name, words)
        case Kind.STRING:
            return cursor.string(known.name)
        case Kind.BINARY:
            return cursor.binary(known.name)
    name = cursor.string(f"{known.name} name")
    return name, cursor.string(f"{known.name} value")


def _check_together(cursor: Cursor, items: list[Property]) -> None:
    there = {item.id for item in items}
    if PropertyId.AUTHENTICATION_DATA in there and PropertyId.AUTHENTICATION_METHOD not in there:
        cursor.fault(rules.AUTH_DATA_ALONE)
