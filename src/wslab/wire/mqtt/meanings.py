"""What packets of MQTT and their fields are for, in words for someone who meets them first.

The texts are to be translated where they are shown.
"""

from __future__ import annotations

from wslab.i18n import N_
from wslab.wire.mqtt.packets import PacketType

PACKETS: dict[PacketType, str] = {
    PacketType.CONNECT: N_("The client's first packet: who it is, and how the session is to be."),
    PacketType.CONNACK: N_("The server lets the client in, or says why it does not."),
    PacketType.PUBLISH: N_(
        "A message on a topic: from a publisher to the broker, or from it to a subscriber."
    ),
    PacketType.PUBACK: N_("A message of QoS 1 has arrived; its sender may forget it."),
    PacketType.PUBREC: N_("A message of QoS 2 has arrived: the first of three answers."),
    PacketType.PUBREL: N_("The sender of a message of QoS 2 has let go of it: it may be passed on, once."),
    PacketType.PUBCOMP: N_("A message of QoS 2 is done with; its Packet Identifier is free again."),
    PacketType.SUBSCRIBE: N_("The client asks for the messages of some topics."),
    PacketType.SUBACK: N_("The server says for each filter which QoS it grants, or that it refuses."),
    PacketType.UNSUBSCRIBE: N_("The client wants no more messages of some filters."),
    PacketType.UNSUBACK: N_("The server will send no more of them."),
    PacketType.PINGREQ: N_("The client is still there. Not a Ping frame: MQTT has a keep alive of its own."),
    PacketType.PINGRESP: N_("The server is still there."),
    PacketType.DISCONNECT: N_("The last packet of a connection: no will is published after a normal one."),
    PacketType.AUTH: N_("A step of an authentication that takes several."),
}
"""What each packet is for."""

FIELDS: dict[str, str] = {
    "Remaining Length": N_(
        "Bytes behind this field, seven bits in each byte; the top bit says that one more follows."
    ),
    "DUP": N_("Whether the message may have been sent before."),
    "QoS": N_("How surely it arrives: at most once, at least once, exactly once."),
    "RETAIN": N_("Whether the broker keeps the message for those who subscribe later."),
    "Packet Identifier": N_("Ties answers to what they answer. With QoS 0 there is none."),
    "Protocol Version": N_("The protocol level: it decides how everything behind it is read."),
    "Keep Alive": N_("After one and a half times this without a packet the server ends the connection."),
    "Client Identifier": N_("The name of the client, by which its session is found again."),
    "Clean Session": N_("Whether a session of before is forgotten, and this one when it ends."),
    "Clean Start": N_("Whether a session of before is forgotten."),
    "Will Flag": N_("Whether the server is to publish a message if the client is gone without goodbye."),
    "Session Present": N_("Whether the server still has a session of this client."),
    "Property Length": N_("Bytes of the properties that follow."),
    "Session Expiry Interval": N_("How long the session lives without a connection."),
    "Receive Maximum": N_("How many messages of QoS 1 and 2 may be under way to this side at once."),
    "Maximum Packet Size": N_("The largest packet that this side takes."),
    "Topic Alias": N_("A number that stands for the topic from now on, on this connection."),
    "Topic Alias Maximum": N_("The highest topic alias that this side takes; 0 takes none."),
    "Message Expiry Interval": N_("After that the message is no longer passed on."),
    "Will Delay Interval": N_("How long the server waits before it publishes the will."),
    "Response Topic": N_("Where an answer to the message is to be published."),
    "Correlation Data": N_("Ties the answer to its request."),
    "Subscription Identifier": N_("The number that the client gave the subscription for which this comes."),
    "No Local": N_("Whether the client's own messages are kept from it."),
    "Retain As Published": N_("Whether RETAIN is passed on as it was published."),
    "Retain Handling": N_("Whether messages that were kept are sent when the subscription is made."),
}
"""What the fields are for whose name and value do not say it."""
