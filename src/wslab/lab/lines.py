"""Lines out of whatever a process writes: bounded, decoded and safe to show."""

from __future__ import annotations

import re

MAX_LINE = 16 * 1024
"""Bytes of one line that are kept. A server that never ends its line must not fill the memory."""

_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""Return the text with control characters and text direction marks written out, such as `\x1b`.

    What a process prints must not move the cursor, set colours or turn the reading direction of the
    terminal that shows it. A tab stays a tab.
    """
    return _UNSAFE.sub(_written_out, text)


def _written_out(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def decode(line: bytes) -> str:
    r"""Return a line as text that is safe to show; bytes that are not UTF-8 are written as `\xff`."""
    return visible(line.decode("utf-8", "backslashreplace"))


class LineSplitter:
    """Cuts a stream of bytes into lines, however it was split on its way.

    A line ends with LF or CR LF, which it is returned without. Of a line longer than ``limit`` bytes the
    start is kept and the number of bytes left out is appended, so that nothing is lost silently.
    """

    def __init__(self, limit: int = MAX_LINE) -> None:
        self._limit = limit
        self._waiting = bytearray()
        self._scanned = 0
        self._start = b""
        self._left_out = 0

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._waiting += data

    def take(self, count: int) -> list[str]:
        """Return up to ``count`` lines that are complete. Fewer mean that no more are."""
        lines: list[str] = []
        waiting, start, scanned = self._waiting, 0, self._scanned
        while len(lines) < count:
            end = waiting.find(b"\n", scanned)
            if end < 0:
                scanned = len(waiting)
                break
            lines.append(self._finished(bytes(waiting[start:end])))
            start = scanned = end + 1
        del waiting[:start]
        self._scanned = scanned - start
        if self._scanned == len(waiting):
            self._shorten()
        return lines

    def rest(self) -> list[str]:
        """Return the last line where the stream ended without ending it, else nothing.

        Every complete line has to be taken before.
        """
        if not (self._waiting or self._start):
            return []
        line = bytes(self._waiting)
        self._waiting.clear()
        self._scanned = 0
        return [self._finished(line)]

    def _shorten(self) -> None:
        """Drop what is too much of a line that has not ended yet."""
        room = self._limit - len(self._start)
        if len(self._waiting) <= room:
            return
        self._start += bytes(self._waiting[:room])
        # A CR at the very end may belong to the line's end, so the last byte waits for its successor.
        self._left_out += len(self._waiting) - room - 1
        del self._waiting[:-1]
        self._scanned = 1

    def _finished(self, end: bytes) -> str:
        line = self._start + end.removesuffix(b"\r")
        left_out = self._left_out + max(0, len(line) - self._limit)
        self._start, self._left_out = b"", 0
        text = decode(line[: self._limit])
        return f"{text}… (+{left_out} bytes)" if left_out else text
