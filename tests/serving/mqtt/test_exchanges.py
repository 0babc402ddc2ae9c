"""What clients ask for and get; each test is named by the statement it tests (see test_broker.py)."""

from __future__ import annotations

import pytest

from tests.support.mqtt_broker import House
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.wire.mqtt.packets import (
    Disconnect,
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
from wslab.wire.mqtt.properties import PropertyId, properties

BOTH = pytest.mark.parametrize("version", [4, 5])
ALIAS = PropertyId.TOPIC_ALIAS


def alias(number: int, topic: str = "", payload: bytes = b"") -> Publish:
    return Publish(topic, payload, properties=properties((ALIAS, number)))


# Publishing


@BOTH
def test_3_3_4_1_each_qos_has_its_answer(version: int) -> None:
    house = House(version)
    house.connect("watcher").subscribe("a", 2)
    client = house.connect()
    assert client.send(Publish("a")) == []
    assert client.send(Publish("a", qos=1, packet_id=7)) == [Puback(7)]
    assert client.send(Publish("a", qos=2, packet_id=7)) == [Pubrec(7)]
    assert client.send(Pubrel(7)) == [Pubcomp(7)]


def test_v5_3_4_2_1_nobody_listens() -> None:
    client = House().connect()
    assert client.send(Publish("a", qos=1, packet_id=7)) == [Puback(7, 0x10)]
    assert client.send(Publish("a", qos=2, packet_id=7)) == [Pubrec(7, 0x10)]
    assert client.send(Pubrel(7)) == [Pubcomp(7)]


@BOTH
def test_4_3_2_5_after_puback_the_identifier_is_free(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a")
    client = house.connect()
    client.send(Publish("a", b"1", 1, packet_id=7), Publish("a", b"2", 1, dup=True, packet_id=7))
    assert watcher.take() == [Publish("a", b"1"), Publish("a", b"2")]


@BOTH
def test_4_3_3_10_and_12_a_message_of_qos_2_is_passed_on_once(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a")
    client = house.connect()
    assert client.send(Publish("a", b"1", 2, packet_id=7)) == [Pubrec(7)]
    assert client.send(Publish("a", b"1", 2, dup=True, packet_id=7)) == [Pubrec(7)]
    assert watcher.take() == [Publish("a", b"1")]
    assert client.send(Pubrel(7)) == [Pubcomp(7)]
    client.send(Publish("a", b"2", 2, packet_id=7))
    assert watcher.take() == [Publish("a", b"2")]


@BOTH
def test_4_3_3_10_even_over_a_broken_connection(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a")
    keep = properties((PropertyId.SESSION_EXPIRY_INTERVAL, 60)) if version == 5 else properties()
    client = house.connect(clean_start=False, properties=keep)
    client.send(Publish("a", b"1", 2, packet_id=7))
    client.drop()
    client = house.connect(clean_start=False, present=True, properties=keep)
    assert client.send(Publish("a", b"1", 2, dup=True, packet_id=7)) == [Pubrec(7)]
    assert client.send(Pubrel(7)) == [Pubcomp(7)]
    assert watcher.take() == [Publish("a", b"1")]


@BOTH
def test_4_3_3_11_every_pubrel_is_answered(version: int) -> None:
    client = House(version).connect()
    assert client.send(Pubrel(9)) == [Pubcomp(9, 0x92 if version == 5 else 0)]


@BOTH
def test_4_7_2_1_topics_of_the_server_are_not_for_clients(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("$SYS/#", 1)
    client = house.connect()
    assert client.send(Publish("$SYS/x", qos=1, packet_id=1)) == [Puback(1, 0x87 if version == 5 else 0)]
    assert client.send(Publish("$SYS/x", qos=2, packet_id=1)) == [Pubrec(1, 0x87 if version == 5 else 0)]
    assert watcher.take() == []


def test_v5_4_3_3_9_a_refused_message_leaves_its_identifier_free() -> None:
    house = House()
    client = house.connect()
    client.send(Publish("$SYS/x", qos=2, packet_id=1))
    assert house.broker.router.sessions["c"].incoming == set()
    assert client.send(Pubrel(1)) == [Pubcomp(1, 0x92)]


def test_v5_3_3_4_9_more_than_receive_maximum_ends_it() -> None:
    client = House(5, Limits(receive_maximum=2)).connect()
    client.send(Publish("a", qos=2, packet_id=1), Publish("a", qos=2, packet_id=2))
    assert client.send(Publish("a", qos=2, dup=True, packet_id=1)) == [Pubrec(1)]
    assert client.send(Publish("a", qos=2, packet_id=3)) == [Disconnect(0x93)]
    assert client.ended is not None


def test_v3_messages_that_are_begun_are_bounded_too() -> None:
    client = House(4, Limits(receive_maximum=1)).connect()
    client.send(Publish("a", qos=2, packet_id=1), Publish("a", qos=2, packet_id=2))
    assert client.ended == "more messages of QoS 2 begun than Receive Maximum"


# Topic aliases


def test_v5_3_3_2_12_an_alias_stands_for_its_topic() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("#")
    client = house.connect()
    client.send(alias(1, "a"), alias(1, payload=b"x"), alias(1, "b"), alias(1, payload=b"y"), alias(16, "z"))
    assert [(m.topic, m.payload) for m in watcher.take() if isinstance(m, Publish)] == [
        ("a", b""), ("a", b"x"), ("b", b""), ("b", b"y"), ("z", b""),
    ]  # fmt: skip


def test_v5_3_3_2_7_an_alias_ends_with_its_connection() -> None:
    house = House()
    keep = properties((PropertyId.SESSION_EXPIRY_INTERVAL, 60))
    client = house.connect(properties=keep)
    client.send(alias(1, "a"))
    client.drop()
    client = house.connect(clean_start=False, present=True, properties=keep)
    assert client.send(alias(1)) == [Disconnect(0x82)]


@pytest.mark.parametrize(
    ("packet", "code"), [(alias(17, "a"), 0x94), (alias(0, "a"), 0x94), (alias(3), 0x82)]
)
def test_v5_3_3_2_8_and_9_an_alias_that_is_none(packet: Publish, code: int) -> None:
    client = House().connect()
    assert client.send(packet) == [Disconnect(code)]
    assert client.ended is not None


def test_v5_3_1_2_26_the_server_keeps_to_the_aliases_of_the_client() -> None:
    house = House()
    watcher = house.connect("watcher", properties=properties((PropertyId.TOPIC_ALIAS_MAXIMUM, 1)))
    watcher.subscribe("#")
    client = house.connect()
    client.send(Publish("a"), Publish("a", b"x"), Publish("b"))
    assert watcher.take() == [alias(1, "a"), alias(1, payload=b"x"), Publish("b")]


def test_v5_3_1_2_27_without_aliases_the_server_sends_none() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("#")
    house.connect().send(Publish("a"), Publish("a"))
    assert watcher.take() == [Publish("a"), Publish("a")]


# Subscribing


@BOTH
def test_3_8_4_1_2_5_6_and_3_9_3_1_a_code_for_each_filter_in_order(version: int) -> None:
    client = House(version, policy=Policy(refused_filters=frozenset({"no"}))).connect()
    wanted = (Subscription("a", 2), Subscription("no", 1), Subscription("b", 0), Subscription("c/#", 1))
    assert client.send(Subscribe(9, wanted)) == [Suback(9, (2, 0x80, 0, 1))]


@BOTH
def test_3_8_4_3_the_same_filter_replaces_the_subscription(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a", 0)
    watcher.subscribe("a", 1)
    house.connect().send(Publish("a", qos=2, packet_id=1))
    (message,) = watcher.take()
    assert isinstance(message, Publish)
    assert message.qos == 1


@BOTH
@pytest.mark.parametrize("granted", [0, 1, 2])
@pytest.mark.parametrize("published", [0, 1, 2])
def test_3_8_4_8_the_smaller_qos_counts(version: int, granted: int, published: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a", granted)
    house.connect().send(Publish("a", qos=published, packet_id=1))
    (message,) = watcher.take()
    assert isinstance(message, Publish)
    assert message.qos == min(granted, published)


@BOTH
def test_subscriptions_of_a_session_are_bounded(version: int) -> None:
    client = House(version, Limits(subscriptions=2)).connect()
    wanted = tuple(Subscription(name) for name in "abc")
    assert client.send(Subscribe(1, wanted)) == [Suback(1, (0, 0, 0x97 if version == 5 else 0x80))]
    assert client.send(Subscribe(2, (Subscription("a", 1),))) == [Suback(2, (1,))]


def test_v5_3_8_4_a_filter_that_stands_there_twice_sends_retained_messages_once() -> None:
    house = House()
    client = house.connect()
    client.send(Publish("a", b"x", retain=True))
    answer = client.send(Subscribe(1, (Subscription("a"), Subscription("a", 1))))
    assert answer == [Suback(1, (0, 1)), Publish("a", b"x", retain=True)]


# Unsubscribing


@BOTH
def test_3_10_4_1_2_4_5_and_6_unsubscribing(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a/+")
    watcher.subscribe("b")
    codes = (0x11, 0, 0x11) if version == 5 else ()
    assert watcher.send(Unsubscribe(5, ("a/b", "a/+", "B"))) == [Unsuback(5, codes)]
    house.connect().send(Publish("a/b"), Publish("b"))
    assert watcher.take() == [Publish("b")]


@BOTH
def test_3_10_4_3_what_has_been_begun_is_finished(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a", 2)
    house.connect().send(Publish("a", qos=2, packet_id=1))
    (message,) = watcher.take()
    assert isinstance(message, Publish)
    watcher.send(Unsubscribe(5, ("a",)))
    assert watcher.send(Pubrec(message.packet_id)) == [Pubrel(message.packet_id)]
    assert watcher.send(Pubcomp(message.packet_id)) == []
    assert house.broker.router.sessions["watcher"].flights == {}


# Pings


@BOTH
def test_3_12_4_1_pingreq_is_answered(version: int) -> None:
    assert House(version).connect().send(Pingreq()) == [Pingresp()]


# Acknowledgements that fit nothing


@BOTH
def test_acknowledgements_of_unknown_messages(version: int) -> None:
    client = House(version).connect()
    assert client.send(Puback(9)) == []
    assert client.send(Pubcomp(9)) == []
    assert client.send(Pubrec(9)) == [Pubrel(9, 0x92 if version == 5 else 0)]
    assert client.ended is None


@BOTH
@pytest.mark.parametrize(
    ("qos", "answer"), [(2, Puback(1)), (1, Pubrec(1)), (2, Pubcomp(1)), (1, Pubcomp(1))]
)
def test_4_3_an_acknowledgement_of_another_kind_ends_it(
    version: int, qos: int, answer: Puback | Pubrec | Pubcomp
) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a", qos)
    house.connect().send(Publish("a", qos=2, packet_id=1))
    watcher.take()
    assert watcher.send(answer) == ([Disconnect(0x82)] if version == 5 else [])
    assert watcher.ended is not None
