"""Verdicts on CONNECT."""

from __future__ import annotations

import pytest

from wslab.serving.mqtt import connecting
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt.link import Link
from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import Connack, Connect, PacketType, Pingreq, Will
from wslab.wire.mqtt.properties import NO_PROPERTIES, PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.reason_codes import CODES_3
from wslab.wire.mqtt.writer import encode_packet


@pytest.mark.parametrize(
    ("packet", "room", "code"),
    [
        (Connect("c"), True, 0),
        (Connect("c"), False, 0x97),
        (Connect("c", 3, protocol_name="MQIsdp"), True, 0x84),
        (Connect("c", properties=properties((PropertyId.AUTHENTICATION_METHOD, "M"))), True, 0x8C),
        (Connect("c", username="ann"), True, 0x86),
    ],
)
def test_verdicts(packet: Connect, room: bool, code: int) -> None:
    policy = Policy({"ann": b"x"}) if packet.username else Policy()
    assert connecting.verdict(packet, policy, room) == code


def test_codes_of_3_1_1_are_those_it_has() -> None:
    assert set(connecting.RETURN_CODES.values()) < set(CODES_3[PacketType.CONNACK])
    assert connecting.refusal(0x81, 4) is None
    assert connecting.refusal(0x81, 5) == Connack(False, 0x81)
    assert connecting.refusal(0x86, 4) == Connack(False, 4)


@pytest.mark.parametrize(
    ("begun", "hopeless"),
    [(b"", False), (b"\x10", False), (b"\x16\x03", False), (b"GET", True), (b"\x00", True)],
)
def test_what_can_be_no_connect(begun: bytes, hopeless: bool) -> None:
    assert connecting.hopeless(begun) == hopeless


def test_only_a_connect_is_answered() -> None:
    (read,) = PacketReader(direction=Direction.C2S).feed(encode_packet(Pingreq(), 4))
    assert connecting.refusal_of_faults(read) is None


def test_3_1_1_has_no_properties() -> None:
    link = Link(1, Limits(), lambda _conn, _data: None)
    packet = Connect("", 4)
    link.agree(packet)
    assert connecting.agreed(packet, link, Limits(), "given") == NO_PROPERTIES


def test_what_the_log_is_told_has_no_secrets() -> None:
    packet = Connect("c", 4, username="ann", password=b"secret", will=Will("gone", b"private"))
    assert connecting.told(packet, "c", True) == {
        "client": "c",
        "version": "3.1.1",
        "clean": True,
        "present": True,
        "keep_alive": 0,
        "will": "gone",
    }
