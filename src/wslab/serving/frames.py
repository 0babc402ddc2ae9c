"""What `connection.send` and `connection.close` have no way for.

`connection.protocol` is websockets' documented Sans-I/O layer: its `send_…` methods only queue frames,
`data_to_send` hands over their bytes.
"""

from __future__ import annotations

import asyncio
import socket
import struct

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import InvalidState

_IN_A_ROW = 500
"""Fragments that are sent before others have their turn."""
_PONG = 0x8A  # FIN and opcode 0xA: a pong is never fragmented


async def write_queued(connection: ServerConnection) -> None:
    """Write every frame that was queued at once, and wait while the peer reads more slowly than we write.

    One write for many small frames: `connection.send` makes a system call for each and reaches
    about 40,000 messages a second where this reaches 300,000.

    Raises:
        InvalidState: the connection broke meanwhile.
    """
    connection.transport.write(b"".join(connection.protocol.data_to_send()))
    try:
        await connection.drain()
    except OSError as error:
        raise InvalidState("connection is lost") from error


async def send_fragments(
    connection: ServerConnection, message: str | bytes, size: int, pause: float = 0, ping: bytes | None = None
) -> None:
    """Send a message in fragments (RFC 6455 section 5.4).

    Args:
        connection: nobody else may send messages on it meanwhile; control frames may come in between.
        message: text or binary. A character may be cut in two.
        size: bytes of each fragment but the last.
        pause: seconds between two fragments.
        ping: payload of a Ping behind the first of several fragments.

    Raises:
        InvalidState: the connection broke meanwhile.
    """
    protocol = connection.protocol
    payload = message.encode() if isinstance(message, str) else message
    begin = protocol.send_text if isinstance(message, str) else protocol.send_binary
    begin(payload[:size], fin=len(payload) <= size)
    if ping is not None and len(payload) > size:
        protocol.send_ping(ping)
    for piece, start in enumerate(range(size, len(payload), size), start=1):
        if pause or piece % _IN_A_ROW == 0:
            await write_queued(connection)
            await asyncio.sleep(pause)
        protocol.send_continuation(payload[start : start + size], fin=start + size >= len(payload))
    await write_queued(connection)


def withhold_pongs(connection: ServerConnection) -> None:
    """Never answer a ping on this connection. websockets answers them by itself and has no switch for it."""
    protocol = connection.protocol
    everything = protocol.data_to_send

    def without_pongs() -> list[bytes]:
        return [data for data in everything() if not data or data[0] != _PONG]

    protocol.data_to_send = without_pongs  # type: ignore[method-assign]


def cut(connection: ServerConnection, *, reset: bool) -> None:
    """End the TCP connection without a Close frame: by a FIN, or by a RST where `reset` is set.

    What is still unread makes it a RST in any case (RFC 2525 section 2.17).
    """
    if reset:
        # To linger for 0 seconds makes close() discard what is unsent and reset: socket(7), SO_LINGER.
        tcp = connection.transport.get_extra_info("socket")
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.transport.abort()
