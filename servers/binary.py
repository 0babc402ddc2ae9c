"""The binary server: the lab's own binary protocol (docs/binary-protocol.md) inside WebSocket messages.

It counts samples of telemetry and sends some, keeps files that come in chunks, sums up arrays of numbers, and
says what is wrong with everything else. How messages are laid out byte by byte is not here but in
`src/wslab/wire/labproto/`, which reads and writes them.

Run it by itself and talk to it; these bytes are a SAMPLE that wants an answer:

    python servers/binary.py --port 8083
    wslab connect ws://127.0.0.1:8083/ -s v1.binary.wslab --json
    /binary 01 01 0001 00000014 00000001 002a 0000 0000019b76daa800 4035800000000000
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import math
import sys
import time
from asyncio import Task
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import NegotiationError
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from wslab.serving.connections import meanwhile, until_closed
from wslab.serving.keepalive import kept_alive
from wslab.serving.options import duration_or_off, server_parser, some_size, some_time
from wslab.serving.query import duration, number
from wslab.serving.routes import Routes
from wslab.serving.runner import Service, run
from wslab.serving.transfers import Limits, Refused, Transfers
from wslab.tasks import spawn, stop
from wslab.wire.labproto import bodies
from wslab.wire.labproto.bodies import Body, Extension, FileChunk, Sample, Tag
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.faults import faults
from wslab.wire.labproto.layout import ACK_WANTED, ANSWER, CHECKSUM, LAYOUTS, SUBPROTOCOLS, ErrorCode, Type
from wslab.wire.labproto.problems import error_for, refusal
from wslab.wire.labproto.reader import Header, Item, plain_end, read

KEEPALIVE_PAYLOAD = "binary-ping"
MOST_SENSORS = 256
"""Sensors that statistics are kept of, on each connection."""
MOST_STREAMS = 8
"""Streams on each connection."""
MOST_WRONG = 32
"""Wrong messages in a row after which a connection is closed with 1008; those over a limit are not wrong."""


class Options(argparse.Namespace):
    """What the command line said."""

    keepalive: float | None
    max_file: int
    max_store: int
    forget: float


DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "binary-protocol.md"
"""What the protocol is, in a checkout and in an installed wheel: `docs/` lies beside `servers/` in both."""
OPTIONS = Options()
TRANSFERS = Transfers()

routes = Routes(
    f"wslab binary: the lab's own binary protocol. Every byte of it is told in\n{DOCUMENT}\n\n"
    "Each message begins with 12 bytes, big-endian: version (1), type (1), flags (2), length of what\n"
    "follows (4), sequence number (4). A binary WebSocket message holds one or more of them.\n\n"
    f"subprotocols: {', '.join(SUBPROTOCOLS.values())}\n\n"
    + "\n".join(
        f"    0x{kind:02x}  {layout.type.name:<16}"
        + " and ".join([*["client"] * layout.by_client, *["server"] * layout.by_server])
        for kind, layout in LAYOUTS.items()
    )
)


# --- one connection ------------------------------------------------------------------------------------


@dataclass(slots=True)
class Statistics:
    """What has come of one sensor."""

    count: int = 0
    minimum: float = math.inf
    maximum: float = -math.inf
    mean: float = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.count += 1
        self.minimum = min(self.minimum, value)
        self.maximum = max(self.maximum, value)
        # Each is divided by itself: the difference of two large numbers may be too large for a double.
        self.mean += value / self.count - self.mean / self.count


@dataclass(slots=True)
class Stream:
    """Samples that are sent until their number is reached or the client says stop."""

    task: Task[None]
    sent: int = 0


@dataclass(slots=True, eq=False)
class Peer:
    """A client, and what the server keeps for it as long as it is connected."""

    connection: ServerConnection
    version: int
    """The highest that was agreed on."""
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    statistics: dict[int, Statistics] = field(default_factory=dict)
    streams: dict[int, Stream] = field(default_factory=dict)
    wrong: int = 0
    """Wrong messages since the last right one."""

    async def send(self, body: Body, *, version: int = 1, flags: int = 0) -> None:
        """Send a message of the server's own; it waits while the client reads too slowly."""
        sequence = next(self.numbers) % 2**32
        await self.connection.send(encode(body, sequence=sequence, flags=flags, version=version))

    async def answer(self, header: Header | None, body: Body) -> None:
        """Send the answer to a message; None is one that had not even a header."""
        sequence = header.sequence if header else 0
        await self.connection.send(encode(body, sequence=sequence, flags=ANSWER))


async def serve_protocol(
    connection: ServerConnection, *, only_echo: bool = False, stream: bodies.StreamStart | None = None
) -> None:
    """Read messages until the connection ends, and answer each; send a stream meanwhile, if there is one."""
    agreed = {name: version for version, name in SUBPROTOCOLS.items()}
    peer = Peer(connection, agreed.get(connection.subprotocol or "", 1))
    try:
        if stream is not None:
            start_stream(peer, Header(1, Type.STREAM_START, 0, 0, 0), stream)
        await read_messages(peer, only_echo)
    finally:
        TRANSFERS.leave(peer)
        for running in list(peer.streams.values()):
            await stop(running.task)


async def read_messages(peer: Peer, only_echo: bool) -> None:
    """Answer every message of the client."""
    async for data in peer.connection:
        if isinstance(data, str):
            # RFC 6455 section 7.4.1: 1003 is for data of a type that cannot be accepted. Text that is not
            # UTF-8 does not come this far: websockets has closed the connection with 1007.
            await hang_up(peer, CloseCode.UNSUPPORTED_DATA, "this protocol has no text messages")
            return
        if only_echo and plain_end(data, 0) == len(data) > 0:
            peer.wrong = 0
            await peer.connection.send(data)
            continue
        for count, item in enumerate(read(data, peer.version), start=1):
            if only_echo and not item.problems:
                peer.wrong = 0
                await peer.connection.send(data[item.start : item.end])
            else:
                await serve_item(peer, item)
            if peer.wrong >= MOST_WRONG:
                await hang_up(peer, CloseCode.POLICY_VIOLATION, f"{MOST_WRONG} wrong messages in a row")
                return
            if count % 100 == 0:
                await asyncio.sleep(0)  # a WebSocket message may hold thousands, and others want their turn


async def hang_up(peer: Peer, code: CloseCode, reason: str) -> None:
    """Close, and go on reading until the client's own Close has come: it stands behind all that is unread."""
    async with meanwhile(ignore_messages(peer), "ignore"):
        await peer.connection.close(code, reason)


async def ignore_messages(peer: Peer) -> None:
    """Read and drop every message."""
    async for _ in peer.connection:
        pass


async def serve_item(peer: Peer, item: Item) -> None:
    """Do what one message asks for, or say what is wrong with it."""
    try:
        if item.problems:
            raise Refused(error_for(item.problems[0]))
        assert item.header is not None
        assert item.body is not None
        await serve_message(peer, item.header, item.body)
        peer.wrong = 0
    except Refused as refused:
        if refused.error.code != ErrorCode.LIMIT:
            peer.wrong += 1  # what is over a limit now is right in itself, and may be asked for again
        # An ERROR is never answered: two sides that misunderstand each other would go on for ever.
        if item.header is None or item.header.type != Type.ERROR:
            await peer.answer(item.header, refused.error)


async def serve_message(peer: Peer, header: Header, body: Body) -> None:
    """Do what a message asks for.

    Raises:
        Refused: it cannot be done.
    """
    match body:
        case Sample():
            await take_sample(peer, header, body)
        case bodies.StreamStart():
            start_stream(peer, header, body)
            await asyncio.sleep(0)  # it begins at once: the next message may stop it
        case bodies.StreamStop():
            await stop_stream(peer, header, body)
        case bodies.FileOpen():
            await peer.answer(header, TRANSFERS.open(body, peer).status())
        case bodies.FileResume():
            await peer.answer(header, TRANSFERS.find(body.transfer, Type.FILE_RESUME, peer).status())
        case FileChunk():
            transfer = TRANSFERS.add(body, peer)
            if transfer.complete or header.flags & ACK_WANTED:
                await peer.answer(header, transfer.status())
        case bodies.FileGet():
            await send_file(peer, header, body)
        case bodies.FileForget():
            await peer.answer(header, TRANSFERS.forget(body.transfer))
        case bodies.Numbers():
            await sum_up(peer, header, body)
        case bodies.Error():
            pass  # the client tells what it did not understand
        case _:
            raise refused(
                ErrorCode.UNEXPECTED, header, "type", f"0x{header.type:02x}", "only servers send it"
            )


def refused(code: ErrorCode, header: Header, field: str, value: object, right: str) -> Refused:
    """Return what to raise for a message that is right in itself and cannot be served."""
    return Refused(refusal(code, Type(header.type), field, value, right))


# --- telemetry -----------------------------------------------------------------------------------------


async def take_sample(peer: Peer, header: Header, sample: Sample) -> None:
    """Count a sample and, where the client wants that, say what has come so far."""
    value = sample.value * 10.0**sample.scale if sample.extensions else sample.value
    if not math.isfinite(value):
        raise refused(
            ErrorCode.BAD_VALUE, header, "value", sample.value, f"10^{sample.scale} times is too large"
        )
    statistics = peer.statistics.get(sample.sensor)
    if statistics is None:
        if len(peer.statistics) >= MOST_SENSORS:
            right = f"there are {MOST_SENSORS} sensors on this connection already"
            raise refused(ErrorCode.LIMIT, header, "sensor", sample.sensor, right)
        statistics = peer.statistics[sample.sensor] = Statistics()
    statistics.add(value)
    if header.flags & ACK_WANTED:
        count = statistics.count % 2**32
        ack = bodies.SampleAck(sample.sensor, count, statistics.minimum, statistics.maximum, statistics.mean)
        await peer.answer(header, ack)


def start_stream(peer: Peer, header: Header, request: bodies.StreamStart) -> None:
    """Begin to send samples of a sensor."""
    if request.sensor in peer.streams:
        right = "it has a stream already; STREAM_STOP ends it"
        raise refused(ErrorCode.UNEXPECTED, header, "sensor", request.sensor, right)
    if len(peer.streams) >= MOST_STREAMS:
        right = f"there are {MOST_STREAMS} streams on this connection already"
        raise refused(ErrorCode.LIMIT, header, "sensor", request.sensor, right)
    work = until_closed(send_samples(peer, header, request))
    peer.streams[request.sensor] = Stream(spawn(work, f"stream of sensor {request.sensor}"))


async def send_samples(peer: Peer, header: Header, request: bodies.StreamStart) -> None:
    """Send samples at every interval until there are enough."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    stream = peer.streams[request.sensor]
    while not request.count or stream.sent < request.count:
        stream.sent += 1  # before it waits: who stops the stream there has the sample in its buffers already
        await peer.send(measure(request.sensor, peer.version), version=peer.version)
        # What a client was too slow for is left out: it wants to know how it is, not how it was.
        due = max(due + request.interval / 1000, loop.time())
        await asyncio.sleep(due - loop.time())
    del peer.streams[request.sensor]
    await peer.answer(header, bodies.StreamEnd(request.sensor, stream.sent))


def measure(sensor: int, version: int) -> Sample:
    """Return what a sensor says now: the temperature of a room that is warm and cold once a minute."""
    now = time.time()
    tenths = round(215 + 30 * math.sin(now * math.tau / 60 + sensor))
    if version == 1:
        return Sample(sensor, 0, int(now * 1000), tenths / 10)
    extensions = (Extension(Tag.UNIT, "°C".encode()), Extension(Tag.SCALE, (-1).to_bytes(1, signed=True)))
    return Sample(sensor, 0, int(now * 1000), tenths, extensions)


async def stop_stream(peer: Peer, header: Header, request: bodies.StreamStop) -> None:
    """End a stream and say how many samples there were."""
    stream = peer.streams.pop(request.sensor, None)
    if stream is None:
        raise refused(ErrorCode.UNEXPECTED, header, "sensor", request.sensor, "it has no stream")
    await stop(stream.task)
    await peer.answer(header, bodies.StreamEnd(request.sensor, stream.sent))


# --- files and numbers ---------------------------------------------------------------------------------


async def send_file(peer: Peer, header: Header, request: bodies.FileGet) -> None:
    """Send a file in chunks, from an offset to its end."""
    transfer = TRANSFERS.find(request.transfer, Type.FILE_GET)
    if not transfer.complete:
        right = f"{len(transfer.data)} of {transfer.size} bytes have come"
        raise refused(ErrorCode.UNEXPECTED, header, "transfer", f"{request.transfer:016x}", right)
    if request.offset > transfer.size:
        raise refused(
            ErrorCode.WRONG_OFFSET, header, "offset", request.offset, f"the file ends at {transfer.size}"
        )
    for offset in range(request.offset, transfer.size, request.chunk):
        # Looked up each time: a file in use is not forgotten, and one that somebody forgot is not kept alive.
        data = bytes(TRANSFERS.find(request.transfer, Type.FILE_GET).data[offset : offset + request.chunk])
        await peer.send(FileChunk(request.transfer, offset, data), flags=CHECKSUM)
        await asyncio.sleep(0)
    await peer.answer(header, transfer.status())


async def sum_up(peer: Peer, header: Header, numbers: bodies.Numbers) -> None:
    """Answer what an array of numbers comes to."""
    values = numbers.values
    try:
        # fsum adds without the errors that grow with each addition of doubles.
        total = math.fsum(values)
    except OverflowError:
        right = "their sum is too large for a double"
        raise refused(ErrorCode.BAD_VALUE, header, "values", f"{len(values)} numbers", right) from None
    await peer.answer(
        header, bodies.NumbersSummary(len(values), total, float(min(values)), float(max(values)))
    )


# --- paths ---------------------------------------------------------------------------------------------


@routes.path("/")
async def root(connection: ServerConnection) -> None:
    """Speaks the protocol; plain HTTP shows this page."""
    await serve_protocol(connection)


@routes.path("/echo")
async def echo(connection: ServerConnection) -> None:
    """Sends every message back as it came, and an ERROR for one that is wrong: for who writes an encoder."""
    await serve_protocol(connection, only_echo=True)


@routes.path("/stream", sensor=number("1", 0, 65535), every=duration("1s", "10ms", "1h"))
async def stream_path(connection: ServerConnection, sensor: int, every: float) -> None:
    """Sends a SAMPLE now and after each interval; for who writes a reader."""
    await serve_protocol(connection, stream=bodies.StreamStart(sensor, round(every * 1000), 0))


@routes.path("/faulty", run=number("0", 0, 65535))
async def faulty(connection: ServerConnection, run: int) -> None:
    """Sends one message with each fault, then speaks the protocol: for who writes a careful reader.

    The upper half of the sequence numbers is run, so that nobody can know them before.
    """
    for message in faults(run).values():
        await connection.send(message)
    await serve_protocol(connection)


# --- running it ----------------------------------------------------------------------------------------


def select_subprotocol(connection: ServerConnection, offered: list[Subprotocol]) -> Subprotocol | None:
    """Choose the highest version that both sides speak (section 2.1)."""
    for _, name in sorted(SUBPROTOCOLS.items(), reverse=True):
        if name in offered:
            return Subprotocol(name)
    if offered:
        raise NegotiationError(f"this server speaks {' and '.join(SUBPROTOCOLS.values())}")
    return None


async def serve_connection(connection: ServerConnection) -> None:
    """Serve one connection from the end of its handshake on."""
    async with kept_alive(connection, OPTIONS.keepalive, KEEPALIVE_PAYLOAD):
        await routes.serve(connection)


async def tidy() -> None:
    """Forget transfers when they are due, also while nobody asks."""
    while True:
        await asyncio.sleep(TRANSFERS.expire())


def main() -> int:
    """Run the server and return its exit code."""
    about = "The lab's own binary protocol: telemetry, files, arrays of numbers."
    parser = server_parser("binary", f"{about}\nEvery byte of it is told in\n{DOCUMENT}", routes.paths())
    limits = TRANSFERS.limits
    parser.add_argument(
        "--keepalive", type=duration_or_off, default=30.0, metavar="DURATION",
        help=f"time between pings, whose payload is {KEEPALIVE_PAYLOAD} (30s); off or 0 sends none",
    )  # fmt: skip
    parser.add_argument(
        "--max-file", type=some_size, default=limits.file, metavar="SIZE",
        help="refuse a larger file (16MiB)",
    )  # fmt: skip
    parser.add_argument(
        "--max-store", type=some_size, default=limits.store, metavar="SIZE",
        help="bytes of all files together, which are kept in memory (64MiB); a connection has a quarter",
    )  # fmt: skip
    parser.add_argument(
        "--forget", type=some_time, default=limits.forget, metavar="DURATION",
        help="forget a transfer that nobody used for so long (10m)",
    )  # fmt: skip
    parser.parse_args(namespace=OPTIONS)
    TRANSFERS.limits = Limits(OPTIONS.max_file, OPTIONS.max_store, OPTIONS.forget)
    negotiation = {"select_subprotocol": select_subprotocol}
    service = Service("binary", serve_connection, routes.process_request, negotiation, background=tidy)
    return run(service, OPTIONS)


if __name__ == "__main__":
    sys.exit(main())
