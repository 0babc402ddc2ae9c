"""Chooses an id of its own."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
ROOM = os.environ["WSLAB_NUMBER"]

LISTEN = "subscription ($room: String!) { room(name: $room) { text } }"


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "connection_init"}))
        await websocket.recv()
        listen = {"query": LISTEN, "variables": {"room": ROOM}}
        await websocket.send(json.dumps({"type": "subscribe", "id": "room", "payload": listen}))
        await asyncio.sleep(0.1)


asyncio.run(main())
