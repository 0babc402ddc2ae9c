"""The rules: a broken example of each, in each version that has it."""

from __future__ import annotations

import re

import pytest

from tests.support.mqtt_packets import VERSIONS
from wslab.wire.events import Direction
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    PacketType,
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
)
from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties, Property, PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.rules import Fault, Rule
from wslab.wire.mqtt.topics import wrong_filter, wrong_name
from wslab.wire.mqtt.writer import encode_packet

C2S, S2C = Direction.C2S, Direction.S2C
Example = Packet | str
"""A packet, or the hex digits of one."""


def _publish(*items: tuple[PropertyId, int | str | bytes], topic: str = "a") -> Publish:
    return Publish(topic, properties=properties(*items))


def _connect_flags(flags: int, payload: str = "0001 63") -> dict[int, Example]:
    three = f"0004 4d515454 04 {flags:02x} 0000 {payload}"
    five = f"0004 4d515454 05 {flags:02x} 0000 00 {payload}"
    return {level: f"10 {len(bytes.fromhex(body)):02x} {body}" for level, body in ((4, three), (5, five))}


def _both(example: Example) -> dict[int, Example]:
    return {4: example, 5: example}


_A = (Subscription("a"),)
BROKEN: dict[Rule, dict[int, Example]] = {
    rules.RESERVED_TYPE: {4: "f0 00", 5: "00 00"},
    rules.LENGTH_TOO_LONG: _both("30 80 80 80 80 01"),
    rules.LENGTH_NOT_SHORTEST: {5: "c0 80 00"},
    rules.NUMBER_TOO_LONG: {5: "30 08 0001 61 80808080 01"},
    rules.TRUNCATED: _both("30 03 0009 61"),
    rules.TRAILING: _both("c0 01 00"),
    rules.NOT_UTF8: _both("30 04 0001 ff 00"),
    rules.NULL_CHARACTER: _both("30 04 0001 00 00"),
    rules.PACKET_ID_ZERO: _both(Publish("a", qos=1)),
    rules.ANSWER_ID_ZERO: _both(Puback(0)),
    rules.SUBACK_ID_ZERO: _both(Suback(0, (0,))),
    rules.PROTOCOL_NAME: {
        4: Connect("c", 4, protocol_name="MQIsdp"),
        5: Connect("c", 5, protocol_name="HTTP"),
        3: Connect("c", 3, protocol_name="MQTT"),
    },
    rules.PROTOCOL_LEVEL: {4: Connect("c", 2), 5: Connect("c", 6)},
    rules.CONNECT_RESERVED: _connect_flags(0x03),
    rules.WILL_QOS_WITHOUT_WILL: _connect_flags(0x0A),
    rules.WILL_QOS_3: _connect_flags(0x1A),
    rules.WILL_RETAIN_WITHOUT_WILL: _connect_flags(0x22),
    rules.PASSWORD_ALONE: {4: Connect("c", 4, password=b"p")},
    rules.NO_CLIENT_ID: {4: Connect("", 4, clean_start=False)},
    rules.CONNACK_RESERVED: {4: "20 02 02 00", 5: "20 03 02 00 00"},
    rules.SESSION_PRESENT: _both(Connack(True, 2)) | {5: Connack(True, 0x80)},
    rules.QOS_3: _both(Publish("a", qos=3, packet_id=1)),
    rules.DUP_QOS_0: _both(Publish("a", dup=True)),
    rules.TOPIC_WILDCARD: _both(Publish("a/+")),
    rules.NO_TOPIC: _both(Publish("")),
    rules.ALIAS_ZERO: {5: _publish((PropertyId.TOPIC_ALIAS, 0))},
    rules.RESPONSE_WILDCARD: {5: _publish((PropertyId.RESPONSE_TOPIC, "a/#"))},
    rules.HASH_MISPLACED: _both(Subscribe(1, (Subscription("a/#/b"),))),
    rules.PLUS_MISPLACED: _both(Subscribe(1, (Subscription("a+/b"),))),
    rules.SHARE_NAME: {5: Subscribe(1, (Subscription("$share//a"),))},
    rules.SHARE_FILTER: {5: Subscribe(1, (Subscription("$share/g+/a"),))},
    rules.NO_FILTERS: _both(Subscribe(1, ())),
    rules.OPTIONS_RESERVED: {4: "82 06 0001 0001 61 04", 5: "82 07 0001 00 0001 61 80"},
    rules.OPTIONS_QOS_3: _both(Subscribe(1, (Subscription("a", 3),))),
    rules.RETAIN_HANDLING_3: {5: Subscribe(1, (Subscription("a", retain_handling=3),))},
    rules.NO_LOCAL_SHARED: {5: Subscribe(1, (Subscription("$share/g/a", no_local=True),))},
    rules.NO_FILTERS_LEFT: _both(Unsubscribe(1, ())),
    rules.NO_CODES: _both(Suback(1, ())),
    rules.NO_UNSUBACK_CODES: {5: Unsuback(1, ())},
    rules.TOPIC_EMPTY: _both(Subscribe(1, (Subscription(""),))),
    rules.WILDCARD_IN_NAME: _connect_flags(0x06, "0001 63 0001 23 0000")
    | {5: "10 13 0004 4d515454 05 06 0000 00 0001 63 00 0001 23 0000"},
    rules.PROPERTY_LENGTH: {5: "30 06 0001 61 02 02 00"},
    rules.PROPERTY_UNKNOWN: {5: Disconnect(0, Properties((Property(0x7E, b"x"),)))},
    rules.PROPERTY_MISPLACED: {5: _publish((PropertyId.MAXIMUM_QOS, 1))},
    rules.PROPERTY_TWICE: {5: _publish((PropertyId.CONTENT_TYPE, "a"), (PropertyId.CONTENT_TYPE, "a"))},
    rules.PROPERTY_VALUE: {5: _publish((PropertyId.PAYLOAD_FORMAT_INDICATOR, 2))},
    rules.AUTH_DATA_ALONE: {5: Auth(0x18, properties((PropertyId.AUTHENTICATION_DATA, b"x")))},
    rules.CODES[PacketType.CONNACK]: {4: Connack(False, 6), 5: Connack(False, 1)},
    rules.CODES[PacketType.PUBACK]: {5: Puback(1, 1)},
    rules.CODES[PacketType.PUBREC]: {5: Pubrec(1, 0x92)},
    rules.CODES[PacketType.PUBREL]: {5: Pubrel(1, 0x91)},
    rules.CODES[PacketType.PUBCOMP]: {5: Pubcomp(1, 0x80)},
    rules.CODES[PacketType.SUBACK]: {4: Suback(1, (3,)), 5: Suback(1, (0x11,))},
    rules.CODES[PacketType.UNSUBACK]: {5: Unsuback(1, (1,))},
    rules.CODES[PacketType.DISCONNECT]: {5: Disconnect(0x84)},
    rules.CODES[PacketType.AUTH]: {5: Auth(1)},
}
"""Examples that are wrong whoever sends them."""

FLAGS: dict[PacketType, Packet] = {
    PacketType.CONNECT: Connect("c"),
    PacketType.CONNACK: Connack(),
    PacketType.PUBACK: Puback(1),
    PacketType.PUBREC: Pubrec(1),
    PacketType.PUBREL: Pubrel(1),
    PacketType.PUBCOMP: Pubcomp(1),
    PacketType.SUBSCRIBE: Subscribe(1, _A),
    PacketType.SUBACK: Suback(1, (0,)),
    PacketType.UNSUBSCRIBE: Unsubscribe(1, ("a",)),
    PacketType.UNSUBACK: Unsuback(1, (0,)),
    PacketType.PINGREQ: Pingreq(),
    PacketType.PINGRESP: Pingresp(),
    PacketType.DISCONNECT: Disconnect(),
    PacketType.AUTH: Auth(),
}

STREAMS: dict[Rule, list[tuple[int, Direction, list[Packet]]]] = {
    rules.WRONG_SENDER: [
        (4, C2S, [Connect("c", 4), Pingresp()]),
        (4, S2C, [Connack(), Disconnect()]),
        (5, S2C, [Connack(), Subscribe(1, _A)]),
    ],
    rules.NOT_CONNECT_FIRST: [(4, C2S, [Pingreq()]), (5, C2S, [Auth(0x18)])],
    rules.SECOND_CONNECT: [(level, C2S, [Connect("c", level), Connect("c", level)]) for level in (4, 5)],
    rules.NOT_CONNACK_FIRST: [(4, S2C, [Pingresp()]), (5, S2C, [Pingresp()])],
    rules.SECOND_CONNACK: [(4, S2C, [Connack(), Connack()]), (5, S2C, [Connack(), Connack()])],
    rules.CLIENT_SUBSCRIPTION_ID: [
        (5, C2S, [Connect("c"), _publish((PropertyId.SUBSCRIPTION_IDENTIFIER, 1))])
    ],
    rules.SERVER_EXPIRY: [
        (5, S2C, [Connack(), Disconnect(0, properties((PropertyId.SESSION_EXPIRY_INTERVAL, 1)))])
    ],
    rules.CODE_SENDERS[PacketType.DISCONNECT]: [
        (5, C2S, [Connect("c"), Disconnect(0x8E)]),
        (5, S2C, [Connack(), Disconnect(0x04)]),
    ],
    rules.CODE_SENDERS[PacketType.AUTH]: [
        (5, C2S, [Connect("c"), Auth(0x00)]),
        (5, S2C, [Connack(), Auth(0x19)]),
    ],
    rules.TOO_LARGE_FOR_SERVER: [
        (level, C2S, [Connect("c", level), Publish("a", bytes(200))]) for level in (4, 5)
    ],
    rules.TOO_LARGE_FOR_CLIENT: [(level, S2C, [Connack(), Publish("a", bytes(200))]) for level in (4, 5)],
}
"""What is wrong from one side, or behind what came before."""

TOPICS: dict[Rule, str] = {rules.TOPIC_TOO_LONG: "é" * 32_768, rules.TOPIC_NULL: "a\0b"}
"""What cannot come from the wire, or is told there as a rule of strings, but can be asked for."""


def _bytes(example: Example, version: int) -> bytes:
    return bytes.fromhex(example) if isinstance(example, str) else encode_packet(example, version)


def _cases() -> list[tuple[Rule, int, Example]]:
    return [(rule, version, it) for rule, examples in BROKEN.items() for version, it in examples.items()]


@pytest.mark.parametrize(("rule", "version", "example"), _cases(), ids=lambda value: str(value)[:50])
def test_a_packet_that_breaks_a_rule_is_told(rule: Rule, version: int, example: Example) -> None:
    (read,) = PacketReader(version=version).feed(_bytes(example, version))
    assert rule in [fault.rule for fault in read.faults]
    fault = next(fault for fault in read.faults if fault.rule is rule)
    assert fault.reference == rule.reference(read.version)
    assert 0 <= fault.offset <= len(read.raw)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", FLAGS)
def test_reserved_flags_are_told(kind: PacketType, version: int) -> None:
    packet = FLAGS[kind]
    right = encode_packet(packet, version)
    (read,) = PacketReader(version=version).feed(bytes((right[0] ^ 0x01,)) + right[1:])
    assert rules.FLAGS[kind] in [fault.rule for fault in read.faults]
    (fine,) = PacketReader(version=version).feed(right)
    assert rules.FLAGS[kind] not in [fault.rule for fault in fine.faults]


@pytest.mark.parametrize(
    ("rule", "version", "direction", "packets"),
    [(rule, *stream) for rule, streams in STREAMS.items() for stream in streams],
    ids=lambda value: str(value)[:50],
)
def test_a_stream_that_breaks_a_rule_is_told(
    rule: Rule, version: int, direction: Direction, packets: list[Packet]
) -> None:
    reader = PacketReader(version=version, direction=direction, largest=100)
    reads = reader.feed(b"".join(encode_packet(packet, version) for packet in packets))
    assert [fault.rule for read in reads for fault in read.faults] == [rule]
    assert reads[-1].faults[0].reference == rule.reference(version)


@pytest.mark.parametrize(("rule", "topic"), TOPICS.items(), ids=lambda value: str(value)[:30])
def test_topics_that_break_a_rule(rule: Rule, topic: str) -> None:
    assert wrong_name(topic) is rule
    assert wrong_filter(topic) is rule


def test_every_rule_has_an_example_in_every_version_that_has_it() -> None:
    shown = {(rule, version) for rule, examples in BROKEN.items() for version in examples}
    shown |= {(rule, stream[0]) for rule, streams in STREAMS.items() for stream in streams}
    shown |= {(rule, version) for rule in TOPICS for version in VERSIONS}
    # PUBLISH has no reserved flags; the rest is tried by `test_reserved_flags_are_told`.
    flags = set(rules.FLAGS.values())
    missing = [
        (rule, version)
        for rule in rules.ALL
        for version in VERSIONS
        if rule.applies(version) and (rule, version) not in shown and rule not in flags
    ]
    assert missing == []


@pytest.mark.parametrize("rule", rules.ALL, ids=lambda rule: rule.text[:40])
def test_references_have_the_form_of_the_standards(rule: Rule) -> None:
    assert rule.v3 or rule.v5
    for place in (rule.v3, rule.v5):
        assert re.fullmatch(r"|MQTT-\d\.\d+\.\d-\d+|\d(\.\d+)+", place), place
    assert rule.reason_code >= 0x80


def test_a_fault_is_one_line() -> None:
    fault = Fault(rules.FLAGS[PacketType.PUBREL], "mqtt5#MQTT-3.6.1-1", "0000", 0)
    assert str(fault) == (
        "mqtt5#MQTT-3.6.1-1 reserved flags of the fixed header are not as they must be: 0000"
    )
    assert str(Fault(rules.QOS_3, rules.QOS_3.reference(4), "", 0)) == "mqtt3.1.1#MQTT-3.3.1-4 QoS is 3"


def test_no_rule_of_the_other_version_is_told() -> None:
    (read,) = PacketReader(version=5).feed(encode_packet(Connect("", 5, False, password=b"p"), 5))
    assert read.faults == ()
    (read,) = PacketReader(version=4).feed(bytes.fromhex("c0 80 00"))
    assert read.faults == ()
    assert Properties() == NO_PROPERTIES
