"""The wire tap: every byte that websockets reads or writes is seen before anything is made of it.

It stands on the documented Sans-I/O calls of the library's protocol object, `receive_data`, `receive_eof`
and `data_to_send`, so that it sees what no callback shows: the HTTP heads, the pongs and Close frames that
the library sends by itself, and frames that it refuses. TLS needs nothing more, the protocol sees plain text.
"""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.protocol import SEND_EOF, State

from wslab.net.lifecycle import Lifecycle
from wslab.net.tls import describe_transport
from wslab.wire.events import Direction


class Watcher(Lifecycle):
    """A connection that follows its TCP connections through the tap."""

    def tapped(self, connection: TappedConnection) -> None:
        """TCP is there, TLS may follow: the connection exists."""
        raise NotImplementedError

    def shaken(self) -> None:
        """The library accepted the server's answer: the handshake is done."""
        raise NotImplementedError


class TappedConnection(ClientConnection):
    """The library's connection with a tap on its protocol."""

    transport: asyncio.Transport

    def __init__(self, protocol: ClientProtocol, *, watcher: Watcher, **settings: Any) -> None:
        super().__init__(protocol, **settings)
        self.made = False
        """Whether TCP and TLS are up."""
        self._watcher = watcher
        tap(protocol, watcher)
        watcher.tapped(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.made = True
        self._watcher.tcp_opened(describe_transport(transport))

    def connection_lost(self, exc: Exception | None) -> None:
        # The watcher first, for the library takes a loss for the end of the stream and calls receive_eof().
        try:
            self._watcher.tcp_lost(exc, self.connection_exc)
        finally:
            super().connection_lost(exc)


def tap(protocol: ClientProtocol, watcher: Watcher) -> None:
    """Show every byte that goes through a protocol object to a watcher's reader.

    It has to be in place before the first byte: one read can hold the answer to the handshake and frames.
    """
    receive_data, receive_eof, data_to_send = (
        protocol.receive_data,
        protocol.receive_eof,
        protocol.data_to_send,
    )
    reader, emit = watcher.reader, watcher.emit
    read = reader.receive
    sent, received = Direction.C2S, Direction.S2C

    def tapped_frames(data: bytes | bytearray) -> None:
        emit(read(received, bytes(data)))
        receive_data(data)

    def tapped_head(data: bytes | bytearray) -> None:
        # The library first: only it knows whether this answer opens the connection.
        receive_data(data)
        rest = watcher.take_answer(bytes(data))
        if protocol.state is not State.CONNECTING and protocol.handshake_exc is None:
            protocol.receive_data = tapped_frames  # type: ignore[method-assign]
            watcher.shaken()
        if rest:
            emit(read(received, rest))

    def tapped_eof() -> None:
        watcher.half_closed(received)
        receive_eof()

    def tapped_writes() -> list[bytes]:
        writes = data_to_send()
        for data in writes:
            if data == SEND_EOF:
                watcher.half_closed(sent)
            else:
                emit(read(sent, data))
        return writes

    protocol.receive_data = tapped_head  # type: ignore[method-assign]
    protocol.receive_eof = tapped_eof  # type: ignore[method-assign]
    protocol.data_to_send = tapped_writes  # type: ignore[method-assign]
