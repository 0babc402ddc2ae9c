"""Send the word in WSLAB_WORD to WSLAB_URL, wait for its echo and close with 1000."""

import asyncio
import os

from websockets.asyncio.client import connect


async def main() -> None:
    async with connect(os.environ["WSLAB_URL"]) as connection:
        await connection.send(os.environ["WSLAB_WORD"])
        print(await connection.recv())


asyncio.run(main())
