"""Counts the second packet from where the first began."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection, serve

PORT = int(os.environ["WSLAB_PORT"])


def answer(packet: bytes) -> bytes:
    """Return what a broker says to a whole packet of its only client; nothing to some."""
    kind = packet[0] >> 4
    if kind == 1:  # CONNECT: CONNACK, welcome
        return bytes.fromhex("20020000")
    if kind == 3:  # PUBLISH: passed on to who has subscribed
        return packet
    if kind == 12:  # PINGREQ: PINGRESP
        return bytes.fromhex("d000")
    return b""


async def broker(connection: ServerConnection) -> None:
    """Serve one client."""
    async for message in connection:
        if isinstance(message, str):
            await connection.close(1003, "MQTT comes in binary messages")
            return
        begin = 0
        while begin < len(message):
            end = 2 + message[begin + 1]
            await connection.send(answer(message[begin:end]))
            begin += end


async def main() -> None:
    async with serve(broker, "127.0.0.1", PORT, subprotocols=["mqtt"]) as server:
        await server.serve_forever()


asyncio.run(main())
