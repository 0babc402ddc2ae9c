"""Where events get their number and their time from."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Clock:
    """Numbers and times for events. One clock is shared by everything in a process whose events are ordered.

    Tests replace ``monotonic`` and ``wall``; nothing else in the lab reads the time for an event.
    """

    monotonic: Callable[[], float] = time.monotonic
    """Seconds that never go back."""
    wall: Callable[[], float] = time.time
    """Unix time in seconds."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    """The next ``seq``."""

    def stamp(self) -> tuple[int, float, float]:
        """Return the next ``seq``, the monotonic and the Unix time."""
        return next(self.numbers), self.monotonic(), self.wall()
