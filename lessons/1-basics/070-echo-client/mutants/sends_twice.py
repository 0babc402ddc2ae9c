"""Sends the word twice, as if that were an echo, and leaves."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    async with connect(URL) as websocket:
        await websocket.send(WORD)
        await websocket.send(WORD)


asyncio.run(main())
