"""Says 1011, an error of its own, where the client broke a rule."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    protocol = connection.protocol
    fail = protocol.fail
    protocol.fail = lambda code, reason="": fail(1011 if code == 1002 else code, reason)
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
