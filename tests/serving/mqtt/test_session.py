"""Messages on their way to a client; each test is named by the statement it tests (see test_broker.py)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mqtt_broker import Client, House
from wslab.serving.mqtt.limits import Limits
from wslab.serving.mqtt.session import Session
from wslab.wire.mqtt.packets import Packet, Puback, Pubcomp, Publish, Pubrec, Pubrel
from wslab.wire.mqtt.properties import PropertyId, properties

BOTH = pytest.mark.parametrize("version", [4, 5])


def stay(version: int, **more: int) -> dict[str, Any]:
    """Options of a client whose session is kept."""
    if version == 4:
        return {"clean_start": False}
    there = [(PropertyId.SESSION_EXPIRY_INTERVAL, 500)]
    there += [(PropertyId[name.upper()], value) for name, value in more.items()]
    return {"clean_start": False, "properties": properties(*there)}


def seen(packets: list[Packet]) -> list[tuple[bytes, int, int, bool]]:
    """Payload, QoS, Packet Identifier and DUP of messages."""
    found = []
    for packet in packets:
        assert isinstance(packet, Publish)
        found.append((packet.payload, packet.qos, packet.packet_id, packet.dup))
    return found


def pair(version: int, limits: Limits | None = None, **more: int) -> tuple[House, Client, Client]:
    """A house, a client that listens to `a` with QoS 2, and one that talks."""
    house = House(version, limits)
    watcher = house.connect("watcher", **stay(version, **more))
    watcher.subscribe("a", 2)
    return house, watcher, house.connect("talker")


def say(client: Client, payload: bytes, qos: int, **there: int) -> None:
    props = properties(*((PropertyId[name.upper()], value) for name, value in there.items()))
    client.send(Publish("a", payload, qos, packet_id=1 if qos else 0, properties=props))
    if qos == 2:
        client.send(Pubrel(1))


@BOTH
def test_4_3_2_1_and_2_each_message_has_a_free_identifier_and_no_dup(version: int) -> None:
    _, watcher, talker = pair(version)
    for number in range(3):
        say(talker, b"%d" % number, 1)
    assert seen(watcher.take()) == [(b"0", 1, 1, False), (b"1", 1, 2, False), (b"2", 1, 3, False)]


@BOTH
def test_2_2_1_4_an_identifier_in_use_is_passed_over(version: int) -> None:
    house, watcher, talker = pair(version)
    say(talker, b"", 1)
    session = house.broker.router.sessions["watcher"]
    session._last_id = 65_535
    say(talker, b"", 1)
    assert [number for _, _, number, _ in seen(watcher.take())] == [1, 2]


@BOTH
def test_3_3_1_3_dup_of_the_publisher_is_not_passed_on(version: int) -> None:
    _, watcher, talker = pair(version)
    talker.send(Publish("a", b"", 1, dup=True, packet_id=1))
    assert seen(watcher.take()) == [(b"", 1, 1, False)]


@BOTH
def test_4_4_0_1_what_is_not_acknowledged_is_sent_again_in_order(version: int) -> None:
    house, watcher, talker = pair(version)
    for number, qos in enumerate((1, 2, 1, 2)):
        say(talker, b"%d" % number, qos)
    watcher.send(Puback(3), Pubrec(2))
    watcher.drop()
    say(talker, b"4", 1)
    again = house.connect("watcher", present=True, **stay(version)).take()
    assert again == [
        Publish("a", b"0", 1, dup=True, packet_id=1),
        Pubrel(2),
        Publish("a", b"3", 2, dup=True, packet_id=4),
        Publish("a", b"4", 1, packet_id=5),
    ]


@BOTH
def test_4_4_0_1_nothing_is_sent_again_on_the_same_connection(version: int) -> None:
    house, watcher, talker = pair(version)
    say(talker, b"", 1)
    watcher.take()
    house.wait(500)
    assert watcher.take() == []


@BOTH
def test_4_3_3_4_to_6_the_way_of_qos_2(version: int) -> None:
    house, watcher, talker = pair(version)
    say(talker, b"x", 2)
    assert seen(watcher.take()) == [(b"x", 2, 1, False)]
    assert watcher.send(Pubrec(1)) == [Pubrel(1)]
    assert watcher.send(Pubrec(1)) == [Pubrel(1)]
    watcher.drop()
    watcher = house.connect("watcher", present=True, **stay(version))
    assert watcher.take() == [Pubrel(1)]
    assert watcher.send(Pubcomp(1)) == []
    assert house.broker.router.sessions["watcher"].flights == {}


@pytest.mark.parametrize("refusal", [Pubrec(1, 0x80), Pubrec(1, 0x97)])
def test_v5_4_4_0_2_what_is_refused_is_not_sent_again(refusal: Pubrec) -> None:
    house, watcher, talker = pair(5)
    say(talker, b"x", 2)
    watcher.take()
    assert watcher.send(refusal) == []
    watcher.drop()
    assert house.connect("watcher", present=True, **stay(5)).take() == []


def test_v5_4_9_0_2_no_more_than_receive_maximum_is_under_way() -> None:
    _, watcher, talker = pair(5, receive_maximum=2)
    for number in range(4):
        say(talker, b"%d" % number, 2)
    assert [payload for payload, *_ in seen(watcher.take())] == [b"0", b"1"]
    # PUBREC gives no room, PUBCOMP does.
    assert watcher.send(Pubrec(1)) == [Pubrel(1)]
    assert seen(watcher.send(Pubcomp(1))) == [(b"2", 2, 3, False)]
    # A refusal gives room at once.
    assert seen(watcher.send(Pubrec(2, 0x80))) == [(b"3", 2, 4, False)]


def test_v5_4_9_0_2_also_where_it_is_sent_again() -> None:
    house, watcher, talker = pair(5)
    for number in range(3):
        say(talker, b"%d" % number, 1)
    watcher.drop()
    watcher = house.connect("watcher", present=True, **stay(5, receive_maximum=1))
    assert seen(watcher.take()) == [(b"0", 1, 1, True)]
    assert seen(watcher.send(Puback(1))) == [(b"1", 1, 2, True)]
    assert seen(watcher.send(Puback(2))) == [(b"2", 1, 3, True)]
    assert watcher.send(Puback(3)) == []


def test_v5_3_3_4_10_a_pubrel_does_not_wait_for_room() -> None:
    house, watcher, talker = pair(5)
    for number in range(3):
        say(talker, b"%d" % number, 2)
    watcher.send(Pubrec(3))
    watcher.drop()
    watcher = house.connect("watcher", present=True, **stay(5, receive_maximum=1))
    assert watcher.take() == [Publish("a", b"0", 2, dup=True, packet_id=1), Pubrel(3)]
    assert watcher.send(Pubcomp(3)) == []
    watcher.send(Pubrec(1))
    assert seen(watcher.send(Pubcomp(1))) == [(b"1", 2, 2, True)]


@BOTH
def test_what_is_under_way_is_bounded(version: int) -> None:
    _, watcher, talker = pair(version, Limits(inflight=1))
    say(talker, b"0", 1)
    say(talker, b"1", 1)
    assert seen(watcher.take()) == [(b"0", 1, 1, False)]
    assert seen(watcher.send(Puback(1))) == [(b"1", 1, 2, False)]


@BOTH
def test_4_6_0_5_messages_keep_their_order(version: int) -> None:
    _, watcher, talker = pair(version, Limits(inflight=2))
    for number in range(6):
        say(talker, b"%d" % number, number % 3)
    order = [payload for payload, *_ in seen(watcher.take())]
    for packet_id, done in ((1, Puback(1)), (2, Pubrec(2)), (2, Pubcomp(2)), (3, Puback(3)), (4, Pubrec(4))):
        order += [packet.payload for packet in watcher.send(done) if isinstance(packet, Publish)]
        assert packet_id
    assert order == [b"0", b"1", b"2", b"3", b"4", b"5"]


@BOTH
def test_4_5_0_1_who_is_away_gets_qos_1_and_2_later_and_qos_0_not(version: int) -> None:
    house, watcher, talker = pair(version)
    watcher.drop()
    for qos in (0, 1, 2):
        say(talker, b"%d" % qos, qos)
    back = house.connect("watcher", present=True, **stay(version))
    assert seen(back.take()) == [(b"1", 1, 1, False), (b"2", 2, 2, False)]


@BOTH
@pytest.mark.parametrize("limits", [Limits(queue=2), Limits(queue_bytes=2)])
def test_what_waits_is_bounded(version: int, limits: Limits) -> None:
    house, watcher, talker = pair(version, limits)
    watcher.drop()
    for number in range(4):
        say(talker, b"%d" % number, 1)
    session = house.broker.router.sessions["watcher"]
    assert (session.waiting, session.dropped) == (2, 2)
    back = house.connect("watcher", present=True, **stay(version))
    assert [payload for payload, *_ in seen(back.take())] == [b"0", b"1"]
    assert session.waiting == 0
    say(talker, b"5", 1)
    assert [payload for payload, *_ in seen(back.take())] == [b"5"]


@BOTH
def test_nothing_is_sent_while_the_socket_takes_nothing(version: int) -> None:
    house, watcher, talker = pair(version, Limits(queue=3))
    house.broker.pause(watcher.conn)
    for number in range(5):
        say(talker, b"%d" % number, number % 2)
    assert watcher.take() == []
    house.broker.resume(watcher.conn, house.now)
    house.settle()
    assert [payload for payload, *_ in seen(watcher.take())] == [b"0", b"1", b"2"]


def test_v5_3_3_2_5_a_message_that_has_expired_is_not_sent() -> None:
    house, watcher, talker = pair(5)
    watcher.drop()
    say(talker, b"short", 1, message_expiry_interval=5)
    say(talker, b"long", 1, message_expiry_interval=50)
    house.wait(5)
    back = house.connect("watcher", present=True, **stay(5))
    (message,) = back.take()
    assert isinstance(message, Publish)
    assert message.payload == b"long"
    # MQTT-3.3.2-6: what is left of it.
    assert message.properties.number(PropertyId.MESSAGE_EXPIRY_INTERVAL, 0) == 45


def test_v5_4_3_3_7_what_has_been_sent_does_not_expire() -> None:
    house, watcher, talker = pair(5)
    say(talker, b"x", 2, message_expiry_interval=5)
    watcher.drop()
    house.wait(10)
    assert seen(house.connect("watcher", present=True, **stay(5)).take()) == [(b"x", 2, 1, True)]


def test_v5_3_1_2_24_and_25_what_is_too_large_for_the_client_is_as_if_sent() -> None:
    house, watcher, talker = pair(5, maximum_packet_size=50)
    say(talker, b"x" * 100, 1)
    say(talker, b"y", 1)
    assert [payload for payload, *_ in seen(watcher.take())] == [b"y"]
    session = house.broker.router.sessions["watcher"]
    assert (session.dropped, len(session.flights)) == (1, 1)


def test_a_session_without_a_connection_keeps() -> None:
    session = Session("c", Limits())
    session.pump(0)
    assert (session.waiting, session.dropped, session.flights) == (0, 0, {})


class Listener:
    """A client that keeps to the standard and loses what is on its way whenever its connection breaks."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.heard: list[bytes] = []
        self.held: set[int] = set()
        self.client = house.connect("watcher", **stay(house.version))
        self.client.subscribe("a", 2)

    def step(self) -> bool:
        """Handle one packet; return whether there was one."""
        if not self.client.inbox:
            return False
        packet, *later = self.client.take()
        self.client.inbox = later
        answer: Packet
        if isinstance(packet, Publish):
            if packet.packet_id not in self.held:
                self.heard.append(packet.payload)
            if packet.qos == 2:
                self.held.add(packet.packet_id)
            answer = Pubrec(packet.packet_id) if packet.qos == 2 else Puback(packet.packet_id)
        else:
            assert isinstance(packet, Pubrel)
            self.held.discard(packet.packet_id)
            answer = Pubcomp(packet.packet_id)
        self.client.inbox = later + self.client.send(answer)
        return True

    def come_back(self) -> None:
        self.client.drop()
        self.client = self.house.connect("watcher", present=True, **stay(self.house.version))


@settings(deadline=None)
@given(
    st.sampled_from([4, 5]),
    st.sampled_from([1, 2]),
    st.lists(st.sampled_from(["say", "step", "step", "step", "break"]), max_size=60),
)
def test_4_3_2_and_4_3_3_nothing_is_lost_and_with_qos_2_nothing_comes_twice(
    version: int, qos: int, play: list[str]
) -> None:
    house = House(version, Limits(inflight=3))
    listener = Listener(house)
    talker = house.connect("talker")
    said: list[bytes] = []
    for what in play:
        if what == "say":
            said.append(b"%d" % len(said))
            say(talker, said[-1], qos)
        elif what == "step":
            listener.step()
        else:
            listener.come_back()
    while listener.step():
        pass
    if qos == 2:
        assert listener.heard == said
    else:
        assert list(dict.fromkeys(listener.heard)) == said
    session = house.broker.router.sessions["watcher"]
    assert (session.flights, session.waiting, session.dropped) == ({}, 0, 0)
