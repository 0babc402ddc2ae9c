"""The basic server: echo."""

from __future__ import annotations

import sys

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from wslab.serving.options import server_parser
from wslab.serving.runner import Service, run


async def echo(connection: ServerConnection) -> None:
    """Send every message back as it came: text as text, binary as binary."""
    async for message in connection:
        await connection.send(message)


def process_request(connection: ServerConnection, request: Request) -> Response | None:
    return None


def main() -> int:
    """Run the server; return its exit code."""
    parser = server_parser("basic", "WebSocket echo.")
    return run(Service("basic", echo, process_request), parser.parse_args())


if __name__ == "__main__":
    sys.exit(main())
