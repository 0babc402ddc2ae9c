"""Lets nobody in."""

import asyncio
import os
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.http11 import Request, Response

PORT = int(os.environ["WSLAB_PORT"])


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


def refuse(connection: ServerConnection, request: Request) -> Response:
    return connection.respond(HTTPStatus.NOT_FOUND, f"no {request.path} here\n")


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT, process_request=refuse) as server:
        await server.serve_forever()


asyncio.run(main())
