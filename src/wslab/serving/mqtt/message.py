"""A message on its way through the broker."""

from __future__ import annotations

import math
from dataclasses import dataclass

from wslab.wire.mqtt.packets import Publish, Will
from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties, PropertyId

_OWN_TO_A_HOP = (
    PropertyId.TOPIC_ALIAS,
    PropertyId.SUBSCRIPTION_IDENTIFIER,
    PropertyId.MESSAGE_EXPIRY_INTERVAL,
    PropertyId.WILL_DELAY_INTERVAL,
)
"""Properties that are not passed on as they came."""


@dataclass(frozen=True, slots=True)
class Message:
    """What was published, without what belongs to one hop alone."""

    topic: str
    payload: bytes
    qos: int
    retain: bool
    properties: Properties = NO_PROPERTIES
    """Those that are passed on unaltered and in their order (MQTT-3.3.2-4, -15 to -18, -20)."""
    expires: float = math.inf
    """When it is no longer worth delivering, in seconds of the broker's clock."""
    publisher: str = ""
    """Client identifier of who published it."""


def from_publish(packet: Publish, topic: str, publisher: str, now: float) -> Message:
    """Make a message of a packet; the topic is the one that its alias stands for."""
    return _make(topic, packet.payload, packet.qos, packet.retain, packet.properties, publisher, now)


def from_will(will: Will, publisher: str, now: float) -> Message:
    """Make a message of a will; its expiry counts from now, which is when it is published."""
    return _make(will.topic, will.payload, will.qos, will.retain, will.properties, publisher, now)


def _make(
    topic: str, payload: bytes, qos: int, retain: bool, there: Properties, publisher: str, now: float
) -> Message:
    if not there:
        return Message(topic, payload, qos, retain, publisher=publisher)
    expiry = there.number(PropertyId.MESSAGE_EXPIRY_INTERVAL, -1)
    expires = now + expiry if expiry >= 0 else math.inf
    return Message(topic, payload, qos, retain, there.without(*_OWN_TO_A_HOP), expires, publisher)


def to_publish(
    message: Message, qos: int, retain: bool, identifiers: tuple[int, ...], packet_id: int, now: float
) -> Publish:
    """Make the packet that passes a message on.

    Args:
        message: what to pass on.
        qos: the smaller of the message's and the subscription's.
        retain: the RETAIN flag.
        identifiers: Subscription Identifiers of the subscriptions it matches.
        packet_id: 0 for QoS 0.
        now: seconds of the broker's clock; the expiry that is sent is what is left (MQTT-3.3.2-6).
    """
    there = message.properties
    if message.expires != math.inf:
        there = there.plus(PropertyId.MESSAGE_EXPIRY_INTERVAL, max(0, math.ceil(message.expires - now)))
    for identifier in identifiers:
        there = there.plus(PropertyId.SUBSCRIPTION_IDENTIFIER, identifier)
    return Publish(message.topic, message.payload, qos, retain, False, packet_id, there)
