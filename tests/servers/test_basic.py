"""The basic server, path by path, over real sockets."""

from __future__ import annotations

import pytest
from websockets.asyncio.client import connect

from tests.support.bundled_server import running


@pytest.mark.parametrize("message", ["hello", "", b"\x00\xff", b"", "日本 🎌"])
async def test_a_message_comes_back_as_it_was_sent(message: str | bytes) -> None:
    async with running("basic") as server, connect(server.url, proxy=None) as client:
        await client.send(message)
        assert await client.recv() == message
