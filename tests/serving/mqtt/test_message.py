"""Messages between two hops."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.support.mqtt_packets import publishes
from wslab.serving.mqtt.message import (
    KINDS,
    LONGEST_TOPIC,
    Message,
    from_publish,
    from_will,
    to_bytes,
    to_publish,
)
from wslab.wire.mqtt.packets import Publish, Will
from wslab.wire.mqtt.properties import NO_PROPERTIES, PropertyId, properties
from wslab.wire.mqtt.writer import encode_packet

EXPIRY = PropertyId.MESSAGE_EXPIRY_INTERVAL


@given(publishes(5))
def test_what_belongs_to_the_message_comes_out_as_it_went_in(packet: Publish) -> None:
    message = from_publish(packet, packet.topic, "me", 50.0)
    out = to_publish(message, packet.qos, packet.retain, (), packet.packet_id, 50.0)
    hop = (PropertyId.TOPIC_ALIAS, PropertyId.SUBSCRIPTION_IDENTIFIER)
    assert out.properties.without(EXPIRY) == packet.properties.without(EXPIRY, *hop)
    assert out.properties.number(EXPIRY, -1) == packet.properties.number(EXPIRY, -1)
    assert (out.topic, out.payload, out.qos, out.retain, out.dup) == (
        packet.topic, packet.payload, packet.qos, packet.retain, False,
    )  # fmt: skip


def test_the_expiry_that_is_sent_is_what_is_left() -> None:
    message = from_publish(Publish("a", properties=properties((EXPIRY, 10))), "a", "", 100.0)
    assert message.expires == 110.0
    for now, left in ((100.0, 10), (103.0, 7), (103.5, 7), (109.9, 1), (115.0, 0)):
        assert to_publish(message, 0, False, (), 0, now).properties.number(EXPIRY, -1) == left
    assert from_publish(Publish("a"), "a", "", 0.0).expires == math.inf


def test_identifiers_are_added() -> None:
    out = to_publish(from_publish(Publish("a"), "a", "", 0), 0, False, (1, 300), 0, 0)
    assert out.properties.numbers(PropertyId.SUBSCRIPTION_IDENTIFIER) == (1, 300)


def test_a_will_without_its_delay() -> None:
    there = properties((PropertyId.WILL_DELAY_INTERVAL, 5), (EXPIRY, 10), (PropertyId.CONTENT_TYPE, "t"))
    message = from_will(Will("w", b"x", 1, True, there), "me", 100.0)
    assert message.properties == properties((PropertyId.CONTENT_TYPE, "t"))
    assert (message.topic, message.qos, message.retain, message.expires) == ("w", 1, True, 110.0)
    assert from_will(Will("w"), "me", 0).properties == NO_PROPERTIES


@given(st.text(max_size=5))
def test_the_topic_is_that_of_the_alias(topic: str) -> None:
    assert from_publish(Publish(""), topic, "", 0).topic == topic


copies = st.lists(
    st.tuples(
        st.integers(0, 2), st.sampled_from([4, 5]), st.integers(0, 2), st.booleans(),
        st.sampled_from([(), (1,), (1, 300)]), st.integers(1, 0xFFFF),
    ),
    max_size=20,
)  # fmt: skip


@given(st.lists(publishes(5), min_size=3, max_size=3), copies)
def test_copies_have_the_bytes_that_each_would_have_by_itself(
    packets: list[Publish], wanted: list[tuple[int, int, int, bool, tuple[int, ...], int]]
) -> None:
    made = [
        Message(each.topic, each.payload * 10, 2, False, each.properties.without(EXPIRY)) for each in packets
    ]
    for which, version, qos, retain, identifiers, number in wanted:
        packet_id = number if qos else 0
        packet = to_publish(made[which], qos, retain, identifiers, packet_id, 0)
        raw = to_bytes(made[which], version, qos, retain, identifiers, packet_id)
        assert raw == encode_packet(packet, version)


def test_what_is_kept_of_copies_is_bounded() -> None:
    message = Message("a", b"x" * 1000, 1, False)
    for identifier in range(1, 100):
        raw = to_bytes(message, 5, 1, False, (identifier,), 7)
        assert raw == encode_packet(to_publish(message, 1, False, (identifier,), 7, 0), 5)
    assert len(message.frames) == KINDS
    assert all(len(part) < 100 for frame in message.frames.values() for part in frame)
    long = Message("a" * (LONGEST_TOPIC + 1), b"", 0, False)
    assert to_bytes(long, 4, 0, False, (), 0) == encode_packet(to_publish(long, 0, False, (), 0, 0), 4)
    assert long.frames == {}
    assert message == Message("a", b"x" * 1000, 1, False)
