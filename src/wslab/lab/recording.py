"""Writes what the log holds to a file, one event a line."""

from __future__ import annotations

import time
from pathlib import Path

from wslab import __version__
from wslab.lab.journal import Journal
from wslab.wire.jsonform import dump, header


def save_events(path: Path, journal: Journal) -> int:
    """Write the events a journal holds, after a line that names the format, and return their number.

    Raises:
        OSError: the file can't be written.
    """
    events = journal.slice(journal.first, journal.total)
    with path.open("w", encoding="utf-8") as file:
        file.write(header(__version__, time.time()) + "\n")
        file.writelines(dump(event) + "\n" for event in events)
    return len(events)
