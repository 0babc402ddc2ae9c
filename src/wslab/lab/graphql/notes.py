"""What happens to a connection beside its operations, as notes and counts."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

KEPT_NOTES = 200


class Note(NamedTuple):
    """One thing that happened."""

    after: float
    """Seconds since the connection was opened."""
    text: str
    """A sentence of the lab; what a server said in it is not safe to draw."""
    bad: bool
    """Whether something is wrong."""


@dataclass(slots=True)
class Counts:
    """How many there were of what, since the connection was opened."""

    inits: int = 0
    acks: int = 0
    pings_sent: int = 0
    pongs_received: int = 0
    pings_received: int = 0
    pongs_sent: int = 0
    keepalives: int = 0
    results: int = 0
    problems: int = 0
    notes: int = 0
    """All of them, whether they are kept or not."""


class Notebook:
    """Keeps the last notes and counts all of them."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.notes: deque[Note] = deque(maxlen=KEPT_NOTES)

    def write(self, after: float, text: str, *, bad: bool = False) -> None:
        """Write a note down."""
        self.counts.notes += 1
        self.counts.problems += bad
        self.notes.append(Note(after, text, bad))
