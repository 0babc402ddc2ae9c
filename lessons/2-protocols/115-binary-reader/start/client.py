"""Reads the lab's binary protocol with care: answers what is wrong, passes on what is right."""

import asyncio
import os
import struct

URL = os.environ["WSLAB_URL"]

HEADER = struct.Struct(">BBHII")  # version, type, flags, length, sequence
SAMPLE = struct.Struct(">HHQd")  # sensor, status, time, value

BAD_VERSION, BAD_LENGTH, UNKNOWN_TYPE, UNKNOWN_FLAG, BAD_CHECKSUM, BAD_VALUE = 1, 2, 3, 4, 5, 7

# Every type there is. SAMPLE is 0x01, STREAM_END 0x05, ERROR 0x7f.
TYPES = {0x01, 0x02, 0x03, 0x04, 0x05, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x20, 0x21, 0x7F}


def error(sequence: int, code: int) -> bytes:
    """Return the ERROR that answers the message with this number."""
    body = struct.pack(">HI", code, 0) + b"see docs/binary-protocol.md"
    return HEADER.pack(1, 0x7F, 0x0002, len(body), sequence) + body


async def main() -> None:
    # TODO(agreed): connect to URL and offer the subprotocol v1.binary.wslab
    # TODO(header): read messages; answer a wrong version and a wrong length
    # TODO(body): answer a SAMPLE of another size than it has, and a type that does not exist
    # TODO(flags): answer an unknown flag that matters, and a checksum that does not fit
    # TODO(value): answer a SAMPLE whose value is no number
    # TODO(short): answer what has less than a header, with the number 0; but never an ERROR
    # TODO(passed-on): send back every SAMPLE that is right, each in a message of its own
    # TODO(closed): close with 1000 when STREAM_END has come
    print(f"still to do: read what comes from {URL}; an ERROR has {len(error(0, BAD_LENGTH))} bytes")


asyncio.run(main())
