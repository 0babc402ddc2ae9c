"""Codes of answers."""

from __future__ import annotations

import pytest

from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import PacketType
from wslab.wire.mqtt.reason_codes import CODES, OF_ONE_SIDE, code_words, codes, wrong_side

T = PacketType


@pytest.mark.parametrize(
    ("packet", "values"),
    [
        (T.CONNACK, "00 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f"),
        (T.PUBACK, "00 10 80 83 87 90 91 97 99"),
        (T.PUBREC, "00 10 80 83 87 90 91 97 99"),
        (T.PUBREL, "00 92"),
        (T.PUBCOMP, "00 92"),
        (T.SUBACK, "00 01 02 80 83 87 8f 91 97 9e a1 a2"),
        (T.UNSUBACK, "00 11 80 83 87 8f 91"),
        (
            T.DISCONNECT,
            "00 04 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2",
        ),
        (T.AUTH, "00 18 19"),
    ],
)
def test_each_packet_has_the_codes_of_its_section_in_mqtt_5(packet: PacketType, values: str) -> None:
    # DISCONNECT has 0x8C in table 2-6 and not in table 3-10: what either allows is no fault.
    assert " ".join(f"{code:02x}" for code in sorted(codes(packet, 5))) == values


def test_no_other_packet_has_codes() -> None:
    assert set(CODES) == {
        T.CONNACK,
        T.PUBACK,
        T.PUBREC,
        T.PUBREL,
        T.PUBCOMP,
        T.SUBACK,
        T.UNSUBACK,
        T.DISCONNECT,
        T.AUTH,
    }
    assert codes(T.PINGREQ, 5) == {}


def test_codes_of_3_1_1() -> None:
    assert sorted(codes(T.CONNACK, 4)) == [0, 1, 2, 3, 4, 5]
    assert sorted(codes(T.SUBACK, 4)) == [0, 1, 2, 0x80]
    assert codes(T.PUBACK, 4) == {}


@pytest.mark.parametrize(
    ("packet", "code", "version", "words"),
    [
        (T.CONNACK, 0x87, 5, "0x87 Not authorized"),
        (T.CONNACK, 5, 4, "0x05 Connection Refused, not authorized"),
        (T.SUBACK, 0, 5, "0x00 Granted QoS 0"),
        (T.DISCONNECT, 0, 5, "0x00 Normal disconnection"),
        (T.PUBACK, 0, 5, "0x00 Success"),
        (T.PUBACK, 0x92, 5, "0x92 unknown"),
    ],
)
def test_words(packet: PacketType, code: int, version: int, words: str) -> None:
    assert code_words(packet, code, version) == words


def test_codes_of_one_side_are_codes_of_the_packet() -> None:
    for packet, sides in OF_ONE_SIDE.items():
        assert sides[Direction.C2S].isdisjoint(sides[Direction.S2C])
        for direction, of_one in sides.items():
            assert of_one <= set(CODES[packet])
            for code in CODES[packet]:
                assert wrong_side(packet, code, direction.other) == (code in of_one)
                assert not wrong_side(packet, code, None)
    assert not wrong_side(PacketType.CONNACK, 0x87, Direction.C2S)
