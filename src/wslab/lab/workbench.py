"""What a learner works with: one connection under study, the bundled servers, the log and the statistics.

The app shows it; nothing here knows of a screen. All traffic, state changes and server processes reach the
workbench as events through one sink, `record`.
"""

from __future__ import annotations

import dataclasses
import itertools
import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager

from wslab.i18n import N_, _, sentence
from wslab.lab.bench_servers import BenchServers, WorkbenchError
from wslab.lab.codegen import Transcript
from wslab.lab.coming_back import ComingBack
from wslab.lab.connection_view import LIVE, ConnectionView
from wslab.lab.followed import Followed
from wslab.lab.journal import Journal
from wslab.lab.protocols import PROTOCOLS, RAW
from wslab.lab.services import FALLBACK, REACH_TIMEOUT, SERVICES, fallback_line, is_public
from wslab.lab.supervisor import Supervisor
from wslab.net.client import Client, ConnectFailed, check_close
from wslab.net.options import ConnectOptions
from wslab.net.raw import RawClient, Verdict
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Frame, Message, Phase, Proto, State, Ui
from wslab.wire.handshake_events import NO_OPENING, Opening
from wslab.wire.rawspec import parse_raw
from wslab.wire.renumber import renumbered
from wslab.wire.statistics import Statistics

__all__ = ["LIVE", "ConnectionView", "Workbench", "WorkbenchError"]

_TRAFFIC = frozenset((Frame, Message, Proto))
VERDICT_WITHIN = 2.0
"""Seconds to wait for a server's answer to raw bytes."""


class Workbench:
    """One connection under study with everything around it.

    Args:
        clock: numbers and times of all events.
        supervisor: who runs the bundled servers; one of its own where None.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        supervisor: Supervisor | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self._listeners: list[Callable[[Event], None]] = []
        self.journal = Journal()
        self.statistics = Statistics(self.clock)
        self.transcript = Transcript()
        self.judge: Callable[[Sequence[Event]], None] | None = None
        """A sink that judges a learner by all events, if there is one."""
        self.supervisor = supervisor or Supervisor(self.clock, self.record)
        self.servers = BenchServers(self.supervisor, self.note)
        self.settings = ConnectOptions("ws://127.0.0.1/", keepalive=None)
        """Options of the next connection, but for its URL."""
        self.target = FALLBACK
        """What `connect` connects to: a URL, a path of the server of the lesson, or `NAME:/path`."""
        self.on_message: Callable[[str | bytes], None] | None = None
        """Takes every message that the server of the next connection sends, if there is one."""
        self.view = ConnectionView()
        self.client: Client | RawClient | None = None
        self._conns = itertools.count(1)
        self._connections = 0
        self._connecting = False
        self._back = ComingBack(self.clock, self._make, self.note)
        self._followed: Followed | None = None

    def listen(self, listener: Callable[[Event], None]) -> None:
        """Have ``listener`` called with each event but frames and what they carry, after it is counted."""
        self._listeners.append(listener)

    def record(self, events: Sequence[Event]) -> None:
        """Take in events, in their order. The sink of every connection and every server."""
        self.statistics.observe(events)
        self.journal.append(events)
        self.transcript.observe(events)
        if self.judge is not None:
            self.judge(events)
        if _TRAFFIC.issuperset(map(type, events)):
            return  # a flood
        for event in events:
            if type(event) in _TRAFFIC:
                continue
            if isinstance(event, State):
                self._note_state(event)
            for listener in self._listeners:
                listener(event)

    def note(self, action: str, detail: str) -> None:
        """Write a line of the lab itself into the log."""
        self.record([Ui(*self.clock.stamp(), self._connections, action, detail)])

    def insert(self, events: Sequence[Event]) -> list[Event]:
        """Show in the log what was seen elsewhere, and return it as it is there.

        It gets numbers and connections in the order of the log. It is neither counted nor judged, and has no
        part in the state of the connection under study.
        """
        shown = renumbered(events, self.clock.numbers, self._conns)
        self.journal.append(shown)
        return shown

    def _note_state(self, state: State) -> None:
        if (self.client is not None or self._followed is not None) and self.studies(state.conn):
            self.view = self.view.after(state)

    def studies(self, conn: int) -> bool:
        """Return whether this is the number of the connection under study."""
        return conn == self._connections

    def offer(self, subprotocols: Sequence[str]) -> None:
        """Offer these subprotocols from the next connect on.

        Raises:
            ValueError: one of them is no name of a subprotocol.
        """
        self.settings = dataclasses.replace(self.settings, subprotocols=tuple(subprotocols))

    def aim(self, target: str) -> None:
        """Choose what `connect` connects to.

        Raises:
            ValueError: the target is neither a URL of a WebSocket nor a path of a server there is.
        """
        self.check(target)
        self.target = target

    def check(self, target: str) -> None:
        """Return if a target can be aimed at. Raises as `aim` does."""
        if self.servers.place(target) is None:
            ConnectOptions(target)

    def decode_as(self, choice: str) -> None:
        """Decode messages by something else from now on, one of `CHOICES` of `wslab.wire.decoding.choosing`.

        Raises:
            ValueError: it is none of them.
        """
        self.settings = dataclasses.replace(self.settings, decoding=choice)
        if self.client is not None:
            self.client.decode_as(choice)

    async def connect(self, target: str | None = None) -> None:
        """Connect to a target, the present one where None; a connection that is open is closed first.

        A path connects to a bundled server, which is started where it does not run as the lesson wants.

        Raises:
            ConnectFailed: there is no connection; the last state says why.
            WorkbenchError: the server could not be started, or a public service not be reached.
            ValueError: the target is no URL.
        """
        with self._one_at_a_time():
            if target is not None:
                self.aim(target)
            await self.leave()
            await self._connect()

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if self._connecting:
            raise WorkbenchError(sentence("a connection is being opened already"))
        self._connecting = True
        try:
            yield
        finally:
            self._connecting = False

    async def _connect(self) -> None:
        url = await self.url(self.target)
        options = dataclasses.replace(self.settings, url=url)
        if is_public(url):
            options = dataclasses.replace(options, open_timeout=REACH_TIMEOUT)
        try:
            await self._open(options)
        except ConnectFailed as error:
            if not is_public(url):
                raise
            self.target = FALLBACK
            line = fallback_line(url, error.why)
            self.note(N_("offline"), line)
            raise WorkbenchError(line) from error

    async def _open(self, options: ConnectOptions) -> None:
        client = self._make(options)
        await client.open()
        self._back.keep_up(client)

    def _make(self, options: ConnectOptions) -> Client:
        client = Client(options, self._next(options), self.clock, self.record, on_message=self.on_message)
        self.client = client
        return client

    def _next(self, options: ConnectOptions) -> int:
        self._connections = next(self._conns)
        self._followed = None
        self.view = dataclasses.replace(self.view, url=options.shown_url)
        self.transcript.connecting(options, self._connections)
        return self._connections

    @property
    def reconnect(self) -> bool:
        """Whether to come back by itself after a lost connection."""
        return self._back.wanted

    async def set_reconnect(self, on: bool) -> None:
        """Come back by itself after a lost connection from now on, or no longer."""
        self._back.wanted = on
        if on and isinstance(self.client, Client) and self.client.phase is Phase.OPEN:
            self._back.keep_up(self.client)
        elif not on:
            await self._give_up()

    async def _give_up(self) -> bool:
        return await self._back.give_up(None if self.client is None else self.client.phase)

    @property
    def returning(self) -> str:
        """The countdown to the next attempt to come back; empty where there is none."""
        return self._back.countdown

    async def url(self, target: str) -> str:
        """Return the URL of a target; the server of a path is started where it does not run as wanted.

        Raises:
            WorkbenchError: it could not be started.
            ValueError: it is no target.
        """
        self.check(target)
        place = self.servers.place(target)
        return target if place is None else await self.servers.url(*place)

    def follow(self, url: Callable[[], str], end: Callable[[], Awaitable[None]]) -> Iterator[int]:
        """Give numbers to connections that another client makes. Each is under study from then on.

        Args:
            url: tells where the next one goes.
            end: ends the latest one in the way of its protocol, and waits for that.
        """
        while True:
            self.client = None
            self._connections = next(self._conns)
            self._followed = Followed(self._connections, end)
            self.view = dataclasses.replace(self.view, url=url())
            yield self._connections

    def beside(self) -> Iterator[int]:
        """Give numbers to connections that are in the log and not under study."""
        return self._conns

    async def _open_raw(self) -> RawClient:
        url = await self.url(self.target)
        options = dataclasses.replace(self.settings, url=url)
        client = RawClient(options, self._next(options), self.clock, self.record)
        self.client = client
        await client.open()
        return client

    async def leave(self) -> None:
        """Close the connection under study, if there is one, and stop trying to come back."""
        await self._give_up()
        if self._followed is not None:
            await self._end_followed(self._followed)
        elif self.client is not None and self.client.phase in LIVE:
            await self._end(self.client, 1000, "")
        await self._back.over()

    async def _end_followed(self, followed: Followed) -> None:
        if self.view.phase in LIVE:
            await followed.end()
        if self._followed is followed:
            self._followed = None

    async def disconnect(self, code: int = 1000, reason: str = "") -> None:
        """Start the closing handshake and wait for its end.

        Raises:
            WorkbenchError: there is nothing to disconnect.
            ValueError: the code can't be sent, or the reason is too long.
        """
        check_close(code, reason)
        if await self._give_up():
            return
        if self._followed is not None and self.view.phase in LIVE:
            await self._followed.end()
            return
        client = self._live()
        await self._end(client, code, reason)
        self.transcript.sent_close(code, reason)

    async def _end(self, client: Client | RawClient, code: int, reason: str) -> None:
        if isinstance(client, RawClient):
            client.finish()
            await client.wait_closed()
        else:
            await client.close(code, reason)

    async def abort(self) -> None:
        """Cut the TCP connection without a Close frame.

        Raises:
            WorkbenchError: there is nothing to cut.
        """
        if await self._give_up():
            return
        self._live().abort()
        self.transcript.aborted()

    async def send_text(self, text: str) -> None:
        """Send a text message."""
        client = self._regular()
        self.transcript.sent_text(text)
        await client.send_text(text)

    async def send_binary(self, data: bytes, file: str = "") -> None:
        """Send a binary message; ``file`` is where it was read from, if it was."""
        client = self._regular()
        self.transcript.sent_binary(data, file)
        await client.send_binary(data)

    async def send_fragments(self, parts: Sequence[str]) -> None:
        """Send one text message in a frame for each part."""
        client = self._regular()
        self.transcript.sent_fragments(parts)
        await client.send_fragments(parts)

    async def ping(self, payload: bytes = b"") -> None:
        """Send a Ping; without a payload one that tells it from others."""
        payload = payload or secrets.token_hex(4).encode()
        client = self._regular()
        self.transcript.sent_ping(payload)
        await client.ping(payload)

    async def pong(self, payload: bytes = b"") -> None:
        """Send a Pong nobody asked for."""
        client = self._regular()
        self.transcript.sent_pong(payload)
        await client.pong(payload)

    async def send_raw(self, text: str) -> Verdict:
        """Send bytes as they are and wait for what the server makes of them.

        They go over a raw connection, which is opened to the present target where there is none. Nothing
        else is sent over it: no Pong, no Close.

        Raises:
            RawSpecError: the text says no bytes.
            ConnectFailed: the raw connection could not be opened.
        """
        data = parse_raw(text, new_key=lambda: secrets.token_bytes(4))
        client = self.client
        if not (isinstance(client, RawClient) and client.phase is Phase.OPEN):
            with self._one_at_a_time():
                await self.leave()
                client = await self._open_raw()
        self.transcript.left_out(text)
        await client.send_bytes(data)
        verdict = await client.verdict(VERDICT_WITHIN)
        self.note(N_("verdict"), verdict.text)
        return verdict

    def _live(self) -> Client | RawClient:
        if self._followed is not None and self.view.phase in LIVE:
            raise WorkbenchError(
                sentence("a client of its own speaks on this connection: its controls are in the Client tab")
            )
        if self.client is None or self.client.phase not in LIVE:
            raise WorkbenchError(sentence("there is no connection: c connects"))
        return self.client

    def _regular(self) -> Client:
        client = self._live()
        if isinstance(client, RawClient):
            raise WorkbenchError(
                sentence("this is a raw connection: only /raw sends over it; c connects anew")
            )
        return client

    @property
    def subprotocol(self) -> str | None:
        """The subprotocol that the server chose."""
        handshake = self.handshake[0]
        return handshake.subprotocol if handshake else None

    @property
    def extensions(self) -> tuple[str, ...]:
        """The extensions that the server chose, with their parameters."""
        handshake = self.handshake[0]
        return tuple(map(str, handshake.extensions)) if handshake else ()

    @property
    def handshake(self) -> Opening:
        """The opening handshake of the present connection: judgement, request, response, start of a body."""
        if self._followed is not None:
            return self._followed.opening(self.journal)
        if self.client is None:
            return NO_OPENING
        reader = self.client.reader
        return reader.handshake, reader.request, reader.response, reader.body

    def choices(self) -> tuple[tuple[str, str], ...]:
        """Return what a learner may want to connect to: target, and a word on it."""
        return (
            (FALLBACK, _("The bundled echo server; it needs no network.")),
            *((each.target, _(each.note)) for each in PROTOCOLS.values() if each is not RAW),
            *((service.url, _(service.note)) for service in SERVICES),
        )

    async def close(self) -> None:
        """Close the connection and stop every server."""
        await self.leave()
        await self.supervisor.stop_all()
