"""The raw client: bytes go out exactly as they are given, and nothing is ever answered by itself.

With it a learner breaks rules on purpose and sees what the server makes of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from websockets.client import ClientProtocol
from websockets.typing import Origin, Subprotocol

from wslab import __version__
from wslab.i18n import joined, sentence
from wslab.net.explain import Explanation, explain, explain_timeout
from wslab.net.lifecycle import CUT, GIVEN_UP, Lifecycle, Sink
from wslab.net.options import ConnectOptions
from wslab.net.tls import INSECURE, client_context, describe_transport
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.closecodes import describe
from wslab.wire.events import Direction, Event, Frame, Phase

CHUNK = 2**16
SHOWN = 4
"""Frames that a verdict names."""
BODY_WAIT = 0.25
"""Seconds to wait for the body of a refusal, whose status is known by then."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a server made of the last bytes it was sent."""

    kind: str
    """`close` (a Close frame), `reset` or `fin` (TCP ended without one), `http` (the handshake was refused),
    `answered` (frames came and the connection stays open) or `silence`."""
    code: int | None
    """Close code, 1005 where the Close frame held none, HTTP status, or None."""
    text: str
    """One line in plain words."""


def build_request(options: ConnectOptions) -> bytes:
    """Return a correct handshake request (RFC 6455 section 4.1) with a key of its own each time."""
    protocol = ClientProtocol(
        options.target,
        origin=cast("Origin | None", options.origin),
        extensions=options.extensions(),
        subprotocols=cast("Sequence[Subprotocol] | None", options.subprotocols or None),
    )
    request = protocol.connect()
    request.headers.update(options.headers)
    if "User-Agent" not in request.headers:
        request.headers["User-Agent"] = f"wslab/{__version__}"
    return request.serialize()


class RawClient(Lifecycle):
    """A TCP or TLS connection over which a learner speaks WebSocket by hand. Proxies are not used."""

    def __init__(
        self, options: ConnectOptions, conn: int, clock: Clock, sink: Sink, *, request: bytes | None = None
    ) -> None:
        """Prepare a connection.

        Args:
            options: where to and, unless ``request`` is given, what the handshake holds.
            conn: number of the connection.
            clock: where events get number and time from.
            sink: takes the events.
            request: the handshake as the learner wants it, byte for byte; None for a correct one.
        """
        super().__init__(conn, clock, sink, preview_limit=options.preview_limit, decoding=options.decoding)
        self.options = options
        self._request = request
        self._writer: asyncio.StreamWriter | None = None
        self._transport: asyncio.WriteTransport | None = None
        self._answered = asyncio.Event()
        self._refused = False
        self._lost: BaseException | None = None
        self._seen: list[str] = []
        self._news = asyncio.Event()

    async def open(self) -> None:
        """Connect, send the handshake and wait for the answer. A 101 opens the connection, right or wrong.

        Raises:
            ConnectFailed: it did not work out; the final state was reported before.
            RuntimeError: this client was used before.
        """
        self.check_unused()
        deadline = self._opening = asyncio.timeout(self.options.open_timeout)
        error: Exception | None = None
        try:
            try:
                self.move(
                    Phase.CONNECTING,
                    "client",
                    sentence("to {shown_url}, by hand", shown_url=self.options.shown_url),
                )
                async with deadline:
                    await self._connect()
                    await self._answered.wait()
            except Exception as caught:  # noqa: BLE001 - whatever it is ends in a state and is raised below
                error = caught
        except asyncio.CancelledError:
            self._leave(GIVEN_UP.why)
            raise
        if self.phase is not Phase.CONNECTING:
            return
        if self._transport is not None:
            self._transport.abort()
            self.tcp_lost(self._lost, None)
        self.fail(self._explain(error or self._lost, deadline.expired()), error)

    async def send_bytes(self, data: bytes) -> None:
        """Send bytes exactly as they are. What the server answers from now on counts for the next verdict.

        Raises:
            NotOpen: the connection is not open, or broke while they were sent.
        """
        if self.phase not in (Phase.OPEN, Phase.CLOSING) or self._writer is None:
            raise self.not_open()
        self._seen.clear()
        self._write(self._writer, data)
        try:
            await self._writer.drain()
        except OSError:
            raise self.not_open() from None

    async def verdict(self, timeout: float = 1.0) -> Verdict:
        """Wait until the server closes, or for a time, and say what it made of what was sent.

        Args:
            timeout: seconds. A server that goes on as if nothing had happened costs all of it.
        """
        try:
            async with asyncio.timeout(timeout):
                while Direction.S2C not in self._closes and self.final is None:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            if self._seen:
                came = ", ".join(self._seen[:SHOWN]) + (" …" if len(self._seen) > SHOWN else "")
                return Verdict(
                    "answered",
                    None,
                    sentence("the server answered with {came} and stays connected", came=came),
                )
            return Verdict(
                "silence",
                None,
                sentence(
                    "the server did not react within {timeout:g} s and stays connected", timeout=timeout
                ),
            )
        return self._judge()

    def finish(self) -> None:
        """End TCP in an orderly way (FIN), with or without a closing handshake, or give up connecting."""
        if self.phase is Phase.CONNECTING:
            self.give_up()
        elif self.phase in (Phase.OPEN, Phase.CLOSING) and self._transport is not None:
            self.cut(
                self._transport, sentence("the client ended the TCP connection without a Close frame"), "fin"
            )

    def abort(self, why: str = CUT) -> None:
        """Cut the connection with a TCP reset, or give up connecting."""
        if self.phase is Phase.CONNECTING:
            self.give_up()
        elif self.phase in (Phase.OPEN, Phase.CLOSING) and self._transport is not None:
            self.cut(self._transport, why)

    def emit(self, events: Sequence[Event]) -> None:
        super().emit(events)
        for event in events:
            if len(self._seen) <= SHOWN and isinstance(event, Frame) and event.direction is Direction.S2C:
                self._seen.append(event.name)
        self._news.set()

    def move(self, phase: Phase, side: str = "", why: str = "", code: int | None = None) -> None:
        super().move(phase, side, why, code)
        self._news.set()

    async def _connect(self) -> None:
        options = self.options
        context = await asyncio.to_thread(client_context, options) if options.target.secure else None
        if context is not None and options.insecure:
            self.warnings += (INSECURE,)
        reader, self._writer = await asyncio.open_connection(
            options.target.host,
            options.target.port,
            ssl=context,
            server_hostname=options.target.host if context is not None else None,
        )
        self._transport = self._writer.transport
        self.tcp_opened(describe_transport(self._transport))
        spawn(self._read(reader, self._transport), f"raw client {self.conn} reads")
        self._write(self._writer, self._request if self._request is not None else build_request(options))
        await self._writer.drain()

    def _write(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        writer.write(data)
        self.emit(self.reader.receive(Direction.C2S, data))

    async def _read(self, reader: asyncio.StreamReader, transport: asyncio.WriteTransport) -> None:
        try:
            while data := await reader.read(CHUNK):
                self._take(data)
            if self.final is None:
                self.half_closed(Direction.S2C)
        except OSError as error:
            self._lost = error
        except asyncio.CancelledError:
            self._leave(sentence("the program ended"))
            raise
        except Exception as error:
            self._lost = error
            raise
        finally:
            transport.abort()
            self.tcp_lost(self._lost, None)
            self._answered.set()

    def _take(self, data: bytes) -> None:
        rest = self.take_answer(data)
        if self.phase is Phase.CONNECTING and not self._refused and self.reader.response is not None:
            if self.reader.upgraded:
                self._accepted()
            else:
                # What the server says beside its status follows at once, if at all.
                self._refused = True
                asyncio.get_running_loop().call_later(BODY_WAIT, self._answered.set)
        if rest:
            self.emit(self.reader.receive(Direction.S2C, rest))
        if self.reader.body is not None:
            self._answered.set()

    def _accepted(self) -> None:
        if self.given_up:
            return  # The answer came too late: what opens the connection is being cancelled.
        handshake = self.reader.handshake
        if handshake is not None:
            self.warnings += handshake.failures
        self.move(Phase.OPEN, "server", joined("; ", self.warnings) if self.warnings else "")
        self._answered.set()

    def _leave(self, why: str) -> None:
        if self.final is None:
            if self._transport is not None:
                self.cut(self._transport, why)
            else:
                self.move(Phase.CLOSED, "client", why)

    def _explain(self, error: BaseException | None, expired: bool) -> Explanation:
        place = self.options.place
        if self.given_up:
            return GIVEN_UP
        answered = self.explain_answer(place)
        if answered is not None:
            return answered
        if expired:
            stage = (
                "handshake" if self._transport is not None else "tls" if self.options.target.secure else "tcp"
            )
            return explain_timeout(self.options.open_timeout, stage, place)
        in_tls = self.options.target.secure and self._transport is None
        return explain(error or EOFError("the server closed the connection"), place, in_tls=in_tls)

    def _judge(self) -> Verdict:
        close = self._closes.get(Direction.S2C)
        if close is not None:
            code = 1005 if close.code is None else close.code
            meaning = describe(close.code, self.subprotocol)
            reason = f": {close.reason}" if close.reason else ""
            text = sentence(
                "the server closed with {close}. It says: {meaning}",
                close=f"{code} {meaning.name}{reason}",
                meaning=sentence(meaning.meaning),
            )
            return Verdict("close", code, text)
        assert self.final is not None
        response = self.reader.response
        if response is not None and not self.reader.upgraded:
            return Verdict("http", self.final.code, self.final.why)
        if isinstance(self._lost, OSError):
            return Verdict("reset", None, sentence("the server broke the connection off with a TCP reset"))
        if self.final.side == "client":
            return Verdict("fin", None, self.final.why)
        return Verdict("fin", None, sentence("the server ended the TCP connection without a Close frame"))
