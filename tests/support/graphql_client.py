"""Talking to the GraphQL server in tests, message by message."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.bundled_server import RunningServer
from wslab.wire.graphql.writer import write

TRANSPORT = "graphql-transport-ws"
LEGACY = "graphql-ws"


def to(server: RunningServer, path: str, *subprotocols: str, **options: Any) -> connect:
    """Return a client for a path of the server that offers these subprotocols."""
    offered = [Subprotocol(name) for name in subprotocols]
    return connect(server.url + path, subprotocols=offered or None, proxy=None, ping_interval=None, **options)


@asynccontextmanager
async def session(
    server: RunningServer, subprotocol: str = TRANSPORT, path: str = "/graphql"
) -> AsyncGenerator[ClientConnection]:
    """Connect and be let in."""
    async with to(server, path, subprotocol) as client:
        await client.send(write("connection_init"))
        assert await answer(client) == {"type": "connection_ack"}
        if subprotocol == LEGACY:
            assert await answer(client) == {"type": "ka"}
        yield client


async def answer(client: ClientConnection) -> dict[str, Any]:
    """Return the next message."""
    async with asyncio.timeout(10):
        message: dict[str, Any] = json.loads(await client.recv())
    return message


async def ask(client: ClientConnection, query: str, identity: str = "1", **more: Any) -> None:
    """Start an operation."""
    kind = "start" if client.subprotocol == LEGACY else "subscribe"
    await client.send(write(kind, identity, {"query": query, **more}))


async def result(client: ClientConnection, query: str, **more: Any) -> Any:
    """Execute what has one result and return that."""
    await ask(client, query, "only", **more)
    found = await answer(client)
    assert (found["type"], found["id"]) == ("data" if client.subprotocol == LEGACY else "next", "only"), found
    assert await answer(client) == {"id": "only", "type": "complete"}
    return found["payload"]


async def closing(client: ClientConnection) -> tuple[int | None, str | None]:
    """Return code and reason with which the server closes, whatever it says before."""
    try:
        async with asyncio.timeout(10):
            while True:
                await client.recv()
    except ConnectionClosed:
        return client.close_code, client.close_reason
