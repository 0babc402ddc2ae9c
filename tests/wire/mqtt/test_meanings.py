"""Packets and fields in words."""

from __future__ import annotations

from wslab.wire.mqtt.meanings import FIELDS, PACKETS
from wslab.wire.mqtt.packets import (
    Connack,
    Connect,
    Packet,
    PacketType,
    Publish,
    Subscribe,
    Subscription,
    Will,
)
from wslab.wire.mqtt.properties import RULES, WILL, Properties, Property
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.writer import encode_packet


def names(packet: Packet, version: int) -> set[str]:
    (read,) = PacketReader(version=version).feed(encode_packet(packet, version))
    return {field.name for field in read.fields()}


def every_property(packet: int) -> Properties:
    return Properties(
        tuple(Property(key, 1 if "Integer" in rule.kind or rule.kind == "Byte" else "x" if "Encoded" in rule.kind else b"x")
              for key, rule in RULES.items() if packet in rule.packets and rule.kind != "UTF-8 String Pair")
    )  # fmt: skip


def test_every_packet_has_its_words() -> None:
    assert set(PACKETS) == set(PacketType)
    assert all(text.endswith(".") for text in (*PACKETS.values(), *FIELDS.values()))


def test_every_field_with_words_is_one() -> None:
    will = Will("w", b"", properties=every_property(WILL))
    known = names(Connect("c", 4), 4) | names(Connect("c", 5, will=will, properties=every_property(1)), 5)
    known |= names(Connack(properties=every_property(2)), 5)
    known |= names(Publish("a", qos=1, packet_id=1, properties=every_property(3)), 5)
    known |= names(Subscribe(1, (Subscription("a"),), every_property(8)), 5)
    assert set(FIELDS) <= known
