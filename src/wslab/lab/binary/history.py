"""What went to and fro, as far as it is kept, and counts that stay exact whatever is dropped."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

CAPACITY = 500
"""Entries that are kept."""


class Entry(NamedTuple):
    """A message of either side, or something that happened to the connection."""

    wall: float
    """Unix time in seconds."""
    arrow: str
    """`>` sent, `<` received, `-` neither."""
    name: str = ""
    """Name of the type. It may come from the network, as the summary does: make both safe to draw."""
    sequence: int | None = None
    """Number of the message, of the one that it answers where it is an answer."""
    size: int = 0
    """Bytes."""
    summary: str = ""
    """The payload, field by field."""
    answers: str = ""
    """Name of the type of the message that it answers."""
    damaged: int | None = None
    """The byte that was changed on purpose."""
    note: str = ""
    """A `Sentence`: what happened, or what is wrong with the message."""
    error: bool = False
    """Whether it is an ERROR of the protocol or cannot be read."""


@dataclass(slots=True)
class Totals:
    """Counts since the client was made."""

    sent: int = 0
    """Messages, those of files included."""
    sent_bytes: int = 0
    received: int = 0
    """Messages, wrong ones included."""
    received_bytes: int = 0
    answers: int = 0
    """Answers that belong to a message of this side."""
    errors: int = 0
    """ERRORs of the other side."""
    unread: int = 0
    """Messages of the other side that cannot be read."""
    samples: int = 0
    """Samples that came without being an answer."""
    chunks: int = 0
    """Chunks of files that were sent."""


class History:
    """The last entries, and how many there were."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self.total = 0
        """Entries there have been."""
        self.totals = Totals()

    def add(self, entry: Entry) -> None:
        """Add an entry; the oldest falls away where there are too many."""
        self._entries.append(entry)
        self.total += 1

    @property
    def dropped(self) -> int:
        """How many of the oldest are not kept any more."""
        return self.total - len(self._entries)

    @property
    def last(self) -> Entry | None:
        """The newest entry."""
        return self._entries[-1] if self._entries else None

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Yield those that are kept, the oldest first."""
        return iter(self._entries)

    def __getitem__(self, index: int) -> Entry:
        """Return one of those that are kept; the oldest is number 0."""
        return self._entries[index]

    def retract(self, entry: Entry) -> None:
        """Take back an entry of something that did not happen after all."""
        if entry in self._entries:
            self._entries.remove(entry)
            self.total -= 1

    def last_exchange(self) -> tuple[Entry | None, Entry | None]:
        """Return the message that was sent last and what answered it; None for what is not there."""
        answers: dict[int | None, Entry] = {}
        for entry in reversed(self._entries):
            if entry.arrow == ">":
                return entry, answers.get(entry.sequence)
            if entry.arrow == "<" and entry.answers:
                answers[entry.sequence] = entry
        return None, None
