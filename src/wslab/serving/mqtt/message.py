"""A message on its way through the broker."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from wslab.wire.mqtt.packets import Publish, Will
from wslab.wire.mqtt.properties import NO_PROPERTIES, Properties, PropertyId
from wslab.wire.mqtt.writer import encode_packet

KINDS, LONGEST_TOPIC = 8, 256
"""Kinds of copies of a message that are kept, and bytes of its topic up to which they are: it stays small."""
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
    frames: dict[tuple[int, int, bool, tuple[int, ...]], tuple[bytes, bytes]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What `to_bytes` has put around the payload, by version, QoS, RETAIN and Subscription Identifiers."""


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


def to_bytes(
    message: Message, version: int, qos: int, retain: bool, identifiers: tuple[int, ...], packet_id: int
) -> bytes:
    """Return the packet that passes a message on, which has no expiry, as bytes; see `to_publish`.

    One message is given to many, and the copies of a kind differ in their Packet Identifier alone.
    """
    kind = (version, qos, retain, identifiers)
    frame = message.frames.get(kind)
    if frame is None:
        frame = _frame(to_publish(message, qos, retain, identifiers, packet_id, 0.0), version)
        if len(message.frames) < KINDS and len(message.topic) <= LONGEST_TOPIC:
            message.frames[kind] = frame
    head, tail = frame
    return head + (packet_id.to_bytes(2, "big") if qos else b"") + tail + message.payload


def _frame(packet: Publish, version: int) -> tuple[bytes, bytes]:
    """Return what is before the Packet Identifier and what is between it and the payload."""
    raw = encode_packet(packet, version)
    at = 2
    while raw[at - 1] >= 0x80:
        at += 1
    at += 2 + int.from_bytes(raw[at : at + 2], "big")
    return raw[:at], raw[at + (2 if packet.qos else 0) : len(raw) - len(packet.payload)]
