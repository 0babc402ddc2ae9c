"""Output that is complete or known to be lost, and threads that nobody waits for."""

from __future__ import annotations

import asyncio
import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TextIO

import pytest

from tests.support.waiting import until, until_blocking
from wslab.lab.console import Console, Output, UnattendedThreads

MUCH = "x" * 300_000 + "\n"
"""More than any pipe holds."""


class Pipe:
    """A pipe whose writing end is a stream."""

    def __init__(self) -> None:
        self.reading, writing = os.pipe()
        self.stream: TextIO = os.fdopen(writing, "w")
        self.lost = 0

    def note_loss(self) -> None:
        self.lost += 1

    def output(self) -> Output:
        return Output(self.stream, self.note_loss)

    def close_reading(self) -> None:
        if self.reading >= 0:
            os.close(self.reading)
            self.reading = -1

    def read(self, size: int) -> bytes:
        data = b""
        while len(data) < size and (more := os.read(self.reading, size - len(data))):
            data += more
        return data


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close_reading()
    pipe.stream.close()


@pytest.mark.parametrize("blocking", [True, False])
def test_everything_is_written_however_slowly_it_is_read(pipe: Pipe, blocking: bool) -> None:
    os.set_blocking(pipe.stream.fileno(), blocking)
    output = pipe.output()
    writer = threading.Thread(target=output.write, args=(MUCH,))
    writer.start()
    assert pipe.read(len(MUCH)) == MUCH.encode()
    writer.join()
    assert (output.failure, pipe.lost) == (None, 0)


def test_a_reader_that_has_gone_is_noted_once_and_what_follows_is_dropped(pipe: Pipe) -> None:
    output = pipe.output()
    pipe.close_reading()
    output.write("one\n")
    output.write("two\n")
    assert isinstance(output.failure, BrokenPipeError)
    assert pipe.lost == 1


def test_a_full_disk_is_a_failure() -> None:
    with Path("/dev/full").open("w") as full:
        output = Output(full)
        output.write("x")
        assert output.failure is not None
        assert output.failure.errno == errno.ENOSPC


def test_a_stream_that_was_closed_before_takes_everything() -> None:
    output = Output(None)
    output.write("x")
    assert (output.terminal, output.failure) == (False, None)


async def test_a_reader_that_goes_is_noticed_while_nothing_is_written(pipe: Pipe) -> None:
    output = pipe.output()
    output.watch()
    output.write("x")
    await asyncio.sleep(0)
    assert pipe.lost == 0
    pipe.close_reading()
    await until(lambda: pipe.lost, "the loss to be noticed")
    assert isinstance(output.failure, BrokenPipeError)


async def test_something_to_read_is_no_loss(pipe: Pipe) -> None:
    both = os.open(f"/dev/fd/{pipe.reading}", os.O_RDWR)
    with os.fdopen(both, "r+b", buffering=0) as open_both_ways:
        output = Output(open_both_ways, pipe.note_loss)  # type: ignore[arg-type]
        output.watch()
        output.write("x")
        loop = asyncio.get_running_loop()
        # The watcher takes itself away as soon as it was called.
        await until(lambda: not loop.remove_reader(both), "the pipe to be looked at")
        assert pipe.lost == 0


def test_a_write_that_is_stuck_can_be_cut(pipe: Pipe) -> None:
    output = pipe.output()

    def cut(_number: int, _frame: FrameType | None) -> None:
        output.cut()

    def interrupt() -> None:
        pipe.read(1)  # as soon as something was written, and what is left does not fit
        until_blocking(lambda: output._writing, "the write")
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, cut)
    thread = threading.Thread(target=interrupt)
    try:
        thread.start()
        output.write(MUCH)
    finally:
        thread.join()
        signal.signal(signal.SIGUSR1, before)
    assert (output.failure, pipe.lost) == (None, 1)
    output.cut()  # nothing is written any more: nothing to cut


def test_what_is_said_is_safe_and_what_is_shown_is_for_people_alone(
    pipe: Pipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    # One pipe for both streams, as after 2>&1.
    monkeypatch.setattr(sys, "stdout", pipe.stream)
    monkeypatch.setattr(sys, "stderr", pipe.stream)
    console = Console(pipe.note_loss, ask_input=True, show=True)
    assert not console.shows
    console.show(">", "not for a pipe")
    console.say("a\x1b[31m\nb")
    pipe.stream.close()
    assert pipe.read(100) == b"* a\\x1b[31m\\x0ab\n"


async def test_calls_are_answered_from_their_threads() -> None:
    asyncio.get_running_loop().set_default_executor(UnattendedThreads())
    here = threading.get_ident()
    assert await asyncio.to_thread(threading.get_ident) != here
    with pytest.raises(ZeroDivisionError):
        await asyncio.to_thread(lambda: 1 // 0)


def test_a_call_that_never_returns_does_not_keep_the_process() -> None:
    code = """
import asyncio, threading
from wslab.lab.console import UnattendedThreads

async def main():
    asyncio.get_running_loop().set_default_executor(UnattendedThreads())
    try:
        await asyncio.wait_for(asyncio.to_thread(threading.Event().wait), 0.01)
    except TimeoutError:
        print("gave up")

asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "gave up\n", "")
