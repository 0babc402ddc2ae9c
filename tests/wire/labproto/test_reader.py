"""Reading: what is right comes back as it was, what is wrong is named, nothing is raised."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.labproto import MOMENT, SAMPLE, legal
from wslab.wire.labproto.bodies import (
    Body,
    Error,
    Extension,
    FileChunk,
    FileGet,
    FileStatus,
    Numbers,
    Sample,
    StreamStart,
    StreamStop,
)
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ErrorCode, Flag
from wslab.wire.labproto.reader import Item, plain_end, read

flags = st.sampled_from([0, Flag.ACK_WANTED, Flag.ANSWER]).flatmap(
    lambda low: st.sampled_from([low | Flag.CHECKSUM, low | Flag.CHECKSUM | 0x0080])
)
sequences = st.integers(0, 2**32 - 1)


def only(data: bytes, agreed: int = 2) -> Item:
    """Return the one message that the bytes hold."""
    (item,) = read(data, agreed)
    return item


def wrong(data: bytes, agreed: int = 2) -> tuple[ErrorCode, str, int]:
    """Return code, field and offset of the first thing that is wrong."""
    first = only(data, agreed).problems[0]
    return first.code, first.field, first.offset


@given(legal(), flags, sequences)
def test_version_1_comes_back_as_it_was(body: Body, flags: int, sequence: int) -> None:
    data = encode(body, flags=flags, sequence=sequence)
    item = only(data, 1)
    assert item.problems == ()
    assert item.body == body
    assert item.header is not None
    assert (item.header.flags, item.header.sequence, item.header.version) == (flags, sequence, 1)
    assert (item.start, item.end) == (0, len(data))


@given(legal(2), flags, sequences)
def test_version_2_comes_back_as_it_was(body: Body, flags: int, sequence: int) -> None:
    item = only(encode(body, flags=flags, sequence=sequence, version=2), 2)
    assert (item.body, item.problems) == (body, ())


@given(st.lists(st.tuples(legal(), flags), min_size=1, max_size=5))
def test_messages_that_stand_one_behind_the_other(several: list[tuple[Body, int]]) -> None:
    data = b"".join(encode(body, flags=each) for body, each in several)
    items = list(read(data))
    assert [item.body for item in items] == [body for body, _ in several]
    assert [item.start for item in items][1:] == [item.end for item in items][:-1]
    assert items[-1].end == len(data)


def covered(data: bytes, agreed: int) -> None:
    at = 0
    items = list(read(data, agreed))
    assert items
    for item in items:
        assert item.start == at
        assert item.end > at or not data
        at = item.end
        assert (item.body is not None) or item.problems
        for problem in item.problems:
            assert 0 <= problem.offset <= item.end - item.start
            assert str(problem.text).startswith(problem.field)
            assert problem.section.startswith("binary#")
    assert at == len(data)


@given(st.binary(max_size=200), st.sampled_from([1, 2]))
@example(b"", 1)
def test_random_bytes_raise_nothing_and_every_byte_belongs_to_one_message(data: bytes, agreed: int) -> None:
    covered(data, agreed)


@given(st.data(), st.sampled_from([1, 2]))
def test_mutations_raise_nothing(data: st.DataObject, agreed: int) -> None:
    version = data.draw(st.sampled_from([1, 2]))
    message = bytearray(encode(data.draw(legal(version)), version=version, flags=data.draw(flags)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(message) - 1))
        match data.draw(st.sampled_from(["flip", "cut", "grow"])):
            case "flip":
                message[place] = data.draw(st.integers(0, 255))
            case "cut":
                del message[place:]
            case "grow":
                message[place:place] = data.draw(st.binary(max_size=8))
        if not message:
            break
    covered(bytes(message), agreed)


@given(legal(), st.data())
def test_no_single_changed_bit_slips_past_a_checksum(body: Body, data: st.DataObject) -> None:
    message = bytearray(encode(body, flags=Flag.CHECKSUM, sequence=5))
    bit = data.draw(st.integers(0, 8 * len(message) - 1))
    message[bit // 8] ^= 1 << bit % 8
    without_flag = bit == 2 * 8  # the bit that says that there is a checksum
    items = list(read(bytes(message), 2))
    if not without_flag:
        assert items[0].problems


@given(st.data())
def test_what_is_right_at_a_glance_is_right_for_the_reader_too(data: st.DataObject) -> None:
    body = data.draw(legal() | st.just(SAMPLE))
    flags = data.draw(st.sampled_from([0, Flag.ACK_WANTED, Flag.CHECKSUM, 0x4000]))
    made = bytearray(encode(body, sequence=1, flags=flags))
    for _ in range(data.draw(st.integers(0, 2))):
        made[data.draw(st.integers(0, len(made) - 1))] = data.draw(st.integers(0, 255))
    before = data.draw(st.binary(max_size=3))
    end = plain_end(before + bytes(made), len(before))
    items = list(read(bytes(made), 1))
    if end:
        assert (items[0].end, items[0].problems) == (end - len(before), ())


def test_most_of_what_comes_is_seen_at_a_glance() -> None:
    message = encode(SAMPLE, sequence=7, flags=Flag.ACK_WANTED)
    assert plain_end(message, 0) == len(message)
    assert plain_end(b"xx" + message + b"yy", 2) == 2 + len(message)
    for other in (message[:-1], message[:5], b"", encode(SAMPLE, flags=Flag.CHECKSUM), b"\x02" + message[1:]):
        assert plain_end(other, 0) == 0
    assert plain_end(message[:-8] + b"\x7f\xf0" + bytes(6), 0) == 0  # infinite


def test_a_checksum_is_looked_at_before_the_type() -> None:
    message = bytearray(encode(StreamStop(1), flags=Flag.CHECKSUM))
    message[1] = 0x55
    assert wrong(bytes(message))[0] == ErrorCode.BAD_CHECKSUM


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (ErrorCode.BAD_LENGTH, "header", 0)),
        (bytes(11), (ErrorCode.BAD_LENGTH, "header", 0)),
        (encode(StreamStop(1), length=3), (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(StreamStop(1), length=2**32 - 1), (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(StreamStop(1), version=0), (ErrorCode.BAD_VERSION, "version", 0)),
        (encode(StreamStop(1), version=2), (ErrorCode.BAD_VERSION, "version", 0)),
        (encode(SAMPLE, version=3), (ErrorCode.BAD_VERSION, "version", 0)),
        (encode(b"", type_=0x55, version=3), (ErrorCode.BAD_VERSION, "version", 0)),
        (encode(StreamStop(1), flags=0x0200), (ErrorCode.UNKNOWN_FLAG, "flags", 2)),
        (encode(StreamStop(1), flags=0x8000), (ErrorCode.UNKNOWN_FLAG, "flags", 2)),
        (encode(b"abc", type_=4, flags=0x100, length=3)[:15], (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(StreamStop(1), flags=0x100, crc=7), (ErrorCode.BAD_CHECKSUM, "checksum", 14)),
        (encode(b"", type_=0x55), (ErrorCode.UNKNOWN_TYPE, "type", 1)),
        (encode(FileChunk(1, 0, b"x")), (ErrorCode.MISSING_CHECKSUM, "flags", 2)),
        (encode(b"", type_=1), (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(bytes(19), type_=1), (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(bytes(21), type_=1), (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(bytes(11), type_=0x10), (ErrorCode.BAD_LENGTH, "length", 4)),
        (encode(Sample(1, 0, 0, float("nan"))), (ErrorCode.BAD_VALUE, "value", 24)),
        (encode(Sample(1, 0, 0, float("-inf"))), (ErrorCode.BAD_VALUE, "value", 24)),
        (encode(StreamStart(1, 9, 0)), (ErrorCode.BAD_VALUE, "interval", 14)),
        (encode(StreamStart(1, 3_600_001, 0)), (ErrorCode.BAD_VALUE, "interval", 14)),
        (encode(FileGet(1, 0, 0)), (ErrorCode.BAD_VALUE, "chunk", 28)),
        (encode(FileGet(1, 0, 65537)), (ErrorCode.BAD_VALUE, "chunk", 28)),
        (encode(FileStatus(1, 4, 0, 0, 0, "x")), (ErrorCode.BAD_VALUE, "state", 20)),
        (encode(Numbers(0, 1, (1,))), (ErrorCode.BAD_VALUE, "kind", 12)),
        (encode(Numbers(1, 0, ())), (ErrorCode.BAD_VALUE, "count", 13)),
    ],
)
def test_what_is_wrong_is_named_with_its_place(data: bytes, expected: tuple[ErrorCode, str, int]) -> None:
    assert wrong(data) == expected


@pytest.mark.parametrize(
    ("data", "agreed", "text"),
    [
        (encode(b"", type_=0x55), 1, "type is 0x55: no message has this type"),
        (encode(SAMPLE, version=2), 1, "version is 2: this connection agreed on version 1 at most"),
        (encode(StreamStop(1), version=2), 2, "version is 2: STREAM_STOP has version 1 alone"),
        (encode(StreamStop(1), version=3), 2, "version is 3: there are versions 1 to 2"),
        (encode(StreamStop(1), length=20), 1, "length is 20: 2 bytes of payload follow"),
        (encode(bytes(3), type_=4), 1, "length is 3: STREAM_STOP has 2 bytes of payload"),
        (encode(bytes(3), type_=0x10), 1, "length is 3: FILE_OPEN has at least 12 bytes of payload"),
        (b"\0", 1, "header is 1 byte: a message begins with a header of 12 bytes"),
        (encode(StreamStart(1, 5, 0)), 1, "interval is 5: it is from 10 to 3600000"),
        (
            encode(StreamStop(1), flags=0x0300),
            1,
            "flags is 0x0300: of the upper eight bits only CHECKSUM, 0x0100, is known",
        ),
    ],
)
def test_the_words_for_what_is_wrong(data: bytes, agreed: int, text: str) -> None:
    assert only(data, agreed).problems[0].text == text


def test_the_bounds_themselves_are_right() -> None:
    for body in (StreamStart(1, 10, 0), StreamStart(1, 3_600_000, 2**32 - 1), FileGet(1, 0, 65536)):
        assert only(encode(body)).problems == ()


def test_all_wrong_values_of_a_message_are_named_and_what_it_says_is_there() -> None:
    item = only(encode(FileStatus(1, 9, 0, 0, 0, "a\tb")))
    assert [problem.field for problem in item.problems] == ["state", "name"]
    assert item.body == FileStatus(1, 9, 0, 0, 0, "a\tb")


def test_unknown_flags_of_the_lower_eight_are_ignored() -> None:
    item = only(encode(StreamStop(1), flags=0x00FC))
    assert (item.body, item.problems) == (StreamStop(1), ())


def test_after_a_wrong_message_the_next_one_is_read_and_after_a_wrong_length_the_rest_is_skipped() -> None:
    good = encode(StreamStop(7))
    for bad in (
        encode(b"abc", type_=0x55),
        encode(SAMPLE, version=9),
        encode(StreamStop(1), flags=0x0400),
        encode(bytes(5), type_=4),
        encode(StreamStop(1), flags=0x100, crc=0),
    ):
        first, second = read(bad + good)
        assert first.problems
        assert second.body == StreamStop(7)
    (item,) = read(encode(StreamStop(1), length=100) + good)
    assert item.problems[0].code == ErrorCode.BAD_LENGTH
    assert item.end == 28


def test_an_error_may_have_any_code() -> None:
    item = only(encode(Error(999, 0, "from the future")))
    assert (item.body, item.problems) == (Error(999, 0, "from the future"), ())


def test_extensions_of_version_1_are_bytes_too_many() -> None:
    raw: Any = encode(Sample(1, 0, MOMENT, 1.0, (Extension(1, b"m"),)), version=2)
    downgraded = b"\x01" + raw[1:]
    assert wrong(downgraded) == (ErrorCode.BAD_LENGTH, "length", 4)
