"""Who gets a message; each test is named by the statement it tests (see test_broker.py)."""

from __future__ import annotations

import pytest

from tests.support.mqtt_broker import House
from wslab.serving.mqtt.limits import Limits
from wslab.wire.mqtt.packets import Puback, Publish, Unsubscribe
from wslab.wire.mqtt.properties import PropertyId, properties

BOTH = pytest.mark.parametrize("version", [4, 5])
SUBSCRIPTION_ID = PropertyId.SUBSCRIPTION_IDENTIFIER


@BOTH
def test_4_7_2_1_wildcards_do_not_match_topics_of_the_server(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    for topic_filter in ("#", "+/b", "+/#"):
        watcher.subscribe(topic_filter)
    house.connect().send(Publish("$x/b"))
    assert watcher.take() == []


@pytest.mark.parametrize(("version", "statement"), [(4, "v3 3.3.5-1"), (5, "v5 3.3.4-2")])
def test_overlapping_subscriptions_give_one_message_with_the_highest_qos(
    version: int, statement: str
) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("a/#", 1)
    watcher.subscribe("a/+", 2)
    house.connect().send(Publish("a/b", b"x", 2, packet_id=1))
    assert watcher.take() == [Publish("a/b", b"x", 2, packet_id=1)], statement


def test_v5_3_3_4_3_and_4_with_the_identifiers_of_all_of_them() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("a/#", 0, properties((SUBSCRIPTION_ID, 5)))
    watcher.subscribe("a/+", 0, properties((SUBSCRIPTION_ID, 300)))
    watcher.subscribe("a/b")
    house.connect().send(Publish("a/b"))
    (message,) = watcher.take()
    assert isinstance(message, Publish)
    assert sorted(message.properties.numbers(SUBSCRIPTION_ID)) == [5, 300]


def test_v5_3_8_3_3_no_local() -> None:
    house = House()
    client = house.connect()
    client.subscribe("a", no_local=True)
    client.subscribe("b")
    assert client.send(Publish("a"), Publish("b")) == [Publish("b")]
    house.connect("other").send(Publish("a"))
    assert client.take() == [Publish("a")]


@BOTH
def test_3_3_1_5_and_8_only_a_message_with_retain_is_kept(version: int) -> None:
    house = House(version)
    client = house.connect()
    client.send(Publish("a", b"1", retain=True), Publish("a", b"2", retain=True), Publish("a", b"3"))
    assert client.subscribe("a") == [Publish("a", b"2", retain=True)]


@BOTH
def test_3_3_1_6_and_7_an_empty_one_removes_it(version: int) -> None:
    house = House(version)
    client = house.connect()
    client.subscribe("a")
    assert client.send(Publish("a", b"1", retain=True), Publish("a", retain=True)) == [
        Publish("a", b"1"),
        Publish("a"),
    ]
    assert client.subscribe("a") == []
    assert len(house.broker.router.retained) == 0


@pytest.mark.parametrize(("handling", "new", "again"), [(0, 1, 1), (1, 1, 0), (2, 0, 0)])
def test_v5_3_3_1_9_to_11_retain_handling(handling: int, new: int, again: int) -> None:
    client = House().connect()
    client.send(Publish("a", b"x", retain=True))
    assert len(client.subscribe("a", retain_handling=handling)) == new
    assert len(client.subscribe("a", retain_handling=handling)) == again
    client.send(Unsubscribe(1, ("a",)))
    assert len(client.subscribe("a", retain_handling=handling)) == new


@pytest.mark.parametrize("as_published", [False, True])
def test_v5_3_3_1_12_and_13_retain_as_published(as_published: bool) -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("a", retain_as_published=as_published)
    house.connect().send(Publish("a", b"x", retain=True), Publish("a", b"y"))
    assert watcher.take() == [Publish("a", b"x", retain=as_published), Publish("a", b"y")]


def test_v3_3_3_1_9_retain_is_0_for_those_who_were_there() -> None:
    house = House(4)
    watcher = house.connect("watcher")
    watcher.subscribe("a")
    house.connect().send(Publish("a", b"x", retain=True))
    assert watcher.take() == [Publish("a", b"x")]


def test_v3_3_8_4_3_the_same_filter_again_sends_retained_messages_again() -> None:
    client = House(4).connect()
    client.send(Publish("a", b"x", retain=True))
    assert len(client.subscribe("a")) == len(client.subscribe("a")) == 1


def test_v5_3_3_2_4_15_16_17_18_20_what_belongs_to_the_message_is_passed_on_unaltered() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("a")
    there = properties(
        (PropertyId.USER_PROPERTY, ("k", "1")),
        (PropertyId.PAYLOAD_FORMAT_INDICATOR, 1),
        (PropertyId.RESPONSE_TOPIC, "r/t"),
        (PropertyId.CORRELATION_DATA, b"\x00\x01"),
        (PropertyId.USER_PROPERTY, ("j", "2")),
        (PropertyId.CONTENT_TYPE, "text/plain"),
        (PropertyId.USER_PROPERTY, ("k", "1")),
    )
    house.connect().send(Publish("a", b"x", properties=there.plus(PropertyId.TOPIC_ALIAS, 1)))
    assert watcher.take() == [Publish("a", b"x", properties=there)]


def test_versions_talk_to_each_other() -> None:
    house = House()
    old = house.connect("old", version=4)
    old.subscribe("a")
    new = house.connect("new")
    new.subscribe("a", 1)
    new.send(Publish("a", b"x", properties=properties((PropertyId.CONTENT_TYPE, "t"))))
    assert old.take() == [Publish("a", b"x")]
    assert old.send(Publish("a", b"y", 1, packet_id=1)) == [Publish("a", b"y"), Puback(1)]
    assert new.take() == [Publish("a", b"y", 1, packet_id=1)]


# Shared subscriptions (MQTT 5 section 4.8.2)


def test_v5_4_8_2_one_of_a_group_gets_a_message() -> None:
    house = House()
    members = [house.connect(name) for name in ("m1", "m2")]
    for member in members:
        member.subscribe("$share/g/a/+")
    alone = house.connect("alone")
    alone.subscribe("a/#")
    house.connect().send(*(Publish("a/b", b"%d" % number) for number in range(6)))
    assert [len(member.take()) for member in members] == [3, 3]
    assert len(alone.take()) == 6


def test_v5_4_8_2_each_group_gets_it_and_a_subscription_beside_it_too() -> None:
    house = House()
    client = house.connect("m")
    for topic_filter in ("$share/g/a", "$share/h/a", "a"):
        client.subscribe(topic_filter)
    house.connect().send(Publish("a"))
    assert client.take() == [Publish("a")] * 3


def test_v5_4_8_2_who_is_there_goes_first_and_who_is_away_keeps_it() -> None:
    house = House()
    keep = properties((PropertyId.SESSION_EXPIRY_INTERVAL, 60))
    members = [house.connect(name, properties=keep) for name in ("m1", "m2")]
    for member in members:
        member.subscribe("$share/g/a", 1)
    members[0].drop()
    talker = house.connect()
    talker.send(*(Publish("a", b"x", 1, packet_id=1) for _ in range(4)))
    assert len(members[1].take()) == 4
    members[1].drop()
    talker.send(*(Publish("a", b"x", 1, packet_id=1) for _ in range(2)))
    assert sum(session.waiting for session in house.broker.sessions) == 2


def test_v5_4_8_2_3_with_the_qos_of_that_member() -> None:
    house = House()
    members = [house.connect(name) for name in ("m1", "m2")]
    for qos, member in enumerate(members):
        member.subscribe("$share/g/a", qos)
    house.connect().send(*(Publish("a", qos=2, packet_id=number) for number in (1, 2)))
    received = [packet.qos for member in members for packet in member.take() if isinstance(packet, Publish)]
    assert received == [0, 1]


def test_v5_4_8_2_a_group_gets_no_retained_messages() -> None:
    client = House().connect()
    client.send(Publish("a", b"x", retain=True))
    assert client.subscribe("$share/g/a") == []
    client.send(Unsubscribe(1, ("$share/g/a",)))
    assert client.send(Publish("a")) == []


def test_v3_share_means_nothing() -> None:
    house = House(4)
    client = house.connect()
    client.subscribe("$share/g/a")
    assert client.send(Publish("a")) == []
    client.send(Unsubscribe(1, ("$share/g/a",)))
    assert house.broker.router.sessions["c"].subscriptions == {}


def test_retained_messages_are_bounded() -> None:
    client = House(5, Limits(retained=1)).connect()
    assert client.send(Publish("a", b"x", 1, True, packet_id=1)) == [Puback(1, 0x10)]
    assert client.send(Publish("b", b"x", 1, True, packet_id=1)) == [Puback(1, 0x97)]
    assert client.send(Publish("a", b"y", 1, True, packet_id=1)) == [Puback(1, 0x10)]
    assert client.subscribe("#") == [Publish("a", b"y", retain=True)]
