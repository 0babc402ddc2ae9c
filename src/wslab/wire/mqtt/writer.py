"""Packets as bytes, legal or not (MQTT 5 chapters 2 and 3)."""

from __future__ import annotations

from collections.abc import Sequence

from wslab.wire.mqtt.packets import (
    FIXED_FLAGS,
    TYPES,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
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
from wslab.wire.mqtt.parsing import parse
from wslab.wire.mqtt.properties import RULES, Kind, Properties, Property

LONGEST_NUMBER = 268_435_455
"""The largest Variable Byte Integer (section 1.5.5)."""


def encode_packet(
    packet: Packet,
    version: int,
    *,
    flags: int | None = None,
    remaining_length: int | None = None,
    length_size: int | None = None,
) -> bytes:
    """Return the bytes of a packet, whether or not the standard allows it.

    What a version does not have, such as properties in 3.1.1, is left out. A property with an unknown
    identifier is written as the bytes it has for a value.

    Args:
        packet: what to write.
        version: protocol level of the connection; a CONNECT has its own, and that one counts.
        flags: the lower four bits of the first byte; None takes the right ones.
        remaining_length: length in bytes to write into the header; None takes the packet's own.
        length_size: bytes of that length, 1 to 4; None takes the fewest, which MQTT 5 demands.

    Raises:
        ValueError: a value has no room where it belongs; the message names the field.
    """
    body, own_flags = _body(packet, version)
    first = TYPES[type(packet)] << 4 | _fits("flags", own_flags if flags is None else flags, 0x0F)
    length = len(body) if remaining_length is None else remaining_length
    return bytes((first,)) + encode_number(length, length_size, "Remaining Length") + body


def legal_packet(packet: Packet, version: int) -> bytes:
    """Return the bytes of a packet that keeps to the standard.

    Raises:
        ValueError: it does not; the message says which rules it breaks.
    """
    raw = encode_packet(packet, version)
    faults = parse(raw, version).faults
    if faults:
        raise ValueError("; ".join(map(str, faults)))
    return raw


def encode_number(value: int, size: int | None = None, name: str = "number") -> bytes:
    """Return a Variable Byte Integer (section 1.5.5).

    Args:
        value: 0 to 268,435,455.
        size: bytes, 1 to 4; None takes the fewest.
        name: what it is called in the message of an error.

    Raises:
        ValueError: it does not fit.
    """
    _fits(name, value, LONGEST_NUMBER)
    parts = []
    rest = value
    while True:
        parts.append(rest & 0x7F)
        rest >>= 7
        if not rest:
            break
    if size is not None:
        if not len(parts) <= size <= 4:
            raise ValueError(f"{name} {value} takes {len(parts)} to 4 bytes, not {size}")
        parts += [0] * (size - len(parts))
    return bytes([part | 0x80 for part in parts[:-1]] + parts[-1:])


def encode_properties(properties: Properties) -> bytes:
    """Return Property Length and properties (section 2.2.2).

    Raises:
        ValueError: a value does not fit, or is of another type than the property has.
    """
    if not properties.items:
        return b"\0"
    body = b"".join(map(_property, properties.items))
    return encode_number(len(body), None, "Property Length") + body


def _body(packet: Packet, version: int) -> tuple[bytes, int]:
    """Return all behind the fixed header, and the flags of the fixed header."""
    five = version >= Version.V5
    match packet:
        case Publish():
            flags = packet.dup << 3 | _fits("QoS", packet.qos, 3) << 1 | packet.retain
            identifier = _two("Packet Identifier", packet.packet_id) if packet.qos else b""
            head = _text("Topic Name", packet.topic) + identifier
            return head + (encode_properties(packet.properties) if five else b"") + packet.payload, flags
        case Connect():
            return _connect(packet), 0
        case Connack():
            head = bytes((packet.session_present, _fits("reason code", packet.reason_code, 0xFF)))
            body = head + (encode_properties(packet.properties) if five else b"")
        case Subscribe() | Unsubscribe() | Suback() | Unsuback():
            body = _with_list(packet, five)
        case Disconnect() | Auth():
            body = _ending(packet, five)
        case Puback() | Pubrec() | Pubrel() | Pubcomp():
            body = _two("Packet Identifier", packet.packet_id)
            if five and (packet.reason_code or packet.properties):
                body += bytes((_fits("reason code", packet.reason_code, 0xFF),))
                body += encode_properties(packet.properties) if packet.properties else b""
        case _:
            body = b""
    return body, FIXED_FLAGS[TYPES[type(packet)]]


def _connect(packet: Connect) -> bytes:
    five = packet.version >= Version.V5
    will = packet.will
    flags = packet.clean_start << 1
    if will is not None:
        flags |= 0x04 | _fits("Will QoS", will.qos, 3) << 3 | will.retain << 5
    flags |= (packet.password is not None) << 6 | (packet.username is not None) << 7
    parts = [
        _text("Protocol Name", packet.protocol_name),
        bytes((_fits("protocol level", packet.version, 0xFF), flags)),
        _two("Keep Alive", packet.keep_alive),
        encode_properties(packet.properties) if five else b"",
        _text("Client Identifier", packet.client_id),
    ]
    if will is not None:
        parts.append(encode_properties(will.properties) if five else b"")
        parts.append(_text("Will Topic", will.topic))
        parts.append(_binary("Will Payload", will.payload))
    if packet.username is not None:
        parts.append(_text("User Name", packet.username))
    if packet.password is not None:
        parts.append(_binary("Password", packet.password))
    return b"".join(parts)


def _with_list(packet: Subscribe | Unsubscribe | Suback | Unsuback, five: bool) -> bytes:
    head = _two("Packet Identifier", packet.packet_id)
    if five:
        head += encode_properties(packet.properties)
    match packet:
        case Subscribe():
            return head + b"".join(_subscription(each, five) for each in packet.subscriptions)
        case Unsubscribe():
            return head + b"".join(_text("Topic Filter", each) for each in packet.topic_filters)
        case Suback():
            return head + _codes(packet.reason_codes)
    return head + (_codes(packet.reason_codes) if five else b"")


def _subscription(subscription: Subscription, five: bool) -> bytes:
    options = _fits("QoS", subscription.qos, 3)
    if five:
        options |= subscription.no_local << 2 | subscription.retain_as_published << 3
        options |= _fits("Retain Handling", subscription.retain_handling, 3) << 4
    return _text("Topic Filter", subscription.topic_filter) + bytes((options,))


def _ending(packet: Disconnect | Auth, five: bool) -> bytes:
    if isinstance(packet, Disconnect) and not five:
        return b""
    if not packet.reason_code and not packet.properties:
        return b""
    code = bytes((_fits("reason code", packet.reason_code, 0xFF),))
    # Of the two, only a DISCONNECT may leave the Property Length out (sections 3.14.2.2.1 and 3.15.2.1).
    if isinstance(packet, Disconnect) and not packet.properties:
        return code
    return code + encode_properties(packet.properties)


def _property(item: Property) -> bytes:
    known = RULES.get(item.id)
    head = encode_number(item.id, None, "Property Identifier")
    value = item.value
    if known is None:
        if not isinstance(value, bytes):
            raise ValueError(f"property {item.name} is not known: its value must be bytes, not {value!r}")
        return head + value
    match known.kind, value:
        case Kind.BYTE, int():
            return head + bytes((_fits(known.name, value, 0xFF),))
        case Kind.TWO, int():
            return head + _two(known.name, value)
        case Kind.FOUR, int():
            return head + _fits(known.name, value, 0xFFFF_FFFF).to_bytes(4, "big")
        case Kind.VARIABLE, int():
            return head + encode_number(value, None, known.name)
        case Kind.STRING, str():
            return head + _text(known.name, value)
        case Kind.BINARY, bytes():
            return head + _binary(known.name, value)
        case Kind.PAIR, (str() as name, str() as text):
            return head + _text(known.name, name) + _text(known.name, text)
    raise ValueError(f"property {known.name} is a {known.kind}, not {value!r}")


def _codes(values: Sequence[int]) -> bytes:
    return bytes(_fits("reason code", value, 0xFF) for value in values)


def _text(name: str, text: str) -> bytes:
    # Half a surrogate pair has no UTF-8; where it is wanted all the same, it is written as CESU-8 has it.
    return _binary(name, text.encode("utf-8", "surrogatepass"))


def _binary(name: str, data: bytes) -> bytes:
    if len(data) > 0xFFFF:
        raise ValueError(f"{name} has {len(data)} bytes; 65535 fit")
    return len(data).to_bytes(2, "big") + data


def _two(name: str, value: int) -> bytes:
    return _fits(name, value, 0xFFFF).to_bytes(2, "big")


def _fits(name: str, value: int, highest: int) -> int:
    if not 0 <= value <= highest:
        raise ValueError(f"{name} {value} does not fit: 0 to {highest}")
    return value
