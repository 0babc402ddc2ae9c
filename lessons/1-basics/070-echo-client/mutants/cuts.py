"""Ends TCP without a Close frame."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    websocket = await connect(URL)
    await websocket.send(WORD)
    await websocket.recv()
    websocket.transport.abort()


asyncio.run(main())
