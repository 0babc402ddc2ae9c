"""Lets nobody in."""

import asyncio
import os
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

PORT = int(os.environ["WSLAB_PORT"])


def refuse(connection: ServerConnection, request: Request) -> Response:
    return connection.respond(HTTPStatus.FORBIDDEN, "no\n")


async def broker(connection: ServerConnection) -> None:
    """Serve one client."""
    await connection.wait_closed()


async def main() -> None:
    async with serve(broker, "127.0.0.1", PORT, process_request=refuse) as server:
        await server.serve_forever()


asyncio.run(main())
