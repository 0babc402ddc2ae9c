"""How long it takes from the command to the first screen, against an empty Textual app."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import APP, EMPTY_APP, cpu_seconds, home
from benchmarks.raw_terminal import RawTerminal

SIZE = {"columns": 120, "rows": 36}
EMPTY_SCREEN = ("EmptyApp", "palette")
LAB_SCREEN = ("wslab", "Connect")
"""What stands at the top and at the bottom of a screen that is complete."""
LESSON = ("Connect and read",)


def run(rounds: int) -> list[Figure]:
    """Start both in turn, so many times; the first time only fills the caches."""
    empty: list[tuple[float, float]] = []
    lab: list[tuple[float, float]] = []
    with home() as env:
        for number in range(rounds + 1):
            pair = (
                _start([sys.executable, EMPTY_APP], EMPTY_SCREEN, env),
                _start([APP], LAB_SCREEN, env),
            )
            if number:
                empty.append(pair[0])
                lab.append(pair[1])
    figures = []
    for place, what, aim in ((0, "first paint", 1.5), (1, "processor time until then", None)):
        one, other = [found[place] for found in lab], [found[place] for found in empty]
        ratio = median_ratio(one, other)
        figures.append(
            Figure(
                f"{what}, {SIZE['columns']}x{SIZE['rows']}",
                spread(one, "ms", 1000),
                f"an empty Textual app: {statistics.median(other) * 1000:.0f} ms",
                ratio,
                f"at most {aim}" if aim else "",
                ratio <= aim if aim else None,
            )
        )
    return figures


def _start(command: Sequence[str | Path], texts: Sequence[str], env: dict[str, str]) -> tuple[float, float]:
    with RawTerminal(command, **SIZE, env=env) as terminal:
        seconds = terminal.wait_for(*texts) - terminal.started
        return seconds, cpu_seconds(psutil.Process(terminal.pid))
