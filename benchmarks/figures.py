"""What a benchmark found out, and the table it is printed as."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEADS = ("measured", "figure", "compared with", "ratio", "aim", "")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table. What is not said is left empty."""

    what: str
    """What was measured."""
    value: str
    """The figure with its unit."""
    against: str = ""
    """What it is compared with, measured in the same run."""
    ratio: float | None = None
    """The first to the second; the median of the ratios of all rounds."""
    aim: str = ""
    """What is aimed at, in words."""
    reached: bool | None = None
    """Whether it is; None where nothing is aimed at."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as text."""
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        reached = {None: "", True: "reached", False: "missed"}[self.reached]
        return self.what, self.value, self.against, ratio, self.aim, reached


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as a table in which the columns stand below each other."""
    rows = [HEADS, *(figure.cells for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in (lines[0], "-" * len(lines[0].rstrip()), *lines[1:]))


def median_ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """Return the median of what each round gave: what slows down a whole round cancels out."""
    return statistics.median(value / other for value, other in zip(values, others, strict=True))


def percentile(values: Iterable[float], fraction: float) -> float:
    """Return the value that a fraction of all is not above (nearest rank)."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(fraction * len(ranked)) - 1)]


def spread(values: Sequence[float], unit: str, scale: float = 1.0, digits: int = 0) -> str:
    """Return the median and, where there are several, the range: `412 ms (398 to 455)`."""
    middle = f"{statistics.median(values) * scale:,.{digits}f} {unit}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values) * scale:,.{digits}f} to {max(values) * scale:,.{digits}f})"
