"""The paths of a server: what each takes, what it does, and the page that lists them.

    routes = Routes("basic")

    @routes.path("/slow", delay=duration("1s", "0s", "1m"))
    async def slow(connection, delay):
        "Answers each message after a while."

    @slow.before
    def check(connection, request, delay):
        "Looks at the request first: returns an HTTP response, or None to go on."

Parameters are read before the handshake, so that a wrong one gets HTTP status 400. A parameter whose name is
a word of Python's has an underscore at its end here. A path like `/close/CODE` takes its last part as `code`.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from keyword import iskeyword
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from wslab.serving.query import BadQuery, Parameter, decode_segment, read_query, read_value

PathHandler = Callable[..., Awaitable[None]]
"""Serves a connection to one path: `(connection, **parameters)`."""
Before = Callable[..., Response | Awaitable[Response | None] | None]
"""Looks at a request to one path before the handshake: `(connection, request, **parameters)`."""


@dataclass(slots=True, eq=False)
class Route:
    """One path of a server."""

    path: str
    """Such as `/time` or `/close/CODE`."""
    parameters: dict[str, Parameter]
    handler: PathHandler | None
    """None where no connection ever opens."""
    summary: str
    keepalive: bool = True
    """Whether the server's keepalive runs on connections to this path."""
    looks: list[Before] = field(default_factory=list)

    @property
    def usage(self) -> str:
        """The path with every parameter and its default: `/time?every=1s`."""
        query = "&".join(
            f"{name}={'…' if parameter.default is None else parameter.default}"
            for name, parameter in self.parameters.items()
            if name != self.segment
        )
        return f"{self.path}?{query}" if query else self.path

    @property
    def words(self) -> list[str]:
        """What the parameters can be that are one of a few words: `how: fin or rst`."""
        return [
            f"{name}: {', '.join(parameter.words[:-1])} or {parameter.words[-1]}"
            for name, parameter in self.parameters.items()
            if parameter.words
        ]

    @property
    def segment(self) -> str | None:
        """Name of the parameter that is the last part of the path: `code` of `/close/CODE`."""
        last = self.path.rpartition("/")[2]
        return last.lower() if last.isupper() else None

    def before(self, look: Before) -> Before:
        """Call this function before the handshake (a decorator)."""
        self.looks.append(look)
        return look

    def read(self, request: Request) -> dict[str, Any]:
        """Return the keyword arguments that a request to this path carries.

        Raises:
            BadQuery: a parameter is unknown or wrong.
        """
        path, _, query = request.path.partition("?")
        values = {}
        parameters = dict(self.parameters)
        if self.segment is not None:
            parameter = parameters.pop(self.segment)
            segment = decode_segment(path.rpartition("/")[2])
            values[self.segment] = read_value(self.segment.upper(), segment, parameter)
        values |= read_query(query, parameters)
        return {f"{name}_" if iskeyword(name) else name: value for name, value in values.items()}


class Routes:
    """Every path of a server."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._routes: dict[str, Route] = {}

    def path(
        self, path: str, *, keepalive: bool = True, **parameters: Parameter
    ) -> Callable[[PathHandler], Route]:
        """Serve connections to this path with the decorated coroutine function."""

        def add(handler: PathHandler) -> Route:
            return self._add(path, parameters, handler, handler, keepalive)

        return add

    def answer(self, path: str, **parameters: Parameter) -> Callable[[Before], Route]:
        """Answer requests to this path with the HTTP response that the decorated function returns."""

        def add(look: Before) -> Route:
            route = self._add(path, parameters, None, look, keepalive=False)
            route.before(look)
            return route

        return add

    def _add(
        self,
        path: str,
        parameters: dict[str, Parameter],
        handler: PathHandler | None,
        described: Callable[..., object],
        keepalive: bool,
    ) -> Route:
        named = {name.rstrip("_"): parameter for name, parameter in parameters.items()}
        summary = inspect.getdoc(described) or ""
        route = Route(path, named, handler, summary.partition("\n")[0], keepalive)
        key = path if route.segment is None else path.rpartition("/")[0] + "/"
        self._routes[key] = route
        return route

    def find(self, request: Request) -> Route | None:
        """Return the route of a request."""
        path = request.path.partition("?")[0]
        head, slash, last = path.rpartition("/")
        exact = self._routes.get(path)
        if exact is not None and exact.segment is None:
            return exact
        route = self._routes.get(head + slash)
        return route if route is not None and route.segment is not None and last else None

    async def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer over HTTP what is not to become a WebSocket connection."""
        if request.method != "GET":
            return None  # websockets answers 405
        route = self.find(request)
        if route is None:
            return connection.respond(
                HTTPStatus.NOT_FOUND, f"No path {request.path!r} here. GET / lists every path there is.\n"
            )
        try:
            arguments = route.read(request)
        except BadQuery as error:
            return connection.respond(HTTPStatus.BAD_REQUEST, f"{error}.\nRight would be: {route.usage}\n")
        if route.path == "/" and not _asks_for_websocket(request):
            return connection.respond(HTTPStatus.OK, self.listing())
        for look in route.looks:
            answer = look(connection, request, **arguments)
            response = await answer if isinstance(answer, Awaitable) else answer
            if response is not None:
                return response
        return None

    async def serve(self, connection: ServerConnection) -> None:
        """Serve a connection as its path says."""
        route = self.of(connection)
        assert connection.request is not None
        assert route.handler is not None  # a route without one never lets a handshake through
        await route.handler(connection, **route.read(connection.request))

    def of(self, connection: ServerConnection) -> Route:
        """Return the route of an open connection."""
        assert connection.request is not None
        route = self.find(connection.request)
        assert route is not None  # process_request refused the others
        return route

    def listing(self) -> str:
        """Return what `GET /` shows: every path with its parameters and what it does."""
        return f"{self._title}\n\n{self.paths()}"

    def paths(self) -> str:
        """Return every path with its parameters, what it does, and what words a parameter takes."""
        lines = []
        for route in self._routes.values():
            lines += [route.usage, *(f"    {line}" for line in (route.summary, *route.words))]
        lines += [
            "/health",
            "    200 and a little JSON over plain HTTP, for whoever checks that the server lives.",
        ]
        return "\n".join(lines) + "\n"


def _asks_for_websocket(request: Request) -> bool:
    # One header is enough: a handshake that lacks the other is a broken one and is told so, with 426 or 400.
    return "Upgrade" in request.headers or "Sec-WebSocket-Key" in request.headers
