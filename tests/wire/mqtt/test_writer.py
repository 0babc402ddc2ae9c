"""Packets as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mqtt_packets import any_packet
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
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
    Will,
)
from wslab.wire.mqtt.parsing import parse
from wslab.wire.mqtt.properties import Properties, Property, PropertyId, properties
from wslab.wire.mqtt.writer import encode_number, encode_packet, legal_packet

# The variable headers and payloads are those of the figures that the standards give as non-normative examples.
EXAMPLES: list[tuple[str, int, Packet, str]] = [
    (
        "3.1.1 section 3.1.2.10, with the strings it leaves open",
        4,
        Connect("c", 4, True, 10, Will("w", b"m", 1), "u", b"p"),
        "10 19 0004 4d515454 04 ce 000a 0001 63 0001 77 0001 6d 0001 75 0001 70",
    ),
    (
        "5.0 section 3.1.2.12: Session Expiry Interval 10",
        5,
        Connect(
            "c", 5, True, 10, Will("w", b"m", 1), "u", b"p",
            properties((PropertyId.SESSION_EXPIRY_INTERVAL, 10)),
        ),
        "10 20 0004 4d515454 05 ce 000a 05 11 0000000a 0001 63 00 0001 77 0001 6d 0001 75 0001 70",
    ),
    ("3.1.1 section 3.2.2", 4, Connack(True, 0), "20 02 01 00"),
    ("5.0 section 3.2", 5, Connack(False, 0x87), "20 03 00 87 00"),
    ("3.1.1 section 3.3.2: a/b, 10", 4, Publish("a/b", qos=1, packet_id=10), "32 07 0003 612f62 000a"),
    ("5.0 section 3.3.2: a/b, 10, no properties", 5, Publish("a/b", qos=1, packet_id=10), "32 08 0003 612f62 000a 00"),
    ("3.1.1 section 3.4", 4, Puback(10), "40 02 000a"),
    ("5.0 section 3.4.2.1", 5, Puback(10, 0x10), "40 03 000a 10"),
    ("3.1.1 section 3.5", 4, Pubrec(10), "50 02 000a"),
    ("3.1.1 section 3.6", 4, Pubrel(10), "62 02 000a"),
    ("3.1.1 section 3.7", 4, Pubcomp(10), "70 02 000a"),
    (
        "3.1.1 section 3.8.3: a/b with QoS 1, c/d with QoS 2",
        4,
        Subscribe(10, (Subscription("a/b", 1), Subscription("c/d", 2))),
        "82 0e 000a 0003 612f62 01 0003 632f64 02",
    ),
    (
        "5.0 section 3.8.3",
        5,
        Subscribe(10, (Subscription("a/b", 1), Subscription("c/d", 2))),
        "82 0f 000a 00 0003 612f62 01 0003 632f64 02",
    ),
    ("3.1.1 section 3.9.3: QoS 0, QoS 2, failure", 4, Suback(10, (0, 2, 0x80)), "90 05 000a 00 02 80"),
    ("5.0 section 3.9", 5, Suback(10, (0, 2, 0x87)), "90 06 000a 00 00 02 87"),
    ("3.1.1 section 3.10.3", 4, Unsubscribe(10, ("a/b", "c/d")), "a2 0c 000a 0003 612f62 0003 632f64"),
    ("5.0 section 3.10.3", 5, Unsubscribe(10, ("a/b", "c/d")), "a2 0d 000a 00 0003 612f62 0003 632f64"),
    ("3.1.1 section 3.11", 4, Unsuback(10), "b0 02 000a"),
    ("5.0 section 3.11", 5, Unsuback(10, (0, 0x11)), "b0 05 000a 00 00 11"),
    ("3.1.1 section 3.12", 4, Pingreq(), "c0 00"),
    ("3.1.1 section 3.13", 4, Pingresp(), "d0 00"),
    ("3.1.1 section 3.14", 4, Disconnect(), "e0 00"),
    ("5.0 section 3.14.2.1", 5, Disconnect(0x04), "e0 01 04"),
    ("5.0 section 3.14.2", 5, Disconnect(0, properties((PropertyId.SESSION_EXPIRY_INTERVAL, 0))), "e0 07 00 05 11 00000000"),
    ("5.0 section 3.15.2.1", 5, Auth(), "f0 00"),
    (
        "5.0 section 3.15",
        5,
        Auth(0x18, properties((PropertyId.AUTHENTICATION_METHOD, "M"))),
        "f0 06 18 04 15 0001 4d",
    ),
    (
        "3.1, which 3.1.1 section 3.1.2.2 grew out of",
        3,
        Connect("c", 3, True, 10, protocol_name="MQIsdp"),
        "10 0f 0006 4d5149736470 03 02 000a 0001 63",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("where", "version", "packet", "wire"), EXAMPLES, ids=lambda value: str(value)[:40])
def test_examples_of_the_standards(where: str, version: int, packet: Packet, wire: str) -> None:
    raw = bytes.fromhex(wire)
    assert legal_packet(packet, version) == raw
    assert parse(raw, version) == (packet, (), version)


@pytest.mark.parametrize(
    ("value", "wire"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8001"),
        (321, "c102"),
        (16_383, "ff7f"),
        (16_384, "808001"),
        (2_097_151, "ffff7f"),
        (2_097_152, "80808001"),
        (268_435_455, "ffffff7f"),
    ],
)
def test_table_1_1_of_mqtt_5(value: int, wire: str) -> None:
    assert encode_number(value).hex() == wire


@given(any_packet)
def test_what_is_written_reads_as_it_was(pair: tuple[int, Packet]) -> None:
    version, packet = pair
    assert parse(legal_packet(packet, version), version) == (packet, (), version)


@given(st.integers(0, 268_435_455), st.integers(1, 4))
def test_numbers_may_be_longer_than_needed(value: int, size: int) -> None:
    shortest = len(encode_number(value))
    if size < shortest:
        with pytest.raises(ValueError, match=f"{shortest} to 4 bytes"):
            encode_number(value, size)
    else:
        assert len(encode_number(value, size)) == size


def test_rules_can_be_broken() -> None:
    assert encode_packet(Pingreq(), 4, flags=5).hex() == "c500"
    assert encode_packet(Pingreq(), 4, length_size=4).hex() == "c080808000"
    assert encode_packet(Pingreq(), 4, remaining_length=321).hex() == "c0c102"
    assert encode_packet(Publish("a", qos=3), 4).hex() == "360500016100" + "00"
    unknown = Properties((Property(0x7E, b"\x01\x02"),))
    assert encode_packet(Disconnect(0, unknown), 5).hex() == "e005" + "0003" + "7e0102"
    assert encode_packet(Publish("\ud800"), 4).hex() == "30050003eda080"


def test_what_breaks_the_standard_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"mqtt5#MQTT-3\.3\.1-4 QoS is 3"):
        legal_packet(Publish("a", qos=3, packet_id=1), 5)
    with pytest.raises(ValueError, match=r"mqtt3\.1\.1#MQTT-3\.8\.3-3"):
        legal_packet(Subscribe(1, ()), 4)
    assert rules.QOS_3.applies(4)


@pytest.mark.parametrize(
    ("packet", "says"),
    [
        (Publish("a", qos=4), "QoS 4 does not fit: 0 to 3"),
        (Publish("a" * 65_536), "Topic Name has 65536 bytes; 65535 fit"),
        (Puback(65_536), "Packet Identifier 65536"),
        (Puback(1, 256), "reason code 256"),
        (Connect(keep_alive=-1), "Keep Alive -1"),
        (Disconnect(0, properties((PropertyId.MAXIMUM_QOS, 300))), "Maximum QoS 300"),
        (Disconnect(0, properties((PropertyId.MAXIMUM_QOS, "1"))), "Maximum QoS is a Byte, not '1'"),
        (Disconnect(0, properties((PropertyId.USER_PROPERTY, "x"))), "UTF-8 String Pair, not 'x'"),
        (Disconnect(0, Properties((Property(0x7E, 3),))), "property 0x7E is not known"),
        (Disconnect(0, properties((PropertyId.SUBSCRIPTION_IDENTIFIER, 2**28))), "Subscription Identifier 268435456"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_named(packet: Packet, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        encode_packet(packet, 5)


def test_flags_and_lengths_have_to_fit() -> None:
    with pytest.raises(ValueError, match="flags 16"):
        encode_packet(Pingreq(), 4, flags=16)
    with pytest.raises(ValueError, match="Remaining Length 268435456"):
        encode_packet(Pingreq(), 4, remaining_length=2**28)
    with pytest.raises(ValueError, match="takes 2 to 4 bytes, not 5"):
        encode_packet(Pingreq(), 4, remaining_length=321, length_size=5)
