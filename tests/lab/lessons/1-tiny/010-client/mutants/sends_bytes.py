"""Sends the right bytes as the wrong kind of message."""

import asyncio
import os

from websockets.asyncio.client import connect


async def main() -> None:
    async with connect(os.environ["WSLAB_URL"]) as connection:
        await connection.send(os.environ["WSLAB_WORD"].encode())
        print(await connection.recv())


asyncio.run(main())
