"""The broker: connections come and go, bytes and times go in, bytes and endings come out. No I/O.

Numbers such as MQTT-3.1.2-22 are normative statements of MQTT 5; 3.1.1 has the same rule wherever nothing
else is said. The tests are named by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

from wslab.serving.mqtt import connecting
from wslab.serving.mqtt.exchanges import Exchanges, Refused
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt.link import Link
from wslab.serving.mqtt.message import from_will
from wslab.serving.mqtt.router import Router
from wslab.serving.mqtt.session import Session
from wslab.serving.mqtt.timers import Timers
from wslab.wire.mqtt.packets import Connack, Connect, Disconnect, Subscribe, Version
from wslab.wire.mqtt.properties import PropertyId
from wslab.wire.mqtt.reader import Read

NORMAL, WITH_WILL = 0x00, 0x04
PROTOCOL_ERROR = 0x82
SHUTTING_DOWN, KEEP_ALIVE_TIMEOUT, TAKEN_OVER = 0x8B, 0x8D, 0x8E


class Send(NamedTuple):
    """Bytes for a connection."""

    conn: int
    data: bytes


class End(NamedTuple):
    """A connection that is to be closed once what was sent before is on its way.

    Whoever closes it should end its own side first and go on reading for a moment: a client that is still
    sending gets a reset otherwise, and never reads the DISCONNECT that says why (MQTT 5 section 4.13.2).
    """

    conn: int
    why: str
    """In English, for the log."""
    reason_code: int
    """The reason code of MQTT 5 that fits, also where none is sent; 0 where the client left in good order."""


class Note(NamedTuple):
    """Something that the log may tell of a connection; nothing is to be done."""

    conn: int
    event: str
    fields: dict[str, object]
    """Texts in it come from the client."""


Effect = Send | End | Note

LINK, SESSION, WILL = "link", "session", "will"
Timer = tuple[str, int | str]
"""What has a deadline: a connection by its number, a session and a delayed will by their client."""


class Broker:
    """All connections and sessions."""

    def __init__(self, limits: Limits, policy: Policy, name_client: Callable[[], str]) -> None:
        """Start without connections.

        Args:
            limits: bounds of what clients can make it keep.
            policy: who may do what.
            name_client: makes a client identifier that nobody has, for a client that names none.
        """
        self.router = Router(limits)
        self._limits = limits
        self._policy = policy
        self._name_client = name_client
        self._exchanges = Exchanges(self.router, limits, policy)
        self._links: dict[int, Link] = {}
        self._timers: Timers[Timer] = Timers()
        self._effects: list[Effect] = []

    def opened(self, conn: int, now: float) -> None:
        """A connection has been made.

        Args:
            conn: a number that no other connection has.
            now: seconds of a clock that never goes back; the same one in every call.
        """
        self._links[conn] = Link(conn, self._limits, self._send)
        self._timers.set((LINK, conn), now + self._limits.connect_timeout)

    def received(self, conn: int, data: bytes, now: float) -> None:
        """Bytes have come on a connection, cut anywhere; what comes after its end is ignored."""
        link = self._links[conn]
        if link.ended:
            return
        if link.client is None and not link.reader.pending and connecting.hopeless(data):
            # A few bytes of something else may never become a packet: nobody waits for the rest of one.
            fault = connecting.NO_CONNECT
            self._refuse(link, None, str(fault), fault.rule.reason_code)
            return
        for read in link.reader.feed(data):
            if not self._read(link, read, now):
                return

    def closed(self, conn: int, now: float) -> None:
        """A connection is gone, for whatever reason; it has to be told of each, exactly once."""
        link = self._links.pop(conn)
        link.ended = True
        self._timers.clear((LINK, conn))
        self._detach(link, now)

    def pause(self, conn: int) -> None:
        """The socket of a connection takes nothing now: keep messages for it until `resume`."""
        self._links[conn].paused = True

    def resume(self, conn: int, now: float) -> None:
        """The socket of a connection takes bytes again."""
        link = self._links[conn]
        link.paused = False
        if (session := self._session(link)) is not None:
            session.pump(now)

    def next_deadline(self) -> float:
        """Return when `tick` has something to do, infinity where it has not."""
        return self._timers.next()

    def tick(self, now: float) -> None:
        """Do what is due: keep alives, delayed wills, sessions that expire."""
        for kind, name in self._timers.take(now):
            if kind == LINK:
                self._too_quiet(self._links[int(name)], now)
                continue
            session = self.router.sessions.get(str(name))
            if session is None:
                continue
            if kind == WILL:
                self._publish_will(session, now)
            else:
                self._forget(session, now)

    def shut_down(self, now: float) -> None:
        """End every connection; those of MQTT 5 are told why."""
        for link in list(self._links.values()):
            if not link.ended:
                self._fail(link, SHUTTING_DOWN, "server is shutting down", now)

    def take(self) -> list[Effect]:
        """Return what is to be sent, closed and told since the last call, in order."""
        effects, self._effects = self._effects, []
        return effects

    @property
    def sessions(self) -> Iterable[Session]:
        """All sessions, those without a connection included."""
        return self.router.sessions.values()

    def _send(self, conn: int, data: bytes) -> None:
        self._effects.append(Send(conn, data))

    def _read(self, link: Link, read: Read, now: float) -> bool:
        """Do what a packet asks for; return whether the connection goes on."""
        if link.client is None:
            self._first(link, read, now)
        else:
            self._further(link, link.client, read, now)
        return not link.ended

    def _further(self, link: Link, client: str, read: Read, now: float) -> None:
        self._timers.set((LINK, link.conn), link.patience(now))
        session = self.router.sessions[client]
        if read.faults:
            fault = read.faults[0]
            self._fail(link, fault.rule.reason_code, str(fault), now)
        elif isinstance(read.packet, Disconnect):
            self._goodbye(link, session, read.packet, now)
        elif read.packet is not None:
            if isinstance(read.packet, Subscribe):
                filters = [each.topic_filter for each in read.packet.subscriptions]
                self._effects.append(Note(link.conn, "subscribe", {"client": client, "filters": filters}))
            try:
                self._exchanges.handle(link, session, read.packet, now)
            except Refused as refused:
                self._fail(link, refused.reason_code, str(refused), now)

    def _first(self, link: Link, read: Read, now: float) -> None:
        """Judge the first packet of a connection (MQTT-3.1.0-1, 3.1.4-1 and -2)."""
        packet = read.packet
        if read.faults or not isinstance(packet, Connect):
            link.version = read.version
            fault = read.faults[0]
            self._refuse(link, connecting.refusal_of_faults(read), str(fault), fault.rule.reason_code)
            return
        known = packet.client_id in self.router.sessions
        room = known or len(self.router.sessions) < self._limits.sessions
        code = connecting.verdict(packet, self._policy, room)
        if code:
            link.version = packet.version
            self._refuse(link, connecting.refusal(code, packet.version), f"refused with 0x{code:02X}", code)
            return
        self._accept(link, packet, now)

    def _refuse(self, link: Link, answer: Connack | None, why: str, reason_code: int) -> None:
        if answer is not None:
            link.send(answer)
        self._end(link, why, reason_code)

    def _accept(self, link: Link, packet: Connect, now: float) -> None:
        client = packet.client_id or self._name_client()
        session = self.router.sessions.get(client)
        if session is not None and session.link is not None:
            self._fail(session.link, TAKEN_OVER, "another connection has taken its session", now)
            # A session that ends with its connection is gone now.
            session = self.router.sessions.get(client)
        if session is not None and packet.clean_start:
            self._forget(session, now)
            session = None
        present = session is not None
        if session is None:
            session = self.router.sessions[client] = Session(client, self._limits)
        link.agree(packet)
        link.client = client
        self._timers.clear((SESSION, client))
        # Who is back in time has not died (MQTT-3.1.3-9).
        self._timers.clear((WILL, client))
        self._timers.set((LINK, link.conn), link.patience(now))
        session.will = packet.will
        session.expiry = link.session_expiry
        self._effects.append(Note(link.conn, "connect", connecting.told(packet, client, present)))
        link.send(Connack(present, connecting.SUCCESS, connecting.agreed(packet, link, self._limits, client)))
        session.connect(link)
        session.pump(now)

    def _goodbye(self, link: Link, session: Session, packet: Disconnect, now: float) -> None:
        """A client leaves in good order, or says that something is wrong (section 3.14)."""
        wanted = packet.properties.number(PropertyId.SESSION_EXPIRY_INTERVAL, -1)
        if wanted > 0 and not session.expiry:
            self._fail(link, PROTOCOL_ERROR, "mqtt5#3.14.2.2.2 a session that was to end is to be kept", now)
            return
        if wanted >= 0:
            session.expiry = min(wanted, self._limits.session_expiry)
        # MQTT-3.14.4-3; in 3.1.1 every DISCONNECT is a normal one.
        if packet.reason_code == NORMAL:
            session.will = None
        self._end(link, "client has disconnected", NORMAL)
        self._detach(link, now)

    def _too_quiet(self, link: Link, now: float) -> None:
        if link.client is None:
            self._end(link, "no CONNECT in time", KEEP_ALIVE_TIMEOUT)
        elif not link.ended:
            self._fail(link, KEEP_ALIVE_TIMEOUT, "keep alive is over", now)

    def _fail(self, link: Link, reason_code: int, why: str, now: float) -> None:
        """End a connection for a fault; its will is published."""
        link.disconnect(reason_code)
        self._end(link, why, reason_code)
        self._detach(link, now)

    def _end(self, link: Link, why: str, reason_code: int) -> None:
        link.ended = True
        self._timers.clear((LINK, link.conn))
        self._effects.append(End(link.conn, why, reason_code))

    def _session(self, link: Link) -> Session | None:
        """The session that goes on by a connection; None where it has another one by now."""
        session = self.router.sessions.get(link.client) if link.client is not None else None
        return session if session is not None and session.link is link else None

    def _detach(self, link: Link, now: float) -> None:
        """A session has lost its connection: its will and its end have deadlines from now on."""
        session = self._session(link)
        if session is None:
            return
        session.link = None
        if session.will is not None:
            delay = session.will.properties.number(PropertyId.WILL_DELAY_INTERVAL, 0)
            if link.version < Version.V5 or not min(delay, session.expiry):
                self._publish_will(session, now)
            else:
                self._timers.set((WILL, session.client), now + min(delay, session.expiry))
        if session.expiry:
            self._timers.set((SESSION, session.client), now + session.expiry)
        else:
            self._forget(session, now)

    def _publish_will(self, session: Session, now: float) -> None:
        """Publish a will, which then is none any more (MQTT-3.1.2-8 and -10)."""
        will, session.will = session.will, None
        if will is None or not self._policy.may_publish(will.topic):
            return
        message = from_will(will, session.client, now)
        if not message.retain or self.router.retained.has_room(message, now):
            self.router.publish(message, now)

    def _forget(self, session: Session, now: float) -> None:
        """End a session; a will that was still waiting is published then (MQTT-3.1.2-8)."""
        self._timers.clear((SESSION, session.client))
        self._timers.clear((WILL, session.client))
        self.router.forget(session)
        self._publish_will(session, now)
