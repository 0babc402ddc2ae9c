"""A bundled server behind a tap, whose statistics must in the end be what the server itself has counted.

With `--log-level debug` websockets logs every frame it reads and writes, with its opcode and the size of its payload.
That is the other side's count: it was made in another process, by other code, from the other end of the wire.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from typing import NamedTuple

from tests.support.bundled_server import RunningServer, running
from tests.support.waiting import until
from wslab.net.proxy import TapProxy
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Opcode
from wslab.wire.statistics import Snapshot, Statistics, Traffic

_FRAME = re.compile(
    r"([<>]) (TEXT|BINARY|CONT|CLOSE|PING|PONG) .*\[(?:\w+, )?(\d+) bytes?(, continued)?\]", re.DOTALL
)


class Kind(NamedTuple):
    """What is counted apart."""

    direction: Direction
    opcode: str


Counts = dict[Kind, tuple[int, int]]
"""Frames, and bytes of payload in all of them."""


def told_by_server(lines: Iterable[str]) -> Counts:
    """Count the frames that a server speaks of in its log."""
    frames: Counter[Kind] = Counter()
    sizes: Counter[Kind] = Counter()
    for line in lines:
        if (match := _FRAME.fullmatch(line)) is not None:
            kind = Kind(Direction.C2S if match[1] == "<" else Direction.S2C, match[2])
            frames[kind] += 1
            sizes[kind] += int(match[3])
    return {kind: (count, sizes[kind]) for kind, count in frames.items()}


def told_by_us(snapshot: Snapshot, inflated: bool = False) -> Counts:
    """Return the counts of statistics, as far as there is something to count.

    Args:
        snapshot: of everything that passed.
        inflated: whether to take the sizes of messages after inflating, where none has several frames.
    """
    sides: tuple[tuple[Direction, Traffic], ...] = (
        (Direction.C2S, snapshot.sent),
        (Direction.S2C, snapshot.received),
    )
    counts = {
        Kind(direction, opcode.name): (count.frames, count.payload)
        for direction, traffic in sides
        for opcode in Opcode
        if (count := traffic.opcodes[opcode]).frames
    }
    if inflated:
        for direction, traffic in sides:
            for opcode, messages in (("TEXT", traffic.text), ("BINARY", traffic.binary)):
                if messages.messages:
                    counts[Kind(direction, opcode)] = messages.messages, messages.size
    return counts


@asynccontextmanager
async def counted(name: str, *options: str, inflated: bool = False) -> AsyncGenerator[RunningServer]:
    """Run a server as `running` does, with the URL of a tap in front of it; compare the counts in the end.

    Args:
        name: of the server.
        options: of the server.
        inflated: whether messages are compressed: the server tells the sizes that they have after inflating.
    """
    clock = Clock()
    statistics = Statistics(clock)
    async with (
        running(name, "--log-level", "debug", *options) as server,
        TapProxy(server.url, clock, statistics.observe) as tap,
    ):
        yield RunningServer(server.process, tap.url, server.lines, server.stderr)
        await until(
            lambda: not tap.connections and len(server.logged("closed")) == len(server.logged("open")),
            "the end of every connection",
        )
    check(server, statistics.snapshot(), inflated)


def check(server: RunningServer, snapshot: Snapshot, inflated: bool = False) -> None:
    """Compare statistics with what a server has told; it has ended, so that all of it is there."""
    theirs = told_by_server(line["event"] for line in server.lines)
    ours = told_by_us(snapshot, inflated)
    assert theirs, "the server has told of no frame"
    different = {kind: (ours.get(kind), theirs.get(kind)) for kind in sorted(ours.keys() | theirs.keys())}
    for kind, (mine, other) in different.items():
        assert mine == other, f"{kind}: we count {mine}, the server {other}"
