"""Properties from bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mqtt_packets import properties_of
from wslab.wire.field import Field
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.cursor import BrokenOff, Cursor
from wslab.wire.mqtt.packets import PacketType
from wslab.wire.mqtt.properties import WILL, Properties, Property, PropertyId
from wslab.wire.mqtt.property_parsing import read_properties
from wslab.wire.mqtt.writer import encode_properties

kinds = st.sampled_from([WILL, *sorted(set(PacketType) - {PacketType.PINGREQ, PacketType.PINGRESP})])


@given(kinds.flatmap(lambda kind: st.tuples(st.just(int(kind)), properties_of(kind))))
def test_what_is_written_reads_as_it_was(pair: tuple[int, Properties]) -> None:
    kind, there = pair
    cursor = Cursor(encode_properties(there) + b"rest", 5)
    assert read_properties(cursor, kind) == there
    assert (cursor.faults, cursor.rest("rest")) == ([], b"rest")


def test_an_unknown_property_costs_those_behind_it_and_no_more() -> None:
    fields: list[Field] = []
    cursor = Cursor(bytes.fromhex("06 2301 02 7e 03 04") + b"payload", 5, fields)
    there = read_properties(cursor, PacketType.PUBLISH)
    assert there.items == (Property(PropertyId.TOPIC_ALIAS, 0x0102),)
    assert [(fault.rule, fault.detail) for fault in cursor.faults] == [(rules.PROPERTY_UNKNOWN, "0x7E")]
    assert cursor.rest("Payload") == b"payload"
    assert ("unread", 5, 2) in [(field.name, field.offset, field.length) for field in fields]
    assert fields[-1].group == ""


@pytest.mark.parametrize("length", ["02", "03"])
def test_a_property_may_not_reach_beyond_their_length(length: str) -> None:
    cursor = Cursor(bytes.fromhex(f"{length} 02 00000001") + b"x", 5)
    read_properties(cursor, PacketType.PUBLISH)
    assert [fault.rule for fault in cursor.faults] == [rules.PROPERTY_LENGTH]


def test_a_length_beyond_the_packet_breaks_off() -> None:
    cursor = Cursor(bytes.fromhex("09 23 0001"), 5)
    with pytest.raises(BrokenOff):
        read_properties(cursor, PacketType.PUBLISH)
    assert [fault.rule for fault in cursor.faults] == [rules.TRUNCATED]


@pytest.mark.parametrize(
    ("kind", "data", "rule", "detail"),
    [
        (PacketType.CONNECT, "21 0000", rules.PROPERTY_VALUE, "Receive Maximum 0"),
        (PacketType.CONNECT, "27 00000000", rules.PROPERTY_VALUE, "Maximum Packet Size 0"),
        (PacketType.CONNECT, "17 02", rules.PROPERTY_VALUE, "Request Problem Information 2"),
        (PacketType.CONNACK, "24 02", rules.PROPERTY_VALUE, "Maximum QoS 2"),
        (PacketType.SUBSCRIBE, "0b 00", rules.PROPERTY_VALUE, "Subscription Identifier 0"),
        (PacketType.SUBSCRIBE, "0b 01 0b 02", rules.PROPERTY_TWICE, "Subscription Identifier"),
        (PacketType.PUBLISH, "23 0000", rules.ALIAS_ZERO, ""),
        (WILL, "23 0001", rules.PROPERTY_MISPLACED, "Topic Alias"),
        (PacketType.CONNECT, "18 00000001", rules.PROPERTY_MISPLACED, "Will Delay Interval"),
    ],
)
def test_values_and_places(kind: int, data: str, rule: rules.Rule, detail: str) -> None:
    raw = bytes.fromhex(data)
    cursor = Cursor(bytes((len(raw),)) + raw, 5)
    read_properties(cursor, kind)
    assert [(fault.rule, fault.detail) for fault in cursor.faults] == [(rule, detail)]


def test_user_properties_and_those_of_several_subscriptions_repeat() -> None:
    raw = bytes.fromhex("0b 01 0b 02 26 0001 61 0001 62 26 0001 61 0001 63")
    cursor = Cursor(bytes((len(raw),)) + raw, 5)
    there = read_properties(cursor, PacketType.PUBLISH)
    assert cursor.faults == []
    assert there.numbers(PropertyId.SUBSCRIPTION_IDENTIFIER) == (1, 2)
    assert there.user == (("a", "b"), ("a", "c"))
