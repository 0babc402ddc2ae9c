"""One connection of aiomqtt to a broker, through a tap of its own that shows its frames."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from wslab.i18n import joined, sentence
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.mqtt.options import MqttOptions
from wslab.lab.mqtt.watch import PacketWatch
from wslab.net.lifecycle import FINAL, NotOpen, Sink
from wslab.net.proxy import TapProxy
from wslab.tasks import spawn, stop
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Phase, State
from wslab.wire.mqtt.packets import Connack, PacketType
from wslab.wire.mqtt.properties import Properties, PropertyId
from wslab.wire.mqtt.reason_codes import code_words

if TYPE_CHECKING:
    import aiomqtt

    from wslab.lab.mqtt.tapped import TappedClient

T = TypeVar("T")

REACH_WITHIN = 4.5
"""Seconds for TCP and TLS. paho gives up after 5, and the tap can say why."""
ANSWER_WITHIN = 10.0
"""Seconds in which a broker has to answer."""
LAST_WORDS = 2.0
"""Seconds in which the other end of a connection that is over has to end as well."""

GIVEN_UP = sentence("given up before the broker had answered")
LEFT = sentence("you disconnected, with DISCONNECT: no will is published")
CUT = sentence("you cut the TCP connection, without DISCONNECT")


class MqttFailed(WorkbenchError):
    """A broker cannot be had, or did not do what was asked for. The message says why."""


class Link:
    """Open it once, and close it in any case.

    Args:
        options: how to connect.
        clock: numbers and times of events.
        sink: takes the events of the connection.
        conns: where connections get their numbers from.
        deliver: takes every message that comes.
        on_change: called when the phase has changed.
    """

    def __init__(
        self,
        options: MqttOptions,
        clock: Clock,
        sink: Sink,
        conns: Iterator[int],
        deliver: Callable[[aiomqtt.Message], None],
        on_change: Callable[[], None],
    ) -> None:
        self.options = options
        self.phase = Phase.DISCONNECTED
        self.why = ""
        """Why it is over, in plain words."""
        self.watch = PacketWatch(options.version)
        self._sink = sink
        self._deliver = deliver
        self._on_change = on_change
        self._proxy = TapProxy(
            options.url,
            clock,
            self._see,
            insecure=options.insecure,
            ca_file=options.ca_file,
            open_timeout=REACH_WITHIN,
            conns=conns,
        )
        self._client: TappedClient | None = None
        self._following: asyncio.Task[None] | None = None
        self._flaw = ""
        """What was wrong with the answer to the handshake."""
        self._final: State | None = None
        self._over = asyncio.Event()
        """Set when nothing is left of the connection in the tap."""
        self._decided = asyncio.Event()
        """Set when there is no sense in waiting for a CONNACK that lets us in."""
        self._gone = asyncio.Event()
        """Set when aiomqtt has no connection any more."""
        self._concluded = asyncio.Event()
        """Set when it is clear whether it opened."""
        self._leaving = ""
        self._log = _Complaints()

    async def open(self) -> Connack:
        """Connect and return the broker's answer.

        Raises:
            MqttFailed: the broker cannot be reached, or does not let us in.
            OSError: the tap cannot listen.
            ValueError: the CA file holds no certificate.
        """
        self._move(Phase.CONNECTING)
        try:
            return await self._open()
        finally:
            self._concluded.set()

    async def _open(self) -> Connack:
        # This takes a tenth of a second, in which a screen should not stop.
        await asyncio.to_thread(importlib.import_module, "wslab.lab.mqtt.tapped")
        from wslab.lab.mqtt.tapped import new_client

        await self._proxy.__aenter__()
        client = new_client(self.options, self._proxy.port, self._deliver, self._log.logger, ANSWER_WITHIN)
        self._client = client
        self._following = spawn(self._follow(client), "mqtt connection")
        # paho reads an answer to the handshake that is no such thing as if it were one, and stumbles.
        entering = spawn(_outcome(client.__aenter__(), ValueError, LookupError), "mqtt connects")
        inside = False
        try:
            await _first(entering, self._decided, self._gone, client.closed)
            over = self._decided.is_set() or self._gone.is_set()
            inside = entering.done() and entering.result() is client and not over
            if not inside:
                await self._settle(client)
        finally:
            if not inside:
                why = self._why_not(client, entering)
                await self._tear_down(client, entering)
                self._end(Phase.CLOSED if self._leaving else Phase.ERROR, why)
        if not inside:
            raise MqttFailed(self.why)
        self._move(Phase.OPEN)
        return self.watch.connack or Connack()

    async def call(self, work: Callable[[aiomqtt.Client], Coroutine[Any, Any, T]]) -> T:
        """Have aiomqtt do something, as long as the connection is there.

        Args:
            work: what to do with aiomqtt's client.

        Raises:
            NotOpen: there is no connection, or it ended meanwhile.
            MqttFailed: the broker did not answer.
        """
        if self.phase is not Phase.OPEN or self._client is None:
            raise NotOpen(
                self.why or sentence("nothing can be sent, the connection is {phase}", phase=self.phase.value)
            )
        asked = spawn(_outcome(work(self._client)), "mqtt call")
        try:
            await _first(asked, self._gone)
        finally:
            if not asked.done():
                await stop(asked)
        if asked.cancelled():
            await self.wait_ended()
            raise NotOpen(self.why)
        outcome = asked.result()
        if isinstance(outcome, _Failed):
            raise MqttFailed(sentence("the broker did not answer: {error}", error=outcome.why))
        return outcome

    async def leave(self) -> None:
        """Say DISCONNECT and wait for the end; one that is not open yet is given up."""
        if self.phase is Phase.CONNECTING:
            self._leaving = GIVEN_UP
            self._decided.set()
            await self._concluded.wait()
            return
        client = self._client
        if self.phase is Phase.OPEN and client is not None:
            self._leaving = LEFT
            self._move(Phase.CLOSING)
            outcome = await _outcome(client.__aexit__(None, None, None))
            if isinstance(outcome, _Failed):
                # A broker that takes nothing gets no DISCONNECT either.
                self._log.said.append(outcome.why)
                await self._proxy.close()
        await self.wait_ended()

    async def cut(self) -> None:
        """Break TCP off, as a cable does that is pulled out, and wait for the end."""
        if self.phase is Phase.OPEN:
            self._leaving = CUT
            for conn in self._proxy.connections:
                self._proxy.cut(conn)
        await self.wait_ended()

    async def wait_ended(self) -> None:
        """Wait until a connection that was open is over."""
        if self._following is not None:
            await asyncio.wait([self._following])

    async def close(self) -> None:
        """End it in any case: with DISCONNECT where it is open."""
        await self.leave()
        await self._proxy.close()

    # What happens.

    def _see(self, events: Sequence[Event]) -> None:
        self.watch.observe(events)
        for event in events:
            if type(event) is State:
                if event.phase is Phase.OPEN:
                    self._flaw = event.why
                if event.phase in FINAL:
                    self._final = event
                    self._over.set()
                    self._decided.set()
        if self.watch.connack is not None and self.watch.connack.reason_code:
            self._decided.set()
        self._sink(events)

    async def _follow(self, client: TappedClient) -> None:
        """Wait for the end of a connection that was open, and tidy up behind it."""
        said = await client.disconnected()
        self._gone.set()
        if self.phase is Phase.CONNECTING:
            return  # The rest is for whoever wanted to connect.
        if self.phase is Phase.OPEN:
            self._move(Phase.CLOSING)
        await self._settle(client)
        await self._proxy.close()
        client.let_go()
        await _first(None, client.closed, timeout=LAST_WORDS)
        closed = self._final is not None and self._final.phase is Phase.CLOSED
        self._end(Phase.CLOSED if self._leaving or closed else Phase.ERROR, self._why_over(said))

    async def _settle(self, client: TappedClient) -> None:
        """Give the tap the time to see the end of a connection that is ending."""
        alive = client.opened and not client.closed.is_set()
        if not alive and self._leaving is not GIVEN_UP:
            await _first(None, self._over, timeout=LAST_WORDS)

    async def _tear_down(self, client: TappedClient, entering: asyncio.Task[Any]) -> None:
        """Let nothing remain of an attempt to connect.

        The thread in which paho connects ends with its connection. What waits for a CONNACK does not: it is
        cancelled, but only when paho has closed its socket, for it would stumble over that in its callbacks.
        """
        await self._proxy.close()
        if self._gone.is_set():
            client.let_go()
        await _first(entering, client.closed, timeout=REACH_WITHIN)
        await stop(entering)
        if self._following is not None:
            await stop(self._following)

    def _why_not(self, client: TappedClient, entering: asyncio.Task[Any]) -> str:
        """Say why a connection did not come about."""
        known = self._leaving or self._said_by_broker()
        if known:
            return known
        if self._flaw:
            return sentence("the answer to the handshake breaks the rules: {failure}", failure=self._flaw)
        if self._final is not None and self._final.side != "client":
            return self._final.why
        if client.opened and not client.closed.is_set() and not self._gone.is_set():
            return sentence("the broker did not answer CONNECT within {seconds:g} s", seconds=ANSWER_WITHIN)
        outcome = entering.result() if entering.done() and not entering.cancelled() else None
        said = "; ".join((*self._log.said, *([outcome.why] if isinstance(outcome, _Failed) else [])))
        return sentence("aiomqtt did not connect: {error}", error=said)

    def _why_over(self, said: BaseException) -> str:
        """Say why a connection ended; `said` is what aiomqtt makes of it."""
        known = self._leaving or self._said_by_broker()
        if known:
            return known
        if self._final is not None and self._final.side == "server":
            return self._final.why
        return sentence("aiomqtt gave up: {error}", error="; ".join((str(said), *self._log.said)))

    def _said_by_broker(self) -> str:
        """Return what the broker itself gave as the reason, and the rule that it broke; empty for neither."""
        connack, farewell, fault = self.watch.connack, self.watch.disconnect, self.watch.fault
        version = self.options.version
        if connack is not None and connack.reason_code:
            words = code_words(PacketType.CONNACK, connack.reason_code, version)
            return _reasoned(sentence("the broker refused CONNECT: {code}", code=words), connack.properties)
        if farewell is not None:
            words = code_words(PacketType.DISCONNECT, farewell.reason_code, version)
            return _reasoned(sentence("the broker said DISCONNECT: {code}", code=words), farewell.properties)
        if fault is not None:
            return sentence("the broker broke a rule of MQTT: {fault}", fault=str(fault))
        return ""

    def _move(self, phase: Phase) -> None:
        self.phase = phase
        self._on_change()

    def _end(self, phase: Phase, why: str) -> None:
        self.why = why
        self._move(phase)


class _Complaints(logging.Handler):
    """Keeps the last things that aiomqtt and paho complained of: elsewhere they would be on the screen."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: deque[str] = deque(maxlen=3)
        self.logger = logging.Logger("mqtt", logging.WARNING)
        self.logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


class _Failed(NamedTuple):
    """What aiomqtt did not do."""

    why: str


async def _outcome(work: Coroutine[Any, Any, T], *also: type[Exception]) -> T | _Failed:
    """Await what aiomqtt does, and return what went wrong instead of raising it.

    Args:
        work: what it does.
        also: what may be raised beside aiomqtt's own errors.

    The exception itself is not kept: as long as it is there, a socket is that paho does not close.
    """
    import aiomqtt

    errors: tuple[type[Exception], ...] = (aiomqtt.MqttError, *also)
    try:
        return await work
    except errors as error:
        return _Failed(str(error))


async def _first(
    task: asyncio.Task[Any] | None, *events: asyncio.Event, timeout: float | None = None
) -> None:
    """Wait until a task is done or one of the events is set, for so many seconds at most."""
    waiting = [spawn(event.wait(), "mqtt waits") for event in events]
    try:
        await asyncio.wait(
            [*waiting, *([task] if task else [])], timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
    finally:
        for each in waiting:
            await stop(each)


def _reasoned(why: str, properties: Properties) -> str:
    """Add what a packet gives as its reason (MQTT 5 section 3.2.2.3.9)."""
    text = properties.text(PropertyId.REASON_STRING)
    return joined(": ", (why, text)) if text else why
