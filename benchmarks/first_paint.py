"""How long it takes from the command to the first paint, and to the whole screen, against an empty app."""

from __future__ import annotations

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import APP, EMPTY_APP, cpu_seconds, home
from benchmarks.raw_terminal import RawTerminal

COLUMNS, ROWS = 120, 36
EMPTY_TEXTS = ("EmptyApp", "palette")
LAB_TEXTS = ("wslab", "Connect")
"""What stands in the first line, drawn first, and in the last, drawn when everything else is."""
MOST = 1.5


@dataclass(frozen=True, slots=True)
class Start:
    """One start. Both are seconds from the command."""

    first: float
    whole: float
    cpu: float
    """Processor seconds until the whole screen."""


def run(rounds: int) -> list[Figure]:
    """Start both in turn, so many times; the first time only fills the caches."""
    empty: list[Start] = []
    lab: list[Start] = []
    with home() as env:
        for number in range(rounds + 1):
            pair = _start([sys.executable, EMPTY_APP], EMPTY_TEXTS, env), _start([APP], LAB_TEXTS, env)
            if number:
                empty.append(pair[0])
                lab.append(pair[1])
    size = f"{COLUMNS}x{ROWS}"
    return [
        _compare(f"first paint, {size}", [each.first for each in lab], [each.first for each in empty], MOST),
        _compare(f"whole screen, {size}", [each.whole for each in lab], [each.whole for each in empty]),
        _compare(
            "processor time until the whole screen", [each.cpu for each in lab], [each.cpu for each in empty]
        ),
    ]


def _compare(what: str, lab: list[float], empty: list[float], most: float | None = None) -> Figure:
    ratio = median_ratio(lab, empty)
    return Figure(
        what,
        spread(lab, "ms", 1000),
        f"an empty Textual app: {statistics.median(empty) * 1000:.0f} ms",
        ratio,
        f"at most {most}" if most else "",
        ratio <= most if most else None,
    )


def _start(command: Sequence[str | Path], texts: tuple[str, str], env: dict[str, str]) -> Start:
    with RawTerminal(command, columns=COLUMNS, rows=ROWS, env=env) as terminal:
        first = terminal.wait_for(texts[0])
        whole = terminal.wait_for(texts[1])
        cpu = cpu_seconds(psutil.Process(terminal.pid))
        return Start(first - terminal.started, whole - terminal.started, cpu)
