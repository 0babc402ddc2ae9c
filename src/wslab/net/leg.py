"""One of the two TCP connections of a relayed connection: the client's, or the one to the server."""

from __future__ import annotations

import asyncio
import ssl
from asyncio.trsock import TransportSocket
from contextlib import suppress
from typing import Protocol, cast

from wslab.net.lifecycle import reset_on_close
from wslab.wire.events import Direction

TLS_GOODBYE = 5.0
"""Seconds to wait for the other side's part in the end of TLS."""


class Relay(Protocol):
    """Joins two legs: takes what comes in over one and sees to it that it goes out over the other."""

    def made(self, leg: Leg) -> None:
        """TCP is there, and TLS where it began with the connection."""

    def took(self, leg: Leg, data: bytes) -> None:
        """Bytes came in."""

    def ended(self, leg: Leg) -> None:
        """The peer will send nothing more (FIN)."""

    def lost(self, leg: Leg, error: Exception | None) -> None:
        """The connection is gone: closed, or broken by an error. Comes once, after everything else."""

    def congested(self, leg: Leg, congested: bool) -> None:
        """The peer takes no more for now, or takes some again."""


class Leg(asyncio.Protocol):
    """A TCP or TLS connection whose ends stay as they are: FIN is FIN, and a reset is a reset.

    TLS as asyncio has it cannot end one direction alone, so that a FIN ends both there.
    """

    def __init__(self, direction: Direction, relay: Relay) -> None:
        """Prepare one leg.

        Args:
            direction: which way the bytes travel that come in here.
            relay: takes what happens.
        """
        self.direction = direction
        self.alive = False
        """Whether there is a connection, be it one that is being closed."""
        self._relay = relay
        self._transport: asyncio.Transport | None = None
        self._socket: TransportSocket | None = None
        self._secure = False
        self._writable = False
        self._readable = False
        self._closing = False
        # In the moment in which TLS is ready, what comes waits for whoever started it.
        self._early: list[bytes] | None = None
        self._early_end = False
        self._early_loss: list[Exception | None] = []

    @property
    def transport(self) -> asyncio.Transport:
        """The connection; only while `alive`."""
        assert self._transport is not None
        return self._transport

    async def start_tls(self, context: ssl.SSLContext, timeout: float) -> None:
        """Do the server's part of a TLS handshake. What comes afterwards waits for `release`.

        Args:
            context: the server's settings.
            timeout: seconds for the handshake.

        Raises:
            OSError: it failed; the connection is closed.
        """
        self._early = []
        try:
            transport = await asyncio.get_running_loop().start_tls(
                self.transport,
                self,
                context,
                server_side=True,
                ssl_handshake_timeout=timeout,
                ssl_shutdown_timeout=TLS_GOODBYE,
            )
        except BaseException:
            self.alive = False
            raise
        if transport is None:  # the connection broke in the moment in which TLS was ready
            self.alive = False
            raise ConnectionResetError("the connection was closed during the TLS handshake")
        self._transport = transport
        self._secure = True

    def release(self) -> None:
        """Hand over what came while nobody was ready for it."""
        early, self._early = self._early, None
        for data in early or ():
            self._relay.took(self, data)
        if self._early_end:
            self.eof_received()
        for error in self._early_loss:
            self.connection_lost(error)

    # What to do.

    def write(self, data: bytes) -> None:
        """Send bytes, or drop them where nobody takes any."""
        if self._writable and not self.transport.is_closing():
            self.transport.write(data)

    def end_writing(self) -> None:
        """Send a FIN behind what was written, and go on reading where that is possible."""
        if not self._writable or self.transport.is_closing():
            return
        self._writable = False
        if not self.transport.can_write_eof():
            self.close()
            return
        # Where the peer broke the connection in this very moment, reading says so.
        with suppress(OSError):
            self.transport.write_eof()

    def hold_reading(self) -> None:
        """Read nothing for now, so that the peer has to wait."""
        if self._readable:
            self.transport.pause_reading()

    def go_on_reading(self) -> None:
        """Read again."""
        if self._readable:
            self.transport.resume_reading()

    def close(self) -> None:
        """End both directions behind what was written."""
        # A TLS transport that is closed twice forgets what it still has to do.
        if self.alive and not self._closing:
            self._closing = True
            self.transport.close()

    def abort(self, *, reset: bool) -> None:
        """End both directions now, by a reset or without one, and drop what was not sent yet."""
        if self.alive:
            if reset:
                reset_on_close(self._socket)
            self.transport.abort()

    # What happens.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._socket = transport.get_extra_info("socket")
        self._secure = transport.get_extra_info("ssl_object") is not None
        self.alive = self._writable = self._readable = True
        self._relay.made(self)

    def data_received(self, data: bytes) -> None:
        if self._early is not None:
            self._early.append(data)
        else:
            self._relay.took(self, data)

    def eof_received(self) -> bool:
        if self._early is not None:
            self._early_end = True
            return False
        self._readable = False
        self._relay.ended(self)
        return not self._secure

    def connection_lost(self, exc: Exception | None) -> None:
        if self._early is not None:
            self._early_loss.append(exc)
            return
        self.alive = self._writable = self._readable = False
        if exc is not None:
            # Where it was not the peer that broke it, the peer is to know as well.
            reset_on_close(self._socket)
        self._relay.lost(self, exc)

    def pause_writing(self) -> None:
        self._relay.congested(self, True)

    def resume_writing(self) -> None:
        self._relay.congested(self, False)
