"""One connection through the tap: two legs, the bytes between them, and what they show."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from wslab.i18n import N_, sentence
from wslab.net.explain import Explanation, explain, explain_timeout
from wslab.net.explain_tables import NO_TLS
from wslab.net.leg import TLS_GOODBYE, Leg
from wslab.net.lifecycle import Lifecycle, Sink
from wslab.net.options import ConnectOptions
from wslab.net.tls import describe_transport
from wslab.net.upstream import RequestRewriter
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event, Phase
from wslab.wire.handshake import asks_for_websocket
from wslab.wire.head import read_status

C2S, S2C = Direction.C2S, Direction.S2C

WAITING_LIMIT = 64 * 1024
"""Bytes of a client after which no more are read until the server is there. One read may go beyond."""
FAREWELL = 5.0
"""Seconds that a client has to read why the server cannot be reached."""


@dataclass(frozen=True, slots=True)
class Route:
    """Between whom a tap stands."""

    options: ConnectOptions
    """The server."""
    trust: ssl.SSLContext | None
    """TLS settings for the server; None where its URL does without."""
    tls: ssl.SSLContext | None
    """TLS settings for clients; None where they do without."""


class ProxiedConnection(Lifecycle):
    """Relays bytes unchanged but for what `RequestRewriter` does, and tells what they are.

    The phases are what the wire shows: OPEN at the 101, right or wrong, CLOSING at the first Close frame, and
    at the end of both TCP connections CLOSED or ERROR as for a client of the lab.
    """

    def __init__(
        self,
        conn: int,
        clock: Clock,
        sink: Sink,
        route: Route,
        on_over: Callable[[ProxiedConnection], None],
    ) -> None:
        """Prepare for a client; `client` is the protocol of its TCP connection.

        Args:
            conn: number of the connection.
            clock: where events get number and time from.
            sink: takes every event.
            route: where it comes from and goes to.
            on_over: called once, when nothing of the connection is left.
        """
        options = route.options
        super().__init__(conn, clock, sink, preview_limit=options.preview_limit, decoding=options.decoding)
        self.client = Leg(C2S, self)
        self._server = Leg(S2C, self)
        self._route = route
        self._on_over = on_over
        self._rewriter = RequestRewriter(route.options)
        self.task: asyncio.Task[None] | None = None
        """What does the TLS handshake with the client and connects to the server."""
        self._waiting = bytearray()
        """What the client sent for a server that is not there yet."""
        self._trouble: Explanation | None = None
        """Why the server, or TLS with the client, cannot be had."""
        self._refused = False
        self._awaited = True
        """Whether the server is still to come."""
        self._abandoned = False
        self._farewell: asyncio.TimerHandle | None = None
        self._first_end: tuple[str, str] | None = None
        self._error: BaseException | None = None

    def break_off(self, why: str, *, reset: bool) -> None:
        """End the connection on both sides at once.

        Args:
            why: what happened, as a clause for the final state.
            reset: whether by TCP resets or in order.
        """
        if self.final is not None:
            return
        self._first_end = self._first_end or ("", why)
        try:
            if self._tcp_open and len(self._half_closed) < len(Direction):
                self.emit(self.reader.end(None, "reset" if reset else "fin"))
        finally:
            self._abandon(reset=reset)

    # What the legs report.

    def made(self, leg: Leg) -> None:
        if self._abandoned:
            leg.abort(reset=True)
            return
        if leg is self._server:
            self._connected()
            return
        try:
            self.move(
                Phase.CONNECTING,
                "client",
                sentence("to {url}, through the tap", url=self._route.options.shown_url),
            )
            if self._route.tls is None:
                self.tcp_opened(describe_transport(leg.transport, accepted=True))
        except BaseException:
            self._abandon(reset=True)
            raise
        self.task = spawn(self._open(), f"tapped connection {self.conn} opens")

    def took(self, leg: Leg, data: bytes) -> None:
        if self._abandoned:
            return
        if leg.direction is C2S:
            self.emit(self.reader.receive(C2S, data))
            self._pass_on(leg, self._rewriter.feed(data))
            self._refuse()
        else:
            self._answered(data)
            self._pass_on(leg, data)

    def ended(self, leg: Leg) -> None:
        if leg.direction in self._half_closed:
            return
        if leg.direction is C2S:
            self._pass_on(leg, self._rewriter.finish())
        side = _side(leg)
        self._first_end = self._first_end or (side, sentence(_ENDED[side]))
        self.half_closed(leg.direction)
        self._other(leg).end_writing()
        if len(self._half_closed) == len(Direction):
            self.client.close()
            self._server.close()
        self._refuse()

    def lost(self, leg: Leg, error: Exception | None) -> None:
        try:
            if error is not None:
                self._broke(leg, error)
            elif leg.direction not in self._half_closed:
                self.ended(leg)
        finally:
            if error is not None:
                self._abandon(reset=True)
            elif leg is self.client and self._awaited:
                self._abandon(reset=False)
            self._finish_if_over()

    def congested(self, leg: Leg, congested: bool) -> None:
        other = self._other(leg)
        if congested:
            other.hold_reading()
        else:
            other.go_on_reading()

    # What becomes of that.

    def emit(self, events: Sequence[Event]) -> None:
        super().emit(events)
        if self.phase is Phase.CONNECTING and self.reader.upgraded:
            failures = self.reader.handshake.failures if self.reader.handshake else ()
            self.move(Phase.OPEN, "server", "; ".join(failures))
            # What the client sent before it had the answer was read along with it.
            self._follow_closing(events)

    def ending(self, error: BaseException | None) -> tuple[str, str]:
        if error is not None and not isinstance(error, OSError):
            return "", sentence("the tap broke it off: {detail}", detail=explain(error).detail)
        return self._first_end or super().ending(error)

    async def _open(self) -> None:
        if self._route.tls is not None and not await self._secure(self._route.tls):
            return
        options, deadline = self._route.options, asyncio.timeout(self._route.options.open_timeout)
        secure = self._route.trust is not None
        try:
            async with deadline:
                await asyncio.get_running_loop().create_connection(
                    lambda: self._server,
                    options.target.host,
                    options.target.port,
                    ssl=self._route.trust,
                    server_hostname=options.target.host if secure else None,
                    ssl_shutdown_timeout=TLS_GOODBYE if secure else None,
                )
        except Exception as error:  # noqa: BLE001 - whatever it is, the client and the final state are told
            if deadline.expired():
                stage = "tls" if secure else "tcp"
                self._trouble = explain_timeout(options.open_timeout, stage, options.place)
            else:
                self._trouble = explain(error, options.place, in_tls=secure)
            self._awaited = False
            self._waiting.clear()
            self.client.go_on_reading()
            try:
                self._refuse()
            except BaseException:
                self._abandon(reset=True)
                raise

    async def _secure(self, context: ssl.SSLContext) -> bool:
        """Do TLS with the client; return whether that worked."""
        try:
            await self.client.start_tls(context, self._route.options.open_timeout)
        except Exception as error:  # noqa: BLE001 - whatever it is ends in a state
            self._trouble = _no_tls(error)
            self._finish_if_over()
            return False
        except asyncio.CancelledError:
            self._finish_if_over()
            raise
        self.tcp_opened(describe_transport(self.client.transport, accepted=True))
        self.client.release()
        return True

    def _connected(self) -> None:
        self._awaited = False
        waiting = bytes(self._waiting)
        self._waiting.clear()
        self.client.go_on_reading()
        self._server.write(waiting)
        if C2S in self._half_closed:
            self._server.end_writing()

    def _pass_on(self, leg: Leg, data: bytes) -> None:
        """Send on what came in over a leg. What slows traffic down or loses it belongs here."""
        other = self._other(leg)
        if not data or self._trouble is not None:
            return
        if other.alive:
            other.write(data)
        elif self._awaited:
            self._waiting += data
            if len(self._waiting) > WAITING_LIMIT:
                leg.hold_reading()
        else:
            # As TCP does to whoever sends to a socket that was closed.
            self.half_closed(leg.direction, "reset")
            self._abandon(reset=True)

    def _answered(self, data: bytes) -> None:
        rest = self.take_answer(data)
        if rest:
            self.emit(self.reader.receive(S2C, rest))

    def _refuse(self) -> None:
        """Tell the client that there is no server, once it has asked for one."""
        asked = self.reader.request is not None
        if self._trouble is None or self._refused or not (asked or C2S in self._half_closed):
            return
        self._refused = True
        if asked:
            answer = _bad_gateway(self._unreachable())
            self._answered(answer)
            self.client.write(answer)
        self.half_closed(S2C)
        self.client.end_writing()
        if C2S in self._half_closed:
            self.client.close()
        else:
            # Closed at once, a socket with unread bytes would be reset, and the answer perhaps lost.
            loop = asyncio.get_running_loop()
            self._farewell = loop.call_later(FAREWELL, self.client.close)

    def _broke(self, leg: Leg, error: Exception) -> None:
        side = _side(leg)
        self._error = self._error or error
        self._first_end = self._first_end or (side, sentence(_RESET[side]))
        # A peer that closed its socket and then gets more answers that with a reset.
        first = leg.direction not in self._half_closed
        self.half_closed(leg.direction if first else leg.direction.other, "reset")

    def _abandon(self, *, reset: bool) -> None:
        """Drop both legs and say no more about their ends."""
        self._abandoned = True
        self._half_closed = set(Direction)
        if self.task is not None:
            self.task.cancel()
        self.client.abort(reset=reset)
        self._server.abort(reset=reset)

    def _finish_if_over(self) -> None:
        if self.client.alive or self._server.alive or self.final is not None:
            return
        if self._farewell is not None:
            self._farewell.cancel()
        try:
            if self.phase in (Phase.OPEN, Phase.CLOSING):
                self.conclude(self._error)
            else:
                self.move(*self._why_not_open())
        finally:
            self._on_over(self)

    def _why_not_open(self) -> tuple[Phase, str, str, int | None]:
        if self._trouble is not None and not self._tcp_open:
            return Phase.ERROR, "client", self._trouble.why, None
        if self._trouble is not None:
            return Phase.ERROR, "", self._unreachable(), int(HTTPStatus.BAD_GATEWAY)
        request, response = self.reader.request, self.reader.response
        status = read_status(response.start_line) if response is not None else None
        if status is not None and request is not None and not asks_for_websocket(request):
            answered = f"{status.code} {status.reason}".rstrip()
            why = sentence("HTTP without WebSocket: the server answered {status}", status=answered)
            return Phase.CLOSED, "server", why, status.code
        answer = self.explain_answer(self._route.options.place)
        if answer is not None:
            return Phase.ERROR, "server", answer.why, answer.code
        side, clause = self.ending(self._error)
        why = sentence("{clause} before the opening handshake was done", clause=clause)
        return Phase.ERROR, side, why, None

    def _unreachable(self) -> str:
        assert self._trouble is not None
        url = self._route.options.shown_url
        return sentence("the tap cannot reach {url}: {why}", url=url, why=self._trouble.why)

    def _other(self, leg: Leg) -> Leg:
        return self._server if leg is self.client else self.client


_ENDED = {
    "client": N_("the client ended the TCP connection"),
    "server": N_("the server ended the TCP connection"),
}
_RESET = {
    "client": N_("the client broke the TCP connection off with a reset"),
    "server": N_("the server broke the TCP connection off with a reset"),
}


def _side(leg: Leg) -> str:
    return "client" if leg.direction is C2S else "server"


def _no_tls(error: Exception) -> Explanation:
    """Say why TLS with a client did not come about."""
    explained = explain(error, sentence("the client"), in_tls=True)
    reason = getattr(error, "reason", None) or ""
    if "ALERT" in reason:
        return explained
    if reason in NO_TLS:
        why = sentence("the client did not begin with TLS: it has to connect to wss:// in place of ws://")
    else:
        # Many clients that do not like a certificate just hang up.
        why = sentence(
            "the client ended the TLS handshake: does it trust the certificate authority of the tap?"
        )
    return Explanation(explained.kind, why, explained.detail, retry=False)


def _bad_gateway(why: str) -> bytes:
    body = f"{why}\n".encode()
    head = (
        "HTTP/1.1 502 Bad Gateway",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "Connection: close",
        "",
        "",
    )
    return "\r\n".join(head).encode() + body
