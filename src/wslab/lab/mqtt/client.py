"""The MQTT client of the lab: connects, subscribes, publishes, and keeps what there is to see of it."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from wslab.i18n import sentence
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.mqtt.link import Link, MqttFailed
from wslab.lab.mqtt.options import (
    HIGHEST_QOS,
    PAYLOAD,
    QOS,
    TOPIC,
    MqttOptions,
    check_filter,
    check_number,
    check_topic,
    too_long,
)
from wslab.lab.mqtt.topics import TopicTree
from wslab.net.lifecycle import NotOpen, Sink
from wslab.wire.clock import Clock
from wslab.wire.events import Phase
from wslab.wire.mqtt.packets import Connack, PacketType, Version, Will
from wslab.wire.mqtt.properties import PropertyId
from wslab.wire.mqtt.reason_codes import code_words
from wslab.wire.mqtt.topics import LONGEST
from wslab.wire.mqtt.writer import LONGEST_NUMBER

if TYPE_CHECKING:
    import aiomqtt

MOST_SUBSCRIPTIONS = 200
"""Topic filters that one client subscribes to."""
LONGEST_PAYLOAD = LONGEST_NUMBER - LONGEST - 8
"""Bytes that fit into a packet behind the longest topic (MQTT 5 section 1.5.5)."""
WILL_WITHIN = 5.0
"""Seconds in which a will has to come after its connection was cut."""
FAILURE = 0x80
"""Codes of a SUBACK from here on refuse (MQTT 5 section 3.9.3)."""


class Subscribed(NamedTuple):
    """What became of a subscription."""

    topic_filter: str
    wanted: int
    """The QoS that was asked for."""
    code: int
    """What the SUBACK says: the QoS that is granted, or why there is none."""
    version: int

    @property
    def granted(self) -> int | None:
        """The QoS that is granted; None where the subscription was refused."""
        return self.code if self.code < FAILURE else None

    @property
    def words(self) -> str:
        """The code and its name."""
        return code_words(PacketType.SUBACK, self.code, self.version)


class Published(NamedTuple):
    """What became of a message."""

    topic: str
    qos: int
    seconds: float
    """Until it was acknowledged; with QoS 0 until it was written."""
    words: str
    """The code of PUBACK or PUBREC and its name; empty where there is none to know."""


@dataclass(frozen=True, slots=True)
class WillWatch:
    """What came of the will of a connection that was cut."""

    will: Will
    waiting: bool = True
    seconds: float | None = None
    """How long after the cut it came; None where it has not."""
    qos: int = 0
    """The QoS with which it came."""
    trouble: str = ""
    """Why it is not known whether it came."""


class MqttClient:
    """One connection to a broker at a time, what is subscribed to over it, and all that came.

    What came and what is subscribed to stays when the connection ends, as long as the broker keeps the
    session; what came can be looked at in any case until `clear`.

    Args:
        clock: numbers and times.
        sink: takes the events of every connection: what aiomqtt and the broker say to each other.
        conns: where connections get their numbers from.
        names: makes client identifiers for the connection that looks for a will.
        beside: where that connection gets its number from; from `conns` where None.
    """

    def __init__(
        self,
        clock: Clock,
        sink: Sink,
        conns: Iterator[int],
        names: Callable[[], str] = lambda: f"wslab{secrets.token_hex(4)}",
        beside: Iterator[int] | None = None,
    ) -> None:
        self.clock = clock
        self.options: MqttOptions | None = None
        """How the connection was made, or is being made; None before the first."""
        self.connack: Connack | None = None
        """The broker's answer, of the connection that there is or was."""
        self.why = ""
        """Why there is no connection; empty before the first."""
        self.subscriptions: dict[str, Subscribed] = {}
        """By topic filter, those that were refused included."""
        self.topics = TopicTree()
        self.published = [0, 0, 0]
        """Messages that were sent and, with QoS 1 and 2, acknowledged: how many with each QoS."""
        self.will: WillWatch | None = None
        """The will that was looked for last."""
        self._sink = sink
        self._conns = conns
        self._beside = conns if beside is None else beside
        self._names = names
        self._link: Link | None = None
        self._listeners: list[Callable[[], None]] = []
        self._publishing = asyncio.Lock()

    def listen(self, callback: Callable[[], None]) -> None:
        """Have a function called after whatever changes what there is to see."""
        self._listeners.append(callback)

    @property
    def phase(self) -> Phase:
        """How the connection stands."""
        return Phase.DISCONNECTED if self._link is None else self._link.phase

    @property
    def url(self) -> str:
        """Where the connection goes or went; empty before the first."""
        return "" if self.options is None else self.options.url

    @property
    def client_id(self) -> str:
        """The name that the broker knows this client by; empty where it keeps that to itself."""
        assigned = self._property_text(PropertyId.ASSIGNED_CLIENT_IDENTIFIER)
        return assigned or (self.options.client_id if self.options else "")

    @property
    def keep_alive(self) -> int:
        """Seconds of the keep alive; the broker of MQTT 5 has the last word (section 3.2.2.3.14)."""
        wanted = self.options.keep_alive if self.options else 0
        return (
            self.connack.properties.number(PropertyId.SERVER_KEEP_ALIVE, wanted) if self.connack else wanted
        )

    async def connect(self, options: MqttOptions) -> None:
        """Connect to a broker.

        Raises:
            MqttFailed: the broker cannot be reached, or does not let us in; the message says why.
            WorkbenchError: there is a connection already.
            OSError, ValueError: the tap cannot be set up.
        """
        if self.phase in (Phase.CONNECTING, Phase.OPEN, Phase.CLOSING):
            raise WorkbenchError(sentence("there is an MQTT connection already: disconnect first"))
        before = self.options
        link = self._link = Link(options, self.clock, self._sink, self._conns, self._receive, self._changed)
        self.options, self.connack, self.why = options, None, ""
        self._changed()
        try:
            self.connack = await link.open()
        except MqttFailed as error:
            self.connack = link.watch.connack
            self.why = str(error)
            raise
        except (OSError, ValueError) as error:
            self._link = None
            self.why = str(error)
            raise
        finally:
            self._changed()
        same = before is not None and (before.url, before.client_id) == (options.url, options.client_id)
        if not (self.connack.session_present and same):
            self.subscriptions.clear()
        self._changed()

    async def disconnect(self) -> None:
        """Say DISCONNECT, or give up connecting, and wait for the end.

        Raises:
            NotOpen: there is nothing to end.
        """
        if self._link is None or self.phase in (Phase.CLOSED, Phase.ERROR):
            raise NotOpen(sentence("there is no MQTT connection to end"))
        await self._link.leave()

    async def drop(self) -> None:
        """Cut TCP as a cable does that is pulled out, and where there is a will, look for it.

        A second connection of its own waits for the will: with the same options, but another client
        identifier. What it finds is in `will`.

        Raises:
            NotOpen: there is no connection.
        """
        link = self._open_link()
        will = link.options.will
        if self.will is not None and self.will.waiting:
            raise WorkbenchError(sentence("the connection is being cut already"))
        if will is None:
            self.will = None
            await link.cut()
            return
        self.will = WillWatch(will)
        self._changed()
        came: asyncio.Future[tuple[float, int]] = asyncio.get_running_loop().create_future()

        def look(message: aiomqtt.Message) -> None:
            # What a broker has kept under this topic is older than the cut.
            if not message.retain and (str(message.topic), message.payload) == (will.topic, will.payload):
                self._receive(message)
                if not came.done():
                    came.set_result((self.clock.monotonic(), message.qos))

        witness = Link(self._witness_options(link), self.clock, self._sink, self._beside, look, _nothing)
        outcome = WillWatch(will, waiting=False)
        try:
            trouble = await self._send_witness(witness, will)
            start = self.clock.monotonic()
            await link.cut()
            if trouble:
                outcome = replace(outcome, trouble=trouble)
            else:
                await asyncio.wait([came], timeout=WILL_WITHIN)
                if came.done():
                    at, qos = came.result()
                    outcome = replace(outcome, seconds=at - start, qos=qos)
        finally:
            self.will = outcome
            await witness.close()
            self._changed()

    async def subscribe(self, topic_filter: str, qos: int = 0) -> Subscribed:
        """Subscribe, and return what the broker makes of it.

        Raises:
            NotOpen: there is no connection.
            MqttFailed: the broker does not answer.
            ValueError: the filter or the QoS is wrong.
            WorkbenchError: there are too many subscriptions.
        """
        link = self._open_link()
        check_filter(topic_filter, link.options.version)
        check_number(QOS, qos, HIGHEST_QOS)
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS and topic_filter not in self.subscriptions:
            raise WorkbenchError(
                sentence(
                    "{most} subscriptions are enough: unsubscribe from one first", most=MOST_SUBSCRIPTIONS
                )
            )
        codes = await link.call(lambda client: client.subscribe(topic_filter, qos=qos))
        code = codes[0]
        number = code if isinstance(code, int) else int(code.value)
        subscribed = Subscribed(topic_filter, qos, number, link.options.version)
        self.subscriptions[topic_filter] = subscribed
        self._changed()
        return subscribed

    async def unsubscribe(self, topic_filter: str) -> None:
        """Take a subscription back; one that was refused is only forgotten.

        Raises:
            NotOpen: there is no connection.
            MqttFailed: the broker does not answer.
            ValueError: there is no such subscription.
        """
        known = self.subscriptions.get(topic_filter)
        if known is None:
            raise ValueError(
                sentence(
                    "topic filter {topic_filter!r}: there is no such subscription", topic_filter=topic_filter
                )
            )
        if known.granted is not None:
            await self._open_link().call(lambda client: client.unsubscribe(topic_filter))
        self.subscriptions.pop(topic_filter, None)
        self._changed()

    async def publish(
        self, topic: str, payload: bytes = b"", qos: int = 0, retain: bool = False
    ) -> Published:
        """Publish a message and wait until it is acknowledged; with QoS 0 until it is written.

        Raises:
            NotOpen: there is no connection, or it ended before the answer came.
            MqttFailed: the broker does not answer.
            ValueError: the topic, the payload or the QoS is wrong.
        """
        link = self._open_link()
        check_topic(TOPIC, topic)
        check_number(QOS, qos, HIGHEST_QOS)
        if len(payload) > LONGEST_PAYLOAD:
            raise too_long(PAYLOAD, len(payload), LONGEST_PAYLOAD)
        # One after the other, so that an answer is that to the message before it.
        async with self._publishing:
            link.watch.expect_acknowledgement()
            start = self.clock.monotonic()
            await link.call(lambda client: client.publish(topic, payload, qos=qos, retain=retain))
            seconds = self.clock.monotonic() - start
            code = link.watch.acknowledged
        self.published[qos] += 1
        self._changed()
        words = ""
        if qos and code is not None and link.options.version >= Version.V5:
            words = code_words(
                PacketType.PUBACK if qos == 1 else PacketType.PUBREC, code, link.options.version
            )
        return Published(topic, qos, seconds, words)

    def clear(self) -> None:
        """Forget what came; subscriptions stay."""
        self.topics.clear()
        self._changed()

    async def close(self) -> None:
        """End whatever there is, for good."""
        if self._link is not None:
            await self._link.close()

    def _open_link(self) -> Link:
        if self._link is None or self.phase is not Phase.OPEN:
            raise NotOpen(self.why or sentence("there is no MQTT connection: connect first"))
        return self._link

    def _witness_options(self, link: Link) -> MqttOptions:
        return replace(link.options, client_id=self._names(), clean_start=True, session_expiry=0, will=None)

    @staticmethod
    async def _send_witness(witness: Link, will: Will) -> str:
        """Have somebody wait for a will; return why that is not possible, or nothing."""
        try:
            await witness.open()
            code = (await witness.call(lambda client: client.subscribe(will.topic, qos=will.qos)))[0]
        except (WorkbenchError, NotOpen, OSError, ValueError) as error:
            return str(error)
        number = code if isinstance(code, int) else int(code.value)
        if number >= FAILURE:
            words = code_words(PacketType.SUBACK, number, witness.options.version)
            return sentence("the broker refuses a subscription to its topic: {code}", code=words)
        return ""

    def _receive(self, message: aiomqtt.Message) -> None:
        payload = bytes(message.payload)
        self.topics.take(str(message.topic), payload, message.qos, message.retain, self.clock.wall())
        self._changed()

    def _property_text(self, identifier: PropertyId) -> str:
        return (self.connack.properties.text(identifier) or "") if self.connack else ""

    def _changed(self) -> None:
        if self._link is not None and self._link.why:
            self.why = self._link.why
        for listener in self._listeners:
            listener()


def _nothing() -> None:
    """Nobody looks at the state of the connection that waits for a will."""
