"""How many frames a second the wire reader reads, against the library and against a real client."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from websockets.client import ClientProtocol
from websockets.datastructures import Headers
from websockets.http11 import Response
from websockets.uri import parse_uri
from websockets.utils import accept_key

from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import basic_server, count_messages, home
from wslab.lab.codegen import Transcript
from wslab.lab.journal import Journal
from wslab.memory import settle_memory
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Direction, Event
from wslab.wire.statistics import Statistics

FRAMES = 200_000
SIZE = 52
"""Bytes of payload of each frame."""
CHUNK = 64 * 1024
"""Bytes that are read at once, as from a socket that is always full."""
AIM = 5.0
"""Times the messages a second of a bare client."""
FLOOD = f"rate=200000&size={SIZE}&for=1.5s"


def run(rounds: int) -> list[Figure]:
    """Read the same frames in every way, so many times."""
    settle_memory()  # as the app has it
    stream = b"".join(encode_frame(1, b"%052d" % number) for number in range(FRAMES))
    chunks = [stream[start : start + CHUNK] for start in range(0, len(stream), CHUNK)]
    wire, lab, library, bare = [], [], [], []
    with home() as env, basic_server(env) as (url, _):
        for _ in range(rounds):
            bare.append(count_messages("bare", f"{url}/flood?{FLOOD}", env).rate)
            wire.append(_rate(chunks, *_wire(lambda _: None)))
            lab.append(_rate(chunks, *_lab()))
            library.append(_rate(chunks, *_library()))
    ratio = median_ratio(wire, bare)
    against = f"bare client over loopback: {statistics.median(bare):,.0f} messages/s"
    return [
        Figure(
            f"wire alone, {SIZE} bytes a frame",
            spread(wire, "frames/s"),
            against,
            ratio,
            f"at least {AIM:g}",
            ratio >= AIM,
        ),
        Figure(
            "wire alone",
            spread(wire, "frames/s"),
            f"websockets without a network: {statistics.median(library):,.0f} frames/s",
            median_ratio(wire, library),
        ),
        Figure(
            "wire, statistics, journal and program",
            spread(lab, "frames/s"),
            against,
            median_ratio(lab, bare),
        ),
    ]


def _rate(chunks: list[bytes], read: Callable[[bytes], object], count: Callable[[], int]) -> float:
    started = time.perf_counter()
    for chunk in chunks:
        read(chunk)
    seconds = time.perf_counter() - started
    if count() != FRAMES:
        raise AssertionError(f"{count()} of {FRAMES} frames were read")
    return FRAMES / seconds


def upgraded(clock: Clock) -> ConnectionReader:
    """Return a reader whose handshake is over."""
    reader = ConnectionReader(1, clock)
    reader.receive(
        Direction.C2S,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    )
    reader.receive(
        Direction.S2C,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    )
    return reader


def _wire(sink: Callable[[list[Event]], object]) -> tuple[Callable[[bytes], object], Callable[[], int]]:
    reader = upgraded(Clock())
    events = 0

    def read(chunk: bytes) -> None:
        nonlocal events
        found = reader.receive(Direction.S2C, chunk)
        events += len(found)
        sink(found)

    return read, lambda: events // 2  # a frame and its message


def _lab() -> tuple[Callable[[bytes], object], Callable[[], int]]:
    statistics_ = Statistics(Clock())
    journal, transcript = Journal(), Transcript()

    def sink(events: list[Event]) -> None:
        statistics_.observe(events)
        journal.append(events)
        transcript.observe(events)

    read, _ = _wire(sink)
    return read, lambda: statistics_.snapshot().received.frames


def _library() -> tuple[Callable[[bytes], object], Callable[[], int]]:
    protocol = ClientProtocol(parse_uri("ws://localhost/"))
    request = protocol.connect()
    protocol.send_request(request)
    key = request.headers["Sec-WebSocket-Key"]
    response = Response(
        101,
        "Switching Protocols",
        Headers(
            [("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept_key(key))]
        ),
    )
    protocol.receive_data(response.serialize())
    protocol.events_received()
    frames = 0

    def read(chunk: bytes) -> None:
        nonlocal frames
        protocol.receive_data(chunk)
        frames += len(protocol.events_received())

    return read, lambda: frames
