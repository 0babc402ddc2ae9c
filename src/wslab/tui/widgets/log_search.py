"""Searching the rows of the log for a pattern, a slice at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

from wslab.lab.journal import JournalView
from wslab.lab.logfilter import compile_pattern, searchable

_STEP = 16
"""Rows between two looks at the clock."""


class LogSearch:
    """A search for one pattern. It goes round: after the newest row comes the oldest."""

    def __init__(self, pattern: str, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        """Prepare a search.

        Raises:
            ValueError: the pattern is not a regular expression; the message says why.
        """
        self.pattern = pattern
        self.regex = compile_pattern(pattern)
        self.running = False
        """Whether rows are left to look at."""
        self.failed = False
        """Whether the last search looked at every row in vain."""
        self._monotonic = monotonic
        self._row = 0
        self._direction = 1
        self._left = 0

    def start(self, view: JournalView, row: int, direction: int) -> None:
        """Begin at a row, that row first.

        Args:
            view: where to search.
            row: number of the row; any number will do.
            direction: 1 towards newer rows, -1 towards older ones.
        """
        self._row = row
        self._direction = direction
        self._left = view.held
        self.running = True
        self.failed = False

    def stop(self) -> None:
        """Give up."""
        self.running = False

    def go_on(self, view: JournalView, budget: float) -> int | None:
        """Search for at most ``budget`` seconds and return the number of the row that was found, if any."""
        deadline = self._monotonic() + budget
        while self.running:
            for _ in range(min(_STEP, self._left)):
                if not view.first <= self._row < view.total:
                    self._row = view.first if self._direction > 0 else view.total - 1
                event = view.event(self._row)
                if event is not None and self.regex.search(searchable(event)):
                    self.running = False
                    return self._row
                self._row += self._direction
            self._left -= _STEP
            if self._left <= 0:
                self.running = False
                self.failed = True
            elif self._monotonic() >= deadline:
                break
        return None
