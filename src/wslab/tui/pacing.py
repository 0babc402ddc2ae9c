"""How often the log repaints: as often as asked for, and less where the terminal can't keep up."""

from __future__ import annotations

BEAT = 0.1
"""Seconds between two heartbeats."""
LATE = 0.05
"""A heartbeat that is later than this, in seconds, means that painting holds up the loop."""
CALM_BEATS = 30
"""Heartbeats in time after which the rate doubles again."""
SLOWEST = 1.0


class Pacer:
    """Halves the rate when heartbeats are late and doubles it when they have been in time for a while.

    A terminal on a slow link blocks the app while it writes; the heartbeat, which should come every 0.1 s,
    then comes late. Counts are never affected: only painting slows down.

    Args:
        fps: the highest rate, in repaints a second.
    """

    def __init__(self, fps: float) -> None:
        self.highest = float(fps)
        self.rate = float(fps)
        """The present rate, in repaints a second."""
        self._last: float | None = None
        self._calm = 0

    def beat(self, now: float) -> bool:
        """Take note of a heartbeat at ``now`` (monotonic seconds); return whether the rate changed."""
        last, self._last = self._last, now
        if last is None:
            return False
        if now - last - BEAT > LATE:
            self._calm = 0
            return self._set(max(SLOWEST, self.rate / 2))
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
