"""What the binary server costs: samples that are answered, against the library alone doing the same work."""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks.exchange import connect, exchange
from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import home, server_of
from wslab.bundled import SERVERS
from wslab.wire.encoder import encode_frame
from wslab.wire.labproto.bodies import Sample
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import Flag

MESSAGES = 50_000
AT_LEAST = 0.85
BARE = Path(__file__).with_name("bare_binary.py")
ACK_FRAME = 2 + 42
"""Bytes of the frame that answers a sample: a short header, and 42 bytes of SAMPLE_ACK."""
ECHO_FRAME = 2 + 32
"""Bytes of the frame that brings a sample back."""


def run(rounds: int) -> list[Figure]:
    """Let both answer in turn, so many times."""
    sample = Sample(42, 0, 1_767_225_600_000, 21.5)
    frames = b"".join(
        encode_frame(2, encode(sample, sequence=n, flags=Flag.ACK_WANTED), mask=b"\1\2\3\4")
        for n in range(MESSAGES)
    )
    figures = []
    with (
        home() as env,
        server_of(SERVERS["binary"].path, ["--port", "0"], env) as (ours, _),
        server_of(BARE, [], env) as (bare, _),
    ):
        for what, path, size in (
            ("binary server, samples answered", "/", ACK_FRAME),
            ("binary server, samples echoed after reading them", "/echo", ECHO_FRAME),
        ):
            rates, bare_rates = [], []
            for _ in range(rounds):
                bare_rates.append(rate(bare, path, frames, size))
                rates.append(rate(ours, path, frames, size))
            ratio = median_ratio(rates, bare_rates)
            figures.append(
                Figure(
                    what,
                    spread(rates, "messages/s"),
                    f"bare library: {statistics.median(bare_rates):,.0f} messages/s",
                    ratio,
                    f"at least {AT_LEAST}" if path == "/echo" else "",
                    ratio >= AT_LEAST if path == "/echo" else None,
                )
            )
    return figures


def rate(url: str, path: str, frames: bytes, answer: int) -> float:
    """Return the answers a second to all frames; each answer has so many bytes on the wire."""
    with connect(url, path) as connection:
        return MESSAGES / exchange(connection, frames, MESSAGES * answer)
