"""Speaks graphql-transport-ws by hand: listens in a room, speaks in it, and hears what it said."""

import asyncio
import os

URL = os.environ["WSLAB_URL"]
WORD = os.environ["WSLAB_WORD"]
ROOM = os.environ["WSLAB_NUMBER"]

LISTEN = "subscription ($room: String!) { room(name: $room) { text } }"
SAY = 'mutation ($room: String!, $text: String!) { say(room: $room, author: "me", text: $text) { n } }'


async def main() -> None:
    # TODO(agreed): connect to URL and offer the subprotocol graphql-transport-ws
    # TODO(let-in): send connection_init and wait for connection_ack
    # TODO(listening): subscribe with LISTEN, the id "1" and the variable room
    # TODO(heard): subscribe with SAY, another id and both variables; wait for what the id "1" hears
    # TODO(stopped): complete the id "1"
    # TODO(closed): close with code 1000
    print(f"still to do: say {WORD} in room {ROOM} at {URL}")


asyncio.run(main())
