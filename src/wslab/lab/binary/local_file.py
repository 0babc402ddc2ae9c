"""A file of this machine that is to be sent: what is announced of it, and whether it is still the same."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

from wslab.i18n import sentence
from wslab.lab.binary.bad_field import BadField
from wslab.wire.labproto.layout import LONGEST_NAME

_BLOCK = 1 << 20
"""Bytes that are read at once."""


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file as it was when it was looked at."""

    path: Path
    name: str
    """As it is announced: at most `LONGEST_NAME` bytes of UTF-8, without control characters."""
    size: int
    crc: int
    """CRC-32 of all of it."""
    changed: int
    """When it was last changed: nanoseconds of its file system."""

    def check(self) -> None:
        """See that the file is still the one that was looked at.

        Raises:
            ValueError: it has changed.
            OSError: it cannot be looked at.
        """
        now = self.path.stat()
        if (now.st_size, now.st_mtime_ns) != (self.size, self.changed):
            raise ValueError(
                sentence("{path} has changed since it was announced: send it anew", path=self.path)
            )

    def read(self, offset: int, size: int) -> bytes:
        """Return a piece of the file.

        Raises:
            ValueError: the file has become shorter.
            OSError: it cannot be read.
        """
        with self.path.open("rb") as file:
            file.seek(offset)
            data = file.read(size)
        if len(data) < min(size, self.size - offset):
            raise ValueError(
                sentence("{path} has changed since it was announced: send it anew", path=self.path)
            )
        return data


def parse_file(text: str) -> Path:
    """Return the path that is typed; `~` is the home folder.

    Raises:
        BadField: nothing is typed, or it is no file.
    """
    if not text.strip():
        raise BadField("file", text, sentence("it is the path of a file on this machine"))
    path = Path(text.strip())
    with suppress(RuntimeError):  # ~ of a user whom this machine does not know
        path = path.expanduser()
    # One that leads nowhere, is a folder, or has a character that no path has.
    if "\0" in text or not path.is_file():
        raise BadField("file", text, sentence("there is no such file"))
    return path


def look_at(path: Path) -> LocalFile:
    """Read a file once and return what is announced of it. It takes as long as reading does.

    Raises:
        OSError: it cannot be read.
    """
    crc = size = 0
    with path.open("rb") as file:
        changed = os.fstat(file.fileno()).st_mtime_ns
        while block := file.read(_BLOCK):
            crc = crc32(block, crc)
            size += len(block)
    return LocalFile(path, announced_name(path.name), size, crc, changed)


def announced_name(name: str) -> str:
    """Return the name of a file as the protocol can have it."""
    readable = os.fsencode(name).decode(errors="replace")
    plain = "".join("_" if each < " " or each == "\x7f" else each for each in readable)
    return plain.encode()[:LONGEST_NAME].decode(errors="ignore") or "_"
