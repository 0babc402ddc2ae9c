"""Says two things, and says the second again when the connection breaks before it was heard."""

import asyncio
import os

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]
NUMBER = os.environ["WSLAB_NUMBER"]


async def main() -> None:
    unheard = [WORD, NUMBER]
    pause = 0.25
    while unheard:
        try:
            async with connect(URL) as websocket:
                while unheard:
                    await websocket.send(unheard[0])
                    print(f"heard: {await websocket.recv()}")
                    # Only what has come back is done with.
                    del unheard[0]
        except (ConnectionClosed, OSError) as error:
            print(f"lost ({error}), again in {pause} s")
            await asyncio.sleep(pause)
            # Longer each time: a server in trouble needs fewer clients, not more.
            pause = min(2 * pause, 10)


asyncio.run(main())
