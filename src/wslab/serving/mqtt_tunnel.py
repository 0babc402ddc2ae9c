"""A tunnel: the bytes of a WebSocket connection, over TCP to an MQTT broker and back (MQTT 5 section 6).

Neither direction reads more than the other end takes. A client's Close ends the TCP connection with a FIN,
so that a broker to which no DISCONNECT has come publishes the will. When the broker ends its side, what it
sent before is passed on and the WebSocket is closed with 1000; a connection that breaks is 1014.
"""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode

from wslab.serving.frames import cut
from wslab.serving.logs import Log
from wslab.tasks import spawn, stop

PIECE = 32 * 1024
"""Bytes that are read of the broker at once."""
CONNECT_SECONDS = 5.0
"""How long a broker may take to accept a connection."""
MQTT_PORT = 1883


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker listens."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as it is written."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_address(text: str) -> Address:
    """Return the address in `mqtt://host:port`; without a port it is 1883.

    Raises:
        ValueError: it is not one; the message says what would be right.
    """
    right = "write it like mqtt://127.0.0.1:1883"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{text!r} is not the address of a broker ({error}): {right}") from None
    host = parts.hostname or ""
    rest = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if parts.scheme != "mqtt" or rest or port == 0 or not re.fullmatch(r"[\w.:%-]+", host):
        raise ValueError(f"{text!r} is not the address of a broker: {right}")
    return Address(host, MQTT_PORT if port is None else port)


async def tunnel(connection: ServerConnection, address: Address, patience: float, log: Log) -> None:
    """Connect to the broker and pass bytes both ways until one end closes.

    Args:
        connection: its handshake has succeeded.
        address: of the broker.
        patience: seconds in which the client or the broker has to take what is sent to it.
        log: where it is told.
    """
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(address.host, address.port)
    except OSError as error:  # a TimeoutError is one, without words of its own
        why = error.strerror or str(error) or "no answer"
        log.warning("broker not reached", broker=str(address), why=why)
        await connection.close(CloseCode.BAD_GATEWAY, "the broker behind this tunnel cannot be reached")
        return
    log.info("tunnel", broker=str(address))
    up = spawn(_up(connection, writer, patience, log), "tunnel to the broker")
    down = spawn(_down(connection, reader, patience, log), "tunnel from the broker")
    try:
        await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await stop(up)
        await stop(down)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _up(connection: ServerConnection, writer: asyncio.StreamWriter, patience: float, log: Log) -> None:
    """Pass on what the client sends."""
    with suppress(ConnectionClosed):
        async for data in connection:
            if isinstance(data, str):
                await connection.close(
                    CloseCode.UNSUPPORTED_DATA, "MQTT comes in binary frames (MQTT-6.0.0-1)"
                )
                return
            writer.write(data)
            try:
                async with asyncio.timeout(patience):
                    await writer.drain()
            except OSError as error:
                log.warning("broker lost", why=str(error) or "it takes nothing")
                await connection.close(CloseCode.BAD_GATEWAY, "the connection to the broker is lost")
                return


async def _down(
    connection: ServerConnection, reader: asyncio.StreamReader, patience: float, log: Log
) -> None:
    """Pass on what the broker sends."""
    code, reason = CloseCode.NORMAL_CLOSURE, ""
    with suppress(ConnectionClosed):
        while True:
            try:
                data = await reader.read(PIECE)
            except OSError as error:
                log.warning("broker lost", why=error.strerror or str(error))
                code, reason = CloseCode.BAD_GATEWAY, "the connection to the broker is lost"
                break
            if not data:
                break
            try:
                async with asyncio.timeout(patience):
                    await connection.send(data)
            except TimeoutError:
                log.warning("slow client", seconds=patience)
                cut(connection, reset=True)
                return
        await connection.close(code, reason)
