"""One line that says what an MQTT packet is about: `PUBLISH QoS 1 id 7 home/temp 5 bytes`."""

from __future__ import annotations

from collections.abc import Iterable

from wslab.wire.mqtt.packets import (
    TYPES,
    VERSION_NAMES,
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    PacketType,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Unsuback,
    Unsubscribe,
    Version,
)
from wslab.wire.mqtt.reader import Read
from wslab.wire.mqtt.reason_codes import code_words

_SHOWN = 4
"""Topic filters or codes that a line names."""


def summary(read: Read) -> str:
    """Return the line for a packet. Text from the network is in it as it came."""
    packet = read.packet
    if packet is None:
        return f"{read.name} {_size(read.size)}, not read"
    return " ".join((read.name, *filter(None, _details(packet, read.version))))


def identity(packet: Packet | None) -> str | None:
    """Return the Packet Identifier, None where there is none."""
    number = getattr(packet, "packet_id", 0)
    return str(number) if number else None


def subject(packet: Packet | None) -> str | None:
    """Return the Topic Name, or the first Topic Filter; None where there is neither."""
    match packet:
        case Publish():
            return packet.topic or None
        case Subscribe(subscriptions=(first, *_)):
            return first.topic_filter
        case Unsubscribe(topic_filters=(first, *_)):
            return first
        case Connect(will=will) if will is not None:
            return will.topic
    return None


def _details(packet: Packet, version: int) -> Iterable[str]:
    kind = TYPES[type(packet)]
    match packet:
        case Connect():
            return _connect(packet)
        case Connack():
            code = code_words(kind, packet.reason_code, version)
            return (code, "session present" if packet.session_present else "")
        case Publish():
            return _publish(packet)
        case Puback() | Pubrec() | Pubrel() | Pubcomp():
            return (_id(packet.packet_id), _codes(kind, (packet.reason_code,), version, quiet=True))
        case Subscribe():
            filters = [f"{each.topic_filter} QoS {each.qos}" for each in packet.subscriptions]
            return (_id(packet.packet_id), _some(filters))
        case Suback() | Unsuback():
            return (_id(packet.packet_id), _codes(kind, packet.reason_codes, version))
        case Unsubscribe():
            return (_id(packet.packet_id), _some(packet.topic_filters))
        case Disconnect() | Auth() if version >= Version.V5:
            return (code_words(kind, packet.reason_code, version),)
        case _:
            return ()


def _connect(packet: Connect) -> Iterable[str]:
    yield VERSION_NAMES.get(packet.version, f"level {packet.version}")
    yield f"client {packet.client_id}" if packet.client_id else "client without a name"
    yield f"keep alive {packet.keep_alive} s" if packet.keep_alive else ""
    yield "" if packet.clean_start else "session kept"
    yield f"will {packet.will.topic}" if packet.will else ""


def _publish(packet: Publish) -> Iterable[str]:
    yield f"QoS {packet.qos}"
    yield _id(packet.packet_id)
    yield packet.topic or "topic alias"
    yield _size(len(packet.payload))
    yield "retain" if packet.retain else ""
    yield "dup" if packet.dup else ""


def _id(number: int) -> str:
    return f"id {number}" if number else ""


def _size(number: int) -> str:
    return f"{number} byte" + ("" if number == 1 else "s")


def _codes(kind: PacketType, codes: tuple[int, ...], version: int, *, quiet: bool = False) -> str:
    return "" if quiet and not any(codes) else _some([code_words(kind, code, version) for code in codes])


def _some(items: Iterable[str]) -> str:
    every = list(items)
    more = len(every) - _SHOWN
    return ", ".join(every[:_SHOWN]) + (f", {more} more" if more > 0 else "")
