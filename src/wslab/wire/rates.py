"""How much happened in the last second and the last minute, told from totals that only grow."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

HISTORY = 60
"""Seconds kept."""
SLICES = 8
"""Parts of a second that are counted apart: a power of two, so that their borders are exact in a float."""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast one total grows, per second."""

    second: float
    """Over the last second, up to the last full eighth of a second."""
    minute: float
    """Mean of the full seconds among the last 60, counted from the first event; 0 before one is full."""
    history: tuple[int, ...]
    """Growth in each of the last 60 full seconds, the newest last. 0 where nothing happened."""


class _Ring:
    """Growth of several totals in the last ``size`` slots of equal length, a slot at ``number % size``."""

    __slots__ = ("_columns", "_numbers", "_rows", "_size")

    def __init__(self, size: int, columns: int) -> None:
        self._size = size
        self._columns = columns
        self._numbers = [-1] * size
        self._rows = [[0] * columns for _ in range(size)]

    def add(self, number: int, growth: Sequence[int]) -> None:
        place = number % self._size
        if self._numbers[place] > number:
            return  # so late that its slot belongs to a newer time already
        row = self._rows[place]
        if self._numbers[place] < number:
            self._numbers[place] = number
            row[:] = growth
            return
        for column, amount in enumerate(growth):
            row[column] += amount

    def column(self, column: int, first: int, last: int) -> tuple[int, ...]:
        """Return the growth in slots ``first`` to ``last``, both included."""
        numbers, rows, size = self._numbers, self._rows, self._size
        return tuple(
            rows[number % size][column] if numbers[number % size] == number else 0
            for number in range(first, last + 1)
        )


class RateMeter:
    """Turns running totals into rates.

    The caller counts, and reports its totals only when an event's time leaves the span that `advance`
    returned: eight times a second however many events there are. Memory is fixed: 64 seconds, 16 eighths.
    """

    __slots__ = ("_columns", "_first", "_second", "_seconds", "_slice", "_slices", "_totals")

    def __init__(self, columns: int) -> None:
        """Follow that many totals."""
        self._columns = columns
        self._totals: Sequence[int] = (0,) * columns
        self._slice: int | None = None
        self._first = 0
        self._slices = _Ring(SLICES * 2, columns)
        self._seconds = _Ring(HISTORY + 4, columns)

    def settle(self, totals: Sequence[int]) -> None:
        """Count what ``totals`` grew by since the last call for the span that `advance` returned last."""
        if self._slice is None or totals == self._totals:
            return
        growth = [new - old for new, old in zip(totals, self._totals, strict=True)]
        self._slices.add(self._slice, growth)
        self._seconds.add(self._slice // SLICES, growth)
        self._totals = totals

    def advance(self, t: float, totals: Sequence[int]) -> tuple[float, float]:
        """Settle, and go on at the time ``t`` in monotonic seconds.

        Returns:
            The span around ``t`` that needs no further call: from the first time up to before the second.
        """
        self.settle(totals)
        now = math.floor(t * SLICES)
        if self._slice is None:
            self._first = now // SLICES
        self._slice = now
        return now / SLICES, (now + 1) / SLICES

    def rates(self, now: float) -> tuple[Rate, ...]:
        """Return the rate of each total at the time ``now``. Call `settle` first."""
        last_slice = math.floor(now * SLICES) - 1
        last_second = math.floor(now) - 1
        full = min(HISTORY, last_second - self._first + 1) if self._slice is not None else 0
        found: list[Rate] = []
        for column in range(self._columns):
            history = self._seconds.column(column, last_second - HISTORY + 1, last_second)
            recent = sum(self._slices.column(column, last_slice - SLICES + 1, last_slice))
            found.append(Rate(float(recent), sum(history) / full if full > 0 else 0.0, history))
        return tuple(found)
