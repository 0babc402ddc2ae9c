"""Leaves out a variable."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
ROOM = os.environ["WSLAB_NUMBER"]

LISTEN = "subscription ($room: String!) { room(name: $room) { text } }"
SAY = 'mutation ($room: String!, $text: String!) { say(room: $room, author: "me", text: $text) { n } }'


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "connection_init"}))
        await websocket.recv()
        listen = {"query": LISTEN, "variables": {"room": ROOM}}
        await websocket.send(json.dumps({"type": "subscribe", "id": "1", "payload": listen}))
        say = {"query": SAY, "variables": {"room": ROOM}}
        await websocket.send(json.dumps({"type": "subscribe", "id": "2", "payload": say}))
        await websocket.recv()


asyncio.run(main())
