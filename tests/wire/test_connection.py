"""The whole reader: heads, then frames, both directions, any split."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.labproto import legal
from tests.support.mqtt_packets import packets
from tests.support.wire_streams import (
    C2S,
    MASK,
    S2C,
    Segment,
    answer,
    connections,
    deflated,
    fixed_clock,
    open_reader,
    pieces,
    read,
    request,
    sizes,
    split,
)
from wslab.wire import violations as rule
from wslab.wire.connection import HOLD_LIMIT, ConnectionReader
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Body, Close, Direction, Event, Frame, Http, Message, Opcode, Proto, Tcp
from wslab.wire.head import HEAD_LIMIT
from wslab.wire.labproto.bodies import Body as LabBody
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import CHECKSUM
from wslab.wire.mqtt.packets import Connect, Packet
from wslab.wire.mqtt.writer import encode_packet

HELLO = encode_frame(1, b"hello")
MASKED = encode_frame(1, b"hello", mask=MASK)


def reader() -> ConnectionReader:
    return ConnectionReader(7, fixed_clock())


def kinds(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


def test_a_connection_from_open_to_end() -> None:
    wire = reader()
    events = wire.opened("127.0.0.1:4000 → 127.0.0.1:8080")
    events += wire.receive(C2S, request())
    events += wire.receive(S2C, answer() + HELLO)
    events += wire.receive(C2S, MASKED + encode_frame(8, close_body(1000, "done"), mask=MASK))
    events += wire.receive(S2C, encode_frame(8, close_body(1000)))
    events += wire.end(S2C) + wire.end(C2S)
    assert kinds(events) == [
        *("Tcp", "Http", "Http", "Frame", "Message", "Frame", "Message"),
        *("Frame", "Close", "Frame", "Close", "Tcp", "Tcp"),
    ]
    assert [event.seq for event in events] == list(range(1, 14))
    assert {event.conn for event in events} == {7}
    closes = [event for event in events if isinstance(event, Close)]
    assert [(close.direction, close.code, close.reason, close.first) for close in closes] == [
        (C2S, 1000, "done", True),
        (S2C, 1000, "", False),
    ]
    assert wire.close_sent_first is C2S
    assert not any(getattr(event, "violations", ()) for event in events)
    assert [event.detail for event in events[-2:]] == ["", ""]
    assert wire.handshake is not None
    assert wire.handshake.ok


@settings(deadline=None, max_examples=100)
@given(connections(), sizes)
def test_how_bytes_are_split_makes_no_difference(segments: list[Segment], portions: list[int]) -> None:
    whole = read(segments)
    assert read(split(segments, portions)) == whole
    assert read(split(segments, [1])) == whole


@settings(deadline=None, max_examples=100)
@given(connections(), sizes, st.integers(0, 20), st.integers(0, 200))
def test_small_limits_change_neither_that_nor_any_total(
    segments: list[Segment], portions: list[int], preview: int, inflate: int
) -> None:
    small = read(segments, preview_limit=preview, inflate_limit=inflate)
    assert read(split(segments, portions), preview_limit=preview, inflate_limit=inflate) == small
    large = read(segments)
    assert [e.length for e in small if isinstance(e, Frame)] == [
        e.length for e in large if isinstance(e, Frame)
    ]
    for event in small:
        if isinstance(event, Frame | Message | Body):
            assert len(event.preview) <= preview
        if isinstance(event, Message) and event.compressed:
            assert event.length <= inflate


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.sampled_from(Direction), st.binary(max_size=60)), max_size=12), st.booleans())
def test_no_bytes_make_it_raise(segments: list[Segment], upgraded: bool) -> None:
    start = [(C2S, request("permessage-deflate")), (S2C, answer("permessage-deflate"))] if upgraded else []
    events = read([*start, *segments])
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert isinstance(events[-1], Tcp)
    assert read(split([*start, *segments], [1])) == events


def test_every_byte_after_a_101_is_in_a_frame_or_named_as_cut() -> None:
    stream = HELLO * 3 + encode_frame(2, b"x" * 70_000)
    for cut in (1, 4, 7, len(stream) - 1):
        wire = open_reader()
        frames = [
            event for event in wire.receive(S2C, stream[:cut]) + wire.end(S2C) if isinstance(event, Frame)
        ]
        seen = sum(frame.header_len + frame.length for frame in frames)
        assert cut - seen < 10  # at most a header that is not complete


def test_only_a_101_switches_to_frames() -> None:
    wire = reader()
    wire.receive(C2S, request())
    text = b"no entry here"
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 13\r\n\r\n"
    events = wire.receive(S2C, head + text)
    assert kinds(events) == ["Http", "Body"]
    assert wire.body is not None
    assert (wire.body.length, wire.body.preview) == (13, text)
    assert not wire.upgraded
    assert wire.handshake is not None
    assert wire.handshake.status == 403
    assert "403 Forbidden" in wire.handshake.failures[0]
    assert "no entry here" in wire.handshake.failures[0]


def test_a_body_without_a_length_ends_with_the_connection() -> None:
    wire = reader()
    wire.receive(C2S, request())
    assert kinds(wire.receive(S2C, b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 100_000)) == ["Http"]
    body, tcp = wire.end(S2C)
    assert isinstance(body, Body)
    assert (body.length, len(body.preview)) == (100_000, 4096)
    assert isinstance(tcp, Tcp)
    assert tcp.detail == ""


def test_a_body_that_is_cut_is_named() -> None:
    wire = reader()
    wire.receive(S2C, b"HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\nabc")
    body, tcp = wire.end(S2C)
    assert isinstance(body, Body)
    assert isinstance(tcp, Tcp)
    assert tcp.detail == "in the middle of an HTTP body: 3 bytes came"


def test_an_interim_answer_is_not_the_answer() -> None:
    wire = reader()
    wire.receive(C2S, request())
    events = wire.receive(S2C, b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + answer() + HELLO)
    assert kinds(events) == ["Http", "Http", "Frame", "Message"]
    assert wire.response is events[1]
    assert wire.upgraded


def test_client_bytes_before_the_answer_are_held_then_read_as_early_frames() -> None:
    wire = reader()
    assert kinds(wire.receive(C2S, request() + MASKED + MASKED[:8])) == ["Http"]
    events = wire.receive(S2C, answer())
    assert kinds(events) == ["Http", "Frame", "Message"]
    events += wire.receive(C2S, MASKED[8:] + MASKED)
    frames = [event for event in events if isinstance(event, Frame)]
    early = (rule.EARLY_FRAME,)
    assert [frame.violations for frame in frames] == [early, early, ()]


def test_an_early_header_that_is_split_makes_one_frame_early() -> None:
    wire = reader()
    wire.receive(C2S, request() + MASKED[:1])
    wire.receive(S2C, answer())
    frames = [e for e in wire.receive(C2S, MASKED[1:] + MASKED) if isinstance(e, Frame)]
    assert [frame.violations for frame in frames] == [(rule.EARLY_FRAME,), ()]


def test_early_compressed_frames_are_inflated() -> None:
    wire = reader()
    wire.receive(C2S, request("permessage-deflate") + encode_frame(1, deflated(b"hello"), rsv=4, mask=MASK))
    message = wire.receive(S2C, answer("permessage-deflate"))[-1]
    assert isinstance(message, Message)
    assert message.preview == b"hello"


def test_client_bytes_after_a_refusal_are_a_body() -> None:
    wire = reader()
    wire.receive(C2S, request() + b"more")
    wire.receive(S2C, b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    wire.receive(C2S, b" and more")
    events = wire.end(None)
    assert kinds(events) == ["Body", "Tcp"]
    assert isinstance(events[0], Body)
    assert events[0].preview == b"more and more"


def test_client_bytes_without_any_answer_are_a_body() -> None:
    wire = reader()
    wire.receive(C2S, request() + b"more")
    events = wire.end(None)
    assert kinds(events) == ["Body", "Tcp"]
    assert wire.handshake is not None
    assert wire.handshake.failures == ("6455#4.1 the server did not answer",)


def test_what_is_held_is_bounded_and_read_as_frames_beyond_that() -> None:
    wire = reader()
    wire.receive(C2S, request())
    count = HOLD_LIMIT // len(MASKED)
    assert wire.receive(C2S, MASKED * count) == []
    frames = [e for e in wire.receive(C2S, MASKED * 2) if isinstance(e, Frame)]
    assert len(frames) == count + 2
    assert {frame.violations for frame in frames} == {(rule.EARLY_FRAME,)}
    wire.receive(S2C, answer())
    frame = wire.receive(C2S, MASKED)[0]
    assert isinstance(frame, Frame)
    assert frame.violations == ()


def test_what_is_held_of_a_plain_request_becomes_a_body_beyond_the_bound() -> None:
    wire = reader()
    wire.receive(C2S, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n")
    events = wire.receive(C2S, b"x" * 100_000)
    assert kinds(events) == ["Body"]
    assert isinstance(events[0], Body)
    assert events[0].length == 100_000


def test_an_answer_before_the_request_is_complete() -> None:
    wire = reader()
    wire.receive(C2S, request()[:20])
    assert kinds(wire.receive(S2C, answer() + HELLO)) == ["Http", "Frame", "Message"]
    assert kinds(wire.receive(C2S, request()[20:] + MASKED)) == ["Http", "Frame", "Message"]
    assert wire.handshake is not None
    assert wire.handshake.ok


def test_a_head_without_an_end_is_given_up() -> None:
    wire = reader()
    wire.receive(C2S, request())
    events = wire.receive(S2C, b"HTTP/1.1 101 Switching Protocols\r\n" + b"a: b\r\n" * HEAD_LIMIT)
    assert kinds(events) == ["Http"]
    assert isinstance(events[0], Http)
    assert rule.HEAD_TOO_LONG in events[0].violations
    assert events[0].length == HEAD_LIMIT
    assert not wire.upgraded
    assert kinds(wire.end(None)) == ["Body", "Tcp"]


@pytest.mark.parametrize(
    ("sent", "detail"),
    [
        (HELLO, ""),
        (HELLO[:1], "in the middle of a frame header: 1 bytes of it came"),
        (HELLO[:2], "in the middle of a TEXT frame: 0 of 5 payload bytes came"),
        (HELLO[:4], "in the middle of a TEXT frame: 2 of 5 payload bytes came"),
        (
            encode_frame(2, b"x" * 90_000)[:80_010],
            "in the middle of a BINARY frame: 80000 of 90000 payload bytes came",
        ),
        (
            encode_frame(1, b"ab", fin=False) + encode_frame(9, b"p"),
            "in the middle of a fragmented TEXT message: frames 1, payload bytes 2",
        ),
        (
            encode_frame(1, b"ab", fin=False) + encode_frame(0, b"cd")[:3],
            "in the middle of a CONT frame: 1 of 2 payload bytes came, "
            "in the middle of a fragmented TEXT message: frames 2, payload bytes 3",
        ),
    ],
)
def test_the_end_says_what_it_cuts(sent: bytes, detail: str) -> None:
    for portions in ([1], [7], [10**6]):
        wire = open_reader()
        for direction, piece in split([(S2C, sent)], portions):
            wire.receive(direction, piece)
        events = wire.end(S2C, "reset")
        tcp = events[-1]
        assert isinstance(tcp, Tcp)
        assert (tcp.what, tcp.direction, tcp.detail) == ("reset", S2C, detail)
        cut = [event for event in events if isinstance(event, Frame)]
        assert all(frame.violations[-1] == rule.FRAME_CUT for frame in cut)
        assert len(cut) == detail.count(" frame: ")


def test_the_end_of_both_directions_says_which_was_cut() -> None:
    wire = open_reader()
    wire.receive(S2C, HELLO[:4])
    wire.receive(C2S, MASKED[:1])
    tcp = wire.end(None)[-1]
    assert isinstance(tcp, Tcp)
    assert tcp.detail == (
        "> in the middle of a frame header: 1 bytes of it came; "
        "< in the middle of a TEXT frame: 2 of 5 payload bytes came"
    )


def test_a_head_that_is_cut_is_shown_as_far_as_it_came() -> None:
    wire = reader()
    wire.receive(C2S, request())
    wire.receive(S2C, answer()[:-2])
    http, tcp = wire.end(S2C)
    assert isinstance(http, Http)
    assert http.violations == (rule.HEAD_CUT,)
    assert ("Upgrade", "websocket") in http.headers
    assert isinstance(tcp, Tcp)
    assert tcp.detail == f"in the middle of an HTTP head: {len(answer()) - 2} bytes came"
    assert wire.handshake is not None
    assert not wire.handshake.ok
    assert not wire.upgraded


def test_nothing_is_said_twice_when_the_end_is() -> None:
    wire = open_reader()
    wire.receive(S2C, HELLO[:4])
    wire.end(S2C)
    assert kinds(wire.end(S2C)) == ["Tcp"]
    assert kinds(wire.end(None)) == ["Tcp"]


def test_a_flood_takes_no_memory_beyond_the_previews() -> None:
    wire = open_reader()
    frame = encode_frame(2, bytes(2**20), mask=MASK)[: 2**20]
    header = b"\x82\xff" + (2**40).to_bytes(8, "big") + MASK
    wire.receive(C2S, header)
    tracemalloc.start()
    for _ in range(20):
        wire.receive(C2S, frame)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 200_000
    tcp = wire.end(C2S)[-1]
    assert isinstance(tcp, Tcp)
    assert tcp.detail == f"in the middle of a BINARY frame: {20 * 2**20} of {2**40} payload bytes came"


def test_opcode_names_stay_those_of_the_field() -> None:
    wire = open_reader()
    frames = [e for e in wire.receive(S2C, encode_frame(Opcode.PING, b"p")) if isinstance(e, Frame)]
    assert [frame.name for frame in frames] == ["PING"]


CONNECT = bytes.fromhex("10 0f 0004 4d515454 04 02 003c 0003 616263")
"""MQTT 3.1.1, client abc."""
PUBLISH = bytes.fromhex("30 06 0001 61 313233")


def units(events: list[Event]) -> list[Proto]:
    return [event for event in events if isinstance(event, Proto)]


def test_what_messages_carry_is_decoded_where_the_subprotocol_says_what_it_is() -> None:
    wire = open_reader("", "mqtt")
    events = wire.receive(C2S, encode_frame(2, CONNECT, mask=MASK))
    assert kinds(events) == ["Frame", "Message", "Proto"]
    assert [event.seq for event in events] == [events[0].seq, events[0].seq + 1, events[0].seq + 2]
    (unit,) = units(events)
    assert (unit.conn, unit.direction, unit.t, unit.protocol, unit.version) == (1, C2S, 5.0, "mqtt", "3.1.1")
    assert (unit.name, unit.start, unit.length, unit.preview) == ("CONNECT", 0, len(CONNECT), CONNECT)
    assert wire.receive(S2C, encode_frame(9, PUBLISH)) != []
    assert units(wire.receive(S2C, encode_frame(9, PUBLISH))) == []


def test_without_a_known_subprotocol_nothing_is_decoded() -> None:
    for name in ("", "chat"):
        assert units(open_reader("", name).receive(C2S, encode_frame(2, CONNECT, mask=MASK))) == []


def test_packets_span_frames_and_messages_and_share_them() -> None:
    wire = open_reader("", "mqtt")
    events = wire.receive(C2S, encode_frame(2, CONNECT[:4], fin=False, mask=MASK))
    events += wire.receive(C2S, encode_frame(9, b"x", mask=MASK))
    events += wire.receive(C2S, encode_frame(0, CONNECT[4:] + PUBLISH + PUBLISH[:3], mask=MASK))
    events += wire.receive(C2S, encode_frame(2, PUBLISH[3:], mask=MASK))
    assert kinds(events) == [
        "Frame",
        "Frame",
        "Frame",
        "Message",
        "Proto",
        "Proto",
        "Frame",
        "Message",
        "Proto",
    ]
    assert [(unit.start, unit.length) for unit in units(events)] == [
        (0, len(CONNECT)), (len(CONNECT), len(PUBLISH)), (-3, len(PUBLISH)),
    ]  # fmt: skip


def test_whole_payloads_are_decoded_whatever_is_kept_of_them() -> None:
    wire = open_reader("permessage-deflate", "mqtt", preview_limit=8)
    large = b"\x30\xf4\xff\x03\x00\x01a" + bytes(65_521)
    wire.receive(C2S, encode_frame(2, CONNECT, mask=MASK))
    plain = units(wire.receive(C2S, encode_frame(2, large + PUBLISH, mask=MASK)))
    packed = units(wire.receive(C2S, encode_frame(2, deflated(large + PUBLISH), rsv=4, mask=MASK)))
    for first, second in (plain, packed):
        assert (first.name, first.length, first.preview) == ("PUBLISH", len(large), large[:8])
        assert (second.start, second.violations) == (len(large), ())


def test_a_message_that_does_not_inflate_is_not_decoded() -> None:
    wire = open_reader("permessage-deflate", "graphql-ws")
    events = wire.receive(C2S, encode_frame(1, b"\xff\xff\xff", rsv=4, mask=MASK))
    assert kinds(events) == ["Frame", "Message"]


def test_a_message_that_another_one_interrupts_is_given_up() -> None:
    wire = open_reader("", "graphql-ws")
    wire.receive(C2S, encode_frame(1, b'{"type": "connec', fin=False, mask=MASK))
    (unit,) = units(wire.receive(C2S, encode_frame(1, b'{"type":"connection_init"}', mask=MASK)))
    assert unit.violations == ()


def test_decoding_is_chosen_by_hand() -> None:
    wire = open_reader("", "", decoding="mqtt")
    assert units(wire.receive(C2S, encode_frame(2, CONNECT, mask=MASK)))[0].name == "CONNECT"
    wire.decode_as("text")
    assert units(wire.receive(C2S, encode_frame(2, PUBLISH, mask=MASK))) == []
    wire.receive(C2S, encode_frame(1, b'{"type":', fin=False, mask=MASK))
    wire.decode_as("graphql")
    assert units(wire.receive(C2S, encode_frame(0, b'"ka"}', mask=MASK))) == []
    assert units(wire.receive(C2S, encode_frame(1, b'{"type":"ka"}', mask=MASK)))[0].name == "ka"


def test_a_choice_before_the_handshake_holds_behind_it() -> None:
    wire = reader()
    wire.decode_as("binary")
    wire.receive(C2S, request())
    wire.receive(S2C, answer())
    assert units(wire.receive(C2S, encode_frame(2, b"", mask=MASK)))[0].protocol == "binary"


def test_a_great_many_packets_come_before_the_end_of_their_message() -> None:
    wire = open_reader("", "mqtt")
    pings = b"\xc0\x00" * 40_000
    events = wire.receive(C2S, encode_frame(2, CONNECT + pings, mask=MASK))
    assert len(units(events)) == 40_001
    assert type(events[0]) is Proto
    assert kinds(events).index("Message") > 1000


def framed(data: bytes, opcode: int, messages: list[int], frames: list[int]) -> bytes:
    """Bytes cut into messages and these into frames, as a client sends them."""
    out = b""
    for message in pieces(data, messages):
        parts = pieces(message, frames)
        for place, part in enumerate(parts):
            last = place == len(parts) - 1
            out += encode_frame(0 if place else opcode, part, fin=last, mask=MASK)
    return out


@settings(deadline=None, max_examples=60)
@given(st.lists(packets(5), max_size=5), sizes, sizes, sizes, st.booleans())
def test_encoded_cut_anywhere_and_decoded_packets_are_the_same(
    made: list[Packet], messages: list[int], frames: list[int], portions: list[int], kept: bool
) -> None:
    raws = [encode_packet(packet, 5) for packet in [Connect("c", 5), *made]]
    wire = open_reader("", "mqtt", preview_limit=2**16 if kept else 3)
    data = framed(b"".join(raws), 2, messages, frames)
    events = [event for piece in pieces(data, portions) for event in wire.receive(C2S, piece)]
    assert [(unit.length, unit.version) for unit in units(events)] == [(len(raw), "5.0") for raw in raws]
    assert [unit.preview for unit in units(events)] == [raw if kept else raw[:3] for raw in raws]
    size = 0
    for event in events:
        if isinstance(event, Message):
            size = event.length
        elif isinstance(event, Proto):
            assert event.start < event.start + event.length <= size


@settings(deadline=None, max_examples=60)
@given(st.lists(legal(), min_size=1, max_size=4), sizes, sizes)
def test_messages_of_the_lab_are_the_same_however_they_are_framed(
    bodies: list[LabBody], frames: list[int], portions: list[int]
) -> None:
    raws = [encode(body, flags=CHECKSUM, sequence=number) for number, body in enumerate(bodies)]
    data = framed(b"".join(raws), 2, [2**30], frames)
    wire = open_reader("", "v1.binary.wslab", preview_limit=2**20)
    events = [event for piece in pieces(data, portions) for event in wire.receive(C2S, piece)]
    assert [(unit.id, unit.preview, unit.violations) for unit in units(events)] == [
        (str(number), raw, ()) for number, raw in enumerate(raws)
    ]
