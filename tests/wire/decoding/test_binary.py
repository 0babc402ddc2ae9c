"""Messages of the lab's binary protocol in one line each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labproto import SAMPLE, legal
from wslab.wire.decoding import binary
from wslab.wire.decoding.binary import TEXT_MESSAGE, BinaryDecoder
from wslab.wire.decoding.decoded import Decoded
from wslab.wire.labproto.bodies import Body, Error, FileChunk, FileStatus, SampleAck, StreamStop
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ANSWER, CHECKSUM, TYPE_OF


def decode(data: bytes, *, text: bool = False, agreed: int = 2, limit: int = 4096) -> list[Decoded]:
    decoder = BinaryDecoder(agreed, preview_limit=limit)
    decoder.begin(text)
    decoder.feed(data)
    return decoder.end(True)


@pytest.mark.parametrize(
    ("body", "flags", "line"),
    [
        (SAMPLE, 0, "SAMPLE 3 sensor 42 value 21.5"),
        (SampleAck(42, 9, 1.0, 3.0, 2.0), ANSWER, "SAMPLE_ACK answers 3 sensor 42 count 9 mean 2.0"),
        (FileChunk(1, 64, b"abc"), CHECKSUM, "FILE_CHUNK 3 offset 64 data 3 bytes"),
        (FileStatus(1, 2, 5, 5, 0, "a.txt"), 0, "FILE_STATUS 3 state 2 COMPLETE offset 5 size 5"),
        (Error(3, 1, "no such type"), ANSWER, "ERROR answers 3 code 3 UNKNOWN_TYPE text no such type"),
    ],
)
def test_what_a_message_is_about(body: Body, flags: int, line: str) -> None:
    (unit,) = decode(encode(body, sequence=3, flags=flags))
    assert (unit.summary, unit.id, unit.violations) == (line, "3", ())


def test_several_messages_in_one() -> None:
    one, two = encode(SAMPLE, sequence=1), encode(StreamStop(42), sequence=2)
    first, second = decode(one + two, limit=20)
    assert (first.name, first.start, first.length, first.preview) == ("SAMPLE", 0, len(one), one[:20])
    assert (second.name, second.start, second.length) == ("STREAM_STOP", len(one), len(two))


def test_each_message_has_its_own_version_as_far_as_it_was_agreed_on() -> None:
    both = encode(SAMPLE, version=1) + encode(SAMPLE, version=2) + encode(SAMPLE, version=9)
    assert [unit.version for unit in decode(both)] == ["1", "2", "2"]
    assert [unit.version for unit in decode(both, agreed=1)] == ["1", "1", "1"]
    assert [unit.version for unit in decode(b"\x00") + decode(encode(SAMPLE, version=0))] == ["2", "2"]


def test_what_is_wrong_is_told() -> None:
    (unit,) = decode(encode(b"", type_=0x55, sequence=1))
    assert (unit.name, unit.summary) == ("0x55", "0x55 1 0 bytes, not read")
    assert unit.violations == ("binary#3.1 type is 0x55: no message has this type",)
    (unit,) = decode(b"\x01")
    assert (unit.name, unit.summary, unit.id) == ("", "1 of the 12 bytes of a header", None)
    (unit,) = decode(b"hello", text=True)
    assert unit.violations == (TEXT_MESSAGE,)
    (unit,) = decode(encode(SAMPLE, version=2), agreed=1)
    assert unit.violations[0].startswith("binary#8.1 version is 2")


def test_a_crowd_of_messages_is_told_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "MOST_MESSAGES", 2)
    one = encode(StreamStop(1))
    *units, rest = decode(one * 5)
    assert [unit.name for unit in units] == ["STREAM_STOP"] * 2
    assert (rest.start, rest.length) == (2 * len(one), 3 * len(one))
    assert rest.violations[0].startswith("lab#decode-limit more than 2 messages")


@given(legal())
def test_every_type_has_a_line(body: Body) -> None:
    flags = CHECKSUM if isinstance(body, FileChunk) else 0
    (unit,) = decode(encode(body, flags=flags))
    assert unit.violations == ()
    assert unit.summary.startswith(f"{TYPE_OF[type(body)].name} 0 ")


@given(st.binary(max_size=60), st.booleans())
def test_no_bytes_raise(data: bytes, text: bool) -> None:
    units = decode(data, text=text)
    assert sum(unit.length for unit in units) == len(data)
