"""Statistics made up for tests of what shows them, and reading what was drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from textual.app import App

from wslab.wire.clock import Clock
from wslab.wire.events import Opcode
from wslab.wire.percentiles import Histogram, Times
from wslab.wire.rates import HISTORY, Rate
from wslab.wire.statistics import FrameCount, MessageCount, Pings, Snapshot, Statistics, Traffic

EMPTY = Statistics(Clock(monotonic=lambda: 0.0)).snapshot()
"""Before anything happened."""


def times(*seconds: float) -> Times:
    """Return the summary of these durations."""
    histogram = Histogram()
    histogram.extend(seconds)
    found = histogram.times()
    assert found is not None
    return found


def with_frames(traffic: Traffic, counts: dict[int, FrameCount]) -> Traffic:
    """Return the traffic with other counts for some opcodes."""
    return replace(traffic, opcodes=tuple(counts.get(code, old) for code, old in enumerate(traffic.opcodes)))


def busy_snapshot() -> Snapshot:
    """Return statistics in which something of everything happened."""
    rate = Rate(20_000.0, 333.3, tuple(range(HISTORY)))
    sent = with_frames(
        EMPTY.sent,
        {
            Opcode.TEXT: FrameCount(1_234_567, 7_407_402, 64_197_484),
            Opcode.PING: FrameCount(2, 12, 8),
            Opcode.PONG: FrameCount(1, 6, 4),
            Opcode.CLOSE: FrameCount(1, 6, 2),
        },
    )
    sent = replace(
        sent,
        text=MessageCount(1_234_567, 1_234_567, 1, 64_197_484, 64_197_484, 0, 0, 0),
        frame_rate=rate,
        byte_rate=rate,
        between=times(0.01, 0.02),
        closes=((1000, 1),),
    )
    received = with_frames(
        EMPTY.received,
        {
            0: FrameCount(9, 18, 9),
            Opcode.TEXT: FrameCount(12, 24, 60),
            Opcode.BINARY: FrameCount(3, 6, 30),
            3: FrameCount(1, 2, 0),
            Opcode.PING: FrameCount(1, 2, 4),
            Opcode.PONG: FrameCount(2, 4, 8),
        },
    )
    received = replace(
        received,
        text=MessageCount(4, 10, 5, 69, 240, 4, 60, 240),
        frame_rate=rate,
        byte_rate=rate,
    )
    return replace(
        EMPTY,
        sent=sent,
        received=received,
        pings_sent=Pings(times(0.0004, 0.0005), 0, 0),
        echo=times(0.002),
        handshake=0.0023,
        opened=1,
        violations=(("bad \x1b[2J name", 1), ("6455#5.1 client frame not masked", 3)),
    )


def plain(line: Iterable[tuple[str, str]]) -> str:
    """Return the text of a line made of pieces."""
    return "".join(text for text, _ in line)


def screen_text(app: App[Any]) -> list[str]:
    """Return what the screen of a running app shows, a string a row, without the spaces at its end."""
    # Textual has no public way to read the screen as text.
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]
