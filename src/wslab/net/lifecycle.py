"""What every connection of the lab has: its events, the state it is in, and how it ended."""

from __future__ import annotations

import asyncio
import socket
import struct
from asyncio.trsock import TransportSocket
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import NoReturn

from wslab.i18n import joined, sentence
from wslab.net.explain import Explanation, explain, explain_garbage, explain_status
from wslab.wire import violations as rule
from wslab.wire.clock import Clock
from wslab.wire.closecodes import describe
from wslab.wire.connection import ConnectionReader
from wslab.wire.decoding.choosing import AUTO
from wslab.wire.events import Close, Direction, Event, Phase, State, Tcp
from wslab.wire.head import read_status

Sink = Callable[[Sequence[Event]], None]
"""Takes events in batches, in the order of their ``seq``."""

FINAL = (Phase.CLOSED, Phase.ERROR)
"""The phases that no connection leaves."""

GIVEN_UP = Explanation("cancelled", sentence("given up before the connection was open"), "cancelled")
"""Why a connection did not open that this side no longer wanted."""

CUT = sentence("the client cut the connection without a Close frame")
"""Why a connection ended that this side cut."""

ANSWER_KEPT = 200
"""Bytes of a server's answer that are kept."""

_RST_ON_CLOSE = struct.pack("ii", 1, 0)


class ConnectFailed(Exception):
    """A connection did not open. The state ERROR, or CLOSED where it was given up, was reported before."""

    def __init__(self, explanation: Explanation) -> None:
        super().__init__(explanation.why)
        self.explanation = explanation

    @property
    def why(self) -> str:
        """One line in plain words."""
        return self.explanation.why

    @property
    def code(self) -> int | None:
        """HTTP status of the answer; None where there was none."""
        return self.explanation.code

    @property
    def retry(self) -> bool:
        """Whether trying again without any change may help."""
        return self.explanation.retry


class NotOpen(Exception):
    """Something was to be sent over a connection that is not open. The message says why it is not."""


class Lifecycle:
    """Base of the clients: turns what happens to the bytes and to TCP into events and states.

    CLOSED means that Close frames were exchanged, or that this side gave up or cut the connection because it
    was told to. ERROR is everything else: it never opened, or it broke without a closing handshake
    (RFC 6455 section 7.1.4), which programs report as 1006.
    """

    def __init__(
        self, conn: int, clock: Clock, sink: Sink, *, preview_limit: int, decoding: str = AUTO
    ) -> None:
        self.conn = conn
        self.clock = clock
        self.phase = Phase.DISCONNECTED
        self.opened: State | None = None
        """The state OPEN, as soon as it is reached."""
        self.final: State | None = None
        """The last state, as soon as it is reached."""
        self.warnings: tuple[str, ...] = ()
        """What the learner should know about this connection although it works."""
        self.answer = b""
        """The first bytes that the server sent."""
        self.given_up = False
        """Whether this side stopped connecting."""
        self._opening: asyncio.Timeout | None = None
        self._preview_limit = preview_limit
        self._decoding = decoding
        self._sink = sink
        self._ended = asyncio.Event()
        self._renew()

    def _renew(self) -> None:
        self.reader = ConnectionReader(
            self.conn, self.clock, preview_limit=self._preview_limit, decoding=self._decoding
        )
        self.answer = b""
        self._closes: dict[Direction, Close] = {}
        self._half_closed: set[Direction] = set()
        self._tcp_open = False
        self._tcp_end = ""
        self._overdue = False

    @property
    def subprotocol(self) -> str | None:
        """What was agreed on in the handshake."""
        handshake = self.reader.handshake
        return None if handshake is None else handshake.subprotocol

    def decode_as(self, decoding: str) -> None:
        """Decode messages by something else from now on; see `ConnectionReader`."""
        self._decoding = decoding
        self.reader.decode_as(decoding)

    async def wait_closed(self) -> State:
        """Return the final state as soon as it is reached."""
        await self._ended.wait()
        assert self.final is not None
        return self.final

    def check_unused(self) -> None:
        """Make sure that nothing was opened with this object yet.

        Raises:
            RuntimeError: something was.
        """
        if self.phase is not Phase.DISCONNECTED:
            raise RuntimeError("this opened a connection before and opens one only: make a new one")

    def give_up(self) -> None:
        """Stop connecting: what opens the connection ends as soon as the loop turns."""
        self.given_up = True
        if self._opening is not None:
            # An attempt that just ran out of time ends anyhow, and one whose time does not run yet asks
            # whether it was given up (Python 3.11 asserts where later versions raise).
            with suppress(RuntimeError, AssertionError):
                self._opening.reschedule(asyncio.get_running_loop().time())

    def emit(self, events: Sequence[Event]) -> None:
        """Pass events of this connection on, and follow its closing handshake."""
        if not events:
            return
        self._sink(events)
        if self.phase is Phase.OPEN:
            if self.reader.close_sent_first is not None:
                self._follow_closing(events)
        elif self.phase is Phase.CLOSING:
            self._follow_closing(events)

    def move(self, phase: Phase, side: str = "", why: str = "", code: int | None = None) -> None:
        """Enter a phase and report it."""
        state = State(*self.clock.stamp(), self.conn, phase, side, why, code)
        self.phase = phase
        if phase is Phase.OPEN:
            self.opened = state
        if phase in FINAL:
            self.final = state
            self._ended.set()
        self._sink((state,))

    def tcp_opened(self, detail: str) -> None:
        """Report that TCP, and TLS where it is used, is up."""
        self._tcp_open = True
        self.emit(self.reader.opened(detail))

    def half_closed(self, direction: Direction, what: str = "fin") -> None:
        """Report that one direction of the TCP connection ended; more than once does no harm."""
        if self._tcp_open and direction not in self._half_closed:
            self._half_closed.add(direction)
            events = self.reader.end(direction, what)
            self._tcp_end = self._tcp_end or next(
                (event.detail for event in events if isinstance(event, Tcp)), ""
            )
            self.emit(events)

    def tcp_lost(self, error: BaseException | None, cause: BaseException | None) -> None:
        """Report that TCP is gone.

        Args:
            error: what broke it; None for an end in order, or one that this side brought about.
            cause: what was wrong before, None where nothing was.
        """
        try:
            if isinstance(error, OSError):
                self.half_closed(Direction.S2C, "reset")
            elif self._tcp_open and Direction.S2C not in self._half_closed:
                # This side dropped the connection, and with it both directions.
                self.emit(self.reader.end(None))
        finally:
            # Even where the sink fails, a connection ends.
            self._half_closed = set(Direction)
            if self.phase in (Phase.OPEN, Phase.CLOSING):
                self.conclude(error or cause)

    def cut(self, transport: asyncio.WriteTransport, why: str, what: str = "reset") -> None:
        """End TCP from this side at once, and with it an open connection.

        Args:
            transport: what to close.
            why: one line for the final state.
            what: `reset` for a TCP reset, `fin` for an end in order.
        """
        if what == "reset":
            reset_on_close(transport.get_extra_info("socket"))
        if what == "reset" or transport.get_write_buffer_size():
            transport.abort()
        else:
            transport.close()
        try:
            self.half_closed(Direction.C2S, what)
        finally:
            self._half_closed = set(Direction)
            if self.final is None and Direction.S2C in self._closes:
                self.conclude(None)
            elif self.final is None:
                self.move(
                    Phase.CLOSED, "client", sentence("{why}; programs report that as 1006", why=why), 1006
                )

    def fail(self, explanation: Explanation, cause: BaseException | None) -> NoReturn:
        """End a connection that did not open.

        Raises:
            ConnectFailed: always.
        """
        if self.final is None:
            self.move(
                Phase.CLOSED if self.given_up else Phase.ERROR,
                "client" if self.given_up else "",
                explanation.why,
                explanation.code,
            )
        raise ConnectFailed(explanation) from cause

    def take_answer(self, data: bytes) -> bytes:
        """Read the answer to the handshake, or a part of it, and return the bytes behind it.

        Line by line, so that the state that follows from it stands before frames that came along.
        """
        self.answer += data[: ANSWER_KEPT - len(self.answer)]
        start = 0
        while start < len(data) and self.reader.response is None:
            end = data.find(b"\n", start) + 1 or len(data)
            self.emit(self.reader.receive(Direction.S2C, data[start:end]))
            start = end
        return data[start:]

    def explain_answer(self, place: str) -> Explanation | None:
        """Return why the server's answer does not open the connection, None where it says nothing about that.

        Args:
            place: `host:port` of the server.
        """
        response, handshake = self.reader.response, self.reader.handshake
        if self.answer and not b"HTTP/1".startswith(self.answer[:6]):
            return explain_garbage(self.answer, place)
        if response is None:
            return None
        if rule.HEAD_CUT in response.violations:
            why = sentence(
                "{place} ended the connection in the middle of its answer to the handshake", place=place
            )
            return Explanation("cut", why, response.start_line)
        status = read_status(response.start_line)
        if status is None:
            return explain_garbage(self.answer, place)
        if status.code != 101:
            body = self.reader.body.preview if self.reader.body else b""
            locations = [value for name, value in response.headers if name.lower() == "location"]
            return explain_status(status.code, status.reason, body, next(iter(locations), None))
        if handshake is not None and handshake.failures:
            why = sentence(
                "the answer to the handshake breaks the rules: {failure}", failure=handshake.failures[0]
            )
            return Explanation("handshake", why, "; ".join(handshake.failures), retry=False)
        return None

    def not_open(self) -> NotOpen:
        """Return the error for sending in the phase that this connection is in."""
        why = sentence("nothing can be sent, the connection is {phase}", phase=self.phase.value)
        return NotOpen(joined(": ", (why, self.final.why)) if self.final else why)

    def _follow_closing(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Close) and event.direction not in self._closes:
                self._closes[event.direction] = event
                if self.phase is Phase.OPEN:
                    side = _side(event.direction)
                    close = _said(event, self.subprotocol)
                    if side == "client":
                        why = sentence("the client sent Close {close}", close=close)
                    else:
                        why = sentence("the server sent Close {close}", close=close)
                    self.move(Phase.CLOSING, side, why, _code(event))

    def conclude(self, error: BaseException | None) -> None:
        """Enter the final state of a connection that was open, from its Close frames and the end of TCP.

        Args:
            error: what broke TCP; None for an end in order.
        """
        sent, received = self._closes.get(Direction.C2S), self._closes.get(Direction.S2C)
        if received is not None:
            first = received if received.first or sent is None else sent
            side = _side(first.direction)
            meaning = sentence(describe(first.code, self.subprotocol).meaning)
            close = _said(first, self.subprotocol)
            if side == "client":
                why = sentence(
                    "the client closed first with {close}. {meaning}", close=close, meaning=meaning
                )
            else:
                why = sentence(
                    "the server closed first with {close}. {meaning}", close=close, meaning=meaning
                )
            if self._overdue:
                why = joined(" ", (why, sentence("The server left TCP open, so the client cut it")))
            self.move(Phase.CLOSED, side, why, _code(first))
            return
        side, cause = self.ending(error)
        if sent:
            said = _said(sent, self.subprotocol)
            why = sentence("the client sent Close {close}, but {cause}", close=said, cause=cause)
        else:
            why = sentence("{cause} without a Close frame", cause=cause)
        where = joined("", (" (", self._tcp_end, ")")) if self._tcp_end else ""
        why = joined("", (why, where, f": 1006 {describe(1006).name}"))
        self.move(Phase.ERROR, side, why, 1006)

    def ending(self, error: BaseException | None) -> tuple[str, str]:
        """Return who ended TCP before the closing handshake was done, and how as a clause in plain words."""
        if self._overdue:
            return "server", sentence("the server did not answer it in time, so the client cut TCP")
        if error is None:
            return "server", sentence("the server ended the TCP connection")
        if isinstance(error, OSError):
            return "server", explain(error).why
        detail = explain(error).detail
        return "client", sentence("this program broke the connection off: {detail}", detail=detail)


def reset_on_close(sock: TransportSocket | None) -> None:
    """Make closing a transport's socket send a TCP reset (RST) in place of an orderly end (FIN)."""
    if sock is not None and sock.fileno() >= 0:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST_ON_CLOSE)


def _side(direction: Direction) -> str:
    return "client" if direction is Direction.C2S else "server"


def _code(close: Close) -> int:
    return 1005 if close.code is None else close.code


def _said(close: Close, subprotocol: str | None) -> str:
    name = describe(close.code, subprotocol).name
    text = name if close.code is None else f"{close.code} {name}"
    return f"{text}: {close.reason}" if close.reason else text
