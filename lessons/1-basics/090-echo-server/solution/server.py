"""An echo server: sends every message back as it came."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    """Serve one client. When this returns, its connection is closed with 1000."""
    # Ends when the connection does, whoever closes it. A str goes out as TEXT, bytes as BINARY.
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
