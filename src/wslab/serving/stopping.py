"""What tells a bundled server to stop, and how it then says goodbye.

| what happens                      | close code | exit code |
|-----------------------------------|------------|-----------|
| end of standard input, a pipe     | 1001       | 0         |
| SIGTERM, SIGHUP                   | 1001       | 0         |
| the line `restart` on that pipe   | 1012       | 0         |
| SIGINT (ctrl+c)                   | 1001       | 130       |
| nobody reads standard output      | 1001       | 0         |

Standard input counts only where it is a pipe or a socket, which is what a parent process holds. A terminal,
a file and /dev/null say nothing, so a server started by hand or by an init system keeps running.
"""

from __future__ import annotations

import asyncio
import os
import signal
import stat
import sys
from dataclasses import dataclass
from enum import Enum

from websockets.frames import CloseCode


@dataclass(frozen=True, slots=True)
class Farewell:
    """What a server does when told to stop."""

    why: str
    code: CloseCode
    exit_code: int


class Stop(Enum):
    """Everything that stops a server."""

    STDIN = Farewell("end of standard input", CloseCode.GOING_AWAY, 0)
    RESTART = Farewell("restart", CloseCode.SERVICE_RESTART, 0)
    TERMINATED = Farewell("terminated", CloseCode.GOING_AWAY, 0)
    INTERRUPTED = Farewell("interrupted", CloseCode.GOING_AWAY, 130)
    STDOUT = Farewell("nobody reads standard output", CloseCode.GOING_AWAY, 0)


_SIGNALS = {
    signal.SIGTERM: Stop.TERMINATED,
    signal.SIGHUP: Stop.TERMINATED,
    signal.SIGINT: Stop.INTERRUPTED,
}


class Stopper:
    """Waits for the first reason to stop. A second signal while stopping asks to hurry."""

    def __init__(self) -> None:
        self._first: Stop | None = None
        self._stopped = asyncio.Event()
        self._hurried = asyncio.Event()

    async def watch(self) -> None:
        """Start listening to signals and, where a parent process holds it, to standard input."""
        loop = asyncio.get_running_loop()
        for number, stop in _SIGNALS.items():
            loop.add_signal_handler(number, self._signalled, stop)
        if sys.stdin is not None and _held_by_parent(sys.stdin.fileno()):
            await loop.connect_read_pipe(lambda: _StdinWatch(self), sys.stdin)

    def stop(self, stop: Stop) -> None:
        """Stop for this reason unless another came first."""
        if self._first is None:
            self._first = stop
            self._stopped.set()

    def _signalled(self, stop: Stop) -> None:
        if self._first is not None:
            self._hurried.set()
        self.stop(stop)

    async def stopped(self) -> Farewell:
        """Return when there is a reason to stop."""
        await self._stopped.wait()
        assert self._first is not None  # set before the event is
        return self._first.value

    async def hurried(self) -> None:
        """Return when a signal comes while the server is already stopping."""
        await self._hurried.wait()


def _held_by_parent(descriptor: int) -> bool:
    mode = os.fstat(descriptor).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)


class _StdinWatch(asyncio.Protocol):
    """Reads lines from the parent, and keeps only the start of a line too long to mean anything."""

    _LONGEST = 64

    def __init__(self, stopper: Stopper) -> None:
        self._stopper = stopper
        self._line = b""

    def data_received(self, data: bytes) -> None:
        *lines, rest = (self._line + data).split(b"\n")
        self._line = rest[: self._LONGEST]
        for line in lines:
            self._obey(line)

    def connection_lost(self, exc: Exception | None) -> None:
        self._obey(self._line)
        self._stopper.stop(Stop.STDIN)

    def _obey(self, line: bytes) -> None:
        if line.strip() == b"restart":
            self._stopper.stop(Stop.RESTART)
