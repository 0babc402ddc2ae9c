"""Serves one packet, and leaves."""

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
    message = await connection.recv()
    assert isinstance(message, bytes)
    await connection.send(answer(message))


async def main() -> None:
    async with serve(broker, "127.0.0.1", PORT, subprotocols=["mqtt"]) as server:
        await server.serve_forever()


asyncio.run(main())
