"""Connects to a path that is not there."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]


async def main() -> None:
    async with connect(URL + "/nowhere", subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "connection_init"}))
        await websocket.recv()


asyncio.run(main())
