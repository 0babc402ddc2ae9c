"""Runs a bundled server: listens, says so, serves, and leaves in order when told to.

The first line on standard output is the ready line
`{"event": "ready", "server": "basic", "url": "ws://127.0.0.1:8080", "pid": 4711}`; log lines follow.
`wslab.serving.stopping` says what ends a server. Exit codes: 0 stopped, 2 wrong options,
3 could not listen, 130 interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import errno
import json
import os
import socket
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response

from wslab.memory import settle_memory
from wslab.serving.connections import Connections, Handler
from wslab.serving.health import health
from wslab.serving.logs import LineOutput, Log, configure
from wslab.serving.stopping import Farewell, Stop, Stopper
from wslab.tasks import spawn, stop

DRAIN_SECONDS = 5.0
"""Longest time between the order to stop and the end of the process."""
GOODBYE_SECONDS = 1.0
"""How long a protocol's own goodbye may take, of a server that has one."""
CUT_SECONDS = 0.3
"""The part of it that is left for what had to be cut."""
CLOSE_SECONDS = 4.0
"""How long a client may take to answer a Close frame before its TCP connection is cut."""
COULD_NOT_LISTEN = 3
"""Exit code of a server whose port is busy or whose address is not its own."""

Answer = Response | None
RequestHook = Callable[[ServerConnection, Request], Coroutine[Any, Any, Answer]]
"""Looks at a request before the handshake: returns the HTTP response to give instead, or None to go on."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a server file hands over to be run."""

    name: str
    handler: Handler
    """Serves one connection. The connection is closed with 1000 when it returns."""
    process_request: RequestHook
    options: dict[str, Any] = field(default_factory=dict)
    """Further arguments of `websockets.asyncio.server.serve`."""
    background: Callable[[], Coroutine[Any, Any, None]] | None = None
    """Runs beside the connections, from the ready line until all of them are closed."""
    farewell: Callable[[int], Coroutine[Any, Any, None]] | None = None
    """Says goodbye in the protocol's own words before Close frames with this code are sent; 1 s at most."""


def run(service: Service, arguments: argparse.Namespace) -> int:
    """Serve until told to stop and return the exit code of the process.

    Args:
        service: what to serve.
        arguments: parsed by a parser that `wslab.serving.options.server_parser` made.
    """
    return asyncio.run(_run(service, arguments))


async def _run(service: Service, arguments: argparse.Namespace) -> int:
    stopper = Stopper()
    output = LineOutput(1, gone=lambda: stopper.stop(Stop.STDOUT))
    log: Log = structlog.get_logger()
    connections = Connections(service.handler, log)

    async def process_request(connection: ServerConnection, request: Request) -> Answer:
        response = health(connection, request, service.name, connections.open)
        if response is None:
            response = await connections.decided(connection, service.process_request(connection, request))
        return response

    await stopper.watch()
    try:
        server = await serve(
            connections.serve,
            arguments.host,
            arguments.port,
            process_request=process_request,
            process_response=connections.answered,
            max_size=arguments.max_size,
            ping_interval=None,  # a server's keepalive is its own: its payload is to be read
            close_timeout=CLOSE_SECONDS,
            create_connection=connections.create,  # type: ignore[arg-type]  # documented: subclass or wrapper
            **({"compression": None} | service.options),
        )
    except OSError as error:
        print(f"{service.name}: {_why_not(error, arguments)}", file=sys.stderr)
        return COULD_NOT_LISTEN
    # Nothing may come before the ready line: logging starts after it, and nothing is awaited in between.
    ready = {"event": "ready", "server": service.name, "url": _url(server), "pid": os.getpid()}
    output.write(json.dumps(ready) + "\n")
    configure(output, arguments.log_level)
    settle_memory()
    background = spawn(service.background(), "background") if service.background else None
    farewell = await stopper.stopped()
    log.info("stopping", why=farewell.why, code=int(farewell.code), open=connections.open)
    deadline = asyncio.get_running_loop().time() + DRAIN_SECONDS - CUT_SECONDS
    if service.farewell is not None:
        await _say_goodbye(service.farewell(farewell.code), stopper, log)
    await _drain(server, farewell, stopper, connections, log, deadline)
    if background is not None:
        await stop(background)
    return farewell.exit_code


def _why_not(error: OSError, arguments: argparse.Namespace) -> str:
    host, port = arguments.host, arguments.port
    if error.errno == errno.EADDRINUSE:
        return f"port {port} on {host} is already in use: choose another with --port, or 0 for a free one"
    if error.errno == errno.EACCES:
        return f"port {port} on {host} is not allowed for this user: choose one above 1023 with --port"
    return f"cannot listen on {host} port {port}: {error.strerror or error}"


def _url(server: Server) -> str:
    listening = server.sockets[0]
    host, port = listening.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # all interfaces: the URL is for who started the server
        host = "127.0.0.1" if host == "0.0.0.0" else "::1"
    return f"ws://[{host}]:{port}" if listening.family == socket.AF_INET6 else f"ws://{host}:{port}"


async def _say_goodbye(work: Coroutine[Any, Any, None], stopper: Stopper, log: Log) -> None:
    goodbye = spawn(work, "goodbye")
    hurried = spawn(stopper.hurried(), "told to hurry")
    await asyncio.wait({goodbye, hurried}, timeout=GOODBYE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    await stop(hurried)
    if not goodbye.done():
        log.warning("not everybody took the goodbye")
        await stop(goodbye)


async def _drain(
    server: Server, farewell: Farewell, stopper: Stopper, connections: Connections, log: Log, deadline: float
) -> None:
    """Stop accepting, send every connection a Close frame, and cut those that are open at the deadline."""
    server.close(code=farewell.code)
    connections.stop_opening()
    closed = spawn(server.wait_closed(), "server closed")
    hurried = spawn(stopper.hurried(), "told to hurry")
    left = deadline - asyncio.get_running_loop().time()
    done, _ = await asyncio.wait({closed, hurried}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
    if closed not in done:
        log.warning("cut off", open=connections.open)
        connections.abort()
        # What was cut off says so itself before this is the last word.
        await asyncio.wait({closed}, timeout=CUT_SECONDS)
    log.info("stopped")
