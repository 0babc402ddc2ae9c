"""Lines out of a stream of bytes, however it was split."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.lines import LineSplitter, decode, visible

LIMIT = 8


def split(chunks: list[bytes], at_once: int = 3) -> list[str]:
    splitter, lines = LineSplitter(LIMIT), []
    for chunk in chunks:
        splitter.feed(chunk)
        while taken := splitter.take(at_once):
            lines += taken
    return lines + splitter.rest()


def expected(data: bytes) -> list[str]:
    *lines, rest = data.split(b"\n")
    if rest:
        lines.append(rest)
    texts = []
    for line in lines:
        line = line.removesuffix(b"\r")
        left_out = len(line) - LIMIT
        texts.append(decode(line[:LIMIT]) + (f"… (+{left_out} bytes)" if left_out > 0 else ""))
    return texts


pieces = st.lists(
    st.one_of(st.binary(max_size=12), st.sampled_from([b"\n", b"\r", b"\r\n", b"12345678", b"1234567\r"])),
    max_size=12,
)


@given(pieces, st.integers(1, 4))
def test_how_the_stream_was_split_does_not_matter(chunks: list[bytes], at_once: int) -> None:
    assert split(chunks, at_once) == expected(b"".join(chunks))


@given(st.binary(max_size=60))
def test_one_byte_at_a_time_gives_the_same_as_all_at_once(data: bytes) -> None:
    assert split([bytes([byte]) for byte in data]) == split([data])


def test_a_line_without_an_end_does_not_fill_the_memory() -> None:
    splitter = LineSplitter(limit=100)
    for _ in range(1000):
        splitter.feed(b"x" * 1000)
        assert splitter.take(10) == []
        assert len(splitter._waiting) <= 100
    splitter.feed(b"\n")
    assert splitter.take(10) == ["x" * 100 + "… (+999900 bytes)"]


@given(st.text())
def test_what_is_visible_cannot_steer_a_terminal(text: str) -> None:
    shown = visible(text)
    assert not [char for char in shown if (ord(char) < 0x20 and char != "\t") or 0x7F <= ord(char) < 0xA0]
    assert visible(shown) == shown


def test_escapes_and_direction_marks_are_written_out() -> None:
    assert decode(b"\x1b[31mred\x07 \xc2\x9b2J \xff \xe2\x80\xae") == r"\x1b[31mred\x07 \x9b2J \xff \u202e"
