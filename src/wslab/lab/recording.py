"""Writes what the log holds to a file: as events, one a line, or as rows of text."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from wslab import __version__
from wslab.i18n import sentence
from wslab.lab.commands import CommandError
from wslab.wire.events import Event
from wslab.wire.jsonform import dump, header


def save_events(path: Path, events: Sequence[Event]) -> None:
    """Write events to a new file, after a line that names the format.

    Raises:
        CommandError: there is such a file already.
        OSError: the file can't be written.
    """
    _write(path, (header(__version__, time.time()), *map(dump, events)))


def save_rows(path: Path, rows: Iterable[str]) -> None:
    """Write rows of the log to a new file, one a line.

    Raises:
        CommandError: there is such a file already.
        OSError: the file can't be written.
    """
    _write(path, rows)


def _write(path: Path, lines: Iterable[str]) -> None:
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(line + "\n" for line in lines)
    except FileExistsError:
        raise CommandError(
            sentence("{path} exists already and is left as it is: name another file", path=path)
        ) from None
