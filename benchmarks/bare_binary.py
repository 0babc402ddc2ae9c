"""What the binary server is measured against: the library alone. Run as a program of its own.

`/` unpacks a SAMPLE, counts it and packs a SAMPLE_ACK, as one writes it who needs nothing else; `/echo` sends
back what comes.
"""

from __future__ import annotations

import asyncio
import json
import math
import struct
import sys

from websockets.asyncio.server import ServerConnection, serve

SAMPLE = struct.Struct(">BBHIIHHQd")
ACK = struct.Struct(">BBHIIHIddd")


async def serve_connection(connection: ServerConnection) -> None:
    """Serve one connection until it closes."""
    assert connection.request is not None
    if connection.request.path == "/echo":
        async for message in connection:
            await connection.send(message)
        return
    seen: dict[int, tuple[int, float, float, float]] = {}
    async for message in connection:
        assert isinstance(message, bytes)
        _version, _type, _flags, _length, sequence, sensor, _status, _time, value = SAMPLE.unpack(message)
        count, low, high, total = seen.get(sensor, (0, math.inf, -math.inf, 0.0))
        count, low, high, total = count + 1, min(low, value), max(high, value), total + value
        seen[sensor] = count, low, high, total
        await connection.send(
            ACK.pack(1, 2, 2, ACK.size - 12, sequence, sensor, count, low, high, total / count)
        )


async def main() -> None:
    """Serve until standard input ends."""
    async with serve(
        serve_connection, "127.0.0.1", 0, compression=None, ping_interval=None, max_size=2**20
    ) as server:
        port = server.sockets[0].getsockname()[1]
        print(json.dumps({"url": f"ws://127.0.0.1:{port}"}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
