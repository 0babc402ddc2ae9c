"""Frames of one direction and every rule a frame can break."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wire_streams import C2S, MASK, S2C, any_frame, open_reader, pieces, sizes
from wslab.wire import violations as rule
from wslab.wire.deflate import DeflateParameters
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Close, Direction, Event, Frame, Message
from wslab.wire.frames import BLOCK, Closing, FrameReader

DEFLATE = "permessage-deflate"


def frames_of(data: bytes, direction: Direction = S2C, extensions: str = "") -> list[Frame]:
    events = open_reader(extensions).receive(direction, data)
    return [event for event in events if isinstance(event, Frame)]


def one(data: bytes, direction: Direction = S2C, extensions: str = "") -> Frame:
    (frame,) = frames_of(data, direction, extensions)
    return frame


@settings(deadline=None)
@given(
    opcode=st.integers(0, 15),
    payload=st.binary(max_size=300) | st.sampled_from([b"x" * 65_535, b"y" * 65_536, b"z" * (3 * BLOCK)]),
    fin=st.booleans(),
    rsv=st.integers(0, 7),
    mask=st.none() | st.binary(min_size=4, max_size=4),
    form=st.sampled_from([None, 64]),
    portions=sizes | st.just([50_000]),
)
def test_every_field_comes_back(
    opcode: int,
    payload: bytes,
    fin: bool,
    rsv: int,
    mask: bytes | None,
    form: int | None,
    portions: list[int],
) -> None:
    data = encode_frame(opcode, payload, fin=fin, rsv=rsv, mask=mask, length_form=form)
    reader = open_reader()
    portions = portions if len(data) < 1000 else [50_000]
    events = [event for piece in pieces(data, portions) for event in reader.receive(C2S, piece)]
    frame = events[0]
    assert isinstance(frame, Frame)
    assert (frame.opcode, frame.fin, frame.rsv, frame.length) == (opcode, fin, rsv, len(payload))
    assert (frame.masked, frame.mask_key) == (mask is not None, mask or b"")
    assert frame.header_len == len(data) - len(payload)
    assert frame.preview == payload[:4096]


@settings(deadline=None)
@given(st.lists(any_frame, max_size=10), sizes)
def test_the_reader_stays_in_step_whatever_rules_are_broken(stream: list[bytes], portions: list[int]) -> None:
    reader = open_reader(DEFLATE)
    data = b"".join(stream)
    events = [event for piece in pieces(data, portions) for event in reader.receive(S2C, piece)]
    frames = [event for event in events if isinstance(event, Frame)]
    assert [frame.header_len + frame.length for frame in frames] == [len(each) for each in stream]


LEGAL = [
    (S2C, "", encode_frame(1, b"hello")),
    (C2S, "", encode_frame(1, b"hello", mask=MASK)),
    (C2S, "", encode_frame(2, b"\xff" * 200, mask=MASK)),
    (S2C, "", encode_frame(2, b"\xff" * 70_000)),
    (S2C, "", encode_frame(9, b"x" * 125)),
    (S2C, "", encode_frame(8)),
    (S2C, "", encode_frame(8, close_body(4999, "é" * 61))),
    (S2C, "", encode_frame(1, b"\xc3", fin=False) + encode_frame(10) + encode_frame(0, b"\xa9")),
    (S2C, DEFLATE, encode_frame(2, b"\x00", rsv=4)),
    (S2C, "x-unknown", encode_frame(3, b"\xff", rsv=7)),
    (S2C, "x-unknown", encode_frame(1, b"\xff", rsv=2)),
]


@pytest.mark.parametrize(("direction", "extensions", "data"), LEGAL)
def test_legal_frames_break_no_rule(direction: Direction, extensions: str, data: bytes) -> None:
    assert {frame.violations for frame in frames_of(data, direction, extensions)} == {()}


BROKEN = [
    (C2S, "", encode_frame(1, b"hello"), (rule.UNMASKED_CLIENT,)),
    (S2C, "", encode_frame(1, b"hello", mask=MASK), (rule.MASKED_SERVER,)),
    (S2C, "", encode_frame(1, b"", rsv=4), (rule.RESERVED_BITS,)),
    (S2C, DEFLATE, encode_frame(1, b"\x00", rsv=6), (rule.RESERVED_BITS,)),
    (S2C, "", encode_frame(3), (rule.UNKNOWN_OPCODE,)),
    (S2C, "", encode_frame(15), (rule.UNKNOWN_OPCODE,)),
    (S2C, "", encode_frame(1, b"x" * 125, length_form=16), (rule.LENGTH_NOT_MINIMAL,)),
    (S2C, "", encode_frame(1, b"x" * 126, length_form=64), (rule.LENGTH_NOT_MINIMAL,)),
    (S2C, "", encode_frame(2, b"x" * 65_535, length_form=64), (rule.LENGTH_NOT_MINIMAL,)),
    (C2S, "", encode_frame(1, b"x", mask=MASK, length_form=64), (rule.LENGTH_NOT_MINIMAL,)),
    (S2C, "", encode_frame(9, b"x", fin=False), (rule.FRAGMENTED_CONTROL,)),
    (S2C, "", encode_frame(10, b"x" * 126), (rule.LONG_CONTROL,)),
    (S2C, "", encode_frame(9, b"x" * 70_000), (rule.LONG_CONTROL,)),
    (S2C, "", encode_frame(0, b"x"), (rule.STRAY_CONTINUATION,)),
    (S2C, DEFLATE, encode_frame(9, b"x", rsv=4), (rule.MISPLACED_RSV1,)),
    (S2C, DEFLATE, encode_frame(0, b"x", rsv=4), (rule.MISPLACED_RSV1, rule.STRAY_CONTINUATION)),
    (S2C, "", encode_frame(1, b"\xff"), (rule.INVALID_UTF8,)),
    (S2C, "", encode_frame(1, b"\xc3"), (rule.INVALID_UTF8,)),
    (S2C, "", encode_frame(1, "\ud800".encode("utf-8", "surrogatepass")), (rule.INVALID_UTF8,)),
    (S2C, "", encode_frame(8, b"x"), (rule.CLOSE_BODY_OF_ONE,)),
    (S2C, "", encode_frame(8, close_body(1005)), (rule.BAD_CLOSE_CODE,)),
    (S2C, "", encode_frame(8, close_body(1000, b"\xff")), (rule.INVALID_UTF8,)),
    (S2C, "", encode_frame(8, close_body(1000, "é" * 62)), (rule.LONG_CONTROL,)),
    (S2C, DEFLATE, encode_frame(2, b"\xff", rsv=4), (rule.CORRUPT_DEFLATE,)),
    (
        C2S,
        "",
        encode_frame(11, b"x" * 126, fin=False, rsv=2),
        (
            rule.RESERVED_BITS,
            rule.UNKNOWN_OPCODE,
            rule.FRAGMENTED_CONTROL,
            rule.UNMASKED_CLIENT,
            rule.LONG_CONTROL,
        ),
    ),
]


@pytest.mark.parametrize(("direction", "extensions", "data", "violations"), BROKEN)
def test_a_broken_rule_is_named_and_the_next_frame_is_read(
    direction: Direction, extensions: str, data: bytes, violations: tuple[str, ...]
) -> None:
    ping = encode_frame(9, b"still here", mask=MASK if direction is C2S else None)
    broken, after = frames_of(data + ping, direction, extensions)
    assert broken.violations == violations
    assert after.preview == b"still here"


def test_the_top_bit_of_a_length_is_flagged_and_the_frame_never_ends() -> None:
    reader = open_reader()
    assert reader.receive(S2C, b"\x82\x7f" + (2**63 + 5).to_bytes(8, "big") + b"abc") == []
    frame = reader.end(S2C)[0]
    assert isinstance(frame, Frame)
    assert frame.violations == (rule.LENGTH_TOP_BIT, rule.FRAME_CUT)
    assert (frame.length, frame.header_len, frame.preview) == (3, 10, b"abc")


def test_a_data_frame_inside_a_fragmented_message_is_flagged_and_starts_anew() -> None:
    stream = encode_frame(1, b"old", fin=False) + encode_frame(2, b"new", fin=False) + encode_frame(0, b"er")
    events = open_reader().receive(S2C, stream)
    frames = [event for event in events if isinstance(event, Frame)]
    assert [frame.violations for frame in frames] == [(), (rule.INTERRUPTED_MESSAGE,), ()]
    (message,) = [event for event in events if isinstance(event, Message)]
    assert (message.opcode, message.preview, message.frames) == (2, b"newer", 2)


def test_everything_after_a_close_frame_is_flagged_in_its_direction_alone() -> None:
    reader = open_reader()
    text, close = encode_frame(1, b"x"), encode_frame(8, close_body(1000))
    frames = [e for e in reader.receive(S2C, close + text + close) if isinstance(e, Frame)]
    assert [frame.violations for frame in frames] == [(), (rule.AFTER_CLOSE,), (rule.AFTER_CLOSE,)]
    other = reader.receive(C2S, encode_frame(1, b"x", mask=MASK))[0]
    assert isinstance(other, Frame)
    assert other.violations == ()


def test_the_first_close_frame_of_the_connection_is_marked() -> None:
    reader = open_reader()
    close = encode_frame(8, close_body(1001, "bye"))
    events = reader.receive(S2C, close + close) + reader.receive(C2S, encode_frame(8, mask=MASK))
    assert [event.first for event in events if isinstance(event, Close)] == [True, False, False]
    assert reader.close_sent_first is S2C


def test_every_value_of_the_first_two_bytes_is_read() -> None:
    for first, second in itertools.product(range(256), (0, 1, 0x80, 0x83)):
        key = MASK if second & 0x80 else b""
        data = bytes((first, second)) + key + bytes(second & 0x7F)
        frame = one(data)
        assert (frame.opcode, frame.fin, frame.rsv) == (first & 15, first > 127, first >> 4 & 7)
        assert frame.header_len + frame.length == len(data)


def test_violations_of_the_message_stand_on_the_frame_in_which_they_came_to_light() -> None:
    stream = encode_frame(1, b"a\xff", fin=False) + encode_frame(0, b"b")
    first, second, message = open_reader().receive(S2C, stream)
    assert isinstance(first, Frame)
    assert isinstance(second, Frame)
    assert isinstance(message, Message)
    assert (first.violations, second.violations) == ((rule.INVALID_UTF8,), ())
    assert message.violations == (rule.INVALID_UTF8,)


@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 5 * BLOCK + 3])
@pytest.mark.parametrize("mask", [None, MASK])
def test_sizes_round_a_block_are_exact(size: int, mask: bytes | None) -> None:
    content = ("é" * size).encode()[: size - size % 2]
    data = encode_frame(1, content, mask=mask)
    for portions in ([len(data)], [BLOCK], [1000], [BLOCK + 1, 7]):
        reader = open_reader()
        events = [event for piece in pieces(data, portions) for event in reader.receive(C2S, piece)]
        frame, message = events
        assert isinstance(frame, Frame)
        assert isinstance(message, Message)
        assert frame.length == message.wire_length == message.length == len(content)
        assert frame.preview == message.preview == content[:4096]
        assert rule.INVALID_UTF8 not in message.violations


def test_a_reader_of_its_own_needs_no_connection() -> None:
    closing = Closing()
    reader = FrameReader(3, C2S, itertools.count(10), closing, preview_limit=2, inflate_limit=10)
    reader.negotiate(DeflateParameters(), opaque=False)
    events: list[Event] = []
    reader.feed(encode_frame(8, close_body(1000), mask=MASK), 1.5, 2.5, events)
    frame, close = events
    assert isinstance(frame, Frame)
    assert isinstance(close, Close)
    assert frame[:5] == (10, 1.5, 2.5, 3, C2S)
    assert close[:5] == (11, 1.5, 2.5, 3, C2S)
    assert frame.preview == close_body(1000)[:2]
    assert closing.first is C2S
    assert reader.finish(1.5, 2.5, events) == ""
