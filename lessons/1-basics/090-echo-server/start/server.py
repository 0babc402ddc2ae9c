"""An echo server: sends every message back as it came."""

import asyncio
import os

from websockets.asyncio.server import ServerConnection

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    """Serve one client. When this returns, its connection is closed with 1000."""
    message = await connection.recv()
    print(f"a client said {message!r}")
    # TODO(echoes): send the message back
    # TODO(bytes): stay: more may come, and a message may be bytes


async def main() -> None:
    # TODO(echoes): listen on 127.0.0.1 at PORT, hand every connection to echo, and go on for ever
    print(f"still to do: listen on port {PORT}")


asyncio.run(main())
