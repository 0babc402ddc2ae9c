"""Lets nobody in any more once a client has broken off."""

import asyncio
import os
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError
from websockets.http11 import Request, Response

PORT = int(os.environ["WSLAB_PORT"])
lost: list[str] = []


async def echo(connection: ServerConnection) -> None:
    try:
        async for message in connection:
            await connection.send(message)
    except ConnectionClosedError as error:
        if isinstance(error.__cause__, ConnectionResetError):
            lost.append(str(connection.remote_address))


def refuse(connection: ServerConnection, request: Request) -> Response | None:
    return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "hurt\n") if lost else None


async def main() -> None:
    async with serve(echo, "127.0.0.1", PORT, process_request=refuse) as server:
        await server.serve_forever()


asyncio.run(main())
