"""Messages: fragments, sizes, UTF-8, compression, and what Close bodies say."""

from __future__ import annotations

import itertools
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wire_streams import C2S, MASK, S2C, deflated, open_reader
from wslab.wire import violations as rule
from wslab.wire.deflate import Inflater
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Event, Message
from wslab.wire.messages import Assembler, inflated_violations, is_utf8, read_close_body

DEFLATE = "permessage-deflate"
NO_TAKEOVER = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"


def messages(events: list[Event]) -> list[Message]:
    return [event for event in events if isinstance(event, Message)]


def fragmented(opcode: int, payload: bytes, cuts: list[int], *, rsv: int = 0) -> bytes:
    """A message in several frames with a Ping between each two."""
    places = [0, *sorted(cut % (len(payload) + 1) for cut in cuts), len(payload)]
    frames = [
        encode_frame(
            0 if place else opcode, payload[start:end], fin=place == len(cuts), rsv=0 if place else rsv
        )
        for place, (start, end) in enumerate(itertools.pairwise(places))
    ]
    return encode_frame(9, b"between").join(frames)


@settings(deadline=None)
@given(st.text(max_size=80), st.lists(st.integers(0, 400), max_size=5), st.booleans())
def test_fragments_come_together(text: str, cuts: list[int], compressed: bool) -> None:
    content = text.encode()
    payload = deflated(content) if compressed else content
    stream = fragmented(1, payload, cuts, rsv=4 if compressed else 0)
    (message,) = messages(open_reader(DEFLATE).receive(S2C, stream))
    assert (message.preview, message.length, message.wire_length) == (content, len(content), len(payload))
    assert (message.frames, message.opcode, message.compressed) == (len(cuts) + 1, 1, compressed)
    assert message.violations == ()


@settings(deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=4), st.booleans())
def test_text_is_utf8_or_flagged_however_it_is_fragmented(
    content: bytes, cuts: list[int], compressed: bool
) -> None:
    payload = deflated(content) if compressed else content
    stream = fragmented(1, payload, cuts, rsv=4 if compressed else 0)
    (message,) = messages(open_reader(DEFLATE).receive(S2C, stream))
    assert message.violations == (() if is_utf8(content) else (rule.INVALID_UTF8,))
    assert message.length == len(content)


@given(st.binary(max_size=60))
def test_binary_is_never_judged(content: bytes) -> None:
    (message,) = messages(open_reader().receive(S2C, encode_frame(2, content)))
    assert message.violations == ()


@pytest.mark.parametrize("takeover", [True, False])
@pytest.mark.parametrize("direction", [C2S, S2C])
def test_the_context_is_taken_over_or_not_as_agreed(takeover: bool, direction: str) -> None:
    side = C2S if direction == C2S else S2C
    reader = open_reader(DEFLATE if takeover else NO_TAKEOVER)
    shared = zlib.compressobj(wbits=-15)
    content = b"the same words again and again and again" * 3
    lengths = []
    for _ in range(4):
        payload = deflated(content, shared if takeover else None)
        frame = encode_frame(1, payload, rsv=4, mask=MASK if side is C2S else None)
        (message,) = messages(reader.receive(side, frame))
        assert (message.preview, message.violations) == (content, ())
        lengths.append(message.wire_length)
    assert (lengths[1] < lengths[0]) is takeover


def test_a_context_that_was_not_agreed_on_does_not_inflate() -> None:
    reader = open_reader(NO_TAKEOVER)
    shared = zlib.compressobj(wbits=-15)
    content = bytes(range(256))
    frames = [encode_frame(2, deflated(content, shared), rsv=4) for _ in range(2)]
    first, second = messages(reader.receive(S2C, b"".join(frames)))
    assert first.violations == ()
    assert second.violations == (rule.CORRUPT_DEFLATE,)


def bomb(size: int, compressor: zlib._Compress | None = None) -> bytes:
    return deflated(bytes(size), compressor)


@pytest.mark.parametrize("cuts", [[], [1000, 2000]])
def test_a_bomb_is_inflated_to_the_limit_and_no_further(cuts: list[int]) -> None:
    reader = open_reader(NO_TAKEOVER, inflate_limit=100_000)
    payload = bomb(20_000_000)
    small = encode_frame(1, deflated(b"after it"), rsv=4)
    big, after = messages(reader.receive(S2C, fragmented(2, payload, cuts, rsv=4) + small))
    assert (big.length, big.wire_length) == (100_000, len(payload))
    assert big.violations == (rule.INFLATE_LIMIT,)
    assert big.preview == bytes(4096)
    assert (after.preview, after.violations) == (b"after it", ())


@pytest.mark.parametrize("over", [0, 1])
@pytest.mark.parametrize("size", [500, 70_000, 200_000])
def test_the_limit_itself_is_no_bomb(over: int, size: int) -> None:
    reader = open_reader(DEFLATE, inflate_limit=size)
    (message,) = messages(reader.receive(S2C, encode_frame(2, deflated(bytes(size + over)), rsv=4)))
    assert message.length == size
    assert message.violations == ((rule.INFLATE_LIMIT,) if over else ())


def test_after_a_bomb_with_takeover_later_messages_say_that_the_context_is_lost() -> None:
    reader = open_reader(DEFLATE, inflate_limit=1000)
    shared = zlib.compressobj(wbits=-15)
    word = bytes(range(200))
    stream = [word, bytes(2000), word, b"plain and new"]
    frames = [encode_frame(2, deflated(content, shared), rsv=4) for content in stream]
    first, big, refers, new = messages(reader.receive(S2C, b"".join(frames)))
    assert first.violations == ()
    assert big.violations == (rule.INFLATE_LIMIT,)
    assert refers.violations == (rule.CONTEXT_LOST,)
    assert (new.violations, new.preview) == ((rule.CONTEXT_LOST,), b"plain and new")


def test_a_full_window_of_new_content_restores_a_lost_context() -> None:
    reader = open_reader(DEFLATE, inflate_limit=50_000)
    shared = zlib.compressobj(level=0, wbits=-15)
    sizes = [60_000, 20_000, 20_000, 10]
    frames = [encode_frame(2, deflated(bytes(size), shared), rsv=4) for size in sizes]
    found = [message.violations for message in messages(reader.receive(S2C, b"".join(frames)))]
    assert found == [(rule.INFLATE_LIMIT,), (rule.CONTEXT_LOST,), (rule.CONTEXT_LOST,), ()]


def test_a_compressed_message_that_is_interrupted_costs_the_context() -> None:
    reader = open_reader(DEFLATE)
    shared = zlib.compressobj(wbits=-15)
    cut = encode_frame(1, deflated(b"never ends", shared)[:3], rsv=4, fin=False)
    (message,) = messages(reader.receive(S2C, cut + encode_frame(1, deflated(b"after", shared), rsv=4)))
    assert message.violations == (rule.CONTEXT_LOST,)


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=80), st.lists(st.integers(0, 80), max_size=3), st.booleans())
def test_data_that_is_no_deflate_is_never_more_than_a_violation(
    garbage: bytes, cuts: list[int], takeover: bool
) -> None:
    reader = open_reader(DEFLATE if takeover else NO_TAKEOVER, inflate_limit=5000)
    after = encode_frame(1, deflated(b"hello"), rsv=4)
    found = messages(reader.receive(S2C, fragmented(2, garbage, cuts, rsv=4) + after))
    assert len(found) == 2
    assert found[0].wire_length == len(garbage)
    assert found[0].length <= 5000
    assert set(found[0].violations) <= {rule.CORRUPT_DEFLATE, rule.INFLATE_LIMIT}
    if not takeover:
        assert (found[1].preview, found[1].violations) == (b"hello", ())


def test_text_that_a_limit_cuts_inside_a_character_is_not_called_invalid() -> None:
    reader = open_reader(NO_TAKEOVER, inflate_limit=5)
    for content in ("ééé", "é" * 9000):
        (message,) = messages(reader.receive(S2C, encode_frame(1, deflated(content.encode()), rsv=4)))
        assert message.violations == (rule.INFLATE_LIMIT,)


@pytest.mark.parametrize(
    ("body", "code", "reason", "violations"),
    [
        (b"", None, "", ()),
        (b"\x03", None, "", (rule.CLOSE_BODY_OF_ONE,)),
        (b"\x03\xe8", 1000, "", ()),
        (b"\x03\xe8ok", 1000, "ok", ()),
        (b"\x03\xed", 1005, "", (rule.BAD_CLOSE_CODE,)),
        (b"\x00\x00", 0, "", (rule.BAD_CLOSE_CODE,)),
        (b"\x13\x88", 5000, "", (rule.BAD_CLOSE_CODE,)),
        (b"\x0b\xb8", 3000, "", ()),
        (b"\x13\x87", 4999, "", ()),
        (b"\x03\xe8\xff", 1000, "\ufffd", (rule.INVALID_UTF8,)),
        (b"\x03\xe8\xc3", 1000, "\ufffd", (rule.INVALID_UTF8,)),
        (b"\x03\xee\xff", 1006, "\ufffd", (rule.BAD_CLOSE_CODE, rule.INVALID_UTF8)),
    ],
)
def test_close_bodies(body: bytes, code: int | None, reason: str, violations: tuple[str, ...]) -> None:
    assert read_close_body(body) == (code, reason, violations)


def test_a_part_of_a_close_body_may_end_inside_a_character() -> None:
    assert read_close_body(b"\x03\xe8a\xc3", whole=False) == (1000, "a", ())
    assert read_close_body(b"\x03", whole=False) == (None, "", ())


def test_inflated_text_is_judged_as_far_as_it_goes() -> None:
    assert inflated_violations(1, b"\xc3", None) == (rule.INVALID_UTF8,)
    assert inflated_violations(2, b"\xc3", None) == ()
    assert inflated_violations(1, b"\xc3", rule.INFLATE_LIMIT) == (rule.INFLATE_LIMIT,)
    assert inflated_violations(1, b"\xff", rule.INFLATE_LIMIT) == (rule.INVALID_UTF8, rule.INFLATE_LIMIT)


def test_an_assembler_counts_what_it_need_not_see() -> None:
    assembler = Assembler(4, None)
    assembler.start(2, compressed=False, checked=True, t=1.0)
    assembler.add(b"abc")
    assert not assembler.indifferent
    assembler.add(b"def")
    assert assembler.indifferent
    assembler.skip(10)
    assert assembler.finish() == ()
    assert (assembler.preview, assembler.length, assembler.wire_length) == (b"abcd", 16, 16)
    assert not assembler.active


def test_a_tee_gets_all_of_a_message_inflated() -> None:
    got: list[bytes] = []
    assembler = Assembler(4, Inflater(True, 2**20))
    assembler.tee = got.append
    for compressed, data in ((False, b"x" * 100), (True, deflated(b"y" * 100))):
        assembler.start(2, compressed, False, 0.0)
        assert not assembler.indifferent
        assembler.add(data[:3])
        assert not assembler.indifferent
        assembler.add(data[3:])
        assembler.finish()
        assert assembler.whole
    assert b"".join(got) == b"x" * 100 + b"y" * 100
    assembler.start(2, True, False, 0.0)
    assembler.add(b"\xff\xff")
    assembler.finish()
    assert not assembler.whole
