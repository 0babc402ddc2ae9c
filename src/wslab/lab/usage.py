"""CPU and memory of a process, looked up when somebody wants to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wslab.wire.clock import Clock

if TYPE_CHECKING:
    import psutil

INTERVAL = 0.5
"""Seconds a sample is good for: over a shorter time CPU use is noise."""


class Usage:
    """Samples one process that was started a moment ago."""

    def __init__(self, pid: int, clock: Clock) -> None:
        self._pid = pid
        self._clock = clock
        self._process: psutil.Process | None = None
        self._taken = clock.monotonic()
        self._cpu_seconds = 0.0
        self._cpu: float | None = None
        self._memory: int | None = None

    def sample(self) -> tuple[float | None, int | None]:
        """Return CPU use since the sample before in percent of one core, and resident memory in bytes.

        Never blocks. Both are None where the process is gone or may not be looked at; CPU use also in the
        first half second.
        """
        now = self._clock.monotonic()
        elapsed = now - self._taken
        if elapsed < INTERVAL and self._memory is not None:
            return self._cpu, self._memory
        # Imported when the first server runs and is looked at: its 30 ms are not the app's start's.
        import psutil

        try:
            if self._process is None:
                self._process = psutil.Process(self._pid)
            with self._process.oneshot():
                times = self._process.cpu_times()
                self._memory = self._process.memory_info().rss
        except psutil.Error:
            self._cpu = self._memory = None
            return None, None
        if elapsed >= INTERVAL:
            used = times.user + times.system
            self._cpu = 100 * max(0.0, used - self._cpu_seconds) / elapsed
            self._cpu_seconds, self._taken = used, now
        return self._cpu, self._memory
