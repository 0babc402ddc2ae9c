"""Sees that a file was saved by looking at what is in it.

Notifications of the file system do not come over NFS or into containers, times of change are coarse, and many
editors save by renaming a new file over the old one. Size and hash of a small file are cheap and true.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

INTERVAL = 0.05
"""Seconds between two looks. Small files cost little, and nobody should wait for the look itself."""
DEBOUNCE = 0.2
"""Seconds that a file has to stay as it is until what came of it counts."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was in a file."""

    size: int
    digest: bytes


def look(file: Path) -> Content | None:
    """Return what is in a file; None where there is none or it cannot be read."""
    try:
        data = file.read_bytes()
    except OSError:
        # Between two renames of an editor, or for a moment on a network: the next look will tell.
        return None
    return Content(len(data), hashlib.sha256(data).digest())


class Watch:
    """Watches one file.

    A change is told at once, so that a run can begin; whether it was the last one of a save is known after
    `DEBOUNCE`. Who runs something for each change breaks it off at the next one, and lets the result count
    only when nothing is `unsettled` any more.

    Args:
        file: which one.
        interval: seconds between two looks.
        debounce: seconds without a change after which a save is over.
        monotonic: the time in seconds.
        sleep: waits for some seconds.
        see: returns what is in the file.
    """

    def __init__(
        self,
        file: Path,
        *,
        interval: float = INTERVAL,
        debounce: float = DEBOUNCE,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        see: Callable[[Path], Content | None] = look,
    ) -> None:
        self._file = file
        self._interval = interval
        self._debounce = debounce
        self._monotonic = monotonic
        self._sleep = sleep
        self._see = see
        self._known = see(file)
        self._since = monotonic() - debounce

    async def changed(self) -> None:
        """Return when the file holds something else than before; that it is gone for a while is nothing."""
        while not self._looked():
            await self._sleep(self._interval)

    @property
    def unsettled(self) -> float:
        """Seconds until a save is over, if nothing changes till then; 0 where it is."""
        return max(0.0, self._since + self._debounce - self._monotonic())

    def know(self) -> None:
        """Take what is in the file now for nothing new: who wrote it knows."""
        self._known = self._see(self._file)

    def _looked(self) -> bool:
        now = self._see(self._file)
        if now is None or now == self._known:
            return False
        self._known, self._since = now, self._monotonic()
        return True
