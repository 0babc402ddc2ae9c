"""What the GraphQL server is measured against: graphql-core behind the library alone. A program of its own.

It has the schema and the resolvers of the server; of the protocol it has what answers those who keep to it.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from inspect import isawaitable
from typing import Any

from graphql import ExecutionResult, graphql, parse, subscribe, validate
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from wslab.bundled import SERVERS


def server_file() -> Any:
    """Return the file of the server as a module, under a name that is not the library's."""
    spec = importlib.util.spec_from_file_location("graphql_server", SERVERS["graphql"].path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


LAB = server_file()


async def serve_connection(connection: ServerConnection) -> None:
    """Serve one connection until it closes."""
    async with asyncio.TaskGroup() as tasks:
        async for text in connection:
            message = json.loads(text)
            if message["type"] == "connection_init":
                await connection.send('{"type": "connection_ack"}')
            elif message["payload"]["query"].startswith("subscription"):
                tasks.create_task(stream(connection, message["id"], message["payload"]["query"]))
            else:
                result = await graphql(LAB.SCHEMA, message["payload"]["query"], LAB.ROOT)
                await tell(connection, message["id"], result)
                await connection.send(json.dumps({"type": "complete", "id": message["id"]}))


async def stream(connection: ServerConnection, name: str, query: str) -> None:
    """Send every result of a subscription."""
    document = parse(query)
    assert validate(LAB.SCHEMA, document) == []
    outcome = subscribe(LAB.SCHEMA, document, LAB.ROOT)
    results = await outcome if isawaitable(outcome) else outcome
    assert not isinstance(results, ExecutionResult), results
    async for result in results:
        await tell(connection, name, result)
    await connection.send(json.dumps({"type": "complete", "id": name}))


async def tell(connection: ServerConnection, name: str, result: ExecutionResult) -> None:
    """Send one result."""
    await connection.send(json.dumps({"type": "next", "id": name, "payload": result.formatted}))


async def main() -> None:
    """Serve until standard input ends."""
    async with serve(
        serve_connection,
        "127.0.0.1",
        0,
        compression=None,
        ping_interval=None,
        subprotocols=[Subprotocol("graphql-transport-ws")],
    ) as server:
        port = server.sockets[0].getsockname()[1]
        print(json.dumps({"url": f"ws://127.0.0.1:{port}"}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
