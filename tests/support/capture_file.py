"""Capture files made of bytes, for a dissector that is not ours: TCP over IPv4, one segment a portion."""

from __future__ import annotations

import struct
from collections.abc import Iterable

from wslab.wire.events import Direction

HERE = bytes((127, 0, 0, 1))
HEADERS = 40
"""Bytes of IP and TCP before each portion."""
CLIENT_PORT = 40_000
"""Port of the client of the first connection; each further one has the next."""


def capture_file(portions: Iterable[tuple[int, Direction, bytes]], port: int) -> bytes:
    """Return a capture of connections to a server.

    Args:
        portions: number of the connection, from 0, direction and bytes of each segment; 65,000 at most.
        port: of the server.
    """
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65_535, 101)
    sent: dict[tuple[int, Direction], int] = {}
    for number, (conn, direction, payload) in enumerate(portions):
        ports = (CLIENT_PORT + conn, port)
        source, target = ports if direction is Direction.C2S else ports[::-1]
        seq, ack = sent.get((conn, direction), 1), sent.get((conn, direction.other), 1)
        tcp = struct.pack(">HHIIBBHHH", source, target, seq, ack, 5 << 4, 0x18, 65_535, 0, 0) + payload
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, HERE, HERE) + tcp
        out += struct.pack("<IIII", number, 0, len(ip), len(ip)) + ip
        sent[conn, direction] = seq + len(payload)
    return out
