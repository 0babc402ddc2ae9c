"""The paths of a server: which request goes where, with which arguments."""

from __future__ import annotations

from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection
from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from wslab.serving.query import BadQuery, duration, number, text
from wslab.serving.routes import Routes

routes = Routes("A server for tests")


@routes.path("/")
async def root(connection: ServerConnection) -> None:
    """The root."""


@routes.path("/wait", for_=duration("1s", "0s", "1m"), bits=number(None, 9, 15))
async def wait(connection: ServerConnection, for_: float, bits: int | None) -> None:
    """Waits.

    This is not in the list.
    """


@routes.path("/close/CODE", code=number(None, 0, 9), reason=text("", 9), keepalive=False)
async def close(connection: ServerConnection, code: int, reason: str) -> None:
    """Closes."""


@routes.path("/keep", from_=number("0", 0, 9))
async def keep(connection: ServerConnection, from_: int) -> None:
    """Keeps."""


@routes.answer("/no")
def no(connection: ServerConnection, request: Request) -> Response | None:
    """Refuses."""
    return connection.respond(403, "no\n")


def request(target: str) -> Request:
    return Request(target, Headers())


@pytest.mark.parametrize(
    ("target", "route"),
    [
        ("/", root),
        ("/?x=1", root),
        ("/wait", wait),
        ("/wait?for=2s", wait),
        ("/close/7", close),
        ("/close/7?reason=a/b", close),
        ("/close/%2F", close),
        ("/no", no),
        ("/close", None),
        ("/close/", None),
        ("/close/7/", None),
        ("/close/CODE/7", None),
        ("/wait/", None),
        ("/wait/7", None),
        ("//wait", None),
        ("/WAIT", None),
        ("wait", None),
        ("*", None),
        ("", None),
    ],
)
def test_a_request_finds_its_route(target: str, route: object) -> None:
    assert routes.find(request(target)) is route


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("/", {}),
        ("/wait", {"for_": 1.0, "bits": None}),
        ("/wait?bits=9&for=2ms", {"for_": 0.002, "bits": 9}),
        ("/keep?from=3", {"from_": 3}),
        ("/close/7?reason=a+b", {"code": 7, "reason": "a b"}),
        ("/close/%37", {"code": 7, "reason": ""}),
    ],
)
def test_the_arguments_of_a_handler(target: str, arguments: dict[str, Any]) -> None:
    route = routes.find(request(target))
    assert route is not None
    assert route.read(request(target)) == arguments


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("/wait?for_=1s", "'for_'.*for, bits"),
        ("/close/x", "^CODE: 'x'"),
        ("/close/7?code=8", "'code'.*it takes reason"),
        ("/close/%FF", "UTF-8"),
    ],
)
def test_wrong_arguments_are_named_as_they_were_written(target: str, message: str) -> None:
    route = routes.find(request(target))
    assert route is not None
    with pytest.raises(BadQuery, match=message):
        route.read(request(target))


def test_the_list_shows_every_path_with_its_defaults_and_first_sentence() -> None:
    assert routes.listing().splitlines() == [
        "A server for tests",
        "",
        "/",
        "    The root.",
        "/wait?for=1s&bits=…",
        "    Waits.",
        "/close/CODE?reason=",
        "    Closes.",
        "/keep?from=0",
        "    Keeps.",
        "/no",
        "    Refuses.",
        "/health",
        "    200 and a little JSON over plain HTTP, for whoever checks that the server lives.",
    ]


def test_the_list_without_its_title_is_what_help_shows() -> None:
    assert routes.listing() == f"A server for tests\n\n{routes.paths()}"


def test_keepalive_is_on_unless_a_path_says_otherwise() -> None:
    assert (wait.keepalive, close.keepalive) == (True, False)
