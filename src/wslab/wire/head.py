"""HTTP heads and the start of bodies, read from any split of their bytes (RFC 9112).

Nothing here raises: what is not HTTP is kept readable as Latin-1 and flagged.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from wslab.wire import violations as rule
from wslab.wire.events import Direction
from wslab.wire.extensions import TOKEN

HEAD_LIMIT = 64 * 1024
"""Bytes after which a head without an end is given up."""

_REQUEST_LINE = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+ [^ ]+ HTTP/\d\.\d")
_STATUS_LINE = re.compile(r"HTTP/(\d\.\d) (\d{3})(?: (.*))?")
_LOOSE_STATUS_LINE = re.compile(r"\s*HTTP/(\d\.\d)\s+(\d{3})(?!\d)\s*(.*)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Head(NamedTuple):
    """A start line and the headers after it."""

    start_line: str
    headers: tuple[tuple[str, str], ...]
    """Name and value of each header in the order and spelling of the wire."""
    length: int
    """Bytes, the last empty line included."""
    violations: tuple[str, ...]


class Status(NamedTuple):
    """What a status line says."""

    version: str
    """Such as `1.1`."""
    code: int
    reason: str


def read_status(start_line: str) -> Status | None:
    """Return what a status line says, None where it is none."""
    match = _LOOSE_STATUS_LINE.fullmatch(start_line)
    return Status(match[1], int(match[2]), match[3].strip()) if match else None


def parse_head(raw: bytes, direction: Direction) -> Head:
    """Take a head apart, whatever it holds.

    Args:
        raw: every byte of the head.
        direction: `c>s` reads a request, `s>c` a response.
    """
    # A dict keeps the order in which rules were broken and each of them once.
    broken: dict[str, None] = {}
    if not raw.isascii():
        broken[rule.NON_ASCII_HEAD] = None
    body = raw.lstrip(b"\r\n")
    if len(body) != len(raw):
        broken[rule.LEADING_BLANK] = None
    lines: list[str] = []
    ended = body.count(b"\n")
    for line in body.decode("latin-1").split("\n"):
        if line.endswith("\r"):
            line = line[:-1]
        elif len(lines) < ended:
            broken[rule.BARE_LF] = None
        if "\r" in line:
            broken[rule.BARE_CR] = None
        lines.append(line)
    start_line = lines[0]
    if direction is Direction.C2S:
        if not _REQUEST_LINE.fullmatch(start_line):
            broken[rule.BAD_REQUEST_LINE] = None
    elif not _STATUS_LINE.fullmatch(start_line):
        broken[rule.BAD_STATUS_LINE] = None
    headers = _parse_headers(lines[1:], broken)
    return Head(start_line, headers, len(raw), tuple(broken))


def _parse_headers(lines: list[str], broken: dict[str, None]) -> tuple[tuple[str, str], ...]:
    names: list[str] = []
    values: list[list[str]] = []
    for line in lines:
        if not line:
            continue
        if line[0] in " \t" and values:
            broken[rule.FOLDED_HEADER] = None
            values[-1].append(line.strip(" \t"))
            continue
        name, colon, value = line.partition(":")
        if not colon:
            broken[rule.HEADER_WITHOUT_COLON] = None
        elif name != name.rstrip(" \t"):
            broken[rule.SPACE_BEFORE_COLON] = None
            name = name.rstrip(" \t")
        if colon and not TOKEN.fullmatch(name):
            broken[rule.BAD_HEADER_NAME] = None
        if _CONTROL.search(value):
            broken[rule.BAD_HEADER_VALUE] = None
        names.append(name)
        values.append([value.strip(" \t")])
    return tuple((name, " ".join(parts)) for name, parts in zip(names, values, strict=True))


class HeadReader:
    """Reads one head, then the next; what follows a head is handed back untouched."""

    def __init__(self, direction: Direction) -> None:
        self._direction = direction
        self._buffer = bytearray()
        # Where the start line begins, behind empty lines, and up to where no end of the head was found.
        self._first = 0
        self._searched = 0

    @property
    def pending(self) -> int:
        """Bytes of a head that has not ended yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> tuple[Head, bytes] | None:
        """Return the head and the bytes behind it as soon as it is complete or past the limit."""
        buffer = self._buffer
        buffer += data
        while self._first < len(buffer) and buffer[self._first] in b"\r\n":
            self._first += 1
        end = self._find_end()
        if end < 0 and len(buffer) < HEAD_LIMIT:
            return None
        complete = end >= 0
        head = parse_head(bytes(buffer[: end if complete else HEAD_LIMIT]), self._direction)
        if not complete:
            head = head._replace(violations=(*head.violations, rule.HEAD_TOO_LONG))
        rest = bytes(buffer[head.length :])
        buffer.clear()
        self._first = self._searched = 0
        return head, rest

    def _find_end(self) -> int:
        buffer = self._buffer
        # An end can begin in what was searched before: all but its last byte.
        start = max(self._first, self._searched - 2)
        ends = [
            position + len(mark)
            for mark in (b"\n\r\n", b"\n\n")
            if (position := buffer.find(mark, start, HEAD_LIMIT)) >= 0
        ]
        self._searched = len(buffer)
        return min(ends, default=-1)

    def finish(self) -> Head | None:
        """Return as much of a head as came before the connection ended, None where nothing did."""
        if not self._buffer:
            return None
        head = parse_head(bytes(self._buffer), self._direction)
        self._buffer.clear()
        return head._replace(violations=(*head.violations, rule.HEAD_CUT))
