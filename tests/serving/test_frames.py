"""Frames sent past `connection.send`, and the ways to cut a connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import InvalidState

from tests.support.raw_http import RawConnection, upgraded
from tests.support.waiting import until
from wslab.serving.connections import meanwhile
from wslab.serving.frames import cut, send_fragments, withhold_pongs, write_queued


@asynccontextmanager
async def connected(handler: Callable[[ServerConnection], Awaitable[None]]) -> AsyncGenerator[RawConnection]:
    """Connect a raw client to a server that serves with this handler."""
    async with (
        serve(handler, "127.0.0.1", 0, ping_interval=None, compression=None) as server,
        upgraded(server.sockets[0].getsockname()[1], "/") as raw,
    ):
        yield raw


async def test_queued_frames_arrive_in_order() -> None:
    async def handler(connection: ServerConnection) -> None:
        for n in range(1000):
            connection.protocol.send_text(b"%d" % n)
        await write_queued(connection)
        await connection.send("last")

    async with connected(handler) as raw:
        received = [(await raw.frame()).payload for _ in range(1001)]
    assert received == [b"%d" % n for n in range(1000)] + [b"last"]


async def test_writing_waits_for_the_reader_and_ends_when_it_breaks() -> None:
    written = []
    ended: list[BaseException] = []

    async def handler(connection: ServerConnection) -> None:
        try:
            while True:
                connection.protocol.send_binary(b"x" * 2**20)
                await write_queued(connection)
                written.append(True)
        except InvalidState as error:
            ended.append(error)

    async with connected(handler) as raw:
        await raw.frame()
        before = -1
        while before != len(written):  # the buffers of the system fill up
            before = len(written)
            await asyncio.sleep(0.2)
        assert before < 100
        raw.writer.transport.abort()
        await until(lambda: ended, "the handler to notice")


async def test_a_message_in_fragments_with_a_ping_behind_the_first() -> None:
    async def handler(connection: ServerConnection) -> None:
        await send_fragments(connection, "hello", 2, ping=b"?")
        await send_fragments(connection, b"h", 2, ping=b"?")

    async with connected(handler) as raw:
        frames = [await raw.frame() for _ in range(5)]
    assert [(frame.opcode, frame.fin, frame.payload) for frame in frames] == [
        (1, False, b"he"), (9, True, b"?"), (0, False, b"ll"), (0, True, b"o"), (2, True, b"h"),
    ]  # fmt: skip


async def test_each_fragment_is_on_the_wire_before_the_pause() -> None:
    async def handler(connection: ServerConnection) -> None:
        async with meanwhile(send_fragments(connection, "hello", 2, pause=3600), "fragments"):
            await connection.wait_closed()

    async with connected(handler) as raw:
        assert (await raw.frame()).payload == b"he"
        raw.send(9, b"alive?")
        assert (await raw.frame()).opcode == 10


async def test_withheld_pongs_and_nothing_else() -> None:
    async def handler(connection: ServerConnection) -> None:
        withhold_pongs(connection)
        await connection.send("go")
        async for message in connection:
            await connection.send(message)

    async with connected(handler) as raw:
        await raw.frame()
        raw.send(9, b"ping")
        raw.send(2, b"\x8a\x00")
        assert (await raw.frame()).payload == b"\x8a\x00"
        raw.send(9, b"ping")
        raw.send(8, b"\x03\xe8")
        assert (await raw.frame()).opcode == 8


async def test_a_cut_by_fin() -> None:
    async def handler(connection: ServerConnection) -> None:
        cut(connection, reset=False)

    async with connected(handler) as raw:
        assert await raw.reader.read() == b""


async def test_a_cut_by_rst() -> None:
    async def handler(connection: ServerConnection) -> None:
        cut(connection, reset=True)

    async with connected(handler) as raw:
        with pytest.raises(ConnectionResetError):
            await raw.reader.read()
