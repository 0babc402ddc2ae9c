"""Connects to a path that is not there."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    async with connect(URL + "/echo") as websocket:
        await websocket.send(WORD)
        await websocket.recv()


asyncio.run(main())
