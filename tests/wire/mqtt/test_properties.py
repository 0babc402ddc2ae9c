"""The properties of MQTT 5."""

from __future__ import annotations

import pytest

from wslab.wire.mqtt.packets import PacketType
from wslab.wire.mqtt.properties import RULES, WILL, Kind, Properties, Property, PropertyId, properties

T = PacketType


def test_every_identifier_has_its_rule() -> None:
    assert set(RULES) == set(PropertyId)
    assert len(RULES) == 27
    for identifier, rule in RULES.items():
        assert PropertyId(identifier).name == rule.name.upper().replace(" ", "_")
        assert rule.repeats <= rule.packets


@pytest.mark.parametrize(
    ("packet", "names"),
    [
        (WILL, "0x01 0x02 0x03 0x08 0x09 0x18 0x26"),
        (T.CONNECT, "0x11 0x15 0x16 0x17 0x19 0x21 0x22 0x26 0x27"),
        (T.CONNACK, "0x11 0x12 0x13 0x15 0x16 0x1a 0x1c 0x1f 0x21 0x22 0x24 0x25 0x26 0x27 0x28 0x29 0x2a"),
        (T.PUBLISH, "0x01 0x02 0x03 0x08 0x09 0x0b 0x23 0x26"),
        (T.PUBACK, "0x1f 0x26"),
        (T.PUBREC, "0x1f 0x26"),
        (T.PUBREL, "0x1f 0x26"),
        (T.PUBCOMP, "0x1f 0x26"),
        (T.SUBSCRIBE, "0x0b 0x26"),
        (T.SUBACK, "0x1f 0x26"),
        (T.UNSUBSCRIBE, "0x26"),
        (T.UNSUBACK, "0x1f 0x26"),
        (T.PINGREQ, ""),
        (T.PINGRESP, ""),
        (T.DISCONNECT, "0x11 0x1c 0x1f 0x26"),
        (T.AUTH, "0x15 0x16 0x1f 0x26"),
    ],
)
def test_where_properties_may_stand_as_chapter_3_has_it(packet: int, names: str) -> None:
    there = [f"0x{identifier:02x}" for identifier, rule in RULES.items() if packet in rule.packets]
    assert " ".join(there) == names


def test_types_are_those_of_table_2_4() -> None:
    by_kind = {kind: [f"{key:02x}" for key, rule in RULES.items() if rule.kind is kind] for kind in Kind}
    assert by_kind == {
        Kind.BYTE: ["01", "17", "19", "24", "25", "28", "29", "2a"],
        Kind.TWO: ["13", "21", "22", "23"],
        Kind.FOUR: ["02", "11", "18", "27"],
        Kind.VARIABLE: ["0b"],
        Kind.STRING: ["03", "08", "12", "15", "1a", "1c", "1f"],
        Kind.BINARY: ["09", "16"],
        Kind.PAIR: ["26"],
    }


def test_values_are_found_by_type() -> None:
    there = properties(
        (PropertyId.TOPIC_ALIAS, 3),
        (PropertyId.CONTENT_TYPE, "text/plain"),
        (PropertyId.CORRELATION_DATA, b"\x01"),
        (PropertyId.USER_PROPERTY, ("a", "1")),
        (PropertyId.SUBSCRIPTION_IDENTIFIER, 1),
        (PropertyId.USER_PROPERTY, ("a", "2")),
        (PropertyId.SUBSCRIPTION_IDENTIFIER, 2),
    )
    assert there.number(PropertyId.TOPIC_ALIAS, 0) == 3
    assert there.number(PropertyId.RECEIVE_MAXIMUM, 65_535) == 65_535
    assert there.number(PropertyId.CONTENT_TYPE, 7) == 7
    assert there.text(PropertyId.CONTENT_TYPE) == "text/plain"
    assert there.text(PropertyId.REASON_STRING) is None
    assert there.data(PropertyId.CORRELATION_DATA) == b"\x01"
    assert there.data(PropertyId.AUTHENTICATION_DATA) is None
    assert there.numbers(PropertyId.SUBSCRIPTION_IDENTIFIER) == (1, 2)
    assert there.user == (("a", "1"), ("a", "2"))


def test_adding_and_leaving_out() -> None:
    one = Properties().plus(PropertyId.TOPIC_ALIAS, 1)
    assert one
    assert not one.without(PropertyId.TOPIC_ALIAS)
    assert one.without(PropertyId.CONTENT_TYPE) == one


def test_names() -> None:
    assert Property(0x11, 0).name == "Session Expiry Interval"
    assert Property(0x7E, b"").name == "0x7E"
