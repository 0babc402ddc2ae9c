"""Lines of standard input, read without ever stopping the event loop or keeping the process alive."""

from __future__ import annotations

import asyncio
import os
import select
import threading
from collections import deque
from collections.abc import AsyncIterator

from wslab.i18n import sentence
from wslab.units import format_size

CHUNK = 64 * 1024
"""Bytes that are read at once. No more is read ahead of whoever takes the lines."""
LONGEST_LINE = 64 * 2**20
"""Bytes of the longest line. One without an end must not fill the memory."""


class LineTooLong(ValueError):
    """A line is longer than `LONGEST_LINE`. The message names it."""


class LineInput:
    """The lines of a descriptor, read in a thread of its own and only as fast as they are taken.

    A thread and `os.read` work alike for terminals, pipes, files and `/dev/null`, of which an event loop can
    watch only some. The thread is a daemon: a read that never returns does not keep the process alive.

    Args:
        descriptor: what to read.
    """

    def __init__(self, descriptor: int) -> None:
        self.number = 0
        """Number of the line that was yielded last, from 1."""
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._start = bytearray()
        self._wanted = threading.Semaphore(0)
        self._chunk: asyncio.Future[bytes] | None = None
        self._stopped = False

    @property
    def waiting(self) -> int:
        """How many lines were read and not yielded yet."""
        return len(self._lines)

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield each line without its LF or CR LF; the last one needs none.

        Raises:
            OSError: the descriptor can't be read.
            LineTooLong: a line is longer than `LONGEST_LINE`.
        """
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._read, args=(loop,), name="standard input", daemon=True).start()
        try:
            while True:
                self._chunk = loop.create_future()
                self._wanted.release()
                chunk = await self._chunk
                self._split(chunk)
                while self._lines:
                    self.number += 1
                    yield self._lines.popleft().removesuffix(b"\r")
                if not chunk:
                    return
        finally:
            self._stopped = True
            self._wanted.release()

    def _split(self, chunk: bytes) -> None:
        *whole, rest = chunk.split(b"\n")
        if whole:
            whole[0] = bytes(self._start) + whole[0]
            self._start.clear()
            self._lines.extend(whole)
        self._start += rest
        if not chunk and self._start:
            self._lines.append(bytes(self._start))
        if len(self._start) > LONGEST_LINE:
            number = self.number + len(self._lines) + 1
            limit = format_size(LONGEST_LINE)
            raise LineTooLong(
                sentence(
                    "line {number} of standard input is longer than {limit}, the most that is sent",
                    number=number,
                    limit=limit,
                )
            )

    def _read(self, loop: asyncio.AbstractEventLoop) -> None:
        while True:
            self._wanted.acquire()
            if self._stopped:
                return
            chunk = b""
            error: OSError | None = None
            try:
                chunk = _read(self._descriptor)
            except OSError as caught:
                error = caught
            try:
                loop.call_soon_threadsafe(self._deliver, chunk, error)
            except RuntimeError:
                # The loop is closed: nobody waits for it any more.
                return

    def _deliver(self, chunk: bytes, error: OSError | None) -> None:
        if self._chunk is None or self._chunk.done():
            return  # whoever waited for it was cancelled
        if error is None:
            self._chunk.set_result(chunk)
        else:
            self._chunk.set_exception(error)


def _read(descriptor: int) -> bytes:
    while True:
        try:
            return os.read(descriptor, CHUNK)
        except BlockingIOError:
            # Another process that shares the terminal or the pipe made it non-blocking.
            select.select([descriptor], [], [])
