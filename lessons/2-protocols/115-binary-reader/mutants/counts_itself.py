"""Counts itself what comes, and answers with that, not with the number that stands in the message."""

import asyncio
import math
import os
import struct
import zlib
from collections.abc import Iterator

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]

HEADER = struct.Struct(">BBHII")  # version, type, flags, length, sequence
SAMPLE = struct.Struct(">HHQd")  # sensor, status, time, value

BAD_VERSION, BAD_LENGTH, UNKNOWN_TYPE, UNKNOWN_FLAG, BAD_CHECKSUM, BAD_VALUE = 1, 2, 3, 4, 5, 7

# Every type there is. SAMPLE is 0x01, STREAM_END 0x05, ERROR 0x7f.
TYPES = {0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x20, 0x21, 0x7F}
A_SAMPLE, A_STREAM_END, AN_ERROR = 0x01, 0x05, 0x7F
CHECKSUM = 0x0100
MUST_BE_KNOWN = 0xFF00


def error(sequence: int, code: int) -> bytes:
    """Return the ERROR that answers the message with this number."""
    body = struct.pack(">HI", code, 0) + b"see docs/binary-protocol.md"
    return HEADER.pack(1, 0x7F, 0x0002, len(body), sequence) + body


def split(data: bytes) -> Iterator[bytes]:
    """Yield the messages in a WebSocket message. The last may be cut short."""
    while True:
        length = HEADER.unpack_from(data)[3] if len(data) >= HEADER.size else 0
        yield data[: HEADER.size + length]
        data = data[HEADER.size + length :]
        if not data:
            return


def wrong(message: bytes) -> int:
    """Return the code of the first thing that is wrong, in the order of section 3.5; 0 for nothing."""
    if len(message) < HEADER.size:
        return BAD_LENGTH
    version, kind, flags, length, _sequence = HEADER.unpack_from(message)
    payload = message[HEADER.size :]
    if len(payload) < length:
        return BAD_LENGTH
    if version != 1:
        return BAD_VERSION
    if flags & MUST_BE_KNOWN & ~CHECKSUM:
        return UNKNOWN_FLAG
    if flags & CHECKSUM:
        if length < 4:
            return BAD_LENGTH
        if zlib.crc32(message[:-4]) != int.from_bytes(message[-4:], "big"):
            return BAD_CHECKSUM
        payload = payload[:-4]
    if kind not in TYPES:
        return UNKNOWN_TYPE
    if kind == A_SAMPLE:
        if len(payload) != SAMPLE.size:
            return BAD_LENGTH
        if not math.isfinite(SAMPLE.unpack(payload)[3]):
            return BAD_VALUE
    return 0


async def main() -> None:
    async with connect(URL, subprotocols=["v1.binary.wslab"]) as websocket:
        count = 0
        async for data in websocket:
            count += 1
            assert isinstance(data, bytes)
            for message in split(data):
                header = message[: HEADER.size]
                kind = header[1] if len(header) == HEADER.size else 0
                code = wrong(message)
                if code and kind != AN_ERROR:
                    await websocket.send(error(count, code))
                elif kind == A_SAMPLE:
                    await websocket.send(message)
                elif kind == A_STREAM_END:
                    return


asyncio.run(main())
