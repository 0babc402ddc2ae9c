"""Sends a word of its own."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    async with connect(URL) as websocket:
        await websocket.send("hello " + WORD)
        await websocket.recv()


asyncio.run(main())
