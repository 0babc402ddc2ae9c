"""What the transport of the GraphQL server costs, against the same schema behind the library alone."""

from __future__ import annotations

import json
import statistics
from pathlib import Path

from benchmarks.exchange import connect, in_turn
from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import home, server_of
from wslab.bundled import SERVERS
from wslab.wire.encoder import encode_frame

AT_LEAST = 0.8
BARE = Path(__file__).with_name("bare_graphql.py")
QUERIES = 3_000
STREAMS, TICKS = 50, 100
"""Subscriptions at a time, each asked for so many events as fast as they come."""
WINDOW = 50
"""Operations that are under way at once."""


def run(rounds: int) -> list[Figure]:
    """Ask both in turn, so many times."""
    queries = ['{ hello(name: "bench") time sensors }'] * QUERIES
    streams = [f"subscription {{ clock(every: 1, count: {TICKS}) {{ n at }} }}"] * STREAMS
    figures = []
    with (
        home() as env,
        server_of(SERVERS["graphql"].path, ["--port", "0"], env) as (ours, _),
        server_of(BARE, [], env) as (bare, _),
    ):
        for what, documents, results in (
            ("graphql server, queries", queries, QUERIES),
            (f"graphql server, events of {STREAMS} subscriptions", streams, STREAMS * TICKS),
        ):
            rates, bare_rates = [], []
            for _ in range(rounds):
                bare_rates.append(rate(bare, documents, results))
                rates.append(rate(ours, documents, results))
            ratio = median_ratio(rates, bare_rates)
            figures.append(
                Figure(
                    what,
                    spread(rates, "results/s"),
                    f"graphql-core behind the bare library: {statistics.median(bare_rates):,.0f} results/s",
                    ratio,
                    f"at least {AT_LEAST}",
                    ratio >= AT_LEAST,
                )
            )
    return figures


def rate(url: str, documents: list[str], results: int) -> float:
    """Return the results a second; so many are to come for all documents together.

    Raises:
        RuntimeError: others came.
    """
    told = bytearray()
    with connect(url, "/graphql", "graphql-transport-ws") as connection:
        in_turn(connection, [frame({"type": "connection_init"})], b"connection_ack", 1, told.extend)
        frames = [
            frame({"id": str(n), "type": "subscribe", "payload": {"query": document}})
            for n, document in enumerate(documents)
        ]
        seconds = in_turn(connection, frames, b'"complete"', WINDOW, told.extend)
    found = told.count(b'"next"')
    if found != results or told.count(b'"errors"'):
        raise RuntimeError(f"{found} results came of {results}: {bytes(told[:500])!r}")
    return results / seconds


def frame(message: dict[str, object]) -> bytes:
    """Return a message as the client sends it."""
    return encode_frame(1, json.dumps(message).encode(), mask=b"\1\2\3\4")
