"""Does not wait for the first echo."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]
NUMBER = os.environ["WSLAB_NUMBER"]


async def main() -> None:
    async with connect(URL) as websocket:
        await websocket.send(WORD)
    await asyncio.sleep(0.4)
    async with connect(URL) as websocket:
        await websocket.send(NUMBER)
        await websocket.recv()


asyncio.run(main())
