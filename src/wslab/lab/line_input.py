"""Lines of standard input, read without ever stopping the event loop or keeping the process alive."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncIterator

CHUNK = 64 * 1024
QUEUED = 1000
"""Lines read ahead at most; whoever writes faster waits."""


class LineInput:
    """Reads lines of a file descriptor in a thread of its own.

    A thread and `os.read` work alike for terminals, pipes, files and `/dev/null`, of which an event loop can
    watch only some. The thread is a daemon: a read that never returns does not keep the process alive.

    Args:
        descriptor: what to read.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._loop = asyncio.get_running_loop()
        self._lines: asyncio.Queue[bytes | OSError | None] = asyncio.Queue(QUEUED)
        threading.Thread(target=self._read, name="standard input", daemon=True).start()

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield each line without its LF or CR LF; the last one needs none.

        Raises:
            OSError: it can't be read.
        """
        while (line := await self._lines.get()) is not None:
            if isinstance(line, OSError):
                raise line
            yield line

    def _read(self) -> None:
        rest = b""
        try:
            while data := os.read(self._descriptor, CHUNK):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._put(line.removesuffix(b"\r"))
            if rest:
                self._put(rest)
            self._put(None)
        except OSError as error:
            self._put(error)
        except RuntimeError:
            # The loop was closed while a line was on its way: nobody waits for it any more.
            return

    def _put(self, line: bytes | OSError | None) -> None:
        asyncio.run_coroutine_threadsafe(self._lines.put(line), self._loop).result()
