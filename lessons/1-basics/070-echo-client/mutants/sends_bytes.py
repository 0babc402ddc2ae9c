"""Sends bytes in place of text."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    async with connect(URL) as websocket:
        await websocket.send(WORD.encode())
        await websocket.recv()


asyncio.run(main())
