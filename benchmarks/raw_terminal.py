"""A pseudo-terminal that only counts and looks for texts: nothing of what is drawn is worked out.

An emulator would cost more processor than what it is to measure.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType


class RawTerminal:
    """A command in a pseudo-terminal. Output is read only in `wait_for` and `read_for`: call them often.

    Attributes:
        pid: process id of the command.
        started: when the command was started, as `time.perf_counter` has it.
        received_bytes: how many bytes it has written.
    """

    def __init__(
        self, command: Sequence[str | Path], *, columns: int, rows: int, env: Mapping[str, str]
    ) -> None:
        """Start a command.

        Args:
            command: the program and its arguments.
            columns: width of the terminal.
            rows: height of the terminal.
            env: all its variables but those that name the terminal.
        """
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._seen = bytearray()
        self.received_bytes = 0
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            list(map(str, command)),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**env, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            start_new_session=True,
        )
        os.close(slave)
        self.pid = self._process.pid

    def __enter__(self) -> RawTerminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    def type(self, data: bytes) -> float:
        """Type something; what was drawn before is no longer looked at. Return when it was typed."""
        self._seen.clear()
        typed = time.perf_counter()
        os.write(self._master, data)
        return typed

    def wait_for(self, *texts: str, timeout: float = 30) -> float:
        """Wait until all texts were drawn since the last key; return when the last of them was.

        Raises:
            TimeoutError: they were not in time.
        """
        wanted = [text.encode() for text in texts]
        deadline = time.perf_counter() + timeout
        now = time.perf_counter()
        while not all(text in self._seen for text in wanted):
            if now > deadline:
                raise TimeoutError(f"not drawn within {timeout:g} s: {', '.join(texts)}")
            self._read(deadline - now)
            now = time.perf_counter()
        return now

    def read_for(self, seconds: float, until: str | None = None) -> None:
        """Read on for so long, or until a text is drawn."""
        text = until.encode() if until else None
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0 and not (text and text in self._seen):
            self._read(left)

    def drawn(self) -> str:
        """Return what was drawn since the last key, escape sequences and all."""
        return self._seen.decode(errors="replace")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size, which has everything drawn anew."""
        self._seen.clear()
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # It has no controlling terminal that would tell it.
        self._process.send_signal(signal.SIGWINCH)

    def _read(self, timeout: float) -> None:
        readable, _, _ = select.select([self._master], [], [], max(0.0, timeout))
        if readable:
            data = os.read(self._master, 65536)
            self.received_bytes += len(data)
            self._seen += data
