"""Does not answer a Close frame that says 1001."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    protocol = connection.protocol
    everything = protocol.data_to_send
    protocol.data_to_send = lambda: [
        data for data in everything() if not (data[:1] == b"\x88" and data[2:4] == b"\x03\xe9")
    ]
    async for message in connection:
        await connection.send(message)


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
