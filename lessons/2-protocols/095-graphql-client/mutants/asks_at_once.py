"""Asks before it was let in."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
ROOM = os.environ["WSLAB_NUMBER"]

LISTEN = "subscription ($room: String!) { room(name: $room) { text } }"


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        listen = {"query": LISTEN, "variables": {"room": ROOM}}
        await websocket.send(json.dumps({"type": "subscribe", "id": "1", "payload": listen}))
        async for _message in websocket:
            pass


asyncio.run(main())
