"""Sends the answer itself."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "connection_ack"}))
        async for _message in websocket:
            pass


asyncio.run(main())
