"""What a connected client may ask for: to publish, subscribe, acknowledge (MQTT 5 chapter 3, section 4.3)."""

from __future__ import annotations

from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt.link import Link
from wslab.serving.mqtt.message import from_publish
from wslab.serving.mqtt.router import Router
from wslab.serving.mqtt.session import Session
from wslab.wire.mqtt.packets import (
    Packet,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Unsuback,
    Unsubscribe,
)
from wslab.wire.mqtt.properties import PropertyId

UNSPECIFIED = FAILURE_3 = 0x80
"""The only code of 3.1.1 for a subscription that is refused (section 3.9.3); the first error of 5.0."""
NO_MATCH, NO_SUBSCRIPTION = 0x10, 0x11
PROTOCOL_ERROR, NOT_AUTHORIZED = 0x82, 0x87
ID_NOT_FOUND, RECEIVE_MAXIMUM_EXCEEDED, ALIAS_INVALID, QUOTA_EXCEEDED = 0x92, 0x93, 0x94, 0x97


class Refused(Exception):
    """Something for which a connection ends."""

    def __init__(self, reason_code: int, why: str) -> None:
        """Take the reason code of MQTT 5, and why in words."""
        super().__init__(why)
        self.reason_code = reason_code


class Exchanges:
    """Handles every packet of a connected client but DISCONNECT."""

    def __init__(self, router: Router, limits: Limits, policy: Policy) -> None:
        """Take what it works on."""
        self._router = router
        self._limits = limits
        self._policy = policy

    def handle(self, link: Link, session: Session, packet: Packet, now: float) -> None:
        """Do what a packet asks for.

        Args:
            link: the connection on which it came.
            session: the session of the connection.
            packet: breaks no rule that can be seen from its bytes.
            now: seconds of the broker's clock.

        Raises:
            Refused: the connection has to end.
        """
        match packet:
            case Publish():
                self._publish(link, session, packet, now)
            case Puback():
                self._acknowledged(session, packet, now)
            case Pubrec():
                self._received(link, session, packet, now)
            case Pubrel():
                self._released(link, session, packet)
            case Pubcomp():
                self._completed(session, packet, now)
            case Subscribe():
                self._subscribe(link, session, packet, now)
            case Unsubscribe():
                self._unsubscribe(link, session, packet)
            case Pingreq():
                link.send(Pingresp())
            case _:
                # AUTH: nobody has agreed on a method (MQTT-4.12.0-7).
                raise Refused(PROTOCOL_ERROR, "AUTH without an authentication method")

    def _publish(self, link: Link, session: Session, packet: Publish, now: float) -> None:
        topic = self._topic(link, packet)
        if packet.qos == 2:
            if packet.packet_id in session.incoming:
                # It is here already, and nobody is to get it twice (MQTT-4.3.3-10).
                link.send(Pubrec(packet.packet_id))
                return
            if len(session.incoming) >= self._limits.receive_maximum:
                raise Refused(RECEIVE_MAXIMUM_EXCEEDED, "more messages of QoS 2 begun than Receive Maximum")
        code = self._take(session, packet, topic, now)
        if packet.qos == 0:
            return
        # In 3.1.1 there is no way to refuse a message (MQTT-3.3.5-2 there).
        shown = code if link.five else 0
        if packet.qos == 1:
            link.send(Puback(packet.packet_id, shown))
            return
        if shown < FAILURE_3:
            session.incoming.add(packet.packet_id)
        link.send(Pubrec(packet.packet_id, shown))

    def _take(self, session: Session, packet: Publish, topic: str, now: float) -> int:
        """Pass a message on and return its reason code."""
        if not self._policy.may_publish(topic):
            return NOT_AUTHORIZED
        message = from_publish(packet, topic, session.client, now)
        if message.retain and not self._router.retained.has_room(message, now):
            return QUOTA_EXCEEDED
        return 0 if self._router.publish(message, now) else NO_MATCH

    def _topic(self, link: Link, packet: Publish) -> str:
        """Return the topic name that a message has or its alias stands for (section 3.3.2.3.4)."""
        alias = packet.properties.number(PropertyId.TOPIC_ALIAS, 0)
        if not alias:
            return packet.topic
        if alias > self._limits.topic_aliases:
            raise Refused(ALIAS_INVALID, f"topic alias {alias} is larger than {self._limits.topic_aliases}")
        if packet.topic:
            link.aliases[alias] = packet.topic
        topic = link.aliases.get(alias)
        if topic is None:
            raise Refused(PROTOCOL_ERROR, f"topic alias {alias} stands for no topic yet")
        return topic

    def _acknowledged(self, session: Session, packet: Puback, now: float) -> None:
        flight = session.flights.get(packet.packet_id)
        if flight is None:
            return
        if flight.content.qos != 1:
            raise Refused(PROTOCOL_ERROR, "PUBACK for a message of QoS 2")
        session.acknowledge(packet.packet_id, now)

    def _received(self, link: Link, session: Session, packet: Pubrec, now: float) -> None:
        flight = session.flights.get(packet.packet_id)
        if flight is None:
            # A refusal needs no answer (section 4.3.3, figure 4-3).
            if packet.reason_code < FAILURE_3:
                link.send(Pubrel(packet.packet_id, ID_NOT_FOUND))
            return
        if flight.content.qos != 2:
            raise Refused(PROTOCOL_ERROR, "PUBREC for a message of QoS 1")
        if packet.reason_code >= FAILURE_3:
            session.acknowledge(packet.packet_id, now)
            return
        flight.released = True
        link.send(Pubrel(packet.packet_id))

    def _released(self, link: Link, session: Session, packet: Pubrel) -> None:
        known = packet.packet_id in session.incoming
        session.incoming.discard(packet.packet_id)
        link.send(Pubcomp(packet.packet_id, 0 if known else ID_NOT_FOUND))

    def _completed(self, session: Session, packet: Pubcomp, now: float) -> None:
        flight = session.flights.get(packet.packet_id)
        if flight is None:
            return
        if not flight.released:
            raise Refused(PROTOCOL_ERROR, "PUBCOMP without a PUBREC before it")
        session.acknowledge(packet.packet_id, now)

    def _subscribe(self, link: Link, session: Session, packet: Subscribe, now: float) -> None:
        identifier = packet.properties.number(PropertyId.SUBSCRIPTION_IDENTIFIER, 0)
        codes: list[int] = []
        made: list[tuple[Subscription, bool]] = []
        for subscription in packet.subscriptions:
            code = self._allowed(session, subscription)
            codes.append(code if link.five or code < FAILURE_3 else FAILURE_3)
            if code < FAILURE_3:
                new = self._router.subscribe(session, subscription, identifier, link.five)
                made.append((subscription, new))
        link.send(Suback(packet.packet_id, tuple(codes)))
        for subscription, new in made:
            # A filter may stand there twice with different options: the last one counts.
            if session.subscriptions[subscription.topic_filter].subscription == subscription:
                self._router.send_retained(session, subscription, new, now)

    def _allowed(self, session: Session, subscription: Subscription) -> int:
        """Return the reason code of a subscription: the QoS that is granted, or why not."""
        if not self._policy.may_subscribe(subscription.topic_filter):
            # "Does not wish to reveal the reason" (section 3.9.3); the one code that both versions have.
            return UNSPECIFIED
        known = subscription.topic_filter in session.subscriptions
        if not known and len(session.subscriptions) >= self._limits.subscriptions:
            return QUOTA_EXCEEDED
        return subscription.qos

    def _unsubscribe(self, link: Link, session: Session, packet: Unsubscribe) -> None:
        codes = tuple(
            0 if self._router.unsubscribe(session, topic_filter) else NO_SUBSCRIPTION
            for topic_filter in packet.topic_filters
        )
        link.send(Unsuback(packet.packet_id, codes))
