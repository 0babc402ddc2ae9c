"""Whole packets, and the fields they consist of."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.mqtt_packets import any_packet
from wslab.wire.events import Direction
from wslab.wire.field import Field
from wslab.wire.mqtt.packets import Auth, Disconnect, Packet, Puback, Publish, Subscribe, Subscription
from wslab.wire.mqtt.parsing import parse
from wslab.wire.mqtt.properties import PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.writer import encode_packet


def assert_every_bit_belongs_to_one_field(raw: bytes, fields: list[Field]) -> None:
    claimed = [0] * len(raw)
    for field in fields:
        assert field.length > 0
        assert field.length == 1 or field.mask == 0xFF
        for place in range(field.offset, field.end):
            assert claimed[place] & field.mask == 0, field
            claimed[place] |= field.mask
    assert claimed == [0xFF] * len(raw)


@given(any_packet)
def test_every_bit_of_a_packet_belongs_to_one_field(pair: tuple[int, Packet]) -> None:
    version, packet = pair
    raw = encode_packet(packet, version)
    fields: list[Field] = []
    assert parse(raw, version, None, fields).packet == packet
    assert_every_bit_belongs_to_one_field(raw, fields)
    assert [field.offset for field in fields] == sorted(field.offset for field in fields)
    assert "unread" not in [field.name for field in fields]


@given(st.binary(min_size=1, max_size=80), st.sampled_from([3, 4, 5]), st.sampled_from([None, *Direction]))
def test_whatever_the_bytes_every_bit_belongs_to_one_field(
    raw: bytes, version: int, direction: Direction | None
) -> None:
    fields: list[Field] = []
    packet, faults, _ = parse(raw, version, direction, fields)
    assert packet is not None or faults
    assert_every_bit_belongs_to_one_field(raw, fields)
    assert parse(raw, version, direction) == (packet, faults, _)


@given(any_packet, st.integers(0, 500), st.integers(0, 255))
def test_a_changed_byte_leaves_every_bit_with_its_field(
    pair: tuple[int, Packet], place: int, value: int
) -> None:
    version, packet = pair
    raw = bytearray(encode_packet(packet, version))
    raw[place % len(raw)] = value
    fields: list[Field] = []
    parse(bytes(raw), version, None, fields)
    assert_every_bit_belongs_to_one_field(bytes(raw), fields)


def test_fields_of_a_message_in_words() -> None:
    packet = Publish(
        "a/b", b"hi", 1, True, True, 10, properties((PropertyId.MESSAGE_EXPIRY_INTERVAL, 60), (PropertyId.TOPIC_ALIAS, 1))
    )  # fmt: skip
    (read,) = PacketReader(version=5).feed(encode_packet(packet, 5))
    assert [(f.name, f.offset, f.length, f.mask, f.value, f.group) for f in read.fields()] == [
        ("MQTT Control Packet type", 0, 1, 0xF0, "3 PUBLISH", ""),
        ("DUP", 0, 1, 0x08, "1 yes", ""),
        ("QoS", 0, 1, 0x06, "1 at least once", ""),
        ("RETAIN", 0, 1, 0x01, "1 yes", ""),
        ("Remaining Length", 1, 1, 0xFF, "18", ""),
        ("Topic Name length", 2, 2, 0xFF, "3", ""),
        ("Topic Name", 4, 3, 0xFF, "a/b", ""),
        ("Packet Identifier", 7, 2, 0xFF, "10", ""),
        ("Property Length", 9, 1, 0xFF, "8", ""),
        ("Property Identifier", 10, 1, 0xFF, "0x02 Message Expiry Interval", "Properties"),
        ("Message Expiry Interval", 11, 4, 0xFF, "60 s", "Properties"),
        ("Property Identifier", 15, 1, 0xFF, "0x23 Topic Alias", "Properties"),
        ("Topic Alias", 16, 2, 0xFF, "1", "Properties"),
        ("Payload", 18, 2, 0xFF, "2 bytes", ""),
    ]


def test_fields_of_subscription_options() -> None:
    packet = Subscribe(1, (Subscription("a", 2, True, True, 1),))
    (read,) = PacketReader(version=5).feed(encode_packet(packet, 5))
    options = [(f.name, f.mask, f.value) for f in read.fields() if f.group == "Subscription Options"]
    assert options == [
        ("reserved", 0xC0, "00000000"),
        ("Retain Handling", 0x30, "1 only for a new subscription"),
        ("Retain As Published", 0x08, "1 yes"),
        ("No Local", 0x04, "1 yes"),
        ("QoS", 0x03, "2 exactly once"),
    ]


@given(st.sampled_from([4, 5]), st.binary(min_size=4, max_size=4))
@example(5, b"\x40\x02\x00\x01")
@example(4, b"\x62\x02\x00\x00")
@example(5, b"\x60\x02\x00\x01")
@example(4, b"\x70\x03\x00\x01")
def test_a_short_packet_is_read_alike_with_and_without_its_fields(version: int, raw: bytes) -> None:
    for first in (raw[0], 0x40, 0x50, 0x62, 0x70):
        for length in (raw[1], 2):
            data = bytes([first, length]) + raw[2:]
            assert parse(data, version) == parse(data, version, None, [])


def test_what_is_left_out_is_success() -> None:
    assert parse(bytes.fromhex("40 02 0001"), 5).packet == Puback(1)
    assert parse(bytes.fromhex("40 03 0001 10"), 5).packet == Puback(1, 0x10)
    assert parse(bytes.fromhex("40 04 0001 10 00"), 5).packet == Puback(1, 0x10)
    assert parse(bytes.fromhex("e0 00"), 5).packet == Disconnect()
    assert parse(bytes.fromhex("e0 01 04"), 5).packet == Disconnect(4)
    assert parse(bytes.fromhex("f0 00"), 5).packet == Auth()


def test_a_topic_may_be_empty_where_an_alias_stands_for_it() -> None:
    packet = Publish("", properties=properties((PropertyId.TOPIC_ALIAS, 1)))
    assert parse(encode_packet(packet, 5), 5) == (packet, (), 5)
