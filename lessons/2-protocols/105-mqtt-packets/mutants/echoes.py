"""Sends everything back as it came."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def broker(connection: ServerConnection) -> None:
    """Serve one client."""
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(broker, "127.0.0.1", PORT, subprotocols=["mqtt"]) as server:
        await server.serve_forever()


asyncio.run(main())
