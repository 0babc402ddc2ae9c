"""The client under study: a tapped websockets connection whose every state, byte and end is told."""

from __future__ import annotations

import asyncio
import functools
import logging
import ssl
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidMessage, InvalidState, InvalidStatus
from websockets.http11 import Response
from websockets.typing import Origin, Subprotocol

from wslab import __version__
from wslab.i18n import joined, sentence
from wslab.net.explain import (
    Explanation,
    explain,
    explain_timeout,
)
from wslab.net.inbox import Inbox, OnMessage
from wslab.net.lifecycle import CUT, FINAL, GIVEN_UP, ConnectFailed, NotOpen, Sink
from wslab.net.options import ConnectOptions, UsageError, shown
from wslab.net.tap import TappedConnection, Watcher
from wslab.net.tls import INSECURE, client_context
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.closecodes import describe
from wslab.wire.events import Phase

__all__ = ["USER_AGENT", "Client", "ConnectFailed", "NotOpen", "check_close"]

USER_AGENT = f"wslab/{__version__}"
MAX_REDIRECTS = 5
CONTROL_LIMIT = 125
"""Bytes that a control frame may carry (RFC 6455 section 5.5)."""
REASON_LIMIT = CONTROL_LIMIT - 2

# What goes wrong is told in states. Without a handler, Python would print it over the screen.
_LOGGER = logging.getLogger("wslab.net.client")
_LOGGER.addHandler(logging.NullHandler())


class _OneHop(connect):
    """The library's connector, except that it leaves redirects to the client, who shows each of them."""

    def process_redirect(self, exc: Exception) -> Exception:
        return exc


class Client(Watcher):
    """One WebSocket connection, from its first packet to its final state.

    Redirects are followed, as the library does and browsers don't: each hop shows as a TCP connection and
    HTTP heads of its own under the same connection number, with a state between that says where it leads.
    """

    def __init__(
        self,
        options: ConnectOptions,
        conn: int,
        clock: Clock,
        sink: Sink,
        *,
        on_message: OnMessage | None = None,
    ) -> None:
        """Prepare a connection.

        Args:
            options: where to and how.
            conn: number of the connection, put into every event.
            clock: where events get number and time from.
            sink: takes every event.
            on_message: takes every message that comes in, as str or bytes. If it raises, it is not called
                again, the connection is closed with 1011, and the loop's exception handler hears of it.
        """
        super().__init__(conn, clock, sink, preview_limit=options.preview_limit, decoding=options.decoding)
        self.options = options
        self._hop = options
        self.inbox = Inbox(on_message)
        self._failure: Exception | None = None
        self._connection: TappedConnection | None = None
        self._trust: ssl.SSLContext | None = None
        self._watchdog: asyncio.TimerHandle | None = None

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the server chose, None before and without."""
        return self._connection.subprotocol if self._connection else None

    async def open(self) -> None:
        """Connect and perform the opening handshake (RFC 6455 section 4.1).

        Raises:
            ConnectFailed: it did not work out; the final state was reported before.
            RuntimeError: this client was used before.
        """
        self.check_unused()
        self._opening = asyncio.timeout(self.options.open_timeout)
        try:
            error = await self._attempt(self._opening)
            # The library dropped the connection, but its end shows only in the next turn of the loop.
            if error is not None and self._connection is not None and self._connection.made:
                await self._connection.wait_closed()
        except asyncio.CancelledError:
            self._leave(GIVEN_UP.why)
            raise
        if error is not None:
            self.fail(self._explain(error), error)

    async def send_text(self, text: str) -> None:
        """Send a text message.

        Raises:
            UsageError: the text holds half a surrogate pair, which UTF-8 cannot carry.
            NotOpen: the connection is not open, or broke while it was sent.
        """
        try:
            data = text.encode()
        except UnicodeEncodeError as error:
            raise UsageError(sentence("the text has no UTF-8 form: {error}", error=str(error))) from None
        await self._send(lambda connection: connection.send(data, text=True))

    async def send_binary(self, data: bytes) -> None:
        """Send a binary message.

        Raises:
            NotOpen: the connection is not open, or broke while it was sent.
        """
        await self._send(lambda connection: connection.send(data))

    async def send_fragments(
        self, parts: Sequence[str] | Sequence[bytes], *, text: bool | None = None
    ) -> None:
        """Send one message in as many frames as there are parts (RFC 6455 section 5.4).

        Args:
            parts: all str or all bytes.
            text: whether bytes are the UTF-8 of a text, so that a part may end within a character.

        Raises:
            UsageError: there are no parts, or they are of both types.
            NotOpen: the connection is not open.
        """
        if not parts or len({isinstance(part, str) for part in parts}) != 1:
            raise UsageError(
                sentence("a message in parts needs at least one part, and all as text or all as bytes")
            )
        try:
            frames = [part.encode() if isinstance(part, str) else part for part in parts]
        except UnicodeEncodeError as error:
            raise UsageError(sentence("the text has no UTF-8 form: {error}", error=str(error))) from None
        is_text = isinstance(parts[0], str) if text is None else text

        # In one go, for no other message may come between. The library would add an empty frame at the end.
        def write(connection: TappedConnection) -> None:
            protocol = connection.protocol
            first = protocol.send_text if is_text else protocol.send_binary
            first(frames[0], fin=len(frames) == 1)
            for number, part in enumerate(frames[1:], 2):
                protocol.send_continuation(part, fin=number == len(frames))

        self._write(write)

    async def ping(self, payload: bytes = b"") -> None:
        """Send a Ping without waiting for the Pong, which shows on the wire.

        Raises:
            UsageError: the payload is longer than 125 bytes.
            NotOpen: the connection is not open.
        """
        # Not the library's ping: it waits for each pong, and refuses two pings with one payload.
        _check_control(payload)
        self._write(lambda connection: connection.protocol.send_ping(payload))

    async def pong(self, payload: bytes = b"") -> None:
        """Send a Pong that nobody asked for, as a one-way heartbeat (RFC 6455 section 5.5.3).

        Raises:
            UsageError: the payload is longer than 125 bytes.
            NotOpen: the connection is not open.
        """
        _check_control(payload)
        self._write(lambda connection: connection.protocol.send_pong(payload))

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Close the connection and wait for its end; an attempt to connect is given up.

        Raises:
            UsageError: no Close frame may carry this code or reason.
        """
        check_close(code, reason)
        if self.phase is Phase.CONNECTING:
            self.abort()
        if self.phase is Phase.DISCONNECTED:
            return
        if self.phase not in FINAL and self._connection is not None and not self.given_up:
            await self._connection.close(code, reason)
        await self.wait_closed()

    def abort(self, why: str = CUT) -> None:
        """Cut the connection with a TCP reset, or give up connecting."""
        if self.phase is Phase.CONNECTING:
            self.give_up()
        elif self.phase in (Phase.OPEN, Phase.CLOSING) and self._connection is not None:
            self.cut(self._connection.transport, why)

    # What the tap reports.

    def tapped(self, connection: TappedConnection) -> None:
        self._connection = connection

    def shaken(self) -> None:
        assert self._connection is not None
        assert self._opening is not None
        if self.given_up or self._opening.expired():
            return  # The answer came too late: what opens the connection is being cancelled.
        self._opening.reschedule(None)
        self.move(Phase.OPEN, "server", joined("; ", self.warnings) if self.warnings else "")
        spawn(self._guard(), f"client {self.conn}")

    def inbox_failed(self, error: Exception) -> None:
        self._failure = error

    def move(self, phase: Phase, side: str = "", why: str = "", code: int | None = None) -> None:
        if phase is Phase.CLOSING and self._connection is not None:
            # From here on the time is limited, whoever closed and whatever the other side does.
            loop = asyncio.get_running_loop()
            self._watchdog = loop.call_later(self.options.close_timeout, self._closing_is_overdue)
        elif phase in FINAL and self._watchdog is not None:
            self._watchdog.cancel()
        super().move(phase, side, why, code)

    def _closing_is_overdue(self) -> None:
        if self.final is None and self._connection is not None:
            self._overdue = True
            self._connection.transport.abort()

    async def _attempt(self, deadline: asyncio.Timeout) -> Exception | None:
        try:
            self.move(
                Phase.CONNECTING, "client", sentence("to {shown_url}", shown_url=self.options.shown_url)
            )
            await self._load_trust(self.options)
            if self.given_up:
                return TimeoutError()
            async with deadline:
                await self._follow()
        except Exception as error:  # noqa: BLE001 - whatever it is ends in a state, and open() raises it
            return error
        return None

    async def _follow(self) -> None:
        options = self.options
        for _ in range(1 + MAX_REDIRECTS):
            try:
                await self._connect(options)
                return
            except InvalidStatus as error:
                location = _redirect(error.response)
                if location is None:
                    raise
                status = error.response.status_code
            if self._connection is not None:
                await self._connection.wait_closed()
            try:
                options = options.redirected(location)
            except UsageError as error:
                raise UsageError(
                    sentence(
                        "HTTP {status} leads to where this client cannot go: {error}",
                        status=status,
                        error=str(error),
                    )
                ) from None
            self.warnings += (
                sentence(
                    "HTTP {status} led to {shown_url}; a browser would not follow",
                    status=status,
                    shown_url=options.shown_url,
                ),
            )
            self._renew()
            self.move(
                Phase.CONNECTING,
                "server",
                sentence(
                    "HTTP {status} sends the client to {shown_url}",
                    status=status,
                    shown_url=options.shown_url,
                ),
                status,
            )
        raise UsageError(sentence("more than {most} redirects: they lead in a circle", most=MAX_REDIRECTS))

    async def _connect(self, options: ConnectOptions) -> None:
        self._hop = options
        self._connection = None
        proxy = options.proxy_url()
        settings: dict[str, Any] = {}
        if options.target.secure:
            await self._load_trust(options)
            settings["ssl"] = self._trust
            if options.insecure and INSECURE not in self.warnings:
                self.warnings += (INSECURE,)
        if proxy is not None:
            self.warnings += (
                sentence("through the proxy {proxy}, whose own HTTP is not shown", proxy=shown(proxy)),
            )
        own_agent = any(name.lower() == "user-agent" for name, _ in options.headers)
        await _OneHop(
            options.uri,
            origin=cast("Origin | None", options.origin),
            extensions=options.extensions(),
            subprotocols=cast("Sequence[Subprotocol] | None", options.subprotocols or None),
            compression=None,
            additional_headers=options.headers,
            user_agent_header=None if own_agent else USER_AGENT,
            proxy=proxy,
            open_timeout=None,
            ping_interval=options.keepalive,
            ping_timeout=options.keepalive_timeout,
            close_timeout=None,
            max_size=options.max_size,
            logger=_LOGGER,
            create_connection=cast(
                "type[ClientConnection]", functools.partial(TappedConnection, watcher=self)
            ),
            **settings,
        )

    async def _load_trust(self, options: ConnectOptions) -> None:
        # Reading the certificates of the system takes a while, in which the screen should not stop.
        if options.target.secure and self._trust is None:
            self._trust = await asyncio.to_thread(client_context, options)

    def _explain(self, error: BaseException) -> Explanation:
        place, proxy = self._hop.place, self._hop.proxy_url()
        if self.given_up:
            return GIVEN_UP
        if isinstance(error, UsageError):
            return Explanation("usage", str(error), str(error), retry=False)
        answered = self.explain_answer(place)
        if answered is not None:
            return answered
        if self._opening is not None and self._opening.expired():
            return explain_timeout(self.options.open_timeout, self._stage(), place)
        lost = self._connection.connection_exc if self._connection is not None else None
        if isinstance(error, InvalidMessage) and lost is not None:
            error = lost
        return explain(error, place, proxy=shown(proxy) if proxy else None, in_tls=self._stage() == "tls")

    def _stage(self) -> str:
        if self._connection is None or not self._hop.target.secure:
            return "tcp" if self._connection is None or not self._connection.made else "handshake"
        return "handshake" if self._connection.made else "tls"

    def _leave(self, why: str) -> None:
        """End at once, where nothing can be waited for any more."""
        if self.final is not None:
            return
        if self._connection is not None and self._connection.made:
            self.cut(self._connection.transport, why)
        else:
            self.move(Phase.CLOSED, "client", why)

    async def _guard(self) -> None:
        """Wait for the end; a loop that shuts down before ends the connection with it."""
        try:
            await self._ended.wait()
        except asyncio.CancelledError:
            self._leave(sentence("the program ended"))
            raise
        if self._failure is not None:
            raise self._failure

    async def _send(self, send: Callable[[TappedConnection], Coroutine[Any, Any, None]]) -> None:
        if self.phase is not Phase.OPEN or self._connection is None:
            raise self.not_open()
        try:
            await send(self._connection)
        except ConnectionClosed:
            raise self.not_open() from None

    def _write(self, write: Callable[[TappedConnection], None]) -> None:
        if self.phase not in (Phase.OPEN, Phase.CLOSING) or self._connection is None:
            raise self.not_open()
        try:
            write(self._connection)
        except InvalidState:
            raise self.not_open() from None
        try:
            data = b"".join(self._connection.protocol.data_to_send())
        except Exception:
            # The sink failed, and what was to be sent is lost: going on would break the order of frames.
            self._connection.transport.abort()
            raise
        self._connection.transport.write(data)


def check_close(code: int, reason: str) -> None:
    """Check that a Close frame may carry a code and a reason (RFC 6455 sections 5.5.1 and 7.4).

    Raises:
        UsageError: it may not; the message says what may be sent.
    """
    meaning = describe(code)
    if not meaning.sendable:
        raise UsageError(
            sentence(
                "close code {code} ({name}) is not for sending: "
                "1000 to 1003, 1007 to 1014 and 3000 to 4999 are",
                code=code,
                name=meaning.name,
            )
        )
    size = len(reason.encode())
    if size > REASON_LIMIT:
        raise UsageError(
            sentence(
                "the reason takes {size} bytes as UTF-8: {most} fit beside the code",
                size=size,
                most=REASON_LIMIT,
            )
        )


def _check_control(payload: bytes) -> None:
    if len(payload) > CONTROL_LIMIT:
        raise UsageError(
            sentence(
                "the payload has {size} bytes: a ping or pong carries at most {most}",
                size=len(payload),
                most=CONTROL_LIMIT,
            )
        )


def _redirect(response: Response) -> str | None:
    if response.status_code not in (300, 301, 302, 303, 307, 308):
        return None
    return next(iter(response.headers.get_all("Location")), None)
