"""Answers a ping, but not with its payload."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    protocol = connection.protocol
    everything = protocol.data_to_send
    protocol.data_to_send = lambda: [b"\x8a\x00" if data[:1] == b"\x8a" else data for data in everything()]
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
