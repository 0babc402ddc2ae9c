"""Comes back at once."""

import asyncio
import os

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]
NUMBER = os.environ["WSLAB_NUMBER"]


async def lose() -> None:
    """Say the word on the first connection and stay until it breaks."""
    try:
        async with connect(URL) as websocket:
            await websocket.send(WORD)
            await websocket.recv()
            await websocket.recv()
    except ConnectionClosed:
        pass


async def main() -> None:
    await lose()
    async with connect(URL) as websocket:
        await asyncio.sleep(0.4)
        await websocket.send(NUMBER)
        await websocket.recv()


asyncio.run(main())
