"""Keepalive pings."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.raw_http import RawConnection, upgraded
from wslab.serving.keepalive import PONG_SECONDS, keepalive, kept_alive

PING, PONG, CLOSE = 9, 10, 8


@asynccontextmanager
async def pinged(patience: float = PONG_SECONDS) -> AsyncGenerator[RawConnection]:
    """Connect a raw client to a server that only pings."""

    async def pinging(connection: ServerConnection) -> None:
        await keepalive(connection, 0.01, "learning-ping", patience)

    async with (
        serve(pinging, "127.0.0.1", 0, ping_interval=None) as server,
        upgraded(server.sockets[0].getsockname()[1], "/") as raw,
    ):
        yield raw


async def _answer(raw: RawConnection, count: int) -> None:
    for _ in range(count):
        ping = await raw.frame()
        assert (ping.opcode, ping.payload) == (PING, b"learning-ping")
        raw.send(PONG, ping.payload)


async def test_pings_go_on_while_they_are_answered() -> None:
    async with pinged() as raw:
        await _answer(raw, 5)


async def test_a_missing_pong_ends_the_connection() -> None:
    async with pinged(patience=0.05) as raw:
        assert (await raw.frame()).opcode == PING
        raw.send(PONG, b"something else")
        close = await raw.frame()
    assert (close.opcode, close.payload) == (CLOSE, (1011).to_bytes(2) + b"no pong came back")


@pytest.mark.parametrize("every", [None, 0.01])
async def test_pings_end_with_what_they_keep_alive(every: float | None) -> None:
    async def handler(connection: ServerConnection) -> None:
        async with kept_alive(connection, every, "learning-ping"):
            await connection.recv()
        await connection.send("no more")
        await connection.recv()

    async with (
        serve(handler, "127.0.0.1", 0, ping_interval=None) as server,
        upgraded(server.sockets[0].getsockname()[1], "/") as raw,
    ):
        if every is not None:
            await _answer(raw, 3)
        raw.send(1, b"stop")
        seen = [await raw.frame()]
        while seen[-1].opcode == PING:
            seen.append(await raw.frame())
        assert seen[-1].payload == b"no more"
        assert len(seen) == 1 or every is not None
        raw.send(1, b"end")
        assert (await raw.frame()).opcode == CLOSE
