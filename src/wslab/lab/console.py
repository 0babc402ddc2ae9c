"""Standard streams of a program that must stay awake: input that may never come, output that loses nothing.

Everything here works on file descriptors. Python's stream objects have locks and buffers of their own, which
a process that ends would wait for or write once more.
"""

from __future__ import annotations

import asyncio
import os
import select
import stat
import sys
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TextIO, TypeVar

from wslab.lab.lines import visible
from wslab.units import format_size

T = TypeVar("T")

CHUNK = 2**16
"""Bytes that are read at once. No more is read ahead of whoever takes the lines."""
LONGEST_LINE = 64 * 2**20
"""Bytes of the longest line. One without an end must not fill the memory."""
REDRAW = "\r\x1b[K"
"""Clears the row: what is being typed there stands in the way of what is to be shown."""


class InputError(Exception):
    """Standard input cannot be read any further. The message says why, and at which line."""


class LineInput:
    """The lines of a descriptor that may be a terminal, a pipe or a file, read while the loop goes on.

    A thread waits for them: asyncio can watch neither files nor everything that stdin can be. The end of the
    process does not wait for it. It reads only what is asked for, so a writer is held up by whoever takes
    the lines.
    """

    def __init__(self, stream: TextIO | None) -> None:
        """Read a stream from where it is; None is one that was closed before the process began."""
        self.number = 0
        """Number of the line that was taken last, from 1."""
        self._fd = None if stream is None else stream.fileno()
        self._lines: deque[bytes] = deque()
        self._start = bytearray()
        self._wanted = threading.Semaphore(0)
        self._chunk: asyncio.Future[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def waiting(self) -> int:
        """How many lines were read and not taken."""
        return len(self._lines)

    async def next(self) -> bytes | None:
        """Return the next line without its end, LF or CR LF; None after the last one.

        Raises:
            InputError: the stream cannot be read, or a line is longer than `LONGEST_LINE`.
        """
        while not self._lines and self._fd is not None:
            chunk = await self._read()
            if chunk:
                self._split(chunk)
            else:
                self._fd = None
                if self._start:
                    self._lines.append(bytes(self._start))
        if not self._lines:
            return None
        self.number += 1
        return self._lines.popleft().removesuffix(b"\r")

    def _split(self, chunk: bytes) -> None:
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = bytes(self._start) + whole[0]
            self._start.clear()
            self._lines.extend(whole)
        self._start += rest
        if len(self._start) > LONGEST_LINE:
            number = self.number + len(self._lines) + 1
            raise InputError(
                f"line {number} is longer than {format_size(LONGEST_LINE)}, the most that is sent"
            )

    async def _read(self) -> bytes:
        loop = asyncio.get_running_loop()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, args=(loop,), name="stdin", daemon=True)
            self._thread.start()
        self._chunk = loop.create_future()
        self._wanted.release()
        try:
            return await self._chunk
        except OSError as error:
            raise InputError(f"standard input cannot be read: {error.strerror}") from error

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._fd is not None
        fd = self._fd
        while True:
            self._wanted.acquire()
            data, error = b"", None
            try:
                data = _read(fd)
            except OSError as caught:
                error = caught
            try:
                loop.call_soon_threadsafe(self._deliver, data, error)
            except RuntimeError:
                return  # the loop is closed: nobody waits for this any more

    def _deliver(self, data: bytes, error: OSError | None) -> None:
        assert self._chunk is not None
        if self._chunk.done():
            return  # nobody waits for it any more
        if error is None:
            self._chunk.set_result(data)
        else:
            self._chunk.set_exception(error)


class _Cut(Exception):
    """A write that is under way is to end now."""


class Output:
    """Writes to a descriptor at once and completely, however slowly it takes that.

    Whoever writes waits, and with it everything else on the loop. That is meant: what comes in faster than
    it goes out must wait in the sender, not in memory.
    """

    def __init__(self, stream: TextIO | None, on_lost: Callable[[], None]) -> None:
        """Write to a stream.

        Args:
            stream: where to; None is one that was closed before the process began, and takes everything.
            on_lost: called once when nothing can be written any more; what is written later is dropped.
        """
        self.terminal = stream is not None and stream.isatty()
        self.failure: OSError | None = None
        """Why nothing can be written any more, if that is so and nobody wanted it."""
        self._fd = None if stream is None else stream.fileno()
        self._encoding = stream.encoding if stream is not None and self.terminal else "utf-8"
        self._on_lost = on_lost
        self._writing = False

    def write(self, text: str) -> None:
        """Write a text. Never raises: see `failure`."""
        if self._fd is None:
            return
        # A signal handler may raise `_Cut` wherever `_writing` is true, which is only inside of `try`.
        try:
            self._writing = True
            _write(self._fd, text.encode(self._encoding, "backslashreplace"))
            self._writing = False
        except _Cut:
            self._writing = False
            self._lose(None)
        except OSError as error:
            self._writing = False
            self._lose(error)

    def cut(self) -> None:
        """End a write that is under way; from a signal handler."""
        if self._writing:
            raise _Cut

    def watch(self) -> None:
        """Notice that the reader of a pipe has gone also while nothing is written."""
        if self._fd is not None and stat.S_ISFIFO(os.fstat(self._fd).st_mode):
            asyncio.get_running_loop().add_reader(self._fd, self._look, self._fd)

    def _look(self, fd: int) -> None:
        # The loop reports an error as if there was something to read. Something really to read comes from a
        # pipe that is open both ways, whose reader cannot go.
        asyncio.get_running_loop().remove_reader(fd)
        poll = select.poll()
        poll.register(fd, 0)
        if poll.poll(0):
            self._lose(BrokenPipeError())

    def _lose(self, error: OSError | None) -> None:
        if self._fd is None:
            return
        self._fd = None
        self.failure = error
        self._on_lost()


class Console:
    """The three standard streams, and who is behind them."""

    def __init__(self, on_lost: Callable[[], None], *, ask_input: bool, show: bool) -> None:
        """Take the streams of this process.

        Args:
            on_lost: called once when standard output takes nothing any more.
            ask_input: whether standard input is read.
            show: whether people want to see what is sent and received where standard output is a terminal.
        """
        self.out = Output(sys.stdout, on_lost)
        self.err = Output(sys.stderr, _go_on)
        self.interactive = ask_input and sys.stdin is not None and sys.stdin.isatty()
        """Whether somebody types."""
        self.shows = show and self.out.terminal
        """Whether somebody watches what is sent and received."""
        self._redraw = REDRAW if self.interactive and os.environ.get("TERM") != "dumb" else ""

    def lines(self) -> LineInput:
        """Return the lines of standard input."""
        return LineInput(sys.stdin)

    def show(self, mark: str, text: str) -> None:
        """Show a person what was sent, marked `>`, or received, marked `<`."""
        if self.shows:
            self.out.write(f"{self._redraw}{mark} {visible(text)}\n")

    def say(self, text: str) -> None:
        """Write one line to standard error."""
        redraw = self._redraw if self.err.terminal else ""
        self.err.write(f"{redraw}{visible(text)}\n")

    def cut(self) -> None:
        """End a write that is under way; from a signal handler."""
        self.out.cut()
        self.err.cut()


def _go_on() -> None:
    """Go on without standard error: there is no other place to complain to."""


class UnattendedThreads(ThreadPoolExecutor):
    """Runs each call in a thread of its own, which the end of the process does not wait for.

    A name server that does not answer would otherwise hold up a program that was told to end.
    """

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Start a call and return its result to come."""
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 - whoever waits for the future gets it
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=run, name="unattended", daemon=True).start()
        return future


def _read(fd: int) -> bytes:
    while True:
        try:
            return os.read(fd, CHUNK)
        except BlockingIOError:
            # Another process that shares the terminal or pipe has made it non-blocking.
            select.select([fd], [], [])


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            select.select([], [fd], [])
