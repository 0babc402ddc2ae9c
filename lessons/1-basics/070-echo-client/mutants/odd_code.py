"""Closes with a code that says something else."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    async with connect(URL) as websocket:
        await websocket.send(WORD)
        await websocket.recv()
        await websocket.close(4000, "done")


asyncio.run(main())
