"""A client of the lab's binary protocol, for tests."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from zlib import crc32

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from tests.support.bundled_server import RunningServer
from wslab.wire.labproto.bodies import (
    Body,
    Error,
    FileChunk,
    FileGet,
    FileOpen,
    FileState,
    FileStatus,
    Sample,
)
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import Flag
from wslab.wire.labproto.reader import Header, read

PIECE = 20_000
"""Bytes in each chunk that is sent."""


class BinaryClient:
    """One connection that speaks the protocol."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._numbers = itertools.count(1)

    async def send(self, body: Body, *, flags: int = 0, version: int = 1) -> int:
        """Send a message and return its number."""
        sequence = next(self._numbers)
        await self.connection.send(encode(body, sequence=sequence, flags=flags, version=version))
        return sequence

    async def receive(self) -> tuple[Header, Body]:
        """Return the next message, which must be right and alone in its WebSocket message."""
        async with asyncio.timeout(30):
            data = await self.connection.recv()
        assert isinstance(data, bytes)
        (item,) = read(data)
        assert not item.problems, item.problems[0].text
        assert item.header is not None
        assert item.body is not None
        return item.header, item.body

    async def ask(self, body: Body, *, flags: int = 0, version: int = 1) -> tuple[Header, Body]:
        """Send a message and return the next answer that comes, which must have its number."""
        sequence = await self.send(body, flags=flags, version=version)
        while True:
            header, answer = await self.receive()
            if header.flags & Flag.ANSWER:
                assert header.sequence == sequence
                return header, answer
            assert isinstance(answer, Sample), answer  # of a stream

    async def refused(self, body: Body, *, flags: int = 0, version: int = 1) -> Error:
        """Send a message and return the ERROR that answers it."""
        header, error = await self.ask(body, flags=flags, version=version)
        assert isinstance(error, Error), error
        assert header.flags & Flag.ANSWER
        return error

    async def status(self, body: Body, *, flags: int = 0) -> FileStatus:
        """Send a message and return the FILE_STATUS that answers it."""
        _, status = await self.ask(body, flags=flags)
        assert isinstance(status, FileStatus), status
        return status

    async def announce(self, name: str, data: bytes) -> int:
        """Announce a file and return the number of the transfer."""
        status = await self.status(FileOpen(len(data), crc32(data), name))
        assert (status.state, status.offset, status.size) == (FileState.RECEIVING, 0, len(data))
        return status.transfer

    def chunk(self, transfer: int, data: bytes, offset: int) -> FileChunk:
        """Return the chunk that begins at an offset."""
        return FileChunk(transfer, offset, data[offset : offset + PIECE])

    async def send_rest(self, transfer: int, data: bytes, offset: int) -> None:
        """Send a file from an offset to its end, and see that it is complete then."""
        for at in range(offset, len(data), PIECE):
            await self.send(self.chunk(transfer, data, at), flags=Flag.CHECKSUM)
        _, status = await self.receive()
        assert isinstance(status, FileStatus), status
        assert (status.state, status.offset) == (FileState.COMPLETE, len(data))

    async def upload(self, name: str, data: bytes) -> int:
        """Send a whole file and return the number of the transfer."""
        transfer = await self.announce(name, data)
        await self.send_rest(transfer, data, 0)
        return transfer

    async def download(self, transfer: int, offset: int = 0, chunk: int = 65536) -> bytes:
        """Return a file from an offset on."""
        await self.send(FileGet(transfer, offset, chunk))
        return await self.collect(transfer, offset)

    async def collect(self, transfer: int, offset: int = 0) -> bytes:
        """Return the data of the chunks that come until the status that ends them."""
        data = b""
        while True:
            _, body = await self.receive()
            if isinstance(body, FileStatus):
                assert body.size == offset + len(data)
                return data
            assert isinstance(body, FileChunk), body
            assert (body.transfer, body.offset) == (transfer, offset + len(data))
            data += body.data

    async def closed(self) -> tuple[int | None, str | None]:
        """Wait for the end and return code and reason."""
        async with asyncio.timeout(30):
            await self.connection.wait_closed()
        return self.connection.close_code, self.connection.close_reason


@asynccontextmanager
async def opened(
    server: RunningServer, *offered: str | None, path: str = "/"
) -> AsyncGenerator[BinaryClient]:
    """Connect to a path of the server, offering subprotocols, for the length of the block."""
    names = [Subprotocol(name) for name in offered if name] or None
    async with connect(
        server.url + path,
        subprotocols=names,
        proxy=None,
        ping_interval=None,
        max_size=None,
        compression=None,
    ) as connection:
        yield BinaryClient(connection)
