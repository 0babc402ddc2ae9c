"""Our bytes against paho's: a real client of it, on a real socket, talks to our reader and writer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties as PahoProperties
from paho.mqtt.subscribeoptions import SubscribeOptions

from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import (
    Connack,
    Connect,
    Disconnect,
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
    Version,
    Will,
)
from wslab.wire.mqtt.properties import NO_PROPERTIES, PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader
from wslab.wire.mqtt.writer import encode_packet, legal_packet

PATIENCE = 20.0
LEVELS = {4: paho.MQTTv311, 5: paho.MQTTv5}


class Wire:
    """A client of paho's whose loop is turned by hand, and the other end of its connection."""

    def __init__(self, version: int) -> None:
        self.version = version
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.client = paho.Client(paho.CallbackAPIVersion.VERSION2, "paho", protocol=LEVELS[version])
        self.reader = PacketReader(version=version, direction=Direction.C2S)
        self.seen: list[tuple[Any, ...]] = []
        self.end: socket.socket | None = None
        self.client.on_message = lambda _c, _u, message: self.seen.append(("message", message))
        self.client.on_subscribe = lambda _c, _u, mid, codes, props: self.seen.append(
            ("suback", mid, codes, props)
        )
        self.client.on_unsubscribe = lambda _c, _u, mid, codes, props: self.seen.append(
            ("unsuback", mid, codes, props)
        )
        self.client.on_publish = lambda _c, _u, mid, code, props: self.seen.append(
            ("published", mid, code, props)
        )
        self.client.on_connect = lambda _c, _u, flags, code, props: self.seen.append(
            ("connack", flags, code, props)
        )
        self.client.on_disconnect = lambda _c, _u, flags, code, props: self.seen.append(
            ("end", flags, code, props)
        )

    def connect(self, **options: Any) -> Packet:
        """Connect and return the CONNECT packet."""
        self.client.connect("127.0.0.1", self.listener.getsockname()[1], **options)
        self.end, _ = self.listener.accept()
        self.end.settimeout(PATIENCE)
        return self.sent()

    def sent(self) -> Packet:
        """The next packet of paho's; ours would have the same bytes."""
        assert self.end is not None
        while self.client.want_write():
            self.client.loop_write()
        while True:
            if reads := self.reader.feed(self.end.recv(1)):
                (read,) = reads
                assert read.faults == ()
                assert read.packet is not None
                assert encode_packet(read.packet, self.version) == read.raw
                return read.packet

    def receive(self, packet: Packet) -> None:
        """Send paho a packet and let it read all of it."""
        assert self.end is not None
        before = len(self.seen)
        self.end.sendall(legal_packet(packet, self.version))
        self.client.loop_read()
        assert len(self.seen) <= before + 1

    def close(self) -> None:
        if self.end is not None:
            self.end.close()
        self.listener.close()
        self.client.disconnect()
        if (left := self.client.socket()) is not None:
            left.close()


@pytest.fixture(params=[4, 5])
def wire(request: pytest.FixtureRequest) -> Iterator[Wire]:
    made = Wire(request.param)
    try:
        yield made
    finally:
        made.close()


def paho_properties(packet: int, **values: Any) -> PahoProperties:
    made = PahoProperties(packet)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def connected(wire: Wire) -> Wire:
    wire.connect()
    wire.receive(Connack())
    assert wire.seen.pop()[2] == 0
    return wire


def test_connect_with_everything(wire: Wire) -> None:
    five = wire.version == Version.V5
    wire.client.username_pw_set("user", "wörd")
    options: dict[str, Any] = {"keepalive": 17}
    will: dict[str, Any] = {}
    if five:
        options["properties"] = paho_properties(
            PacketTypes.CONNECT,
            SessionExpiryInterval=30,
            ReceiveMaximum=9,
            MaximumPacketSize=70_000,
            TopicAliasMaximum=3,
            RequestResponseInformation=1,
            RequestProblemInformation=0,
            UserProperty=[("a", "1"), ("a", "2")],
        )
        options["clean_start"] = False
        will["properties"] = paho_properties(
            PacketTypes.WILLMESSAGE, WillDelayInterval=5, ContentType="text/plain", CorrelationData=b"\x01"
        )
    wire.client.will_set("last/wörds", b"bye", 2, True, **will)
    packet = wire.connect(**options)
    assert isinstance(packet, Connect)
    assert (packet.client_id, packet.version, packet.keep_alive) == ("paho", wire.version, 17)
    assert (packet.username, packet.password) == ("user", "wörd".encode())
    assert packet.clean_start is not five
    assert packet.will is not None
    assert packet.will == Will("last/wörds", b"bye", 2, True, packet.will.properties)
    if five:
        there = {item.id: item.value for item in packet.properties.items}
        assert there[PropertyId.SESSION_EXPIRY_INTERVAL] == 30
        assert there[PropertyId.MAXIMUM_PACKET_SIZE] == 70_000
        assert there[PropertyId.REQUEST_PROBLEM_INFORMATION] == 0
        assert packet.properties.user == (("a", "1"), ("a", "2"))
        assert packet.will.properties.number(PropertyId.WILL_DELAY_INTERVAL, 0) == 5
        assert packet.will.properties.data(PropertyId.CORRELATION_DATA) == b"\x01"


def test_connack_with_everything() -> None:
    wire = Wire(5)
    try:
        wire.connect(clean_start=False)
        wire.receive(
            Connack(
                True, 0,
                properties(
                    (PropertyId.ASSIGNED_CLIENT_IDENTIFIER, "given"),
                    (PropertyId.SERVER_KEEP_ALIVE, 20),
                    (PropertyId.MAXIMUM_QOS, 1),
                    (PropertyId.RECEIVE_MAXIMUM, 4),
                    (PropertyId.REASON_STRING, "welcome"),
                    (PropertyId.USER_PROPERTY, ("k", "v")),
                ),
            )
        )  # fmt: skip
        _, flags, code, props = wire.seen.pop()
        assert (flags.session_present, code) == (True, 0)
        assert (props.AssignedClientIdentifier, props.ServerKeepAlive, props.MaximumQoS) == ("given", 20, 1)
        assert (props.ReceiveMaximum, props.ReasonString, props.UserProperty) == (4, "welcome", [("k", "v")])
    finally:
        wire.close()


def test_subscribing(wire: Wire) -> None:
    connected(wire)
    five = wire.version == Version.V5
    if five:
        _, mid = wire.client.subscribe(
            [("a/+", SubscribeOptions(2, True, True, 1)), ("b/#", SubscribeOptions(1))],
            properties=paho_properties(PacketTypes.SUBSCRIBE, SubscriptionIdentifier=300),
        )
        expected = Subscribe(
            mid or 0,
            (Subscription("a/+", 2, True, True, 1), Subscription("b/#", 1)),
            properties((PropertyId.SUBSCRIPTION_IDENTIFIER, 300)),
        )
    else:
        _, mid = wire.client.subscribe([("a/+", 2), ("b/#", 1)])
        expected = Subscribe(mid or 0, (Subscription("a/+", 2), Subscription("b/#", 1)))
    assert wire.sent() == expected
    wire.receive(Suback(mid or 0, (2, 0x80)))
    name, number, codes, _ = wire.seen.pop()
    assert (name, number, [code.value for code in codes]) == ("suback", mid, [2, 0x80])
    _, mid = wire.client.unsubscribe(["a/+", "b/#"])
    assert wire.sent() == Unsubscribe(mid or 0, ("a/+", "b/#"))
    wire.receive(Unsuback(mid or 0, (0, 0x11) if five else ()))
    name, number, codes, _ = wire.seen.pop()
    assert (name, number, [code.value for code in codes]) == ("unsuback", mid, [0, 0x11] if five else [])


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_publishing(wire: Wire, qos: int) -> None:
    connected(wire)
    mid = wire.client.publish("a/ü", b"\x00\xff" * 200, qos, retain=True).mid
    number = mid if qos else 0
    assert wire.sent() == Publish("a/ü", b"\x00\xff" * 200, qos, True, False, number)
    if qos == 1:
        wire.receive(Puback(mid))
    if qos == 2:
        wire.receive(Pubrec(mid))
        assert wire.sent() == Pubrel(mid)
        wire.receive(Pubcomp(mid))
    assert [event[:2] for event in wire.seen] == [("published", mid)]


def test_a_refusal_of_a_message_is_understood() -> None:
    wire = connected(Wire(5))
    try:
        mid = wire.client.publish("a", b"", 1).mid
        wire.sent()
        wire.receive(Puback(mid, 0x87, properties((PropertyId.REASON_STRING, "no"))))
        _, number, code, props = wire.seen.pop()
        assert (number, code.value, props.ReasonString) == (mid, 0x87, "no")
    finally:
        wire.close()


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_messages_are_understood(wire: Wire, qos: int) -> None:
    connected(wire)
    there = NO_PROPERTIES
    if wire.version == Version.V5:
        there = properties(
            (PropertyId.CONTENT_TYPE, "text/plain"),
            (PropertyId.SUBSCRIPTION_IDENTIFIER, 1),
            (PropertyId.SUBSCRIPTION_IDENTIFIER, 300),
            (PropertyId.USER_PROPERTY, ("a", "b")),
            (PropertyId.MESSAGE_EXPIRY_INTERVAL, 9),
        )
    wire.receive(Publish("t/ü", b"hello", qos, True, False, 7 if qos else 0, there))
    if qos == 1:
        assert wire.sent() == Puback(7)
    if qos == 2:
        assert wire.sent() == Pubrec(7)
        wire.receive(Pubrel(7))
        assert wire.sent() == Pubcomp(7)
    ((_, message),) = wire.seen
    assert (message.topic, message.payload, message.qos, message.retain) == ("t/ü", b"hello", qos, True)
    if wire.version == Version.V5:
        assert message.properties.SubscriptionIdentifier == [1, 300]
        assert message.properties.UserProperty == [("a", "b")]
        assert message.properties.MessageExpiryInterval == 9


def test_pings_and_the_end(wire: Wire) -> None:
    connected(wire)
    wire.client._send_pingreq()
    assert wire.sent() == Pingreq()
    wire.receive(Pingresp())
    if wire.version == Version.V5:
        wire.client.disconnect(paho.ReasonCode(PacketTypes.DISCONNECT, "Disconnect with will message"))
        assert wire.sent() == Disconnect(4)
    else:
        wire.client.disconnect()
        assert wire.sent() == Disconnect()


def test_a_server_that_ends_it_is_understood() -> None:
    wire = connected(Wire(5))
    try:
        wire.receive(Disconnect(0x8E, properties((PropertyId.REASON_STRING, "again"))))
        name, _, code, props = wire.seen.pop()
        assert (name, code.value, props.ReasonString) == ("end", 0x8E, "again")
    finally:
        wire.close()
