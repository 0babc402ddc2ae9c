"""Bytes of connections, legal and not, and readers to put them into."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

from hypothesis import strategies as st

from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Event

C2S, S2C = Direction.C2S, Direction.S2C
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
MASK = b"\x37\xfa\x21\x3d"

Segment = tuple[Direction, bytes]


def fixed_clock() -> Clock:
    """A clock whose time stands still, so that only `seq` tells events of different calls apart."""
    return Clock(monotonic=lambda: 5.0, wall=lambda: 1_700_000_000.0)


def request(extensions: str = "", subprotocols: str = "") -> bytes:
    """A legal opening request."""
    lines = [
        "GET /chat HTTP/1.1",
        "Host: server.example.com",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {KEY}",
        "Sec-WebSocket-Version: 13",
    ]
    if extensions:
        lines.append(f"Sec-WebSocket-Extensions: {extensions}")
    if subprotocols:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocols}")
    return "\r\n".join((*lines, "", "")).encode()


def answer(extensions: str = "", subprotocol: str = "") -> bytes:
    """The legal answer to it."""
    lines = [
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {ACCEPT}",
    ]
    if extensions:
        lines.append(f"Sec-WebSocket-Extensions: {extensions}")
    if subprotocol:
        lines.append(f"Sec-WebSocket-Protocol: {subprotocol}")
    return "\r\n".join((*lines, "", "")).encode()


def open_reader(
    extensions: str = "",
    subprotocol: str = "",
    *,
    preview_limit: int = 4096,
    inflate_limit: int = 2**24,
    decoding: str = "auto",
) -> ConnectionReader:
    """A reader behind a handshake in which these extensions and this subprotocol were agreed on."""
    reader = ConnectionReader(
        1, fixed_clock(), preview_limit=preview_limit, inflate_limit=inflate_limit, decoding=decoding
    )
    reader.receive(C2S, request(extensions, subprotocol))
    reader.receive(S2C, answer(extensions, subprotocol))
    assert reader.upgraded
    return reader


def read(segments: Iterable[Segment], **limits: int) -> list[Event]:
    """Read a whole connection, its end included."""
    reader = ConnectionReader(1, fixed_clock(), **limits)
    events = [event for direction, data in segments for event in reader.receive(direction, data)]
    return events + reader.end(None)


def pieces(data: bytes, sizes: Sequence[int]) -> list[bytes]:
    """Cut data into pieces of the given sizes, taken in turn until nothing is left."""
    cut: list[bytes] = []
    at = turn = 0
    while at < len(data):
        size = sizes[turn % len(sizes)]
        cut.append(data[at : at + size])
        at, turn = at + size, turn + 1
    return cut


def split(segments: Iterable[Segment], sizes: Sequence[int]) -> list[Segment]:
    """The same bytes in other portions."""
    return [(direction, piece) for direction, data in segments for piece in pieces(data, sizes)]


def deflated(payload: bytes, compressor: zlib._Compress | None = None) -> bytes:
    """Compress a message as RFC 7692 section 7.2.1 says."""
    stream = zlib.compressobj(wbits=-15) if compressor is None else compressor
    return (stream.compress(payload) + stream.flush(zlib.Z_SYNC_FLUSH))[:-4]


sizes = st.lists(st.integers(1, 40) | st.sampled_from([1, 2, 3, 100, 4096]), min_size=1, max_size=6)
"""Sizes of portions in which bytes arrive."""

payloads = (
    st.binary(max_size=40)
    | st.text(max_size=30).map(str.encode)
    | st.text(max_size=30).map(lambda text: deflated(text.encode()))
    | st.builds(close_body, st.integers(0, 5100), st.text(max_size=10))
    | st.sampled_from([b"", b"x" * 125, b"x" * 126, "é".encode() * 200, b"\x00" * 300])
)
"""Payloads of any kind of frame."""

any_frame = st.builds(
    encode_frame,
    st.sampled_from([0, 0, 1, 1, 1, 2, 2, 8, 9, 10, 3, 11]),
    payloads,
    fin=st.booleans(),
    rsv=st.sampled_from([0, 0, 0, 4, 4, 1]),
    mask=st.none() | st.binary(min_size=4, max_size=4),
    length_form=st.sampled_from([None, None, None, 64]),
)
"""A frame, as likely as not one that breaks a rule."""

subprotocols = st.sampled_from(["", "", "", "mqtt", "graphql-transport-ws", "v1.binary.wslab"])

extensions = st.sampled_from(
    [
        "",
        "permessage-deflate",
        "permessage-deflate; client_no_context_takeover; server_no_context_takeover",
        "permessage-deflate; server_max_window_bits=9",
        "x-unknown",
    ]
)


@st.composite
def connections(draw: st.DrawFn) -> list[Segment]:
    """Every byte of a connection: heads that may not be what they should, then frames that may be anything."""
    agreed, named = draw(extensions), draw(subprotocols)
    right = request(agreed, named)
    first = draw(st.sampled_from([right, right, b"GET / HTTP/1.0\n\n", b"\x16\x03\x01"]))
    refusals = [
        b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer(agreed),
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
    ]
    second = draw(st.just(answer(agreed, named)) | st.sampled_from(refusals))
    before = draw(st.lists(any_frame, max_size=2))
    after = draw(st.lists(st.tuples(st.sampled_from(Direction), any_frame), max_size=8))
    segments = [(C2S, first), *((C2S, frame) for frame in before), (S2C, second), *after]
    position = draw(st.integers(0, 400))
    if draw(st.booleans()):
        # One byte somewhere is not what it was.
        place = position % len(segments)
        direction, data = segments[place]
        changed = bytearray(data or b"\x00")
        changed[position % len(changed)] ^= draw(st.integers(1, 255))
        segments[place] = direction, bytes(changed)
    if draw(st.booleans()):
        direction, data = segments[-1]
        segments[-1] = direction, data[: position % (len(data) + 1)]
    return segments
