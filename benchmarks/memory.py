"""Memory of the running app over a million frames."""

from __future__ import annotations

import statistics

import psutil

from benchmarks.figures import Figure, spread
from benchmarks.flood import COLUMNS, ROWS, totals
from benchmarks.programs import APP, basic_server, home
from benchmarks.raw_terminal import RawTerminal

RATE, SIZE = 50_000, 52
FIRST, REST = 500_000, 1_000_000
"""Frames until the first look, when log and allocator are full, and from there to the second."""
MIB = 2**20


def run(rounds: int) -> list[Figure]:
    """Flood the app with frames, and with a million more, so many times, and look at it twice."""
    early, late = [], []
    with home() as env, basic_server(env) as (url, _):
        for _ in range(rounds):
            with RawTerminal(
                [APP, "--url", _flood(url, FIRST)], columns=COLUMNS, rows=ROWS, env=env
            ) as terminal:
                terminal.wait_for("Connect", "following")
                terminal.read_for(1)
                app = psutil.Process(terminal.pid)
                terminal.type(b"c")
                terminal.wait_for("● CLOSED")
                terminal.read_for(1)
                early.append(float(app.memory_info().rss))
                # Key by key: the line at the bottom has the keyboard, with something in it.
                for keys in ("\x15", f"/connect {_flood(url, REST)}", "\r"):
                    terminal.type(keys.encode())
                    terminal.read_for(0.3)
                terminal.wait_for("● OPEN")
                terminal.wait_for("● CLOSED", timeout=300)
                terminal.read_for(1)
                late.append(float(app.memory_info().rss))
                counted = totals(terminal)[1]
                if counted != FIRST + REST + 2:  # with the two messages that say how many there were
                    raise AssertionError(f"{counted:,} frames were counted, not {FIRST + REST + 2:,}")
    grown = statistics.median(two - one for one, two in zip(early, late, strict=True))
    return [
        Figure(
            "memory of the app after a million more frames",
            spread(late, "MiB", 1 / MIB, 1),
            f"after {FIRST:,}: {statistics.median(early) / MIB:.1f} MiB",
            statistics.median(late) / statistics.median(early),
            "flat: at most 5 % more",
            grown <= 0.05 * statistics.median(early),
        )
    ]


def _flood(url: str, frames: int) -> str:
    return f"{url}/flood?rate={RATE}&size={SIZE}&for={frames * 1000 // RATE}ms"
