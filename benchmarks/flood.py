"""A flood from the bundled server into the running app: is all counted, do keys work, how fast can it be.

Server, app and this process share the machine, so every figure depends on its cores and on what else runs.
"""

from __future__ import annotations

import itertools
import random
import re
import statistics
import time
from dataclasses import dataclass

import psutil

from benchmarks.figures import Figure, median_ratio, percentile, spread
from benchmarks.programs import APP, basic_server, count_messages, cpu_seconds, home
from benchmarks.raw_terminal import RawTerminal

RATE, SIZE, SECONDS = 20_000, 52, 10
"""Messages a second, bytes of each, and how long: what has to go well."""
MOST = "rate=200000&size=52&for=2s"
"""More than anybody can take: the server sends as fast as the client reads."""
COLUMNS, ROWS = 200, 60
KEY_WITHIN = 0.050
OUTPUT_WITHIN = 100 * 1024

_ESCAPE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\].*?(\x07|\x1b\\))")


@dataclass(frozen=True, slots=True)
class Flooded:
    """One flood into the app."""

    sent: int
    """Messages that the server says it sent, the one in which it says so included."""
    counted: int
    """Text frames in the app's statistics."""
    seconds: float
    """From the key that connects to the end of the connection on the screen."""
    keys: tuple[float, ...]
    """Seconds from each key to what it changes on the screen."""
    output: float
    """Bytes a second to the terminal."""
    app_cpu: float
    server_cpu: float
    """Processor seconds in each second of the flood."""


def run(rounds: int) -> list[Figure]:
    """Flood the app at the rate that has to go well, and app and bare client as fast as they can."""
    with home() as env, basic_server(env) as (url, server):
        asked = f"{url}/flood?rate={RATE}&size={SIZE}&for={SECONDS}s"
        steady = [flood_app(asked, server, env) for _ in range(rounds)]
        bare, fast = [], []
        for _ in range(rounds):
            bare.append(count_messages("bare", f"{url}/flood?{MOST}", env))
            fast.append(flood_app(f"{url}/flood?{MOST}", server, env))
    keys = [key for each in steady for key in each.keys]
    p95 = percentile(keys, 0.95)
    output = max(each.output for each in steady)
    every = all(each.sent == each.counted for each in steady + fast)
    at = f"flood of {RATE:,}/s for {SECONDS} s: "
    rates = [each.counted / each.seconds for each in fast]
    bare_rates = [each.rate for each in bare]
    ratio = median_ratio(rates, bare_rates)
    return [
        Figure(
            "every frame is counted",
            " ".join(f"{each.counted:,}" for each in steady + fast),
            "what the sender sent: " + " ".join(f"{each.sent:,}" for each in steady + fast),
            aim="equal",
            reached=every,
        ),
        Figure(
            at + "time it took",
            spread([each.seconds for each in steady], "s", digits=2),
            f"sent in {SECONDS} s",
        ),
        Figure(
            at + f"key to screen, {len(keys)} keys",
            f"p95 {p95 * 1000:.0f} ms, median {statistics.median(keys) * 1000:.0f} ms, "
            f"longest {max(keys) * 1000:.0f} ms",
            aim=f"p95 below {KEY_WITHIN * 1000:.0f} ms",
            reached=p95 < KEY_WITHIN,
        ),
        Figure(
            at + "output to the terminal",
            spread([each.output for each in steady], "KiB/s", 1 / 1024),
            aim=f"below {OUTPUT_WITHIN // 1024} KiB/s",
            reached=output < OUTPUT_WITHIN,
        ),
        Figure(
            at + "processor of the app",
            spread([each.app_cpu for each in steady], "% of a core", 100),
            f"server: {statistics.median(each.server_cpu for each in steady) * 100:.0f} %",
        ),
        Figure(
            "highest rate that holds",
            spread(rates, "messages/s"),
            "bare client: " + spread(bare_rates, "messages/s"),
            ratio,
            "at least 0.7",
            ratio >= 0.7,
        ),
        Figure(
            "at that rate: key to screen",
            f"p95 {percentile([key for each in fast for key in each.keys], 0.95) * 1000:.0f} ms",
        ),
        Figure(
            "at that rate: processor of the app",
            spread([each.app_cpu for each in fast], "% of a core", 100),
            f"server: {statistics.median(each.server_cpu for each in fast) * 100:.0f} %",
        ),
    ]


def flood_app(url: str, server: psutil.Process, env: dict[str, str]) -> Flooded:
    """Start the app, flood it, press the space bar all the time, and read the totals from its screen."""
    with RawTerminal([APP, "--url", url], columns=COLUMNS, rows=ROWS, env=env) as terminal:
        terminal.wait_for("Connect", "following")
        terminal.read_for(1)
        app = psutil.Process(terminal.pid)
        app_cpu, server_cpu, output = cpu_seconds(app), cpu_seconds(server), terminal.received_bytes
        begun = terminal.type(b"c")
        # An open connection puts the keyboard into the line at the bottom; escape takes it out again.
        terminal.wait_for("● OPEN", "Keys")
        terminal.type(b"\x1b")
        terminal.wait_for("Connect")
        keys, ended = _press_keys(terminal)
        seconds = ended - begun
        app_cpu, server_cpu = cpu_seconds(app) - app_cpu, cpu_seconds(server) - server_cpu
        output = terminal.received_bytes - output
        sent, counted = totals(terminal)
    return Flooded(sent, counted, seconds, keys, output / seconds, app_cpu / seconds, server_cpu / seconds)


def _press_keys(terminal: RawTerminal) -> tuple[tuple[float, ...], float]:
    """Pause and follow in turn until the connection ends; return how long each took, and when that was."""
    pauses = random.Random(7)  # at any point of whatever has a period
    keys: list[float] = []
    for word in itertools.cycle(("paused", "following")):
        terminal.read_for(pauses.uniform(0.15, 0.35), until="● CLOSED")
        if "● CLOSED" in terminal.drawn():
            break
        pressed = terminal.type(b" ")
        keys.append(terminal.wait_for(word) - pressed)
    ended = time.perf_counter()
    if word == "following":
        terminal.type(b" ")
        terminal.wait_for(word)
    return tuple(keys), ended


def totals(terminal: RawTerminal) -> tuple[int, int]:
    """Return what the server says it sent, its last message included, and what the statistics count."""
    terminal.read_for(1)  # the statistics are drawn three times a second
    terminal.resize(COLUMNS, ROWS + 1)
    terminal.read_for(1)
    screen = _ESCAPE.sub("", terminal.drawn())
    said = re.findall(r'"sent": (\d+)', screen)
    shown = re.findall(r"text +0 +([\d,]+)", screen)
    if not said or not shown:
        raise ValueError(f"the screen does not show the totals: {screen}")
    return int(said[-1]) + 1, int(shown[-1].replace(",", ""))
