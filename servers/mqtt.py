"""The MQTT server: a broker for MQTT 3.1.1 and 5 over WebSocket, or a tunnel to a real one.

MQTT over WebSocket is MQTT over TCP with a handshake before it (MQTT 5 section 6): bytes go in binary frames,
and frames mean nothing. A packet may span frames and a frame may hold several packets. A text frame ends the
connection, with 1003 here. The packets are in `wslab.wire.mqtt`, what a broker answers to each of them in
`wslab.serving.mqtt`, which knows no sockets; `wslab.serving.mqtt_front` joins it to WebSocket connections.

A client has to offer the subprotocol `mqtt` (MQTT-6.0.0-3), and a server may return no other (MQTT-6.0.0-4).
`mqttv3.1` is therefore not taken: it is the name of MQTT 3.1, which is not spoken here either. A handshake
that does not offer `mqtt` breaks a rule and is refused with HTTP status 400, which RFC 6455 section 4.2.1 has
for a handshake that is not right; plain HTTP to `/mqtt` gets 426, with `Upgrade: websocket`.

How connections end: 1000 after a DISCONNECT, 1002 where MQTT's rules are broken, 1008 where something is not
allowed or too late, 1009 for a packet that is too large, 1001 when the server stops. A client of MQTT 5
first gets a DISCONNECT or CONNACK with the reason, one of 3.1.1 a CONNACK where there is a code for it.

With `--broker mqtt://host:port` bytes are passed on to a broker, as in production, and none is read. A broker
that cannot be reached is told with close code 1014 after the handshake: a browser shows the code of a close;
of a refused handshake it shows nothing.

Run it by itself and talk to it:

    python servers/mqtt.py --port 8082
    wslab connect ws://127.0.0.1:8082/mqtt -s mqtt
"""

from __future__ import annotations

import argparse
import functools
import secrets
import sys
from collections.abc import Callable, Sequence
from http import HTTPStatus

import structlog
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import NegotiationError
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from wslab.serving.keepalive import kept_alive
from wslab.serving.mqtt.broker import Broker
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt_front import MqttFront, shown
from wslab.serving.mqtt_tunnel import Address, read_address, tunnel
from wslab.serving.options import duration_or_off, server_parser, some_size, some_time
from wslab.serving.routes import Routes
from wslab.serving.runner import Service, run
from wslab.wire.mqtt.topics import wrong_filter

SUBPROTOCOL = Subprotocol("mqtt")
KEEPALIVE_PAYLOAD = "learning-ping"
LONGEST_KEEP_ALIVE = 65_535
"""Seconds: the field has two bytes (MQTT 5 section 3.1.2.10)."""


class Options(argparse.Namespace):
    """What the command line said."""

    broker: Address | None
    keepalive: float | None
    patience: float
    max_packet: int
    max_sessions: int
    max_queue: int
    max_queue_bytes: int
    max_retained: int
    max_retained_bytes: int
    max_subscriptions: int
    session_expiry: float
    mqtt_keep_alive: int
    connect_timeout: float
    user: list[tuple[str, bytes]]
    refuse_filter: list[str]


OPTIONS = Options()
log = structlog.get_logger()
routes = Routes("wslab mqtt: MQTT 3.1.1 and 5 over WebSocket, subprotocol mqtt, binary frames.")


# --- the handshake -----------------------------------------------------------------------------------------


def select_subprotocol(connection: ServerConnection, offered: Sequence[Subprotocol]) -> Subprotocol:
    """Take `mqtt` and nothing else (MQTT-6.0.0-3 and -4), and log what there was to choose from."""
    chosen = SUBPROTOCOL if SUBPROTOCOL in offered else None
    log.info("subprotocol", offered=shown(list(offered)), chosen=chosen)
    if chosen is None:
        raise NegotiationError("a client of MQTT has to offer the subprotocol mqtt (MQTT-6.0.0-3)")
    return chosen


def explain(connection: ServerConnection, request: Request) -> Response | None:
    """Tell who comes with plain HTTP what to come with."""
    if "Upgrade" in request.headers or "Sec-WebSocket-Key" in request.headers:
        return None
    response = connection.respond(HTTPStatus.UPGRADE_REQUIRED, routes.listing())
    response.headers["Upgrade"] = "websocket"
    return response


# --- connections -------------------------------------------------------------------------------------------


@functools.cache
def front() -> MqttFront:
    """Return the broker that all connections share."""
    return MqttFront(new_broker(), log, OPTIONS.patience)


async def mqtt(connection: ServerConnection) -> None:
    """MQTT; a client offers the subprotocol mqtt."""
    if OPTIONS.broker is None:
        await front().serve(connection)
    else:
        await tunnel(connection, OPTIONS.broker, OPTIONS.patience, log)


for path in ("/mqtt", "/"):
    routes.path(path)(mqtt).before(explain)


async def serve_connection(connection: ServerConnection) -> None:
    """Serve one connection from the end of its handshake on."""
    async with kept_alive(connection, OPTIONS.keepalive, KEEPALIVE_PAYLOAD):
        await routes.serve(connection)


# --- options -----------------------------------------------------------------------------------------------


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return the type of an option that is a whole number from `low` to `high`."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 10 and low <= int(text) <= high):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from {low} to {high}")
        return int(text)

    return read


def user(text: str) -> tuple[str, bytes]:
    """Read `NAME:PASSWORD`."""
    name, colon, password = text.partition(":")
    if not (name and colon):
        raise argparse.ArgumentTypeError("a user is written NAME:PASSWORD")
    return name, password.encode()


def topic_filter(text: str) -> str:
    """Read a topic filter."""
    if wrong_filter(text) is not None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a topic filter: write it like sensors/+/celsius")
    return text


def broker_address(text: str) -> Address:
    """Read the address of a broker."""
    try:
        return read_address(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def arguments() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = server_parser("mqtt", "A broker for MQTT 3.1.1 and 5 over WebSocket.", routes.paths())
    usual = Limits()
    many = whole(1, 1_000_000)
    add = parser.add_argument
    add("--broker", type=broker_address, metavar="URL",
        help="be a tunnel to this broker, mqtt://host:port, instead of a broker")  # fmt: skip
    add("--keepalive", type=duration_or_off, default=30.0, metavar="DURATION",
        help=f"time between Pings, whose payload is {KEEPALIVE_PAYLOAD} (30s); 0 sends none")  # fmt: skip
    add("--patience", type=some_time, default=30.0, metavar="DURATION",
        help="cut a client that takes nothing for so long (30s)")  # fmt: skip
    add("--max-packet", type=some_size, default=usual.packet, metavar="SIZE",
        help="end a connection for a larger packet (256KiB)")  # fmt: skip
    add("--max-sessions", type=many, default=usual.sessions, metavar="N",
        help=f"sessions, those without a connection included ({usual.sessions})")  # fmt: skip
    add("--max-subscriptions", type=many, default=usual.subscriptions, metavar="N",
        help=f"subscriptions of a session ({usual.subscriptions})")  # fmt: skip
    add("--max-queue", type=many, default=usual.queue, metavar="N",
        help=f"messages that wait for a session ({usual.queue})")  # fmt: skip
    add("--max-queue-bytes", type=some_size, default=usual.queue_bytes, metavar="SIZE",
        help="bytes of payload that wait for a session (4MiB)")  # fmt: skip
    add("--max-retained", type=many, default=usual.retained, metavar="N",
        help=f"retained messages ({usual.retained})")  # fmt: skip
    add("--max-retained-bytes", type=some_size, default=usual.retained_bytes, metavar="SIZE",
        help="bytes of payload of all retained messages (16MiB)")  # fmt: skip
    add("--session-expiry", type=some_time, default=usual.session_expiry, metavar="DURATION",
        help="keep a session without a connection for so long at most (1h)")  # fmt: skip
    add("--mqtt-keep-alive", type=whole(1, LONGEST_KEEP_ALIVE), default=usual.keep_alive, metavar="SECONDS",
        help=f"longest keep alive that MQTT 5 clients are granted ({usual.keep_alive})")  # fmt: skip
    add("--connect-timeout", type=some_time, default=usual.connect_timeout, metavar="DURATION",
        help="time for the CONNECT packet after the handshake (10s)")  # fmt: skip
    add("--user", type=user, action="append", default=[], metavar="NAME:PASSWORD",
        help="let in only users named so; may be repeated (everybody)")  # fmt: skip
    add("--refuse-filter", type=topic_filter, action="append", default=[], metavar="FILTER",
        help="refuse subscriptions to this topic filter; may be repeated")  # fmt: skip
    return parser


def new_broker() -> Broker:
    """Return a broker as the options want it."""
    limits = Limits(
        packet=OPTIONS.max_packet,
        sessions=OPTIONS.max_sessions,
        session_expiry=max(1, round(OPTIONS.session_expiry)),
        subscriptions=OPTIONS.max_subscriptions,
        queue=OPTIONS.max_queue,
        queue_bytes=OPTIONS.max_queue_bytes,
        retained=OPTIONS.max_retained,
        retained_bytes=OPTIONS.max_retained_bytes,
        keep_alive=OPTIONS.mqtt_keep_alive,
        connect_timeout=OPTIONS.connect_timeout,
    )
    policy = Policy(users=dict(OPTIONS.user), refused_filters=frozenset(OPTIONS.refuse_filter))
    return Broker(limits, policy, lambda: f"wslab-{secrets.token_hex(8)}")


def main() -> int:
    """Run the server and return its exit code."""
    arguments().parse_args(namespace=OPTIONS)
    hooks = (serve_connection, routes.process_request, {"select_subprotocol": select_subprotocol})
    if OPTIONS.broker is not None:
        return run(Service("mqtt", *hooks), OPTIONS)
    broker = front()
    service = Service("mqtt", *hooks, background=broker.keep_time, farewell=broker.say_goodbye)
    return run(service, OPTIONS)


if __name__ == "__main__":
    sys.exit(main())
