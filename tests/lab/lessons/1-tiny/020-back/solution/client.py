"""Send the word in WSLAB_WORD; when the connection breaks, connect again and send it once more."""

import asyncio
import os

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def main() -> None:
    for _ in range(2):
        async with connect(os.environ["WSLAB_URL"]) as connection:
            try:
                await connection.send(os.environ["WSLAB_WORD"])
                print(await connection.recv())
                await connection.recv()
            except ConnectionClosed as error:
                print(f"lost: {error}")


asyncio.run(main())
