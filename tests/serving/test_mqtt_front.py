"""What the front of the MQTT broker sends and shows; its connections are tested in tests/servers/test_mqtt.py."""

from __future__ import annotations

from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.server import ServerConnection

from wslab.serving.mqtt_front import CLOSE_CODES, FRAME, LONGEST_SHOWN, Client, shown
from wslab.wire.closecodes import describe
from wslab.wire.mqtt.packets import PacketType
from wslab.wire.mqtt.reason_codes import CODES


def client() -> Client:
    return Client(1, cast("ServerConnection", None))


@given(st.lists(st.binary(min_size=1, max_size=FRAME // 2)))
def test_frames_hold_everything_in_order(packets: list[bytes]) -> None:
    writing = client()
    for packet in packets:
        writing.put(packet)
    assert writing.size == sum(map(len, packets))
    frames = []
    while writing.waiting:
        frames.append(writing.frame())
    assert b"".join(frames) == b"".join(packets)
    assert all(len(frame) <= FRAME for frame in frames)


def test_a_large_packet_has_a_frame_to_itself() -> None:
    writing = client()
    for size in (1, 2 * FRAME, 1):
        writing.put(bytes(size))
    assert [len(writing.frame()) for _ in range(3)] == [1, 2 * FRAME, 1]


@given(st.text())
def test_a_reason_fits_into_a_close_frame(reason: str) -> None:
    ending = client()
    ending.end(1002, reason)
    ending.end(1000, "too late")
    assert ending.ending is not None
    assert ending.ending[0] == 1002
    assert len(ending.ending[1].encode()) <= 123
    assert reason.startswith(ending.ending[1])


@given(st.text())
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    there = shown(text)
    assert isinstance(there, str)
    assert there.removesuffix("…").isascii()
    assert there == "" or there.isprintable()
    assert len(there) <= LONGEST_SHOWN + 1
    assert shown([text, 1, None]) == [there, 1, None]


def test_close_codes_may_be_sent_and_reason_codes_exist() -> None:
    known = CODES[PacketType.DISCONNECT] | CODES[PacketType.CONNACK]
    assert set(CLOSE_CODES) <= set(known)
    assert all(describe(code).sendable for code in CLOSE_CODES.values())
