"""Receives all messages of a URL, counts them and says how long that took. Run as a program of its own.

`bare` is the library alone, `tapped` the lab's client with its tap and nobody who looks at the events.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time


async def bare(url: str) -> tuple[int, float]:
    """Count with the library; return messages and the time of the first."""
    from websockets.asyncio.client import connect

    count, first = 0, 0.0
    async with connect(url, proxy=None, ping_interval=None) as connection:
        async for _ in connection:
            if not count:
                first = time.perf_counter()
            count += 1
    return count, first


async def tapped(url: str) -> tuple[int, float]:
    """Count with the lab's client; return messages and the time of the first."""
    from wslab.net.client import Client
    from wslab.net.options import ConnectOptions
    from wslab.wire.clock import Clock

    count, first = 0, 0.0

    def take(_message: str | bytes) -> None:
        nonlocal count, first
        if not count:
            first = time.perf_counter()
        count += 1

    client = Client(ConnectOptions(url, keepalive=None), 1, Clock(), lambda _events: None, on_message=take)
    await client.open()
    await client.wait_closed()
    return count, first


def main(kind: str, url: str) -> None:
    """Count and print one line of JSON."""
    count, first = asyncio.run({"bare": bare, "tapped": tapped}[kind](url))
    # The processor time of the whole process: starting it takes little of a long flood.
    print(json.dumps({"messages": count, "seconds": time.perf_counter() - first, "cpu": time.process_time()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
