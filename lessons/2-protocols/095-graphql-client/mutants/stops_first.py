"""Stops what it never began."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "connection_init"}))
        await websocket.recv()
        await websocket.send(json.dumps({"type": "complete", "id": "1"}))
        await asyncio.sleep(0.1)


asyncio.run(main())
