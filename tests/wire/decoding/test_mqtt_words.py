"""One line for every packet."""

from __future__ import annotations

import pytest
from hypothesis import given

from tests.support.mqtt_packets import any_packet
from wslab.wire.decoding.mqtt_words import identity, subject, summary
from wslab.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
    Pingreq,
    Puback,
    Publish,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
    Will,
)
from wslab.wire.mqtt.properties import PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader, Read
from wslab.wire.mqtt.writer import encode_packet


def read(packet: Packet, version: int) -> Read:
    (found,) = PacketReader(version=version).feed(encode_packet(packet, version))
    return found


MANY = tuple(Subscription(f"t/{number}", number % 3) for number in range(6))


@pytest.mark.parametrize(
    ("version", "packet", "line", "number", "about"),
    [
        (5, Connect("me", keep_alive=60, will=Will("w/t", b"x")), "CONNECT 5.0 client me keep alive 60 s will w/t", None, "w/t"),
        (4, Connect("", 4), "CONNECT 3.1.1 client without a name", None, None),
        (4, Connect("me", 4, clean_start=False), "CONNECT 3.1.1 client me session kept", None, None),
        (4, Connack(True), "CONNACK 0x00 Connection Accepted session present", None, None),
        (4, Publish("a", b"1"), "PUBLISH QoS 0 a 1 byte", None, "a"),
        (4, Publish("a/b", b"12", 2, True, True, 9), "PUBLISH QoS 2 id 9 a/b 2 bytes retain dup", "9", "a/b"),
        (5, Publish("", b"", properties=properties((PropertyId.TOPIC_ALIAS, 1))), "PUBLISH QoS 0 topic alias 0 bytes", None, None),
        (4, Puback(7), "PUBACK id 7", "7", None),
        (5, Puback(7, 0x10), "PUBACK id 7 0x10 No matching subscribers", "7", None),
        (4, Subscribe(3, MANY), "SUBSCRIBE id 3 t/0 QoS 0, t/1 QoS 1, t/2 QoS 2, t/3 QoS 0, 2 more", "3", "t/0"),
        (5, Suback(3, (1, 0x87)), "SUBACK id 3 0x01 Granted QoS 1, 0x87 Not authorized", "3", None),
        (4, Unsubscribe(4, ("a", "b/#")), "UNSUBSCRIBE id 4 a, b/#", "4", "a"),
        (4, Unsuback(4), "UNSUBACK id 4", "4", None),
        (4, Pingreq(), "PINGREQ", None, None),
        (4, Disconnect(), "DISCONNECT", None, None),
        (5, Disconnect(0x8E), "DISCONNECT 0x8E Session taken over", None, None),
        (5, Auth(0x18), "AUTH 0x18 Continue authentication", None, None),
    ],
)  # fmt: skip
def test_what_a_packet_is_about(
    version: int, packet: Packet, line: str, number: str | None, about: str | None
) -> None:
    assert summary(read(packet, version)) == line
    assert identity(packet) == number
    assert subject(packet) == about


def test_what_cannot_be_read_says_so() -> None:
    (found,) = PacketReader(version=4).feed(bytes.fromhex("00 00"))
    assert summary(found) == "reserved 2 bytes, not read"
    assert identity(None) is None
    assert subject(None) is None


@given(any_packet)
def test_every_packet_has_a_line_that_begins_with_its_name(made: tuple[int, Packet]) -> None:
    version, packet = made
    found = read(packet, version)
    assert summary(found).split(" ")[0] == found.name
