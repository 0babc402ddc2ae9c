"""Whole sessions of MQTT over WebSocket against Wireshark: its frames, its payloads, and the packets in them.

Wireshark 4.0 does not look for MQTT inside WebSocket by itself. So it is asked twice: for the frames, and for
the packets in what it found in the frames. It puts packets together over messages as over TCP segments.
"""

from __future__ import annotations

import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.capture_file import CLIENT_PORT, capture_file
from tests.support.mqtt_packets import packets
from tests.support.wire_streams import C2S, MASK, S2C, answer, fixed_clock, pieces, request, sizes
from tests.wire.mqtt.test_against_tshark import LENGTH_WITHIN
from wslab.wire.connection import ConnectionReader
from wslab.wire.decoding.layers import unit_layers
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Direction, Event, Frame, Proto
from wslab.wire.mqtt.packets import Connack, Connect, Packet, PacketType
from wslab.wire.mqtt.writer import encode_packet

TSHARK = shutil.which("tshark")
PATIENCE = 60.0
PORT = 8082

Portion = tuple[int, Direction, bytes]


class TheirFrame(NamedTuple):
    """A frame as Wireshark has it."""

    conn: int
    direction: Direction
    fin: bool
    opcode: int
    masked: bool
    length: int


class TheirPacket(NamedTuple):
    """An MQTT packet as Wireshark has it; places count from its first byte."""

    conn: int
    direction: Direction
    kind: int
    size: int
    places: frozenset[tuple[int, int]]


def dissected(
    portions: list[Portion], folder: Path, *decode_as: str
) -> Iterator[tuple[int, Direction, ET.Element]]:
    """What Wireshark makes of each segment."""
    assert TSHARK is not None
    file = folder / "session.pcap"
    file.write_bytes(capture_file(portions, PORT))
    command = [
        TSHARK,
        "-n",
        "-r",
        str(file),
        "-T",
        "pdml",
        *(word for each in decode_as for word in ("-d", each)),
    ]
    output = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout
    for segment in ET.fromstring(output).iter("packet"):
        ports = [int(shown(segment, f"tcp.{side}port")) for side in ("src", "dst")]
        direction = C2S if ports[1] == PORT else S2C
        yield max(ports) - CLIENT_PORT, direction, segment


def shown(element: ET.Element, name: str) -> str:
    field = element.find(f".//field[@name='{name}']")
    assert field is not None, name
    return field.get("show", "")


def their_frames(portions: list[Portion], folder: Path) -> tuple[list[TheirFrame], list[Portion]]:
    """The frames, and the payload of each message."""
    frames: list[TheirFrame] = []
    messages: list[Portion] = []
    for conn, direction, segment in dissected(portions, folder, f"tcp.port=={PORT},http"):
        for layer in segment.findall("./proto"):
            if layer.get("name") == "websocket":
                forms = [
                    int(field.get("show", ""))
                    for field in layer.iter("field")
                    if field.get("name", "").startswith("websocket.payload_length")
                ]
                frames.append(
                    TheirFrame(
                        conn, direction, shown(layer, "websocket.fin") == "1",
                        int(shown(layer, "websocket.opcode")), shown(layer, "websocket.mask") == "1", forms[-1],
                    )
                )  # fmt: skip
            elif (data := layer.find(".//field[@name='data.data']")) is not None:
                messages.append((conn, direction, bytes.fromhex(data.get("value", ""))))
    return frames, messages


def their_packets(messages: list[Portion], folder: Path) -> list[TheirPacket]:
    found = []
    for conn, direction, segment in dissected(messages, folder, f"tcp.port=={PORT},mqtt"):
        for layer in segment.findall("./proto[@name='mqtt']"):
            base = int(layer.get("pos", ""))
            inner = [field for field in layer.iter("field") if field.get("name", "").startswith("mqtt.")]
            places = {
                place for field in inner if field.find("field") is None for place in their_places(field, base)
            }
            kind = int(shown(layer, "mqtt.msgtype"))
            found.append(TheirPacket(conn, direction, kind, int(layer.get("size", "")), frozenset(places)))
    return found


def their_places(field: ET.Element, base: int) -> list[tuple[int, int]]:
    at, size = int(field.get("pos", "")) - base, int(field.get("size", ""))
    if field.get("name") in LENGTH_WITHIN:
        return [(at, 2), (at + 2, size - 2)] if size > 2 else [(at, 2)]
    return [(at, size)] if size else []


def our_packet(unit: Proto, conn: int) -> TheirPacket:
    (layer, *_) = unit_layers(unit)
    places = frozenset((field.offset, field.length) for field in layer.fields)
    return TheirPacket(conn, unit.direction, PacketType[unit.name], unit.length, places)


class Session(NamedTuple):
    """Packets of a connection and how they are cut into messages and frames."""

    version: int
    sent: list[Packet]
    received: list[Packet]
    messages: list[int]
    frames: list[int]


def _later(version: int) -> st.SearchStrategy[list[Packet]]:
    each = packets(version).filter(lambda packet: not isinstance(packet, Connect | Connack))
    return st.lists(each, min_size=1, max_size=4)


sessions = st.sampled_from([4, 5]).flatmap(
    lambda version: st.builds(Session, st.just(version), _later(version), _later(version), sizes, sizes)
)


def portions_of(session: Session, conn: int) -> list[Portion]:
    found = [(conn, C2S, request("", "mqtt")), (conn, S2C, answer("", "mqtt"))]
    version = session.version
    for direction, first, later in (
        (C2S, Connect("c", version), session.sent),
        (S2C, Connack(), session.received),
    ):
        mask = MASK if direction is C2S else None
        greeting = encode_packet(first, version)
        found.append((conn, direction, encode_frame(2, greeting, mask=mask)))
        stream = b"".join(encode_packet(packet, version) for packet in later)
        for message in pieces(stream, session.messages):
            parts = pieces(message, session.frames)
            for place, (part, following) in enumerate(pairwise([*parts, b""])):
                frame = encode_frame(0 if place else 2, part, fin=not following, mask=mask)
                ping = encode_frame(9, b"", mask=mask) if following else b""
                found.append((conn, direction, frame + ping))
    return found


# Without making failures smaller: each look at one starts Wireshark twice.
@settings(
    deadline=None,
    max_examples=3,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(sessions, min_size=2, max_size=3))
def test_sessions_are_dissected_as_wireshark_does(
    tmp_path_factory: pytest.TempPathFactory, made: list[Session]
) -> None:
    if TSHARK is None:
        pytest.skip("tshark is not installed")
    folder = tmp_path_factory.mktemp("session")
    portions = [portion for conn, session in enumerate(made) for portion in portions_of(session, conn)]
    readers = [ConnectionReader(conn, fixed_clock(), preview_limit=2**20) for conn in range(len(made))]
    events: list[Event] = []
    for conn, direction, data in portions:
        events += readers[conn].receive(direction, data)

    frames, messages = their_frames(portions, folder)
    assert frames == [
        TheirFrame(event.conn, event.direction, event.fin, event.opcode, event.masked, event.length)
        for event in events
        if isinstance(event, Frame)
    ]
    ours = [our_packet(event, event.conn) for event in events if isinstance(event, Proto)]
    assert their_packets(messages, folder) == ours
    assert len(ours) == sum(2 + len(session.sent) + len(session.received) for session in made)
