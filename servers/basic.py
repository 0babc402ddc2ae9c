"""The basic server: raw WebSocket, and everything a client can meet there.

Every path does one thing (`GET /` lists them). Most also echo: a text message comes back as text, a binary
one as binary. Three things happen by themselves, because the websockets library does them for every server:
pings are answered with a pong of the same payload, the closing handshake is completed, and a client that
breaks a rule of RFC 6455 is told so in a Close frame with code 1002, 1007 or 1009.

Run it by itself and talk to it:

    python servers/basic.py --port 8080
    wslab connect ws://127.0.0.1:8080/time?every=500ms
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import json
import sys
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from wslab.serving.broken import BROKEN
from wslab.serving.connections import meanwhile
from wslab.serving.deflate import DeflateFactory
from wslab.serving.frames import cut, send_fragments, withhold_pongs, write_queued
from wslab.serving.json_echo import json_answer, now
from wslab.serving.keepalive import PONG_SECONDS, keepalive, kept_alive
from wslab.serving.options import duration_or_off, server_parser
from wslab.serving.parameters import LONGEST_CONTROL, LONGEST_REASON, close_code, http_status, local_path
from wslab.serving.query import choice, duration, flag, number, size, text
from wslab.serving.routes import Routes
from wslab.serving.runner import Service, run
from wslab.serving.subprotocols import choose_subprotocol, names

KEEPALIVE_PAYLOAD = "learning-ping"
MAX_HANDSHAKE_SECONDS = 60
"""Longest `handshake` of /slow. A client that sends no request for as long is cut off."""


class Options(argparse.Namespace):
    """What the command line said."""

    keepalive: float | None
    token: str
    compression: bool
    max_size: int | None


OPTIONS = Options()
routes = Routes("wslab basic: raw WebSocket. Connect with a WebSocket client to one of these paths.")


async def echo_messages(connection: ServerConnection) -> None:
    """Send every message back as it came until the connection closes."""
    async for message in connection:  # str for a text message, bytes for a binary one
        await connection.send(message)


async def ignore_messages(connection: ServerConnection) -> None:
    """Read and drop every message. A server that stops reading would soon see no ping and no close either."""
    async for _ in connection:
        pass


# --- messages ------------------------------------------------------------------------------------------


@routes.path("/")
async def root(connection: ServerConnection) -> None:
    """Echoes like /echo; plain HTTP shows this page."""
    await echo_messages(connection)


@routes.path("/echo")
async def echo(connection: ServerConnection) -> None:
    """Sends back every message as it came: text as text, binary as binary."""
    await echo_messages(connection)


@routes.path("/json")
async def json_echo(connection: ServerConnection) -> None:
    """Answers each JSON message with {"type": "echo", "data": …, "server_time": …}."""
    async for message in connection:
        await connection.send(json_answer(message))


@routes.path("/fragment", size=size("4", "1", "1MiB"), pause=duration("0s", "0s", "1m"), ping=flag())
async def fragment(connection: ServerConnection, size: int, pause: float, ping: bool) -> None:
    """Echoes in fragments of `size` bytes, `pause` apart; ping=1 pings behind the first (RFC 6455 5.4)."""
    async for message in connection:
        await send_fragments(connection, message, size, pause, b"in between" if ping else None)


@routes.path("/big", size=size("64KiB", "1", "64MiB"))
async def big(connection: ServerConnection, size: int) -> None:
    """Sends one text message of this size, then echoes. Clients have limits too: many close with 1009."""
    await connection.send("x" * size)
    await echo_messages(connection)


@routes.path("/only", kind=choice("text", "binary"))
async def only(connection: ServerConnection, kind: str) -> None:
    """Echoes messages of this kind; one of the other is told with 1003, unsupported data."""
    taken = str if kind == "text" else bytes
    async for message in connection:
        if not isinstance(message, taken):
            await connection.close(CloseCode.UNSUPPORTED_DATA, f"only {kind} messages, please")
            return
        await connection.send(message)


@routes.path("/limit", size=size("1KiB", "1", "1MiB"))
async def limit(connection: ServerConnection, size: int) -> None:
    """Echoes; a message of more than `size` bytes, fragments together, ends it with 1009, too big."""
    await echo_messages(connection)


@limit.before
def lower_limit(connection: ServerConnection, request: Request, size: int) -> None:
    """Have websockets close with 1009 sooner on this connection."""
    most = OPTIONS.max_size
    connection.protocol.max_message_size = size if most is None else min(size, most)


@routes.path("/headers")
async def headers(connection: ServerConnection) -> None:
    """Sends the request it received as JSON, headers in their order and spelling; then echoes."""
    request = connection.request
    assert request is not None
    received = {
        "type": "headers",
        "method": request.method,
        "path": request.path,
        "protocol": request.protocol,
        "headers": list(request.headers.raw_items()),
    }
    await connection.send(json.dumps(received))
    await echo_messages(connection)


# --- time ----------------------------------------------------------------------------------------------


@routes.path("/time", every=duration("1s", "1ms", "1h"))
async def time(connection: ServerConnection, every: float) -> None:
    """Sends {"type": "time", "n": 1, "server_time": …} now and after each interval; echoes meanwhile."""
    async with meanwhile(echo_messages(connection), "echo"):
        n = 0
        while True:
            n += 1
            await connection.send(json.dumps({"type": "time", "n": n, "server_time": now()}))
            await asyncio.sleep(every)


@routes.path(
    "/flood",
    rate=number("1000", 1, 200_000),
    size=size("64", "1", "1MiB"),
    for_=duration("5s", "1ms", "10m"),
)
async def flood(connection: ServerConnection, rate: int, size: int, for_: float) -> None:
    """Sends `rate` messages a second, then {"type": "flood", "sent": …} and closes with 1000.

    Each message is its own number, from 1, in `size` digits. The number of messages is always exactly
    `rate` times `for`: where the client reads too slowly, it only takes longer.
    """
    loop = asyncio.get_running_loop()
    total = round(rate * for_)
    burst = max(1, 64 * 1024 // size)
    sent = 0
    started = loop.time()
    async with meanwhile(ignore_messages(connection), "ignore"):
        while sent < total:
            elapsed = loop.time() - started
            due = min(total, sent + burst, int(rate * elapsed))
            for n in range(sent + 1, due + 1):
                connection.protocol.send_text(f"{n:0{size}}"[-size:].encode())
            sent = due
            await write_queued(connection)
            # Messages leave in batches, one each 5 ms: a timer for each would allow a few thousand a second.
            next_due = (sent + 1) / rate - elapsed
            await asyncio.sleep(max(0.005, next_due) if next_due > 0 else 0)
        seconds = round(loop.time() - started, 3)
        await connection.send(json.dumps({"type": "flood", "sent": sent, "seconds": seconds}))
        await connection.close(CloseCode.NORMAL_CLOSURE, "flood over")


@routes.path(
    "/ping",
    keepalive=False,
    every=duration("1s", "10ms", "1h"),
    payload=text(KEEPALIVE_PAYLOAD, LONGEST_CONTROL),
    patience=duration(f"{PONG_SECONDS:g}s", "10ms", "1h"),
)
async def ping(connection: ServerConnection, every: float, payload: str, patience: float) -> None:
    """Pings at each interval, and echoes. A pong that takes longer than `patience` ends it with 1011."""
    async with meanwhile(keepalive(connection, every, payload, patience), "pings"):
        await echo_messages(connection)


@routes.path("/pong", every=duration("1s", "10ms", "1h"), payload=text("still-here", LONGEST_CONTROL))
async def pong(connection: ServerConnection, every: float, payload: str) -> None:
    """Sends a Pong at each interval that answers no Ping (RFC 6455 5.5.3), and echoes."""
    async with meanwhile(echo_messages(connection), "echo"):
        while True:
            await connection.pong(payload)
            await asyncio.sleep(every)


@routes.path(
    "/slow", delay=duration("1s", "0s", "5m"), handshake=duration("0s", "0s", f"{MAX_HANDSHAKE_SECONDS}s")
)
async def slow(connection: ServerConnection, delay: float, handshake: float) -> None:
    """Waits before each answer, one after the other; `handshake` delays the opening too."""
    async for message in connection:
        await asyncio.sleep(delay)
        await connection.send(message)


@slow.before
async def slow_handshake(
    connection: ServerConnection, request: Request, delay: float, handshake: float
) -> None:
    """Keep the client waiting for its 101."""
    await asyncio.sleep(handshake)


@routes.path("/silent", keepalive=False)
async def silent(connection: ServerConnection) -> None:
    """Says nothing, not even a pong: to a client this server is dead. Only a Close is answered."""
    await ignore_messages(connection)


@silent.before
def hush(connection: ServerConnection, request: Request) -> None:
    """Answer no ping, from the first byte on."""
    withhold_pongs(connection)


# --- the end -------------------------------------------------------------------------------------------


@routes.path(
    "/close/CODE", code=close_code(), reason=text("", LONGEST_REASON), after=duration("0s", "0s", "1h")
)
async def close(connection: ServerConnection, code: int, reason: str, after: float) -> None:
    """Closes with this code and reason; echoes until then."""
    async with meanwhile(echo_messages(connection), "echo"):
        await asyncio.sleep(after)
        await connection.close(code, reason)


@routes.path("/drop", after=duration("0s", "0s", "1h"), how=choice("fin", "rst"))
async def drop(connection: ServerConnection, after: float, how: str) -> None:
    """Cuts TCP without a Close frame, which clients report as 1006; echoes until then.

    `fin` ends the stream as a process does that is killed; `rst` resets it as a host does that has crashed
    and come back.
    """
    async with meanwhile(echo_messages(connection), "echo"):
        await asyncio.sleep(after)
        cut(connection, reset=how == "rst")
        await connection.wait_closed()


@routes.path("/broken", rule=choice(*BROKEN))
async def broken(connection: ServerConnection, rule: str) -> None:
    """Breaks this rule of RFC 6455, then echoes."""
    connection.transport.write(BROKEN[rule])
    await echo_messages(connection)


# --- the handshake -------------------------------------------------------------------------------------


@routes.path(
    "/subprotocol",
    choose=names(),
    prefer=choice("server", "client"),
    otherwise=choice("none", "refuse", "force"),
)
async def subprotocol(connection: ServerConnection, **negotiation: object) -> None:
    """Agrees on one of `choose` (chat.v2,chat.v1) or of what is offered, else as `otherwise` says; echoes.

    `prefer` says whose order counts. `otherwise` is what happens when nothing fits: `none` opens without a
    subprotocol, `refuse` is status 400, `force` names one that the client did not ask for.
    """
    await echo_messages(connection)


def select_subprotocol(connection: ServerConnection, offered: list[Subprotocol]) -> Subprotocol | None:
    """Choose among what the client offers (RFC 6455 section 4.2.2). Other paths choose none."""
    if routes.of(connection) is not subprotocol:
        return None
    assert connection.request is not None
    asked = subprotocol.read(connection.request)
    return choose_subprotocol(offered, asked["choose"], asked["prefer"], asked["otherwise"])


@routes.path(
    "/compress",
    server_no_context_takeover=flag(),
    client_no_context_takeover=flag(),
    server_max_window_bits=number(None, 9, 15),
    client_max_window_bits=number(None, 8, 15),
    level=number("6", 0, 9),
    from_=size("0", "0", "1MiB"),
    decline=flag(),
)
async def compress(connection: ServerConnection, **deflate: object) -> None:
    """Agrees on permessage-deflate (RFC 7692) if it is offered, unless decline=1; then echoes.

    Messages of less than `from` bytes are sent as they are: RSV1 says which are compressed.
    """
    await echo_messages(connection)


@compress.before
def offer_deflate(
    connection: ServerConnection, request: Request, level: int, from_: int, decline: bool, **parameters: Any
) -> None:
    """Have the handshake negotiate compression on this connection."""
    deflate = DeflateFactory(from_, **parameters, compress_settings={"level": level})
    connection.protocol.available_extensions = [] if decline else [deflate]


@routes.path("/auth")
async def auth(connection: ServerConnection) -> None:
    """Wants the header `Authorization: Bearer TOKEN` (--token, "learn" by default), else 401; then echoes."""
    await echo_messages(connection)


@auth.before
def check_token(connection: ServerConnection, request: Request) -> Response | None:
    """Refuse who does not have the token (RFC 6750 section 3)."""
    credentials = request.headers.get_all("Authorization")
    scheme, _, token = (credentials[0] if credentials else "").partition(" ")
    challenge = 'Bearer realm="wslab"'
    if scheme.lower() == "bearer":
        # Comparing in constant time gives nothing away about how much of a guess was right.
        if hmac.compare_digest(token.strip().encode(), OPTIONS.token.encode()):
            return None
        challenge += ', error="invalid_token"'
    response = connection.respond(HTTPStatus.UNAUTHORIZED, "Send the header Authorization: Bearer TOKEN.\n")
    response.headers["WWW-Authenticate"] = challenge
    return response


@routes.answer("/reject/STATUS", status=http_status())
def reject(connection: ServerConnection, request: Request, status: int) -> Response:
    """Refuses the handshake with this HTTP status and a body that says so."""
    response = connection.respond(HTTPStatus.FORBIDDEN, f"Refused with {status}, as you asked.\n")
    response.status_code = status
    response.reason_phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Refused"
    return response


@routes.answer("/redirect", to=local_path("/echo"))
def redirect(connection: ServerConnection, request: Request, to: str) -> Response:
    """Answers the handshake with 302 and another path of this server."""
    response = connection.respond(HTTPStatus.FOUND, f"It is at {to}.\n")
    response.headers["Location"] = to
    return response


# --- running it ----------------------------------------------------------------------------------------


async def serve_connection(connection: ServerConnection) -> None:
    """Serve one connection from the end of its handshake on."""
    every = OPTIONS.keepalive if routes.of(connection).keepalive else None
    async with kept_alive(connection, every, KEEPALIVE_PAYLOAD):
        await routes.serve(connection)


def main() -> int:
    """Run the server and return its exit code."""
    parser = server_parser("basic", "Raw WebSocket: echo, and everything a client can meet.", routes.paths())
    parser.add_argument(
        "--keepalive", type=duration_or_off, default=30.0, metavar="DURATION",
        help=f"time between pings, whose payload is {KEEPALIVE_PAYLOAD} (30s); off or 0 sends none",
    )  # fmt: skip
    parser.add_argument("--token", default="learn", help="what /auth wants to see (learn)")
    parser.add_argument(
        "--compression", action="store_true",
        help="agree on permessage-deflate on every path; otherwise only /compress does, as it hides payloads",
    )  # fmt: skip
    parser.parse_args(namespace=OPTIONS)
    service = Service(
        "basic",
        serve_connection,
        routes.process_request,
        {
            "select_subprotocol": select_subprotocol,
            "compression": "deflate" if OPTIONS.compression else None,
            "open_timeout": MAX_HANDSHAKE_SECONDS + 10,
        },
    )
    return run(service, OPTIONS)


if __name__ == "__main__":
    sys.exit(main())
