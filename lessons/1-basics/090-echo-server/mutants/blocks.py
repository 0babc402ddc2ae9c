"""Keeps the whole program waiting: nothing can answer a ping meanwhile."""

import asyncio
import os
import time

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)
        if isinstance(message, bytes):
            time.sleep(60)  # noqa: ASYNC251 - the mistake itself


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
