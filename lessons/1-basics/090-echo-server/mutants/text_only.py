"""Does not answer bytes."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        if isinstance(message, str):
            await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
