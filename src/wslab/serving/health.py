"""`/health`, which every bundled server answers over plain HTTP."""

from __future__ import annotations

import json
from http import HTTPStatus

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response


def is_health_check(request: Request) -> bool:
    """Whether a request asks how the server is."""
    return request.method == "GET" and request.path.partition("?")[0] == "/health"


def health(
    connection: ServerConnection, request: Request, name: str, open_connections: int
) -> Response | None:
    """Return 200 with JSON for `GET /health`, None for every other request."""
    if not is_health_check(request):
        return None
    state = {"status": "ok", "server": name, "connections": open_connections}
    response = connection.respond(HTTPStatus.OK, json.dumps(state) + "\n")
    del response.headers["Content-Type"]
    response.headers["Content-Type"] = "application/json"
    return response
