"""One connection of the broker."""

from __future__ import annotations

import math

from wslab.serving.mqtt.limits import Limits
from wslab.serving.mqtt.link import MOST, Link
from wslab.wire.mqtt.packets import Connect, Pingresp, Publish
from wslab.wire.mqtt.properties import PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader

P = PropertyId


def link_for(packet: Connect, limits: Limits | None = None) -> tuple[Link, list[bytes]]:
    sent: list[bytes] = []
    link = Link(1, limits or Limits(), lambda _conn, data: sent.append(data))
    link.agree(packet)
    link.client = packet.client_id
    return link, sent


def test_what_a_client_leaves_out_has_its_default() -> None:
    link, _ = link_for(Connect("c", keep_alive=20), Limits(inflight=70_000))
    assert (link.receive_maximum, link.session_expiry) == (MOST, 0)
    assert link.patience(100) == 130
    link, _ = link_for(Connect("c", 4))
    assert link.patience(100) == math.inf


def test_what_is_asked_for_is_bounded() -> None:
    there = properties(
        (P.RECEIVE_MAXIMUM, 9),
        (P.SESSION_EXPIRY_INTERVAL, 2**32 - 1),
    )
    link, _ = link_for(Connect("c", properties=there), Limits(inflight=5, session_expiry=50))
    assert (link.receive_maximum, link.session_expiry) == (5, 50)
    assert link_for(Connect("c", 4, False), Limits(session_expiry=50))[0].session_expiry == 50
    assert link_for(Connect("c", 4, True))[0].session_expiry == 0


def test_what_is_too_large_is_not_sent() -> None:
    link, sent = link_for(Connect("c", properties=properties((P.MAXIMUM_PACKET_SIZE, 10))))
    assert link.send(Publish("a", b"123456")) is False
    assert link.send(Publish("a", b"1234")) is True
    assert [len(data) for data in sent] == [10]


def test_an_alias_that_was_not_sent_stands_for_nothing() -> None:
    there = properties((P.MAXIMUM_PACKET_SIZE, 12), (P.TOPIC_ALIAS_MAXIMUM, 5))
    link, sent = link_for(Connect("c", properties=there))
    assert not link.send_message(Publish("a", b"123456"))
    assert link.send_message(Publish("a", b"1"))
    assert link.send_message(Publish("a", b"2"))
    reads = PacketReader(version=5).feed(b"".join(sent))
    assert [packet.topic for read in reads if isinstance(packet := read.packet, Publish)] == ["a", ""]


def test_nothing_is_sent_after_the_end() -> None:
    link, sent = link_for(Connect("c"))
    link.ended = True
    assert not link.send(Pingresp())
    link.disconnect(0x8B)
    assert sent == []


def test_only_mqtt_5_is_told_why_and_only_once_it_is_connected() -> None:
    link, sent = link_for(Connect("c", 4))
    link.disconnect(0x8B)
    link, sent = link_for(Connect("c"))
    link.client = None
    link.disconnect(0x8B)
    assert sent == []
    link.client = "c"
    link.disconnect(0x8B)
    assert [data.hex() for data in sent] == ["e0018b"]
