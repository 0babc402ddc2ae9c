"""Breaks off without a word where the client broke a rule."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    connection.protocol.fail = lambda code, reason="": connection.transport.abort()
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
