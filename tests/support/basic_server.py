"""Talking to the basic server in tests."""

from __future__ import annotations

from websockets.asyncio.client import ClientConnection, connect

from tests.support.bundled_server import RunningServer

TEXT, BINARY, CONT, CLOSE, PING, PONG = 1, 2, 0, 8, 9, 10

MESSAGES = ["hello", "", "日本 🎌", "x" * 70_000, b"\x00\xff", b"", b"\x80" * 70_000]
"""Messages of both kinds and of every length form (RFC 6455 section 5.2)."""


def to(server: RunningServer, path: str, **options: object) -> connect:
    """Return a client for a path of the server: no proxy, no keepalive of its own, no limit on size."""
    defaults: dict[str, object] = {"proxy": None, "ping_interval": None, "max_size": None}
    return connect(server.url + path, **(defaults | options))  # type: ignore[arg-type]


async def echoes(client: ClientConnection) -> bool:
    """Whether what is sent comes back as the next message."""
    await client.send("still there?")
    return await client.recv() == "still there?"
