"""CONNECT and CONNACK from bytes."""

from __future__ import annotations

import pytest

from wslab.wire.field import Field
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.connect_parsing import peek_version
from wslab.wire.mqtt.packets import Connack, Connect, Will
from wslab.wire.mqtt.parsing import parse
from wslab.wire.mqtt.writer import encode_packet


def test_flags_are_taken_apart() -> None:
    fields: list[Field] = []
    packet = Connect("c", 4, True, 10, Will("w", b"m", 1, True), "u", b"p")
    parse(encode_packet(packet, 4), 4, None, fields)
    flags = [(f.name, f.mask, f.value) for f in fields if f.group == "Connect Flags"]
    assert flags == [
        ("User Name Flag", 0x80, "1 yes"),
        ("Password Flag", 0x40, "1 yes"),
        ("Will Retain", 0x20, "1 yes"),
        ("Will QoS", 0x18, "1 at least once"),
        ("Will Flag", 0x04, "1 yes"),
        ("Clean Session", 0x02, "1 yes"),
        ("reserved", 0x01, "0"),
    ]
    assert {f.offset for f in fields if f.group == "Connect Flags"} == {9}
    assert ("Keep Alive", 10, 2, "10 s") in [(f.name, f.offset, f.length, f.value) for f in fields]
    assert ("Protocol Version", "4 MQTT 3.1.1") in [(f.name, f.value) for f in fields]


def test_an_empty_user_name_is_there_and_none_is_not() -> None:
    for name in ("", None):
        packet = Connect("c", 5, username=name)
        assert parse(encode_packet(packet, 5), 4).packet == packet


@pytest.mark.parametrize(
    ("level", "version", "reference"),
    [
        (2, 3, "mqtt3.1.1#MQTT-3.1.2-2"),
        (6, 5, "mqtt5#MQTT-3.1.2-2"),
        (0x84, 5, "mqtt5#MQTT-3.1.2-2"),
    ],
)
def test_an_unknown_level_is_named_and_nothing_guessed(level: int, version: int, reference: str) -> None:
    raw = bytes.fromhex(f"10 0d 0004 4d515454 {level:02x} 02 0000 0001 63")
    packet, faults, used = parse(raw, 4)
    assert (packet, used) == (None, version)
    assert [(fault.reference, fault.detail, fault.offset) for fault in faults] == [(reference, str(level), 8)]
    assert faults[0].rule.reason_code == 0x84


def test_another_protocol_is_named() -> None:
    packet, faults, _ = parse(encode_packet(Connect("c", 5, protocol_name="GET /"), 5), 4)
    assert isinstance(packet, Connect)
    assert [fault.rule for fault in faults] == [rules.PROTOCOL_NAME]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("0004 4d515454 05", 5),
        ("0006 4d5149736470 03", 3),
        ("0004 4d515454 00", 3),
        ("0004 4d515454 ff", 5),
        ("0004 4d515454", 9),
        ("00", 9),
        ("", 9),
    ],
)
def test_the_version_is_seen_before_the_rest_is_read(raw: str, expected: int) -> None:
    assert peek_version(bytes.fromhex(raw), 0, 9) == expected


def test_connack() -> None:
    fields: list[Field] = []
    parsed = parse(bytes.fromhex("20 03 01 00 00"), 5, None, fields)
    assert parsed == (Connack(True), (), 5)
    assert ("Session Present", 0x01, "1 yes") in [(f.name, f.mask, f.value) for f in fields]
    assert ("Connect Reason Code", "0x00 Success") in [(f.name, f.value) for f in fields]
    assert parse(bytes.fromhex("20 00"), 5).packet is None
    assert [f.rule for f in parse(bytes.fromhex("20 02 00 00"), 5).faults] == [rules.TRUNCATED]
