"""MQTT over TCP for clients that know no WebSocket: each TCP connection becomes a WebSocket connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from wslab.tasks import spawn, stop

PIECE = 4096


@asynccontextmanager
async def bridge(url: str) -> AsyncGenerator[int]:
    """Listen for the length of the block, and yield the port."""
    open_now: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = spawn(_carry(url, reader, writer), "mqtt bridge")
        open_now.add(task)
        task.add_done_callback(open_now.discard)

    server = await asyncio.start_server(accepted, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in list(open_now):
            await stop(task)
        await server.wait_closed()


async def _carry(url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes both ways until both have ended."""
    try:
        async with connect(
            url, subprotocols=[Subprotocol("mqtt")], proxy=None, compression=None, ping_interval=None
        ) as client:
            up = spawn(_up(reader, client), "to the broker")
            try:
                await _down(client, writer)
            finally:
                await stop(up)
        # What a client still sends is read: a reset would take from it what it has not read yet.
        with suppress(OSError):
            while await reader.read(PIECE):
                pass
    finally:
        writer.close()


async def _up(reader: asyncio.StreamReader, client: ClientConnection) -> None:
    with suppress(ConnectionClosed, OSError):
        while data := await reader.read(PIECE):
            await client.send(data)
        # Over TCP nobody says goodbye twice: an MQTT client that just goes is one whose will is published.
        await client.close()


async def _down(client: ClientConnection, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionClosed, OSError):
        async for data in client:
            assert isinstance(data, bytes)
            writer.write(data)
            await writer.drain()
        writer.write_eof()
