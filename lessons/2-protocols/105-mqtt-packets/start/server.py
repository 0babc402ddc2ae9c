"""A broker for one client: finds the MQTT packets in what comes, however it was cut into messages."""

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
    # TODO(whole): read a message, take it for a packet, and send what answer() says to it
    # TODO(another): and so on, as long as messages come
    # TODO(together): a message may hold several packets: answer each in a message of its own
    # TODO(apart): a packet may go on in the next message: keep what is not whole yet
    # TODO(long): the length of a packet may take more than one byte
    # TODO(text): text is no MQTT: close with 1003
    print("a client is here, and nobody reads what it says")
    await connection.wait_closed()


async def main() -> None:
    # TODO(agreed): choose the subprotocol mqtt
    async with serve(broker, "127.0.0.1", PORT) as server:
        await server.serve_forever()


asyncio.run(main())
