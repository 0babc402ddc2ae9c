"""aiomqtt as the lab uses it. The only module that imports it, and itself imported when a client connects."""

from __future__ import annotations

import asyncio
import functools
import logging
import socket
from collections.abc import Callable
from typing import Any, cast

import aiomqtt
from aiomqtt.types import PahoSocket
from paho.mqtt.client import MQTT_CLEAN_START_FIRST_ONLY, Client
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from wslab.lab.mqtt.options import MqttOptions
from wslab.net.options import ConnectOptions
from wslab.net.proxy import LOOPBACK
from wslab.net.upstream import own_names
from wslab.wire.mqtt.packets import Version

Deliver = Callable[[aiomqtt.Message], None]
"""Takes a message as soon as it is there."""


class Delivery(asyncio.Queue[aiomqtt.Message]):
    """Hands messages on instead of keeping them: so none waits, and none is dropped because many wait."""

    def __init__(self, deliver: Deliver, maxsize: int = 0) -> None:
        """Take messages for `deliver`; `maxsize` is what aiomqtt passes, and means nothing here."""
        super().__init__(maxsize)
        self._deliver = deliver

    def put_nowait(self, item: aiomqtt.Message) -> None:
        """Hand a message on. What that raises ends the connection."""
        self._deliver(item)


class TappedClient(aiomqtt.Client):
    """aiomqtt's client, which also masks all it sends and tells when its socket is closed."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Take what aiomqtt's client takes."""
        self.opened = False
        """Whether paho has got as far as to send CONNECT."""
        self.closed = asyncio.Event()
        """Set when paho has let go of its socket."""
        super().__init__(*args, **options)

    async def disconnected(self) -> BaseException:
        """Wait until the connection is over, and return what aiomqtt says of it.

        May be called before it is open. Messages do not come here: they went to `Delivery`.
        """
        try:
            message = await anext(self.messages)
        except aiomqtt.MqttError as error:
            return error.__cause__ or error
        raise AssertionError(f"a message was kept: {message}")

    def let_go(self) -> None:
        """Have paho close its socket where it has not: after an error of its own it reads on for ever.

        To be called when the tap has ended the connection, so that nothing more reaches the broker.
        """
        if not self.closed.is_set():
            self._client.disconnect()

    def _on_socket_open(self, client: Client, userdata: Any, sock: PahoSocket) -> None:
        self.opened = True
        mask_always(sock)
        send_at_once(sock)
        super()._on_socket_open(client, userdata, sock)

    def _on_socket_close(self, client: Client, userdata: Any, sock: PahoSocket) -> None:
        super()._on_socket_close(client, userdata, sock)
        self.closed.set()


def new_client(
    options: MqttOptions, port: int, deliver: Deliver, logger: logging.Logger, timeout: float
) -> TappedClient:
    """Return a client that connects to a tap on this machine.

    Args:
        options: what the broker is told.
        port: of the tap.
        deliver: takes every message.
        logger: where aiomqtt and paho complain.
        timeout: seconds to wait for an answer of the broker.
    """
    five = options.version >= Version.V5
    properties = None
    if five and options.session_expiry:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = options.session_expiry
    will = options.will
    there = ConnectOptions(options.url)
    # What goes out is what the tap would make of it, so that the log shows what the broker gets.
    host, origin = own_names(there)
    path = there.target.path or "/"
    if path != "/" and there.target.query:
        path += f"?{there.target.query}"
    return TappedClient(
        LOOPBACK,
        port,
        identifier=options.client_id or None,
        protocol=aiomqtt.ProtocolVersion(options.version),
        clean_session=None if five else options.clean_start,
        clean_start=options.clean_start if five else MQTT_CLEAN_START_FIRST_ONLY,
        username=options.username or None,
        password=options.password or None,
        will=None if will is None else aiomqtt.Will(will.topic, will.payload, will.qos, will.retain),
        keepalive=options.keep_alive,
        properties=properties,
        transport="websockets",
        websocket_path=path,
        websocket_headers={"Host": host, "Origin": origin},
        queue_type=cast("type[asyncio.Queue[aiomqtt.Message]]", functools.partial(Delivery, deliver)),
        logger=logger,
        timeout=timeout,
    )


def mask_always(sock: Any) -> None:
    """Have paho mask every frame of a WebSocket connection.

    It leaves its answers to Ping and Close unmasked, for which a server has to end the connection (RFC 6455
    section 5.1): with the lab's own server that would be after 30 seconds.
    """
    create = sock._create_frame
    sock._create_frame = lambda opcode, data, _masked=1: create(opcode, data)


def send_at_once(sock: Any) -> None:
    """Have paho send small packets without waiting for an acknowledgement of TCP.

    Otherwise QoS 2 would seem to take 40 ms more: for so long TCP puts its acknowledgements off.
    """
    # aiomqtt has an option for this, which does not reach the socket under a WebSocket connection.
    sock._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
