"""Stops another operation."""

import asyncio
import json
import os

from websockets.asyncio.client import connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]
ROOM = os.environ["WSLAB_NUMBER"]

LISTEN = "subscription ($room: String!) { room(name: $room) { text } }"
SAY = 'mutation ($room: String!, $text: String!) { say(room: $room, author: "me", text: $text) { n } }'


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await websocket.send(json.dumps({"type": "connection_init"}))
        await websocket.recv()
        listen = {"query": LISTEN, "variables": {"room": ROOM}}
        await websocket.send(json.dumps({"type": "subscribe", "id": "1", "payload": listen}))
        say = {"query": SAY, "variables": {"room": ROOM, "text": WORD}}
        await websocket.send(json.dumps({"type": "subscribe", "id": "2", "payload": say}))
        while json.loads(await websocket.recv()).get("id") != "1":
            pass
        await websocket.send(json.dumps({"type": "complete", "id": "2"}))
        await asyncio.sleep(0.1)


asyncio.run(main())
