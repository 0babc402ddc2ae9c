"""Keepalive pings (RFC 6455 section 5.5.2) whose payload people can read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode

from wslab.serving.connections import meanwhile

PONG_SECONDS = 20.0
"""How long the answer to a ping may take, usually."""


async def keepalive(
    connection: ServerConnection, every: float, payload: str, patience: float = PONG_SECONDS
) -> None:
    """Ping every so many seconds; close with 1011 when the pong does not come within ``patience`` seconds.

    The next ping waits for the pong of the last, because two pings of one payload cannot be told apart.
    """
    loop = asyncio.get_running_loop()
    due = loop.time() + every
    while True:
        await asyncio.sleep(due - loop.time())
        pong = await connection.ping(payload)
        try:
            async with asyncio.timeout(patience):
                await pong
        except TimeoutError:
            await connection.close(CloseCode.INTERNAL_ERROR, "no pong came back")
            return
        due = max(due + every, loop.time())


@asynccontextmanager
async def kept_alive(connection: ServerConnection, every: float | None, payload: str) -> AsyncGenerator[None]:
    """Do what `keepalive` does for the length of the block; nothing where ``every`` is None."""
    if every is None:
        yield
        return
    async with meanwhile(keepalive(connection, every, payload), "keepalive"):
        yield
