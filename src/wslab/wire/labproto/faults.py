"""One message with each fault that a reader may meet, and a few that only look wrong."""

from __future__ import annotations

import math

from wslab.wire.labproto.bodies import Error, FileChunk, Sample, StreamEnd
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ErrorCode, Flag

_SAMPLE = Sample(42, 0, 1_767_225_600_000, 21.5)


def faults(run: int = 0) -> dict[str, bytes]:
    """Return WebSocket payloads by what is wrong with them. Those that only look wrong are called `fine`.

    Args:
        run: the upper 16 bits of their sequence numbers. The lower ones count 1, 2, 3 and so on.
    """
    base = run << 16
    return {
        "a version that does not exist": encode(_SAMPLE, sequence=base + 1, version=9),
        "a length that promises too much": encode(_SAMPLE, sequence=base + 2, length=99),
        "a length that is too short for its type": encode(b"\0\x2a", sequence=base + 3, type_=0x01),
        "an unknown type": encode(b"who am I?", sequence=base + 4, type_=0x55),
        "an unknown flag that must be understood": encode(_SAMPLE, sequence=base + 5, flags=0x8000),
        "a wrong checksum": encode(_SAMPLE, sequence=base + 6, flags=Flag.CHECKSUM, crc=0x12345678),
        "a chunk without a checksum": encode(FileChunk(1, 0, b"no checksum"), sequence=base + 7),
        "a value that is not a number": encode(Sample(42, 0, 1_767_225_600_000, math.nan), sequence=base + 8),
        "text that is not UTF-8": encode(Error(ErrorCode.LIMIT, 0, "\udcff"), sequence=base + 9),
        "a header that is cut short": encode(_SAMPLE, sequence=base + 10)[:11],
        "nothing at all": b"",
        "fine: an unknown flag that may be ignored": encode(_SAMPLE, sequence=base + 11, flags=0x0040),
        "fine: two messages in one": encode(_SAMPLE, sequence=base + 12)
        + encode(StreamEnd(42, 1), sequence=base + 13),
    }
