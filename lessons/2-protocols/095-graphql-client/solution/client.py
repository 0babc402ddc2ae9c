"""Speaks graphql-transport-ws by hand: listens in a room, speaks in it, and hears what it said."""

import asyncio
import json
import os
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]
ROOM = os.environ["WSLAB_NUMBER"]

LISTEN = "subscription ($room: String!) { room(name: $room) { text } }"
SAY = 'mutation ($room: String!, $text: String!) { say(room: $room, author: "me", text: $text) { n } }'


async def tell(websocket: ClientConnection, kind: str, **fields: Any) -> None:
    """Send one message of the protocol."""
    await websocket.send(json.dumps({"type": kind, **fields}))


async def wait_for(websocket: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """Return the first message that has these fields. What else comes belongs to somebody else."""
    while True:
        message = json.loads(await websocket.recv())
        if all(message.get(name) == value for name, value in wanted.items()):
            return message


async def main() -> None:
    async with connect(URL, subprotocols=["graphql-transport-ws"]) as websocket:
        await tell(websocket, "connection_init")
        await wait_for(websocket, type="connection_ack")

        listen = {"query": LISTEN, "variables": {"room": ROOM}}
        await tell(websocket, "subscribe", id="1", payload=listen)
        say = {"query": SAY, "variables": {"room": ROOM, "text": WORD}}
        await tell(websocket, "subscribe", id="2", payload=say)

        # The answer to the mutation may come before or after it: the id tells which is which.
        heard = await wait_for(websocket, type="next", id="1")
        print(f"heard: {heard['payload']['data']['room']['text']}")
        await tell(websocket, "complete", id="1")


asyncio.run(main())
