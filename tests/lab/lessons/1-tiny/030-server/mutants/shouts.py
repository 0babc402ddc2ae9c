"""Listen on 127.0.0.1:WSLAB_PORT and send it back, but loud."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(str(message).upper())


async def main() -> None:
    async with serve(echo, "127.0.0.1", int(os.environ["WSLAB_PORT"])) as server:
        await server.serve_forever()


asyncio.run(main())
