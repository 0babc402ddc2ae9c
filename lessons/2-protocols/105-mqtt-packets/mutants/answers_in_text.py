"""Sends the digits in place of the bytes."""

import asyncio
import os
from collections.abc import Iterator

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


def size_of_first(data: bytearray) -> int | None:
    """Return how many bytes the first packet has; None while its length has not come."""
    length = 0
    # At most four bytes, seven bits in each, the lowest first. The top bit says that one more follows.
    for place, byte in enumerate(data[1:5]):
        length += (byte & 0x7F) << (7 * place)
        if byte < 0x80:
            return 2 + place + length
    return None


def take_packets(data: bytearray) -> Iterator[bytes]:
    """Take every whole packet out of the data. What is not whole yet stays in it."""
    while (size := size_of_first(data)) is not None and size <= len(data):
        packet = bytes(data[:size])
        del data[:size]
        yield packet


async def broker(connection: ServerConnection) -> None:
    """Serve one client."""
    waiting = bytearray()
    async for message in connection:
        if isinstance(message, str):
            await connection.close(1003, "MQTT comes in binary messages")
            return
        waiting += message
        for packet in take_packets(waiting):
            if reply := answer(packet):
                await connection.send(reply.hex())


async def main() -> None:
    async with serve(broker, "127.0.0.1", PORT, subprotocols=["mqtt"]) as server:
        await server.serve_forever()


asyncio.run(main())
