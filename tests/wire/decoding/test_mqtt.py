"""MQTT packets out of messages, however the bytes are cut into them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mqtt_packets import VERSIONS, packets
from tests.support.wire_streams import C2S, S2C, pieces, sizes
from wslab.wire.decoding import mqtt
from wslab.wire.decoding.decoded import MANY, Decoded
from wslab.wire.decoding.mqtt import BYTES_MISSING, TEXT_MESSAGE, Level, MqttDecoder
from wslab.wire.events import Direction
from wslab.wire.mqtt.packets import Connack, Connect, Packet, Pingreq, Publish
from wslab.wire.mqtt.writer import encode_packet

CONNECT = encode_packet(Connect("c", 5), 5)
PUBLISH = encode_packet(Publish("home/temp", b"21.5", 1, packet_id=7), 5)


def decoder(direction: Direction = C2S, level: Level | None = None, limit: int = 4096) -> MqttDecoder:
    return MqttDecoder(direction, level or Level(), preview_limit=limit)


def message(reader: MqttDecoder, *parts: bytes, text: bool = False, whole: bool = True) -> list[Decoded]:
    reader.begin(text)
    for part in parts:
        reader.feed(part)
    return reader.end(whole)


def test_a_packet_over_messages_tells_where_it_began() -> None:
    reader = decoder()
    assert message(reader, CONNECT + PUBLISH[:5])[0].start == 0
    (unit,) = message(reader, PUBLISH[5:])
    assert (unit.start, unit.length, unit.preview) == (-5, len(PUBLISH), PUBLISH)
    assert (unit.version, unit.name, unit.id, unit.topic) == ("5.0", "PUBLISH", "7", "home/temp")
    assert unit.summary == "PUBLISH QoS 1 id 7 home/temp 4 bytes"
    assert unit.violations == ()


def test_both_directions_know_the_version_of_the_connect() -> None:
    level = Level()
    client, server = decoder(C2S, level), decoder(S2C, level)
    message(client, CONNECT)
    (unit,) = message(server, encode_packet(Connack(reason_code=0x87), 5))
    assert (unit.version, unit.summary) == ("5.0", "CONNACK 0x87 Not authorized")


def test_a_text_message_is_no_part_of_the_stream() -> None:
    reader = decoder()
    message(reader, CONNECT + PUBLISH[:5])
    (odd,) = message(reader, b"hello", text=True)
    assert odd.violations == (TEXT_MESSAGE["mqtt5"],)
    (unit,) = message(reader, PUBLISH[5:])
    assert unit.violations == ()


def test_rules_that_are_broken_are_told() -> None:
    (unit,) = message(decoder(), encode_packet(Pingreq(), 4))
    assert unit.violations == ("mqtt3.1.1#MQTT-3.1.0-1 first packet of a client is not CONNECT",)


def test_a_packet_beyond_the_limit_is_flagged_and_skipped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "LARGEST", 50)
    reader = decoder()
    large = encode_packet(Publish("a", bytes(100)), 5)
    first, second, third = message(reader, CONNECT, large, PUBLISH)
    assert first.name == "CONNECT"
    assert second.length == len(large)
    assert second.violations == (f"lab#decode-limit {len(large)} bytes are more than the lab decodes, 50",)
    assert (third.name, third.start) == ("PUBLISH", len(CONNECT) + len(large))


def test_previews_are_bounded() -> None:
    _, unit = message(decoder(limit=3), CONNECT + PUBLISH)
    assert (unit.preview, unit.length) == (PUBLISH[:3], len(PUBLISH))


def test_behind_missing_bytes_nothing_is_read() -> None:
    reader = decoder()
    first, second = message(reader, CONNECT, whole=False)
    assert (first.name, second.violations) == ("CONNECT", (BYTES_MISSING,))
    assert message(reader, PUBLISH) == []


def test_many_packets_do_not_wait_for_the_end_of_their_message() -> None:
    reader = decoder()
    reader.begin(False)
    reader.feed(CONNECT)
    assert reader.overflow() == []
    reader.feed(encode_packet(Pingreq(), 5) * MANY)
    assert len(reader.overflow()) == MANY + 1
    assert reader.overflow() == reader.end(True) == []


versions = st.sampled_from(VERSIONS)


@given(versions.flatmap(lambda v: st.tuples(st.just(v), st.lists(packets(v), max_size=6))), sizes, sizes)
def test_cut_anywhere_into_messages_and_pieces_the_packets_are_the_same(
    made: tuple[int, list[Packet]], messages: list[int], cuts: list[int]
) -> None:
    version, every = made
    raws = [encode_packet(packet, version) for packet in every]
    reader = decoder(level=Level(version))
    units: list[Decoded] = []
    began = 0
    starts: list[int] = []
    for part in pieces(b"".join(raws), messages):
        found = message(reader, *pieces(part, cuts))
        starts += [began + unit.start for unit in found]
        assert all(unit.start < len(part) and unit.start + unit.length <= len(part) for unit in found)
        units += found
        began += len(part)
    assert [unit.preview for unit in units] == raws
    assert starts == [sum(map(len, raws[:place])) for place in range(len(raws))]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=40)), max_size=6), st.sampled_from(Direction))
def test_no_bytes_raise(messages: list[tuple[bool, bytes]], direction: Direction) -> None:
    reader = decoder(direction)
    for text, data in messages:
        for unit in message(reader, data, text=text):
            assert unit.start <= len(data)
            assert len(unit.preview) <= unit.length
            assert unit.summary
