"""Bodies: where they end and what is kept of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_streams import pieces, sizes
from wslab.wire.body import BodyReader

CHUNKED = [("Transfer-Encoding", "chunked")]


def feed(reader: BodyReader, data: bytes, portions: list[int]) -> bytes:
    """Return what lies behind the end of the body."""
    return b"".join(piece[reader.feed(piece) :] for piece in pieces(data, portions))


@given(st.binary(max_size=60), st.binary(max_size=10), sizes)
def test_a_declared_length_ends_the_body(content: bytes, behind: bytes, portions: list[int]) -> None:
    reader = BodyReader([("content-LENGTH", str(len(content)))], 10)
    assert feed(reader, content + behind, portions) == behind
    assert (reader.length, reader.preview, reader.done) == (len(content), content[:10], True)


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=4), st.binary(max_size=10), sizes, st.booleans())
def test_chunks_are_taken_apart(
    chunks: list[bytes], behind: bytes, portions: list[int], trailer: bool
) -> None:
    reader = BodyReader(CHUNKED, 20)
    data = b"".join(b"%X;name=value\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    data += b"0\r\n" + (b"Checksum: 1\r\n" if trailer else b"") + b"\r\n"
    content = b"".join(chunks)
    assert feed(reader, data + behind, portions) == behind
    assert (reader.length, reader.preview, reader.done) == (len(content), content[:20], True)
    assert not reader.cut


@given(st.binary(max_size=80), sizes)
def test_broken_chunks_never_raise_and_splits_make_no_difference(data: bytes, portions: list[int]) -> None:
    results = []
    for each in (portions, [len(data) + 1], [1]):
        reader = BodyReader(CHUNKED, 100)
        rest = feed(reader, b"3\r\nabc\r\n" + data, each)
        reader.finish()
        results.append((rest, reader.length, reader.preview, reader.done, reader.cut))
    assert results[0] == results[1] == results[2]


def test_a_broken_chunk_size_keeps_the_rest_as_it_is() -> None:
    reader = BodyReader(CHUNKED, 100)
    reader.feed(b"2\r\nok\r\nno size\r\nat all")
    assert reader.preview == b"okno size\r\nat all"


def test_a_size_line_is_bounded() -> None:
    reader = BodyReader(CHUNKED, 10)
    for _ in range(10):
        reader.feed(b"a" * 1000)
    assert reader.length == 10_000


@pytest.mark.parametrize("headers", [[], [("Content-Length", "x")], [("Content-Length", "-1")]])
def test_without_a_length_only_the_connection_ends_it(headers: list[tuple[str, str]]) -> None:
    reader = BodyReader(headers, 3)
    assert reader.feed(b"abcdef") == 6
    assert (reader.done, reader.cut, reader.length, reader.preview) == (False, False, 6, b"abc")


def test_an_end_inside_is_known() -> None:
    reader = BodyReader([("Content-Length", "5")], 3)
    assert reader.cut
    reader.feed(b"abc")
    assert reader.cut
    reader.feed(b"de")
    assert not reader.cut


def test_an_answer_without_a_body_has_none_whatever_it_says() -> None:
    reader = BodyReader([("Content-Length", "5")], 3, empty=True)
    assert reader.done
    assert reader.feed(b"next", 1) == 1
