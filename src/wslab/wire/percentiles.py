"""Percentiles of durations without keeping the durations.

A histogram whose buckets grow by the same factor has the same relative error everywhere: with borders a
factor of ``(1 + e) / (1 - e)`` apart and each bucket answered by the value in its middle, no answer is
further than the fraction ``e`` from the true sample (the argument of DDSketch, Masson et al. 2019, section
2.1).
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

RELATIVE_ERROR = 0.01
"""A percentile is at most this fraction away from the sample it stands for."""
SMALLEST = 1e-7
"""Durations below 100 ns share one bucket and are answered by the smallest of all samples."""
LARGEST = 1e5
"""Durations above 100,000 s (27 hours) share the last bucket."""

_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_PER_E = 1 / math.log(_GAMMA)
_OFFSET = 1 - math.floor(math.log(SMALLEST) * _PER_E)
_BUCKETS = math.floor(math.log(LARGEST) * _PER_E) + _OFFSET + 1


@dataclass(frozen=True, slots=True)
class Times:
    """What is known of a series of durations, in seconds. All but the percentiles is exact."""

    count: int
    last: float
    minimum: float
    p50: float
    p95: float
    maximum: float


class Histogram:
    """Durations in seconds, counted in about 1,400 buckets. Its memory does not grow with what it is told."""

    __slots__ = ("_buckets", "_count", "_last", "_maximum", "_minimum", "_times")

    def __init__(self) -> None:
        self._buckets = [0] * _BUCKETS
        self._count = 0
        self._last = 0.0
        self._minimum = math.inf
        self._maximum = -math.inf
        self._times: Times | None = None

    def extend(self, values: Sequence[float]) -> None:
        """Count durations in seconds, in the order in which they happened. Cheaper in batches than singly."""
        if not values:
            return
        buckets, log, per_e, offset = self._buckets, math.log, _PER_E, _OFFSET
        tiny = 0
        for value in values:
            if SMALLEST <= value < LARGEST:
                # Adding the offset first makes every number positive, where int() rounds down.
                buckets[int(log(value) * per_e + offset)] += 1
            elif value < SMALLEST:
                tiny += 1
            else:
                buckets[-1] += 1
        buckets[0] += tiny
        self._count += len(values)
        self._last = values[-1]
        self._minimum = min(self._minimum, min(values))
        self._maximum = max(self._maximum, max(values))
        self._times = None

    def extend_by_zeros(self, count: int) -> None:
        """Count so many durations of no time at all."""
        if count:
            self._buckets[0] += count
            self._count += count
            self._last = 0.0
            self._minimum = min(self._minimum, 0.0)
            self._maximum = max(self._maximum, 0.0)
            self._times = None

    def percentile(self, fraction: float) -> float | None:
        """Return the sample at rank ``ceil(fraction * count)`` within `RELATIVE_ERROR`, None without any."""
        if not self._count:
            return None
        return self._at(list(accumulate(self._buckets)), fraction)

    def _at(self, running: list[int], fraction: float) -> float:
        rank = min(self._count, max(1, math.ceil(fraction * self._count)))
        index = bisect_left(running, rank)
        if index == 0:
            return self._minimum
        low = math.exp((index - _OFFSET) / _PER_E)
        middle = low * 2 * _GAMMA / (_GAMMA + 1)
        return min(self._maximum, max(self._minimum, middle))

    def times(self) -> Times | None:
        """Return a summary, None without samples. Computed anew only after something was added."""
        if self._times is None and self._count:
            running = list(accumulate(self._buckets))
            p50, p95 = self._at(running, 0.5), self._at(running, 0.95)
            self._times = Times(self._count, self._last, self._minimum, p50, p95, self._maximum)
        return self._times
