"""Ends with the first client that breaks off."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError

PORT = int(os.environ["WSLAB_PORT"])


async def main() -> None:
    lost = asyncio.Event()

    async def echo(connection: ServerConnection) -> None:
        try:
            async for message in connection:
                await connection.send(message)
        except ConnectionClosedError as error:
            if isinstance(error.__cause__, ConnectionResetError):
                lost.set()

    async with serve(echo, "127.0.0.1", PORT):
        await lost.wait()


asyncio.run(main())
