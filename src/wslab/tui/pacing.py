"""How often the log repaints: as often as asked for, and less where terminal or processor can't keep up."""

from __future__ import annotations

BEAT = 0.1
"""Seconds between two heartbeats."""
LATE = 0.05
"""A heartbeat that is later than this, in seconds, means that painting holds up the loop."""
CALM_BEATS = 30
"""Heartbeats in time after which the rate doubles again."""
SLOWEST = 1.0
BUSY = 0.9
"""Share of a processor above which painting takes it away from the reading of frames."""
BUSY_BEATS = 5
"""Busy heartbeats in a row after which the rate halves: opening a page is over sooner."""
BUSY_SHARE = 0.25
"""Share of the highest rate to which a busy processor brings it down at most."""


class Pacer:
    """Halves the rate when heartbeats are late or the processor is busy, and doubles it after a calm while.

    A terminal on a slow link blocks the app while it writes; the heartbeat, which should come every 0.1 s,
    then comes late. A flood that takes a whole processor leaves it in time, and is read faster where less is
    painted. Counts are never affected: only painting slows down.

    Args:
        fps: the highest rate, in repaints a second.
    """

    def __init__(self, fps: float) -> None:
        self.highest = float(fps)
        self.rate = float(fps)
        """The present rate, in repaints a second."""
        self._last: tuple[float, float] | None = None
        self._calm = self._busy = 0

    def beat(self, now: float, worked: float) -> bool:
        """Take note of a heartbeat.

        Args:
            now: monotonic seconds.
            worked: seconds that the thread of the app has had a processor so far.

        Returns:
            Whether the rate changed.
        """
        last, self._last = self._last, (now, worked)
        if last is None:
            return False
        passed = now - last[0]
        busy = worked - last[1] > BUSY * passed
        self._busy = self._busy + 1 if busy else 0
        if passed - BEAT > LATE:
            self._calm = 0
            return self._set(max(SLOWEST, self.rate / 2))
        if busy:
            self._calm = 0
            if self._busy < BUSY_BEATS:
                return False
            self._busy = 0
            return self._set(max(SLOWEST, min(self.rate, max(self.rate / 2, self.highest * BUSY_SHARE))))
        self._calm += 1
        if self._calm >= CALM_BEATS:
            self._calm = 0
            return self._set(min(self.highest, self.rate * 2))
        return False

    def _set(self, rate: float) -> bool:
        rate = min(rate, self.highest)
        changed = rate != self.rate
        self.rate = rate
        return changed
