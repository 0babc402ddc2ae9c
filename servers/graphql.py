"""The GraphQL server: queries, mutations and subscriptions over WebSocket, in both subprotocols there are.

`graphql-transport-ws` is the current one (library graphql-ws), `graphql-ws` the older one (library
subscriptions-transport-ws). A client that offers both gets the current one; what was offered and what was
chosen is in the log. The messages are in `wslab.wire.graphql`, what a server has to answer to each of them in
`wslab.serving.graphql_protocol`; this file has the schema and what stands behind it.

A client may offer no subprotocol that is spoken here. Neither specification says what happens then, but the
servers of both libraries do: the handshake succeeds without a subprotocol, as RFC 6455 section 4.2.2 has it,
and then the server closes. (A browser shows the code of a close; of a refused handshake it shows nothing.)
graphql-ws closes with 4406 "Subprotocol not acceptable", and so does this server. subscriptions-transport-ws
closes with 1002 and says nothing, and so does this server where `--subprotocols graphql-ws` is all it speaks.

Run it by itself and talk to it:

    python servers/graphql.py --port 8081
    wslab connect ws://127.0.0.1:8081/graphql -s graphql-transport-ws
    {"type": "connection_init"}
    {"type": "subscribe", "id": "1", "payload": {"query": "subscription { clock { n at } }"}}
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import random
import sys
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from http import HTTPStatus
from inspect import isawaitable
from pathlib import Path
from typing import Any, cast

if sys.path and Path(sys.path[0]).resolve() == Path(__file__).resolve().parent:
    sys.path.remove(sys.path[0])  # this file has the name of the library, and Python would look here first

import structlog
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationType,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    print_schema,
    subscribe,
    validate,
)
from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request as HttpRequest
from websockets.http11 import Response
from websockets.typing import Subprotocol

from wslab.serving.channels import Channel, Listener, Overrun
from wslab.serving.graphql_connection import GraphqlConnection, RequestErrors, Timing
from wslab.serving.graphql_protocol import PROTOCOLS, LegacyProtocol, Limits, Request
from wslab.serving.json_echo import now
from wslab.serving.keepalive import kept_alive
from wslab.serving.options import duration_or_off, server_parser
from wslab.serving.query import duration, flag
from wslab.serving.routes import Routes
from wslab.serving.runner import Service, run
from wslab.wire.graphql.closing import LEGACY_NO_SUBPROTOCOL, NO_SUBPROTOCOL

KEEPALIVE_PAYLOAD = "learning-ping"
MOST_TOKENS = 2000
"""Tokens of a document at most: validating takes time that grows faster than they do."""
MOST_ROOMS = 100
KEPT_MESSAGES = 50
"""Messages that a room remembers."""
WAITING_MESSAGES = 100
"""Messages of a room that may wait for a subscriber; one that is slower than that is told so and dropped."""
SENSORS = {"boiler": 60.0, "cellar": 12.0, "garden": 18.0, "greenhouse": 24.0}
"""The sensors, and around which temperature each begins."""

SCHEMA = build_schema('''
"""Ask once."""
type Query {
  "Greets, to see whether anything works."
  hello(name: String = "world"): String!
  "The time of the server, ISO 8601 in UTC."
  time: String!
  "Answers after so many milliseconds; meanwhile it can be completed by the client."
  slow(ms: Int = 1000): String!
  "Always fails: the result has data and errors."
  fail: String
  "Which sensors there are."
  sensors: [String!]!
  "The rooms somebody has spoken or listened in."
  rooms: [Room!]!
  "How many subscriptions run on this server, by field."
  running: Running!
}

"""Change something."""
type Mutation {
  "Says something in a room: everybody who is subscribed to it hears it."
  say(room: String!, author: String!, text: String!): Message!
}

"""Be told."""
type Subscription {
  "Ticks now and then each so many milliseconds, for ever or `count` times."
  clock(every: Int = 1000, count: Int): Tick!
  "A reading now and then each so many milliseconds. One seed gives the same walk each time."
  sensor(name: String = "garden", every: Int = 1000, count: Int, seed: Int = 1): Reading!
  "What is said in a room from now on."
  room(name: String!): Message!
}

type Tick { n: Int! at: String! }
type Reading { sensor: String! n: Int! celsius: Float! at: String! }
type Room { name: String! listeners: Int! messages: [Message!]! }
type Message { room: String! n: Int! author: String! text: String! at: String! }
type Running { clock: Int! sensor: Int! room: Int! }
''')


class Options(argparse.Namespace):
    """What the command line said."""

    keepalive: float | None
    token: str
    subprotocols: str


OPTIONS = Options()
log = structlog.get_logger()
routes = Routes("wslab graphql: GraphQL over WebSocket, subprotocols graphql-transport-ws and graphql-ws.")


# --- what stands behind the schema -----------------------------------------------------------------------
# graphql-core looks each root field up in ROOT and calls what it finds there with the arguments of the field.

running: Counter[str] = Counter()


@contextmanager
def counted(field: str) -> Iterator[None]:
    """Count a subscription for as long as it runs."""
    running[field] += 1
    try:
        yield
    finally:
        running[field] -= 1


def within(name: str, value: int, low: int, high: int) -> None:
    """Refuse a number that is out of range."""
    if not low <= value <= high:
        raise GraphQLError(f"{name}: {value} is out of range: from {low} to {high}")


def short(name: str, text: str, longest: int) -> None:
    """Refuse a text that is empty or too long."""
    if not 0 < len(text) <= longest:
        raise GraphQLError(f"{name} has {len(text)} characters: from 1 to {longest}")


async def slow(info: object, ms: int) -> str:
    """Answer after a while."""
    within("ms", ms, 0, 60_000)
    await asyncio.sleep(ms / 1000)
    return f"{ms} ms later"


def fail(info: object) -> str:
    """Fail, as a resolver may."""
    raise GraphQLError("this field always fails", extensions={"code": "ALWAYS"})


async def beat(every: int, count: int | None) -> AsyncGenerator[int]:
    """Yield 1, 2, 3 … at an interval. Who asks late gets the next number late, and none is made up for."""
    within("every", every, 1, 3_600_000)
    within("count", count or 1, 1, 1_000_000)
    n = 0
    while count is None or n < count:
        if n:
            await asyncio.sleep(every / 1000)
        n += 1
        yield n


async def clock(info: object, every: int, count: int | None = None) -> AsyncGenerator[dict[str, Any]]:
    """Tick. Each event is an object with the field in it; the rest of the subscription is executed on it."""
    with counted("clock"):
        async with aclosing(beat(every, count)) as beats:
            async for n in beats:
                yield {"clock": {"n": n, "at": now()}}


async def sensor(
    info: object, name: str, every: int, seed: int, count: int | None = None
) -> AsyncGenerator[dict[str, Any]]:
    """Walk at random: half a degree up or down at most, and drawn back to where it began."""
    if name not in SENSORS:
        raise GraphQLError(f"there is no sensor {name!r}: there are {', '.join(SENSORS)}")
    chance = random.Random(f"{name} {seed}")
    usual = celsius = SENSORS[name]
    with counted("sensor"):
        async with aclosing(beat(every, count)) as beats:
            async for n in beats:
                celsius += chance.uniform(-0.5, 0.5) + (usual - celsius) / 20
                reading = {"sensor": name, "n": n, "celsius": round(celsius, 2), "at": now()}
                yield {"sensor": reading}


class Room:
    """A room: what was said last, and who listens."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.channel: Channel[dict[str, Any]] = Channel()
        self.messages: deque[dict[str, Any]] = deque(maxlen=KEPT_MESSAGES)
        self.said = 0

    def listeners(self, info: object) -> int:
        """How many listen."""
        return self.channel.listeners


rooms: dict[str, Room] = {}


def enter(name: str) -> Room:
    """Return the room of this name. Where there are too many, the oldest without a listener makes place."""
    short("room", name, 50)
    if name not in rooms:
        if len(rooms) >= MOST_ROOMS:
            idle = next((room.name for room in rooms.values() if not room.channel.listeners), None)
            if idle is None:
                raise GraphQLError(f"there are {MOST_ROOMS} rooms already, and somebody listens in each")
            del rooms[idle]
        rooms[name] = Room(name)
    return rooms[name]


def say(info: object, room: str, author: str, text: str) -> dict[str, Any]:
    """Say something in a room. Nobody who listens is waited for."""
    short("author", author, 50)
    short("text", text, 2000)
    entered = enter(room)
    entered.said += 1
    message = {"room": room, "n": entered.said, "author": author, "text": text, "at": now()}
    entered.messages.append(message)
    entered.channel.publish(message)
    return message


def listen(info: object, name: str) -> AsyncIterator[dict[str, Any]]:
    """Listen in a room. From this call on nothing is missed, even if the first is read only later."""
    return overheard(enter(name).channel.listen(WAITING_MESSAGES))


async def overheard(listener: Listener[dict[str, Any]]) -> AsyncGenerator[dict[str, Any]]:
    """Turn what is heard into events."""
    with counted("room"):
        async with aclosing(listener):
            async for message in listener:
                yield {"room": message}


ROOT = {
    "hello": lambda info, name: f"Hello, {name}!",
    "time": lambda info: now(),
    "slow": slow,
    "fail": fail,
    "sensors": lambda info: list(SENSORS),
    "rooms": lambda info: list(rooms.values()),
    "running": lambda info: {field: running[field] for field in ("clock", "sensor", "room")},
    "say": say,
    "clock": clock,
    "sensor": sensor,
    "room": listen,
}


# --- executing a request -----------------------------------------------------------------------------------

Outcome = ExecutionResult | AsyncGenerator[ExecutionResult]


async def results_of(request: Request) -> AsyncGenerator[dict[str, Any]]:
    """Yield each result of a request: one of a query or mutation, any number of a subscription.

    Raises:
        RequestErrors: it cannot be executed, or its stream has broken off.
    """
    try:
        outcome = await outcome_of(request)
        if isinstance(outcome, ExecutionResult):
            yield checked(outcome)
            return
        async with aclosing(outcome) as stream:
            async for result in stream:
                yield dict(result.formatted)
    except GraphQLError as error:
        raise RequestErrors([error.formatted]) from error  # type: ignore[list-item]
    except Overrun as error:
        raise RequestErrors([{"message": f"you read too slowly: {error}"}]) from error


async def outcome_of(request: Request) -> Outcome:
    """Parse, validate, and execute or subscribe."""
    try:
        document = parse(request.query, max_tokens=MOST_TOKENS)
        errors = validate(SCHEMA, document)
    except RecursionError:
        raise GraphQLError("the document is nested too deeply") from None
    if errors:
        raise RequestErrors([error.formatted for error in errors])  # type: ignore[misc]
    operation = get_operation_ast(document, request.operation_name)
    if operation is None:
        raise GraphQLError("Unable to identify operation: the document has several, or none of that name")
    do: Any = subscribe if operation.operation is OperationType.SUBSCRIPTION else execute
    outcome = do(
        SCHEMA, document, ROOT, variable_values=request.variables, operation_name=request.operation_name
    )
    return cast("Outcome", await outcome if isawaitable(outcome) else outcome)


def checked(result: ExecutionResult) -> dict[str, Any]:
    """Return a result as it is sent. What failed before any field was asked for has no data to show."""
    if result.data is None and result.errors and all(error.path is None for error in result.errors):
        raise RequestErrors([error.formatted for error in result.errors])  # type: ignore[misc]
    return dict(result.formatted)


# --- connections -------------------------------------------------------------------------------------------


def spoken() -> list[str]:
    """The subprotocols that this server speaks, the preferred one first."""
    return [name for name in PROTOCOLS if OPTIONS.subprotocols in ("both", name)]


def select_subprotocol(connection: ServerConnection, offered: list[Subprotocol]) -> Subprotocol | None:
    """Choose the subprotocol (RFC 6455 section 4.2.2) and log what there was to choose from."""
    chosen = next((name for name in spoken() if name in offered), None)
    log.info("subprotocol", offered=offered, chosen=chosen)
    return None if chosen is None else Subprotocol(chosen)


def welcome(payload: Any) -> bool:
    """Whether `connection_init` carries the token."""
    token = payload.get("token") if isinstance(payload, dict) else None
    return isinstance(token, str) and hmac.compare_digest(
        token.encode("utf-8", "replace"), OPTIONS.token.encode()
    )


async def graphql(connection: ServerConnection, init: float, alive: float, auth: bool) -> None:
    """GraphQL. Time for connection_init; whether it needs {"token": …}; time between two ka of graphql-ws."""
    if connection.subprotocol is None:
        closing = LEGACY_NO_SUBPROTOCOL if spoken() == [LegacyProtocol.subprotocol.name] else NO_SUBPROTOCOL
        await connection.close(closing.code, closing.reason)
        return
    protocol = PROTOCOLS[connection.subprotocol](Limits(), welcome if auth else lambda payload: True)
    timing = Timing(init_seconds=init, sign_of_life_seconds=alive)
    await GraphqlConnection(connection, protocol, results_of, log, timing).serve()


def explain(connection: ServerConnection, request: HttpRequest, **parameters: Any) -> Response | None:
    """Tell who comes with plain HTTP what to come with."""
    if "Upgrade" in request.headers or "Sec-WebSocket-Key" in request.headers:
        return None
    response = connection.respond(HTTPStatus.UPGRADE_REQUIRED, routes.listing())
    response.headers["Upgrade"] = "websocket"
    return response


for path in ("/graphql", "/"):
    serving = routes.path(
        path, init=duration("3s", "10ms", "1h"), auth=flag(), alive=duration("10s", "10ms", "1h")
    )
    serving(graphql).before(explain)


@routes.answer("/schema")
def schema(connection: ServerConnection, request: HttpRequest) -> Response:
    """The schema over plain HTTP, in GraphQL's own language."""
    return connection.respond(HTTPStatus.OK, print_schema(SCHEMA) + "\n")


async def serve_connection(connection: ServerConnection) -> None:
    """Serve one connection from the end of its handshake on."""
    async with kept_alive(connection, OPTIONS.keepalive, KEEPALIVE_PAYLOAD):
        await routes.serve(connection)


def main() -> int:
    """Run the server and return its exit code."""
    parser = server_parser(
        "graphql",
        "GraphQL over WebSocket, in both subprotocols. GET /schema has the schema.",
        routes.paths(),
    )
    parser.add_argument(
        "--keepalive", type=duration_or_off, default=30.0, metavar="DURATION",
        help=f"time between Ping frames, whose payload is {KEEPALIVE_PAYLOAD} (30s); off or 0 sends none",
    )  # fmt: skip
    parser.add_argument("--token", default="learn", help="what connection_init needs where auth=1 (learn)")
    parser.add_argument(
        "--subprotocols", choices=["both", *PROTOCOLS], default="both", help="what to speak (both)"
    )
    parser.parse_args(namespace=OPTIONS)
    service = Service(
        "graphql", serve_connection, routes.process_request, {"select_subprotocol": select_subprotocol}
    )
    return run(service, OPTIONS)


if __name__ == "__main__":
    sys.exit(main())
