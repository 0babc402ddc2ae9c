"""Deadlines as data: the broker knows what is due when, and somebody else knows what time it is."""

from __future__ import annotations

import heapq
import itertools
import math
from typing import Generic, TypeVar

T = TypeVar("T")


class Timers(Generic[T]):
    """One deadline for each of many things; a later one replaces an earlier one."""

    def __init__(self) -> None:
        """Start without any."""
        self._due: dict[T, float] = {}
        self._heap: list[tuple[float, int, T]] = []
        self._order = itertools.count()

    def set(self, thing: T, due: float) -> None:
        """Set the deadline of a thing, in seconds; infinity is none."""
        if due == math.inf:
            self._due.pop(thing, None)
            return
        known = self._due.get(thing)
        self._due[thing] = due
        # One that moves away, as a keep alive does with each packet, stays where it is until it comes up.
        if known is None or due < known:
            heapq.heappush(self._heap, (due, next(self._order), thing))

    def clear(self, thing: T) -> None:
        """Forget the deadline of a thing, if it has one."""
        self._due.pop(thing, None)
        if len(self._heap) > 64 and len(self._heap) > 4 * len(self._due):
            self._heap = [(due, next(self._order), each) for each, due in self._due.items()]
            heapq.heapify(self._heap)

    def next(self) -> float:
        """Return the earliest deadline, infinity where there is none."""
        while self._heap:
            due, _, thing = self._heap[0]
            right = self._due.get(thing)
            if right == due:
                return due
            heapq.heappop(self._heap)
            if right is not None and right > due:
                heapq.heappush(self._heap, (right, next(self._order), thing))
        return math.inf

    def take(self, now: float) -> list[T]:
        """Return what is due, the earliest first, and forget its deadline."""
        found = []
        while self.next() <= now:
            _, _, thing = heapq.heappop(self._heap)
            del self._due[thing]
            found.append(thing)
        return found
