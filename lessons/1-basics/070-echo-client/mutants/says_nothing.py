"""Connects and leaves."""

import asyncio
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]


async def main() -> None:
    async with connect(URL):
        print(f"never sent: {WORD}")


asyncio.run(main())
