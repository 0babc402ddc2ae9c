"""Pings, and takes the pong for a welcome."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "ping"}))
        await websocket.recv()


asyncio.run(main())
