"""Answers every goodbye with 1000."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    protocol = connection.protocol
    everything = protocol.data_to_send
    protocol.data_to_send = lambda: [
        b"\x88\x02\x03\xe8" if data[:1] == b"\x88" and data[2:4] == b"\x03\xe9" else data
        for data in everything()
    ]
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
