"""The tap proxy: stands between any client and any server and tells what it sees, byte for byte.

Clients connect to it as if it were the server. A request for `/` goes to the path of the upstream URL, any
other path stays what it is. Bytes go through unchanged but for what `net/upstream.py` names, and events show
what each side really sent.
"""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import socket
import ssl
from collections.abc import Iterator
from dataclasses import replace
from types import TracebackType

from wslab.net.leg import Leg
from wslab.net.lifecycle import Sink
from wslab.net.options import ConnectOptions, UsageError, bracketed
from wslab.net.proxied import ProxiedConnection, Route
from wslab.net.tls import client_context
from wslab.wire.clock import Clock
from wslab.wire.decoding.choosing import AUTO

LOOPBACK = "127.0.0.1"
CUT = "the tap cut the TCP connection"
CLOSED = "the tap was closed"


class TapProxy:
    """Listens, and relays every connection to one server. An async context; open it once.

    Each connection has a number of its own, and events as the lab's own client has them. They come in
    the order in which the tap saw the bytes.
    """

    def __init__(
        self,
        upstream: str,
        clock: Clock,
        sink: Sink,
        *,
        host: str = LOOPBACK,
        port: int = 0,
        tls_listen: ssl.SSLContext | None = None,
        insecure: bool = False,
        ca_file: str | None = None,
        preview_limit: int = 4096,
        open_timeout: float = 10,
        conns: Iterator[int] | None = None,
        decoding: str = AUTO,
    ) -> None:
        """Prepare a tap.

        Args:
            upstream: `ws://` or `wss://` URL of the server. It is reached without any HTTP proxy.
            clock: where events get number and time from.
            sink: takes the events of all connections.
            host: name or address to listen on.
            port: to listen on; 0 takes a free one, on the first address that the host has.
            tls_listen: TLS settings for clients; None to do without TLS.
            insecure: whether to accept any certificate of the server.
            ca_file: PEM file with authorities to trust for the server beside those of the system.
            preview_limit: bytes of each payload to keep in events.
            open_timeout: seconds to wait for the server's TCP connection and TLS, and for a client's TLS.
            conns: where its connections get their numbers from; from 1 where None.
            decoding: by what messages are decoded, one of `CHOICES` of `wslab.wire.decoding.choosing`.

        Raises:
            UsageError: the URL or another option is wrong.
        """
        self.options = ConnectOptions(
            upstream,
            insecure=insecure,
            ca_file=ca_file,
            preview_limit=preview_limit,
            open_timeout=open_timeout,
            decoding=decoding,
        )
        if self.options.target.user_info is not None:
            raise UsageError(
                f"the URL {self.options.shown_url} holds a user and password: drop them, "
                "the tap passes on what its clients send"
            )
        self._route = Route(self.options, None, tls_listen)
        self._clock = clock
        self._sink = sink
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._conns = conns or itertools.count(1)
        self._connections: dict[int, ProxiedConnection] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._closed = False

    @property
    def port(self) -> int:
        """The port that it listens on; the one that was asked for before it does."""
        return self._port

    @property
    def url(self) -> str:
        """Where clients connect to: `ws://127.0.0.1:4711`, or `wss://` with TLS. A path may follow."""
        scheme = "ws" if self._route.tls is None else "wss"
        return f"{scheme}://{bracketed(_reachable(self._host))}:{self._port}"

    @property
    def connections(self) -> tuple[int, ...]:
        """The numbers of the connections that are there, in the order in which they came."""
        return tuple(self._connections)

    async def __aenter__(self) -> TapProxy:
        """Listen.

        Raises:
            OSError: that is not possible, for instance because the port is in use.
            UsageError: the CA file holds no certificate.
        """
        # Reading the certificates of the system takes a while, in which a screen should not stop.
        trust = await asyncio.to_thread(client_context, self.options)
        self._route = replace(self._route, trust=trust)
        loop = asyncio.get_running_loop()
        host = self._host
        if self._port == 0:
            # Each address would get another free port.
            found = await loop.getaddrinfo(host, 0, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            host = str(found[0][4][0])
        self._server = await loop.create_server(self._accept, host, self._port, start_serving=False)
        try:
            await self._server.start_serving()
        except asyncio.CancelledError:
            self._server.close()
            raise
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def cut(self, conn: int) -> None:
        """Break a connection off with a TCP reset to both sides; one that is over stays as it is."""
        if conn in self._connections:
            self._connections[conn].break_off(CUT, reset=True)

    async def close(self) -> None:
        """Take no more connections, end those that are there and wait until nothing of them is left."""
        self._closed = True
        if self._server is not None:
            self._server.close()
        open_now = list(self._connections.values())
        for connection in open_now:
            connection.break_off(CLOSED, reset=False)
        await self._empty.wait()
        tasks = [connection.task for connection in open_now if connection.task is not None]
        if tasks:
            await asyncio.wait(tasks)
        if self._server is not None:
            await self._server.wait_closed()

    def _accept(self) -> Leg:
        connection = ProxiedConnection(next(self._conns), self._clock, self._sink, self._route, self._over)
        self._connections[connection.conn] = connection
        self._empty.clear()
        if self._closed:
            # It was under way when the tap was closed.
            connection.break_off(CLOSED, reset=False)
        return connection.client

    def _over(self, connection: ProxiedConnection) -> None:
        del self._connections[connection.conn]
        if not self._connections:
            self._empty.set()


def _reachable(host: str) -> str:
    """Return where clients on this machine reach what listens on a host."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return LOOPBACK if address.version == 4 else "::1"
