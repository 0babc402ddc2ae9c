"""Standard output and error of line mode: nothing is lost, and a process that is to end does end.

Everything here works on file descriptors. Python's stream objects have buffers of their own, which a process
that ends would write once more, into a pipe that nobody reads.
"""

from __future__ import annotations

import asyncio
import os
import select
import stat
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TextIO, TypeVar

from wslab.lab.lines import visible

T = TypeVar("T")

REDRAW = "\r\x1b[K"
"""Clears the row: what is being typed there stands in the way of what is to be shown."""


class _Cut(Exception):
    """A write that is under way is to end now."""


class Output:
    """Writes to a descriptor at once and completely, however slowly it takes that.

    Whoever writes waits, and with it everything else on the loop. That is meant: what comes in faster than
    it goes out must wait in the sender, not in memory.
    """

    def __init__(self, stream: TextIO | None, on_lost: Callable[[], None] | None = None) -> None:
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
        if self._on_lost is not None:
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
        self.err = Output(sys.stderr)  # where it is lost, there is no other place to complain to
        self.input = None if sys.stdin is None else sys.stdin.fileno()
        """The descriptor of standard input; None where it was closed before the process began."""
        self.interactive = ask_input and sys.stdin is not None and sys.stdin.isatty()
        """Whether somebody types."""
        self.shows = show and self.out.terminal
        """Whether somebody watches what is sent and received."""
        self._redraw = REDRAW if self.interactive and os.environ.get("TERM") != "dumb" else ""

    def show(self, mark: str, text: str) -> None:
        """Show a person what was sent, marked `>`, or received, marked `<`."""
        if self.shows:
            self.out.write(f"{self._redraw}{mark} {visible(text)}\n")

    def say(self, text: str) -> None:
        """Write one line to standard error, marked `*`."""
        redraw = self._redraw if self.err.terminal else ""
        self.err.write(f"{redraw}* {visible(text)}\n")

    def cut(self) -> None:
        """End a write that is under way; from a signal handler."""
        self.out.cut()
        self.err.cut()


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


def _write(fd: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(fd, rest) :]
        except BlockingIOError:
            select.select([], [fd], [])
