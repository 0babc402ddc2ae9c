"""The wire tap: every byte that websockets reads or writes is seen before anything is made of it.

It stands on the documented Sans-I/O calls of the library's protocol object, `receive_data`, `receive_eof`,
`events_received` and `data_to_send`, so that it sees what no callback shows: the HTTP heads, the pongs and
Close frames that the library sends by itself, and frames that it refuses. TLS needs nothing more, the
protocol sees plain text.
"""

from __future__ import annotations

import asyncio
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame
from websockets.protocol import SEND_EOF, Event, State

from wslab.net.inbox import Inbox
from wslab.net.lifecycle import Lifecycle
from wslab.net.tls import describe_transport
from wslab.wire.events import Direction

PIECE = 2**14
"""Bytes to read before looking at the time: a few hundred small messages."""
SLICE = 0.004
"""Seconds after which reading lets everything else on the loop have its turn."""


class Watcher(Lifecycle):
    """A connection that follows its TCP connections through the tap."""

    inbox: Inbox

    def tapped(self, connection: TappedConnection) -> None:
        """TCP is there, TLS may follow: the connection exists."""
        raise NotImplementedError

    def shaken(self) -> None:
        """The library accepted the server's answer: the handshake is done."""
        raise NotImplementedError

    def inbox_failed(self, error: Exception) -> None:
        """What takes the messages raised an exception; it is not called again."""
        raise NotImplementedError


class TappedConnection(ClientConnection):
    """The library's connection with a tap on its protocol, reading in slices of time."""

    transport: asyncio.Transport

    def __init__(self, protocol: ClientProtocol, *, watcher: Watcher, **settings: Any) -> None:
        super().__init__(protocol, **settings)
        self.made = False
        """Whether TCP and TLS are up."""
        self._watcher = watcher
        self._unread = b""
        tap(protocol, watcher)
        watcher.tapped(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.made = True
        self._watcher.tcp_opened(describe_transport(transport))

    def data_received(self, data: bytes) -> None:
        # One read can bring thousands of messages, which would keep the screen and the keys waiting.
        if self._unread:
            self._unread += data
        elif len(data) <= PIECE:
            super().data_received(data)
        else:
            self._unread = data
            self._read_on()

    def eof_received(self) -> None:
        self._read_on(to_the_end=True)
        super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        # The watcher first: the library takes a loss for the end of the stream and calls receive_eof().
        try:
            if self._watcher.final is None:
                self._read_on(to_the_end=True)
            self._watcher.tcp_lost(exc, self.connection_exc)
        finally:
            super().connection_lost(exc)

    def _read_on(self, *, to_the_end: bool = False) -> None:
        data, self._unread = self._unread, b""
        due = self.loop.time() + SLICE
        start = 0
        while start < len(data):
            super().data_received(data[start : start + PIECE])
            start += PIECE
            if self.loop.time() >= due and not to_the_end and start < len(data):
                self._unread = data[start:]
                self.transport.pause_reading()
                self.loop.call_soon(self._resume)
                return

    def _resume(self) -> None:
        if self._unread:
            self._read_on()
        if not self._unread and not self.transport.is_closing():
            self.transport.resume_reading()


def tap(protocol: ClientProtocol, watcher: Watcher) -> None:
    """Show every byte that goes through a protocol object to a watcher's reader, and messages to its inbox.

    It has to be in place before the first byte: one read can hold the answer to the handshake and frames.
    """
    receive_data, receive_eof = protocol.receive_data, protocol.receive_eof
    events_received, data_to_send = protocol.events_received, protocol.data_to_send
    read, emit, inbox = watcher.reader.receive, watcher.emit, watcher.inbox
    sent, received = Direction.C2S, Direction.S2C

    def tapped_frames(data: bytes | bytearray) -> None:
        emit(read(received, bytes(data)))
        receive_data(data)

    def tapped_answer(data: bytes | bytearray) -> None:
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

    def tapped_events() -> list[Event]:
        others: list[Event] = []
        for event in events_received():
            if type(event) is not Frame or event.opcode >= 8:
                others.append(event)
                continue
            try:
                inbox.take(event)
            except UnicodeDecodeError as error:
                fail(CloseCode.INVALID_DATA, f"{error.reason} at position {error.start}")
            except Exception as error:  # noqa: BLE001 - the watcher raises it where it is reported
                watcher.inbox_failed(error)
                fail(CloseCode.INTERNAL_ERROR, "the reader of messages failed")
        return others

    def fail(code: CloseCode, reason: str) -> None:
        # What follows is not to be processed (RFC 6455 section 7.1.7). Once a Close frame is under way,
        # what else is wrong changes nothing.
        inbox.silence()
        if protocol.state is State.OPEN:
            protocol.fail(code, reason)

    def tapped_writes() -> list[bytes]:
        writes = data_to_send()
        for data in writes:
            if data == SEND_EOF:
                watcher.half_closed(sent)
            else:
                emit(read(sent, data))
        return writes

    protocol.receive_data = tapped_answer  # type: ignore[method-assign]
    protocol.receive_eof = tapped_eof  # type: ignore[method-assign]
    protocol.events_received = tapped_events  # type: ignore[method-assign]
    protocol.data_to_send = tapped_writes  # type: ignore[method-assign]
