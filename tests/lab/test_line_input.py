"""Lines of every kind of standard input, and the thread that reads them."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
import termios
import threading
from array import array
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.waiting import until
from wslab.lab import line_input
from wslab.lab.line_input import LineInput, LineTooLong
from wslab.tasks import spawn


async def read_all(descriptor: int) -> list[bytes]:
    return [line async for line in LineInput(descriptor).lines()]


async def piped(*pieces: bytes) -> list[bytes]:
    reading, writing = os.pipe()
    lines = spawn(read_all(reading), "lines")
    for piece in pieces:
        await asyncio.to_thread(os.write, writing, piece)
    os.close(writing)
    try:
        return await asyncio.wait_for(lines, 10)
    finally:
        os.close(reading)


def unread(descriptor: int) -> int:
    """Bytes that lie in a pipe."""
    size = array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, size)
    return size[0]


async def test_lines_come_whole_however_they_were_written() -> None:
    assert await piped(b"on", b"e\ntw", b"o\r\n", b"\n", b"last") == [b"one", b"two", b"", b"last"]


async def test_nothing_gives_nothing() -> None:
    assert await piped() == []


async def test_a_long_line_is_one_line() -> None:
    assert await piped(*[b"x" * 60_000] * 10, b"\n") == [b"x" * 600_000]


async def test_what_cannot_be_read_is_an_error() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    os.close(reading)
    with pytest.raises(OSError, match="Bad file descriptor"):
        await read_all(reading)


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([b"a", b"\n", b"\r", b"\r\n", b"bcd", b"e" * 9]), max_size=12), st.integers(1, 9)
)
def test_the_size_of_reads_makes_no_difference(pieces: list[bytes], size: int) -> None:
    data = b"".join(pieces)
    *lines, rest = data.split(b"\n")
    expected = [line.removesuffix(b"\r") for line in [*lines, *([rest] if rest else [])]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_input, "CHUNK", size)
        assert asyncio.run(piped(data)) == expected


async def test_files_and_nothing_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_bytes(b"one\ntwo\n")
    for name, lines in ((str(path), [b"one", b"two"]), (os.devnull, [])):
        descriptor = os.open(name, os.O_RDONLY)
        assert await read_all(descriptor) == lines
        os.close(descriptor)


async def test_a_pipe_that_does_not_block_is_waited_for() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    lines = spawn(read_all(reading), "lines")
    try:
        os.write(writing, b"one\n")
        await until(lambda: unread(reading) == 0, "the first line to be read")
        os.write(writing, b"two\n")
        os.close(writing)
        assert await asyncio.wait_for(lines, 10) == [b"one", b"two"]
    finally:
        os.close(reading)


async def test_no_more_is_read_than_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_input, "CHUNK", 4)
    reading, writing = os.pipe()
    os.write(writing, b"a\nb\nc\nd\ne\n")
    os.close(writing)
    source = LineInput(reading)
    lines = source.lines()
    try:
        assert await anext(lines) == b"a"
        assert (source.number, source.waiting, unread(reading)) == (1, 1, 6)
        assert await anext(lines) == b"b"
        assert (source.number, source.waiting, unread(reading)) == (2, 0, 6)
        assert [line async for line in lines] == [b"c", b"d", b"e"]
        assert (source.number, source.waiting) == (5, 0)
    finally:
        os.close(reading)


async def test_a_line_without_an_end_is_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_input, "LONGEST_LINE", 100_000)
    with pytest.raises(LineTooLong, match=r"line 2 of standard input is longer than 97\.7 KiB"):
        await piped(b"short\n", *[b"x" * 50_000] * 3)


async def test_a_reader_that_nobody_waits_for_any_more_ends() -> None:
    reading, writing = os.pipe()

    async def give_up() -> None:
        taking = spawn(read_all(reading), "lines")
        await until(
            lambda: "standard input" in [thread.name for thread in threading.enumerate()], "the thread"
        )
        taking.cancel()

    await asyncio.to_thread(asyncio.run, give_up())
    os.write(writing, b"too late\n")
    await until(
        lambda: "standard input" not in [thread.name for thread in threading.enumerate()],
        "the end of the thread",
    )
    os.close(writing)
    os.close(reading)


async def test_a_read_that_never_returns_does_not_keep_the_process() -> None:
    code = """
import asyncio
from wslab.lab.line_input import LineInput

async def main():
    try:
        await asyncio.wait_for(anext(LineInput(0).lines()), 0.01)
    except TimeoutError:
        print("gave up")

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await asyncio.wait_for(process.stdout.read(), 60) == b"gave up\n"
    assert await asyncio.wait_for(process.wait(), 60) == 0
    assert process.stdin is not None
    process.stdin.close()
