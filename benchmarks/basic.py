"""What the basic server costs: messages that are echoed, against the library alone."""

from __future__ import annotations

import statistics

from benchmarks.binary import BARE
from benchmarks.exchange import connect, exchange
from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import basic_server, home, server_of
from wslab.wire.encoder import encode_frame

MESSAGES = 50_000
SIZE = 52
"""Bytes of a message."""
AT_LEAST = 0.85


def run(rounds: int) -> list[Figure]:
    """Let both echo in turn, so many times."""
    frames = b"".join(encode_frame(1, b"%0*d" % (SIZE, n), mask=b"\1\2\3\4") for n in range(MESSAGES))
    rates, bare_rates = [], []
    with home() as env, basic_server(env) as (ours, _), server_of(BARE, [], env) as (bare, _):
        for _ in range(rounds):
            bare_rates.append(rate(bare, frames))
            rates.append(rate(ours, frames))
    ratio = median_ratio(rates, bare_rates)
    return [
        Figure(
            f"basic server, {SIZE} bytes echoed",
            spread(rates, "messages/s"),
            f"bare library: {statistics.median(bare_rates):,.0f} messages/s",
            ratio,
            f"at least {AT_LEAST}",
            ratio >= AT_LEAST,
        )
    ]


def rate(url: str, frames: bytes) -> float:
    """Return the echoes a second."""
    with connect(url, "/echo") as connection:
        return MESSAGES / exchange(connection, frames, MESSAGES * (2 + SIZE))
