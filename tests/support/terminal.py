"""A real pseudo-terminal with a command in it, for tests that need to see what a user sees."""

from __future__ import annotations

import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

import pyte

from tests.support.waiting import until_blocking

# A session leader without a terminal makes its stdin its controlling terminal, then becomes the command.
# What ignores a hang-up, as `nohup` does, hands that on.
# Not done between fork and exec: the harness has threads.
_LAUNCHER = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGHUP, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""

# What pyte would print or trip over: private key and mode sequences, strings meant for the terminal itself.
_UNKNOWN_TO_PYTE = re.compile(
    rb"\x1b\[[<=>][0-9;:]*[ -/]*[@-~]|\x1b\[\?[0-9;]*\$?[^0-9;$hl]|\x1b[PX^_].*?\x1b\\", re.DOTALL
)
# An escape sequence whose end has not arrived.
_UNFINISHED = re.compile(rb"\x1b(\[[0-?]*[ -/]*|[PX^_][^\x1b]*\x1b?)?\Z")

KEYS = {
    "enter": "\r", "escape": "\x1b", "tab": "\t", "shift+tab": "\x1b[Z", "backspace": "\x7f", "space": " ",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H", "end": "\x1b[F",
    "pageup": "\x1b[5~", "pagedown": "\x1b[6~", "delete": "\x1b[3~", "f1": "\x1bOP",
} | {f"ctrl+{letter}": chr(ord(letter) & 0x1F) for letter in "abcdefghijklmnopqrstuvwxyz"}  # fmt: skip
"""What a terminal sends for keys that are no characters."""


class Terminal:
    """A command in a pseudo-terminal of its own, which is its controlling terminal.

    A thread reads all it writes at once, so that it never waits for a test. The screen is drawn when it is
    looked at. Queries to the terminal are not answered. Leaving the context kills the command.

    Attributes:
        pid: process id of the command.
        received_bytes: how many bytes it has written.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        columns: int = 80,
        rows: int = 24,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Start a command.

        Args:
            command: the program and its arguments.
            columns: width of the terminal.
            rows: height of the terminal.
            env: variables on top of this process's and ``TERM``.
            cwd: where to run it.
        """
        self._master, slave = os.openpty()
        self._columns, self._rows = columns, rows
        self._set_size()
        environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(env or {})}
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self._process = subprocess.Popen(
            [sys.executable, "-ISc", _LAUNCHER, *map(str, command)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            cwd=cwd,
            start_new_session=True,
        )
        os.close(slave)
        self.pid = self._process.pid
        self.received_bytes = 0
        self._unparsed: deque[bytes] = deque()
        self._rest = b""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._stop_reading, self._stop_asked = os.pipe()
        self._reader = threading.Thread(target=self._read, name=f"terminal {self.pid}", daemon=True)
        self._reader.start()

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self.hang_up()
        os.close(self._stop_reading)
        os.close(self._stop_asked)

    @property
    def screen(self) -> pyte.Screen:
        """The screen as it is now, for its colours and cursor."""
        while self._draw():
            pass
        return self._screen

    def _draw(self) -> bool:
        """Put what was read at one time onto the screen; return whether there was anything."""
        if not self._unparsed:
            return False
        data = self._rest + self._unparsed.popleft()
        cut = _UNFINISHED.search(data)
        end = cut.start() if cut else len(data)
        self._rest = data[end:]
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[:end]))
        return True

    def lines(self) -> list[str]:
        """Return the rows of the screen, trailing blanks left out."""
        return self._lines(self.screen)

    @staticmethod
    def _lines(screen: pyte.Screen) -> list[str]:
        return [line.rstrip() for line in screen.display]

    def text(self) -> str:
        """Return the screen as text."""
        return "\n".join(self.lines())

    def _shows(self, text: str) -> bool:
        """Return whether the screen shows a text, or did since it was last looked at."""
        while True:
            if text in "\n".join(self._lines(self._screen)):
                return True
            if not self._draw():
                return False

    def wait_for(self, text: str, timeout: float = 20) -> None:
        """Wait until the screen shows a text, however short it does: later screens are not drawn before.

        Raises:
            AssertionError: it did not in time; the message holds the screen.
        """
        self.until(lambda: self._shows(text), repr(text), timeout)

    def until(self, condition: Callable[[], object], what: str, timeout: float = 20) -> None:
        """Wait until something holds.

        Raises:
            AssertionError: it did not in time; the message holds the screen.
        """
        try:
            until_blocking(condition, what, timeout)
        except AssertionError as error:
            state = "still runs" if self.returncode is None else f"ended with {self.returncode}"
            raise AssertionError(f"{error}; the command {state}; the screen:\n{self.text()}") from None

    def type(self, text: str | bytes) -> None:
        """Type text, or bytes that a terminal would send."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            data = data[os.write(self._master, data) :]

    def press(self, *keys: str) -> None:
        """Press keys by name, as `enter`, `ctrl+q` or `a`."""
        for key in keys:
            self.type(KEYS.get(key, key))

    def resize(self, columns: int, rows: int) -> None:
        """Change the size; the command is told with SIGWINCH."""
        screen = self.screen
        self._columns, self._rows = columns, rows
        screen.resize(rows, columns)
        self._set_size()

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed or the SSH connection breaks."""
        if self._master < 0:
            return
        # The descriptor lives on as long as a thread reads from it.
        os.write(self._stop_asked, b"x")
        self._reader.join()
        os.close(self._master)
        self._master = -1

    def kill(self, number: signal.Signals) -> None:
        """Send a signal to the command, and to nothing it started."""
        self._process.send_signal(number)

    @property
    def returncode(self) -> int | None:
        """Exit code of the command, a negative signal number, or None while it runs."""
        return self._process.poll()

    def wait(self, timeout: float = 20) -> int:
        """Wait for the end of the command and return its exit code.

        Raises:
            subprocess.TimeoutExpired: it runs on.
        """
        return self._process.wait(timeout)

    def _set_size(self) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", self._rows, self._columns, 0, 0))

    def _read(self) -> None:
        while True:
            readable, _, _ = select.select([self._master, self._stop_reading], [], [])
            if self._stop_reading in readable:
                return
            try:
                data = os.read(self._master, 65536)
            except OSError:
                # EIO: nothing has the terminal open any more.
                return
            if not data:
                return
            self.received_bytes += len(data)
            self._unparsed.append(data)
