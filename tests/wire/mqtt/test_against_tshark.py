"""Our fields against Wireshark's: the same places and the same values, packet by packet, over plain TCP."""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.support.capture_file import HEADERS, capture_file
from tests.wire.mqtt.test_writer import EXAMPLES
from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import (
    Auth,
    Connack,
    Connect,
    Disconnect,
    Packet,
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
    Will,
)
from wslab.wire.mqtt.properties import RULES, WILL, Kind, Properties, Property, PropertyId, properties
from wslab.wire.mqtt.reader import PacketReader, Read
from wslab.wire.mqtt.writer import encode_packet

TSHARK = shutil.which("tshark")
PATIENCE = 60.0
MQTT_PORT = 1883

VALUES: dict[Kind, int | str | bytes | tuple[str, str]] = {
    Kind.BYTE: 1,
    Kind.TWO: 300,
    Kind.FOUR: 70_000,
    Kind.VARIABLE: 300,
    Kind.STRING: "text",
    Kind.BINARY: b"\x01\x02\x03",
    Kind.PAIR: ("key", "value"),
}

SPELT = {
    "mqtt.topic": "Topic Name",
    "mqtt.clientid": "Client Identifier",
    "mqtt.username": "User Name",
    "mqtt.willtopic": "Will Topic",
    "mqtt.msgid": "Packet Identifier",
    "mqtt.protoname": "Protocol Name",
    "mqtt.property.content_type": "Content Type",
}
"""Wireshark's names of some of the fields whose values are compared."""

LENGTH_WITHIN = {"mqtt.property.content_type"}
"""Strings that Wireshark counts together with their length."""


def all_properties(packet: int) -> Properties:
    """Every property that a packet may have."""
    return Properties(
        tuple(Property(key, VALUES[rule.kind]) for key, rule in RULES.items() if packet in rule.packets)
    )


def with_all_properties() -> list[Packet]:
    will = Will("w/t", b"bye", 2, True, all_properties(WILL))
    return [
        Connect("id", 5, True, 60, will, "user", b"word", all_properties(1)),
        Connack(True, 0, all_properties(2)),
        Publish("a/ü", b"payload", 2, True, True, 515, all_properties(3)),
        Puback(1, 0x10, all_properties(4)),
        Pubrec(2, 0x87, all_properties(5)),
        Pubrel(3, 0x92, all_properties(6)),
        Pubcomp(4, 0x92, all_properties(7)),
        Subscribe(5, (Subscription("a/+", 2, True, True, 1), Subscription("$share/g/#")), all_properties(8)),
        Suback(6, (0, 1, 2, 0x8F), all_properties(9)),
        Unsubscribe(7, ("a", "b/#"), all_properties(10)),
        Unsuback(8, (0, 0x11), all_properties(11)),
        Disconnect(0x8E, all_properties(14)),
        Auth(0x18, all_properties(15)),
        Publish("", b"x" * 300, properties=properties((PropertyId.TOPIC_ALIAS, 1))),
    ]


def dissect(packets: list[bytes], folder: Path) -> list[list[ET.Element]]:
    """What Wireshark finds in each packet: its innermost fields."""
    if TSHARK is None:
        pytest.skip("tshark is not installed")
    file = folder / "mqtt.pcap"
    file.write_bytes(capture_file([(0, Direction.C2S, packet) for packet in packets], MQTT_PORT))
    command = [TSHARK, "-r", str(file), "-d", f"tcp.port=={MQTT_PORT},mqtt", "-T", "pdml"]
    output = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout
    found = []
    for frame in ET.fromstring(output).iter("packet"):
        (layer,) = frame.findall("./proto[@name='mqtt']")
        inner = [field for field in layer.iter("field") if field.get("name", "").startswith("mqtt.")]
        found.append([field for field in inner if field.find("field") is None])
    return found


def compare(version: int, packets: list[Packet], folder: Path) -> None:
    raws = [encode_packet(packet, version) for packet in packets]
    # A stream is read by the version of its CONNECT, which comes first.
    start = [] if isinstance(packets[0], Connect) else [encode_packet(Connect("c", version), version)]
    theirs = dissect(start + raws, folder)[len(start) :]
    assert len(theirs) == len(raws)
    reader = PacketReader(version=version)
    for raw, seen in zip(raws, theirs, strict=True):
        (read,) = reader.feed(raw)
        assert read.faults == ()
        assert places(read) == {place for field in seen for place in their_places(field)}, read.name
        for field in seen:
            name = SPELT.get(field.get("name", ""))
            if name == "Topic Name" and read.name != "PUBLISH":
                name = "Topic Filter"
            if name is not None and (found := their_places(field)):
                at = found[-1][0]
                ours = [each.value for each in read.fields() if each.offset == at]
                assert ours == [field.get("show")], name


def their_places(field: ET.Element) -> list[tuple[int, int]]:
    at, size = int(field.get("pos", "")) - HEADERS, int(field.get("size", ""))
    if field.get("name") in LENGTH_WITHIN:
        return [(at, 2), (at + 2, size - 2)]
    # What is empty is a field there.
    return [(at, size)] if size else []


def places(read: Read) -> set[tuple[int, int]]:
    return {(field.offset, field.length) for field in read.fields()}


def test_every_property_of_every_packet_stands_where_wireshark_sees_it(tmp_path: Path) -> None:
    compare(5, with_all_properties(), tmp_path)


@pytest.mark.parametrize("version", [3, 4, 5])
def test_the_examples_of_the_standards(version: int, tmp_path: Path) -> None:
    compare(version, [packet for _, level, packet, _ in EXAMPLES if level == version], tmp_path)
