"""Connections, wills and sessions of the broker; each test is named by the statement it tests.

`v5_3_1_2_22` is MQTT-3.1.2-22 of MQTT 5, `v3_…` the same of 3.1.1; without either, a statement of both.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mqtt_broker import House
from tests.support.mqtt_packets import packets
from wslab.serving.mqtt.broker import Broker
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Pingresp,
    Publish,
    Subscribe,
    Subscription,
    Will,
)
from wslab.wire.mqtt.properties import PropertyId, properties
from wslab.wire.mqtt.writer import encode_packet

BOTH = pytest.mark.parametrize("version", [4, 5])
EXPIRY = PropertyId.SESSION_EXPIRY_INTERVAL
KEEP = properties((EXPIRY, 100))
WILL = Will("will", b"gone")


def kept(version: int) -> dict[str, object]:
    """Options of a session that outlives its connection."""
    return {"clean_start": False} | ({"properties": KEEP} if version == 5 else {})


# CONNECT


@BOTH
def test_3_1_0_1_the_first_packet_is_connect(version: int) -> None:
    client = House(version).open()
    assert client.send(Pingreq()) == []
    assert client.ended is not None
    assert "MQTT-3.1.0-1" in client.ended


@pytest.mark.parametrize("begun", [b"G", b"\x30", b"\x00", b"\x20\xff", b"\xff" * 5])
def test_3_1_0_1_what_never_becomes_a_connect_is_not_waited_for(begun: bytes) -> None:
    client = House().open()
    assert client.send(begun) == []
    assert client.ended is not None
    assert "MQTT-3.1.0-1" in client.ended


def test_3_1_0_1_a_connect_may_come_byte_by_byte() -> None:
    client = House().open()
    for byte in encode_packet(Connect("c", 5), 5):
        assert client.ended is None
        client.send(bytes([byte]))
    assert client.house.broker.router.sessions.keys() == {"c"}


@BOTH
def test_3_1_0_2_a_second_connect_ends_it(version: int) -> None:
    client = House(version).connect()
    answer = client.send(Connect("c", version))
    assert answer == ([Disconnect(0x82)] if version == 5 else [])
    assert client.ended is not None
    assert "MQTT-3.1.0-2" in client.ended


@pytest.mark.parametrize(
    ("packet", "answer"),
    [
        (Connect("c", 4, protocol_name="HTTP"), [Connack(False, 1)]),
        (Connect("c", 5, protocol_name="HTTP"), [Connack(False, 0x84)]),
    ],
)
def test_3_1_2_1_another_protocol_is_refused(packet: Connect, answer: list[Packet]) -> None:
    client = House(packet.version).open()
    assert client.send(packet) == answer
    assert client.ended is not None


@pytest.mark.parametrize(
    ("level", "name", "answer"),
    [(3, "MQIsdp", Connack(False, 1)), (2, "MQTT", Connack(False, 1)), (6, "MQTT", Connack(False, 0x84))],
)
def test_3_1_2_2_another_level_is_refused(level: int, name: str, answer: Packet) -> None:
    client = House(5 if level > 5 else 4).open()
    assert client.send(Connect("c", level, protocol_name=name)) == [answer]
    assert client.ended is not None


@BOTH
def test_3_1_2_3_a_reserved_connect_flag_ends_it(version: int) -> None:
    client = House(version).open()
    raw = bytearray(encode_packet(Connect("c", version), version))
    raw[9] |= 1
    assert client.send(bytes(raw)) == ([Connack(False, 0x81)] if version == 5 else [])
    assert client.ended is not None


@BOTH
def test_3_1_2_4_and_5_a_session_goes_on_or_is_discarded(version: int) -> None:
    house = House(version)
    first = house.connect(**kept(version))
    first.subscribe("a", 1)
    first.drop()
    second = house.connect(present=True, **kept(version))
    assert house.broker.router.sessions["c"].subscriptions.keys() == {"a"}
    second.drop()
    house.connect(clean_start=True)
    assert house.broker.router.sessions["c"].subscriptions == {}


@BOTH
def test_3_1_2_6_without_a_session_there_is_a_new_one(version: int) -> None:
    House(version).connect(**kept(version), present=False)


@BOTH
def test_3_1_2_8_a_will_is_published_when_the_connection_breaks(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("will", 2)
    house.connect("c", will=Will("will", b"gone", 1)).drop()
    (message,) = watcher.take()
    assert isinstance(message, Publish)
    assert (message.topic, message.payload, message.qos, message.retain) == ("will", b"gone", 1, False)


@BOTH
def test_3_1_2_8_a_will_is_published_when_the_client_breaks_the_protocol(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    client = house.connect("c", will=WILL)
    client.send(bytes.fromhex("c1 00"))
    assert client.ended is not None
    assert watcher.take() == [Publish("will", b"gone")]


@BOTH
def test_3_1_2_10_and_3_14_4_3_a_disconnect_discards_the_will(version: int) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    client = house.connect("c", will=WILL)
    client.send(Disconnect())
    assert client.ended == "client has disconnected"
    assert watcher.take() == []


def test_v5_3_14_2_1_a_disconnect_with_will_publishes_it() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    house.connect("c", will=WILL).send(Disconnect(0x04))
    assert watcher.take() == [Publish("will", b"gone")]


@BOTH
@pytest.mark.parametrize("retain", [False, True])
def test_3_1_2_14_and_15_a_will_is_retained_where_it_says_so(version: int, retain: bool) -> None:
    house = House(version)
    house.connect("c", will=Will("will", b"gone", 0, retain)).drop()
    late = house.connect("late")
    expected = [Publish("will", b"gone", 0, True)] if retain else []
    assert late.subscribe("will") == expected


def test_v5_3_1_3_9_a_will_waits_and_who_comes_back_has_not_died() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    will = Will("will", b"gone", properties=properties((PropertyId.WILL_DELAY_INTERVAL, 10)))
    house.connect("c", will=will, properties=KEEP).drop()
    house.wait(9)
    back = house.connect("c", clean_start=False, present=True, will=will, properties=KEEP)
    house.wait(20)
    assert watcher.take() == []
    back.drop()
    house.wait(9.9)
    assert watcher.take() == []
    house.wait(0.2)
    assert watcher.take() == [Publish("will", b"gone")]


def test_v5_3_1_2_8_a_will_does_not_wait_longer_than_its_session() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    will = Will("will", b"gone", properties=properties((PropertyId.WILL_DELAY_INTERVAL, 50)))
    house.connect("c", will=will, properties=properties((EXPIRY, 5))).drop()
    house.wait(4.9)
    assert watcher.take() == []
    house.wait(0.2)
    assert watcher.take() == [Publish("will", b"gone")]
    assert "c" not in house.broker.router.sessions


def test_v5_3_1_2_8_a_clean_start_ends_a_session_whose_will_still_waits() -> None:
    house = House()
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    will = Will("will", b"gone", properties=properties((PropertyId.WILL_DELAY_INTERVAL, 50)))
    house.connect("c", will=will, properties=KEEP).drop()
    house.connect("c", clean_start=True)
    assert watcher.take() == [Publish("will", b"gone")]


@pytest.mark.parametrize(("version", "statement"), [(4, "v3 3.1.2-24"), (5, "v5 3.1.2-22")])
def test_keep_alive(version: int, statement: str) -> None:
    house = House(version)
    client = house.connect(keep_alive=10)
    for _ in range(3):
        house.wait(14.9)
        assert client.ended is None, statement
        assert client.send(Pingreq()) == [Pingresp()]
    house.wait(15.1)
    assert client.ended == "keep alive is over"
    assert client.take() == ([Disconnect(0x8D)] if version == 5 else [])


def test_v3_3_1_2_10_keep_alive_0_turns_it_off() -> None:
    house = House(4)
    client = house.connect(keep_alive=0)
    assert house.broker.next_deadline() == math.inf
    house.wait(1e6)
    assert client.ended is None


@pytest.mark.parametrize("keep_alive", [0, 601])
def test_v5_3_2_2_21_the_server_names_a_keep_alive_and_keeps_to_it(keep_alive: int) -> None:
    house = House()
    client = house.open()
    (answer,) = client.send(Connect("c", keep_alive=keep_alive))
    assert isinstance(answer, Connack)
    assert answer.properties.number(PropertyId.SERVER_KEEP_ALIVE, 0) == 600
    house.wait(899)
    assert client.ended is None
    house.wait(2)
    assert client.ended is not None


def test_v5_3_2_2_22_otherwise_the_client_s_keep_alive_counts() -> None:
    client = House().open()
    (answer,) = client.send(Connect("c", keep_alive=10))
    assert isinstance(answer, Connack)
    assert answer.properties.number(PropertyId.SERVER_KEEP_ALIVE, -1) == -1


def test_v5_3_1_3_6_and_7_and_3_2_2_16_a_client_without_a_name_is_given_one() -> None:
    house = House()
    names = []
    for _ in range(2):
        (answer,) = house.open().send(Connect(""))
        assert isinstance(answer, Connack)
        names.append(answer.properties.text(PropertyId.ASSIGNED_CLIENT_IDENTIFIER))
    assert names == ["assigned-1", "assigned-2"]
    assert set(house.broker.router.sessions) == set(names)


def test_v3_3_1_3_6_a_client_without_a_name_is_let_in() -> None:
    House(4).connect("")


def test_v3_3_1_3_8_without_a_name_nothing_can_be_kept() -> None:
    client = House(4).open()
    assert client.send(Connect("", 4, clean_start=False)) == [Connack(False, 2)]
    assert client.ended is not None


@pytest.mark.parametrize("name", ["0aZ", "x" * 23, "a" * 200, "grüß/#"])
@BOTH
def test_3_1_3_5_names_of_many_kinds_are_allowed(version: int, name: str) -> None:
    House(version).connect(name)


@BOTH
def test_3_1_4_1_a_malformed_connect_ends_it(version: int) -> None:
    client = House(version).open()
    raw = encode_packet(Connect("c", version), version)
    client.send(bytes((raw[0], raw[1] - 1)) + raw[2:-1])
    assert client.ended is not None


@BOTH
@pytest.mark.parametrize(("user", "word"), [(None, None), ("ann", b"wrong"), ("bob", b"right")])
def test_3_1_4_2_who_may_not_is_refused(version: int, user: str | None, word: bytes | None) -> None:
    client = House(version, policy=Policy({"ann": b"right"})).open()
    answer = client.send(Connect("c", version, username=user, password=word))
    assert answer == [Connack(False, 0x86 if version == 5 else 4)]
    assert client.ended is not None


@BOTH
def test_3_1_4_2_who_may_is_let_in(version: int) -> None:
    House(version, policy=Policy({"ann": b"right"})).connect(username="ann", password=b"right")


@pytest.mark.parametrize(("version", "statement"), [(4, "v3 3.1.4-2"), (5, "v5 3.1.4-3")])
def test_a_new_connection_takes_over(version: int, statement: str) -> None:
    house = House(version)
    watcher = house.connect("watcher")
    watcher.subscribe("will")
    old = house.connect(will=WILL, **kept(version))
    new = house.connect(present=True, **kept(version))
    assert old.ended is not None, statement
    assert old.take() == ([Disconnect(0x8E)] if version == 5 else [])
    assert watcher.take() == [Publish("will", b"gone")]
    assert new.send(Pingreq()) == [Pingresp()]


def test_v5_3_1_4_5_a_session_that_ends_with_its_connection_is_not_taken_over() -> None:
    house = House()
    house.connect(clean_start=True)
    house.connect(clean_start=False, present=False)


@BOTH
def test_3_1_4_6_what_follows_a_refused_connect_is_not_looked_at(version: int) -> None:
    house = House(version, policy=Policy({"ann": b"right"}))
    client = house.open()
    sent = client.send(Connect("c", version), Subscribe(1, (Subscription("a"),)), Pingreq())
    assert [type(packet) for packet in sent] == [Connack]
    assert house.broker.router.sessions == {}


@BOTH
def test_3_1_4_what_follows_at_once_is_looked_at(version: int) -> None:
    client = House(version).open()
    assert [type(p) for p in client.send(Connect("c", version), Pingreq())] == [Connack, Pingresp]


# CONNACK


@BOTH
def test_3_2_2_1_to_3_session_present(version: int) -> None:
    house = House(version)
    house.connect(present=False, **kept(version)).drop()
    house.connect(present=True, **kept(version)).drop()
    house.connect(present=False, clean_start=True)


def test_v5_4_12_0_1_no_authentication_method_is_known() -> None:
    client = House().open()
    method = properties((PropertyId.AUTHENTICATION_METHOD, "SCRAM"))
    assert client.send(Connect("c", properties=method)) == [Connack(False, 0x8C)]
    assert client.ended is not None


def test_v5_4_12_0_7_auth_without_a_method_ends_it() -> None:
    client = House().connect()
    assert client.send(Auth(0x19)) == [Disconnect(0x82)]
    assert client.ended is not None


def test_v5_what_is_granted_is_said() -> None:
    limits = Limits(packet=2000, receive_maximum=7, topic_aliases=3, session_expiry=60)
    (answer,) = House(5, limits).open().send(Connect("c", keep_alive=5, properties=KEEP))
    assert answer == Connack(
        False, 0,
        properties(
            (PropertyId.RECEIVE_MAXIMUM, 7),
            (PropertyId.MAXIMUM_PACKET_SIZE, 2000),
            (PropertyId.TOPIC_ALIAS_MAXIMUM, 3),
            (EXPIRY, 60),
        ),
    )  # fmt: skip


# DISCONNECT and the end of sessions


def test_v5_4_1_0_2_a_session_ends_when_its_time_is_over() -> None:
    house = House()
    house.connect(properties=properties((EXPIRY, 10))).drop()
    house.wait(9.9)
    assert "c" in house.broker.router.sessions
    house.wait(0.2)
    assert "c" not in house.broker.router.sessions
    house.connect(clean_start=False, present=False)


def test_v5_4_1_0_1_a_session_does_not_end_while_it_is_connected() -> None:
    house = House()
    house.connect(properties=properties((EXPIRY, 10))).drop()
    client = house.connect(
        clean_start=False, present=True, keep_alive=100, properties=properties((EXPIRY, 10))
    )
    house.wait(140)
    assert client.ended is None
    assert "c" in house.broker.router.sessions


def test_v5_3_1_2_11_2_without_an_expiry_a_session_ends_with_its_connection() -> None:
    house = House()
    house.connect(clean_start=False).drop()
    assert house.broker.router.sessions == {}


def test_v5_3_14_2_2_2_disconnect_changes_the_expiry() -> None:
    house = House()
    house.connect(properties=KEEP).send(Disconnect(0, properties((EXPIRY, 0))))
    assert house.broker.router.sessions == {}
    house.connect(properties=KEEP).send(Disconnect(0, properties((EXPIRY, 5))))
    house.wait(5.1)
    assert house.broker.router.sessions == {}


def test_v5_3_14_2_2_2_a_session_that_was_to_end_stays_so() -> None:
    client = House().connect()
    assert client.send(Disconnect(0, properties((EXPIRY, 5)))) == [Disconnect(0x82)]
    assert client.ended is not None


@BOTH
def test_4_13_a_malformed_packet_ends_the_connection_with_its_reason(version: int) -> None:
    client = House(version).connect()
    answer = client.send(bytes.fromhex("c1 00"), Pingreq())
    assert answer == ([Disconnect(0x81)] if version == 5 else [])
    assert client.ended is not None


def test_v5_3_2_2_15_a_packet_too_large_ends_it() -> None:
    client = House(5, Limits(packet=100)).connect()
    assert client.send(Publish("a", bytes(200))) == [Disconnect(0x95)]
    assert client.ended is not None


def test_a_connection_without_connect_does_not_stay() -> None:
    house = House()
    client = house.open()
    house.wait(9.9)
    assert client.ended is None
    house.wait(0.2)
    assert client.ended == "no CONNECT in time"


@BOTH
def test_there_are_no_more_sessions_than_allowed(version: int) -> None:
    house = House(version, Limits(sessions=2))
    house.connect("a", **kept(version)).drop()
    house.connect("b")
    client = house.open()
    assert client.send(Connect("c", version)) == [Connack(False, 0x97 if version == 5 else 3)]
    house.connect("a", present=True, **kept(version))


@BOTH
def test_shutting_down(version: int) -> None:
    house = House(version)
    clients = [house.connect("a"), house.connect("b")]
    house.broker.shut_down(house.now)
    house.settle()
    for client in clients:
        assert client.ended == "server is shutting down"
        assert client.take() == ([Disconnect(0x8B)] if version == 5 else [])


@BOTH
def test_bytes_may_be_cut_anywhere(version: int) -> None:
    house = House(version)
    client = house.open()
    for byte in encode_packet(Connect("c", version), version) + encode_packet(Pingreq(), version):
        client.inbox += client.send(bytes((byte,)))
    assert [type(packet) for packet in client.inbox] == [Connack, Pingresp]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([4, 5]).flatmap(
        lambda version: st.tuples(
            st.just(version),
            st.lists(
                st.tuples(st.integers(0, 1), st.one_of(packets(version), st.binary(max_size=30))), max_size=12
            ),
        )
    ),
    st.lists(st.floats(0, 50), max_size=3),
)
def test_whatever_clients_send_the_broker_keeps_to_the_standard(
    play: tuple[int, list[tuple[int, Packet | bytes]]], waits: list[float]
) -> None:
    version, steps = play
    house = House(version)
    # Every packet that the broker sends is read, and a fault in it fails the test.
    clients = [house.connect("a", **kept(version)), house.connect("b", will=WILL)]
    for who, what in steps:
        if clients[who].ended is None:
            clients[who].send(what)
        if waits:
            house.wait(waits.pop())
    for client in clients:
        if client.ended is None:
            client.drop()
    house.wait(10_000)
    assert list(house.broker.sessions) == []
    assert isinstance(house.broker, Broker)
