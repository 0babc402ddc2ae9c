"""A log of every attempt at a lesson, one JSON object a line: what was tried when, and how it ended.

A line is written at once, at the end of the file, so sessions side by side do not mix theirs. What a crash or
a full disk has torn is passed over by the reader, which counts it. The file is bounded: a full one becomes
`attempts.1.jsonl`, in place of the one before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from wslab.lab.progress_form import LAST_TIME
from wslab.lab.safe_file import locked
from wslab.wire.clock import Clock

LARGEST = 2**20
"""Bytes after which the file is put aside. An attempt takes some 200."""
VERDICTS = ("pending", "passed", "failed", "unknown")

_LONGEST_TEXT = 200
_PATIENCE = 2.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a step."""

    course: str
    lesson: str
    step: str
    verdict: str
    """One of `VERDICTS`: how the step stood when the attempt ended."""
    seed: str = ""
    say: str = ""
    """Key of the diagnosis that was shown; empty where none was."""
    seconds: float = 0.0
    """How long the step was active."""
    wall: float = 0.0
    """Unix time of its end; filled in by the log."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """What was read of a log."""

    attempts: tuple[Attempt, ...]
    """Oldest first."""
    skipped: int
    """Lines that are torn or not understood."""


class AttemptLog:
    """The log of every course, in the folder for state."""

    def __init__(self, folder: Path, clock: Clock | None = None, largest: int = LARGEST) -> None:
        """Touch nothing yet.

        Args:
            folder: where the file is; made with the first attempt.
            clock: where times come from.
            largest: bytes after which the file is put aside.
        """
        self.file = folder / "attempts.jsonl"
        self.older = folder / "attempts.1.jsonl"
        self._clock = clock or Clock()
        self._largest = largest

    def add(self, attempt: Attempt) -> None:
        """Write an attempt down.

        Raises:
            OSError: it can't be written, or not whole.
        """
        values = {name: _cut(value) for name, value in asdict(attempt).items()}
        values["wall"] = self._clock.wall()
        line = json.dumps(values, separators=(",", ":")).encode() + b"\n"
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._make_room()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        handle = os.open(self.file, flags, 0o600)
        try:
            size = os.fstat(handle).st_size
            if size and os.pread(handle, 1, size - 1) != b"\n":
                line = b"\n" + line  # a torn line must not take this one with it
            if os.write(handle, line) != len(line):
                raise OSError(f"{self.file}: the last line was not written whole")
        finally:
            os.close(handle)

    def read(self) -> Attempts:
        """Return what the log has.

        Raises:
            OSError: it can't be read.
        """
        found: list[Attempt] = []
        skipped = 0
        for file in (self.older, self.file):
            for line in _lines(file):
                attempt = _parse(line)
                if attempt is None:
                    skipped += 1
                else:
                    found.append(attempt)
        return Attempts(tuple(found), skipped)

    def _make_room(self) -> None:
        if self._size() < self._largest:
            return
        with locked(self.file.with_name("attempts.lock"), _PATIENCE, self._clock.monotonic):
            # Another session may have done it meanwhile; a second time would cost what it put aside.
            if self._size() >= self._largest:
                self.file.replace(self.older)

    def _size(self) -> int:
        try:
            return self.file.stat().st_size
        except FileNotFoundError:
            return 0


def _cut(value: object) -> object:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else value


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as stream:
            yield from (line for line in stream if line != b"\n")
    except FileNotFoundError:
        return


def _parse(line: bytes) -> Attempt | None:
    """Return the attempt of a line, or None where it has none."""
    if not line.endswith(b"\n"):
        return None
    try:
        values: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    kept: dict[str, Any] = {}
    for field in fields(Attempt):
        value: Any = values.get(field.name)
        if field.type == "float":
            if type(value) not in (int, float) or not 0 <= value <= LAST_TIME:
                return None
        elif not isinstance(value, str):
            return None
        kept[field.name] = value
    return Attempt(**kept) if kept["verdict"] in VERDICTS else None
