"""Says one word to the lab's echo server and waits until it comes back."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    # Leaving the block closes the connection with 1000.
    async with connect(URL) as websocket:
        await websocket.send(WORD)
        answer = await websocket.recv()
        print(f"it said: {answer}")


asyncio.run(main())
