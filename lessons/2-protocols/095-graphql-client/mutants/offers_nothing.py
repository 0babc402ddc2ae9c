"""Offers no subprotocol."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]


async def main() -> None:
    async with connect(URL) as websocket:
        async for _message in websocket:
            pass


asyncio.run(main())
