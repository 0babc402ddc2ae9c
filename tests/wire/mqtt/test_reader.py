"""Packets from a stream of bytes, however it is cut."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mqtt_packets import VERSIONS, any_packet, packets
from wslab.wire.events import Direction
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.packets import Connack, Connect, Packet, PacketType, Pingreq, Publish, Version
from wslab.wire.mqtt.reader import PacketReader, Read
from wslab.wire.mqtt.writer import encode_packet

C2S, S2C = Direction.C2S, Direction.S2C

directions = st.sampled_from([None, C2S, S2C])
versions = st.sampled_from([None, 3, 4, 5])
streams = st.sampled_from(VERSIONS).flatmap(
    lambda version: st.tuples(st.just(int(version)), st.lists(packets(version), min_size=1, max_size=4))
)


def cut(data: bytes, places: list[int]) -> list[bytes]:
    """The pieces of data between some places."""
    ends = [0, *sorted(min(place, len(data)) for place in places), len(data)]
    return [data[start:end] for start, end in pairwise(ends)]


def read_all(reader: PacketReader, pieces: list[bytes]) -> list[Read]:
    return [read for piece in pieces for read in reader.feed(piece)]


@given(streams, st.lists(st.integers(0, 400), max_size=12))
def test_any_split_gives_the_same_packets(stream: tuple[int, list[Packet]], places: list[int]) -> None:
    version, sent = stream
    data = b"".join(encode_packet(packet, version) for packet in sent)
    reads = read_all(PacketReader(version=version), cut(data, places))
    assert [read.packet for read in reads] == sent
    assert b"".join(read.raw for read in reads) == data
    assert [read.offset for read in reads] == [data.index(read.raw, read.offset) for read in reads]
    assert not any(read.faults for read in reads)


@given(any_packet)
def test_a_packet_byte_by_byte(pair: tuple[int, Packet]) -> None:
    version, packet = pair
    raw = encode_packet(packet, version)
    reader = PacketReader(version=version)
    for place, byte in enumerate(raw[:-1]):
        assert reader.feed(bytes((byte,))) == []
        assert reader.pending == place + 1
    (read,) = reader.feed(raw[-1:])
    assert (read.packet, read.size, reader.pending) == (packet, len(raw), 0)


@given(st.binary(max_size=300), versions, directions, st.lists(st.integers(0, 300), max_size=8))
def test_random_bytes_never_raise_and_are_all_accounted_for(
    data: bytes, version: int | None, direction: Direction | None, places: list[int]
) -> None:
    def run(pieces: list[bytes]) -> tuple[list[Read], PacketReader]:
        reader = PacketReader(version=version, direction=direction, largest=64)
        return read_all(reader, pieces), reader

    reads, reader = run([data])
    again, other = run(cut(data, places))
    assert reads == again
    assert (reader.pending, reader.skipped, reader.lost) == (other.pending, other.skipped, other.lost)
    assert sum(len(read.raw) for read in reads) + reader.skipped + reader.pending == len(data)
    for read in reads:
        assert read.packet is not None or read.faults
        assert all(str(fault) for fault in read.faults)
        read.fields()


@settings(max_examples=150)
@given(
    streams, st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=4), directions
)
def test_mutated_streams_never_raise(
    stream: tuple[int, list[Packet]], changes: list[tuple[int, int]], direction: Direction | None
) -> None:
    version, sent = stream
    data = bytearray(b"".join(encode_packet(packet, version) for packet in sent))
    for place, value in changes:
        data[place % len(data)] = value
    reader = PacketReader(version=version, direction=direction)
    reads = reader.feed(bytes(data))
    assert sum(len(read.raw) for read in reads) + reader.skipped + reader.pending == len(data)
    for read in reads:
        assert read.packet is not None or read.faults
        read.fields()


def test_the_version_comes_from_connect() -> None:
    reader = PacketReader(direction=C2S)
    assert reader.version is None
    first, second = reader.feed(encode_packet(Connect("c", 5), 5) + encode_packet(Publish("a"), 5))
    assert (reader.version, first.version, second.version) == (Version.V5, 5, 5)
    assert second.packet == Publish("a")


def test_3_1_is_recognised() -> None:
    reader = PacketReader()
    (read,) = reader.feed(encode_packet(Connect("c", 3, protocol_name="MQIsdp"), 3))
    assert (reader.version, read.faults) == (Version.V3_1, ())


def test_the_version_can_be_given() -> None:
    reader = PacketReader(direction=S2C)
    reader.version = Version.V5
    (read,) = reader.feed(bytes.fromhex("20 03 00 00 00"))
    assert (read.packet, read.faults) == (Connack(), ())


def test_a_packet_that_is_too_large_is_skipped_and_the_next_one_read() -> None:
    large = encode_packet(Publish("a", bytes(1000)), 4)
    for size in (1, 7, 5000):
        reader = PacketReader(version=4, largest=100)
        data = large + encode_packet(Pingreq(), 4)
        reads = read_all(reader, [data[at : at + size] for at in range(0, len(data), size)])
        assert [read.name for read in reads] == ["PUBLISH", "PINGREQ"]
        assert [fault.rule for fault in reads[0].faults] == [rules.TOO_LARGE_FOR_SERVER]
        assert str(reads[0].faults[0]).endswith(f"{len(large)} bytes of 100")
        assert (reads[0].packet, reads[0].size, len(reads[0].raw)) == (None, len(large), 3)
        assert (reads[1].offset, reader.skipped) == (len(large), len(large) - 3)
        assert not reads[0].framing_lost


def test_no_more_is_kept_than_the_largest_packet() -> None:
    reader = PacketReader(version=4, largest=100)
    reader.feed(bytes.fromhex("30 ff ff ff 7f"))
    for _ in range(50):
        reader.feed(bytes(1000))
        assert reader.pending == 0
    reader = PacketReader(version=4, largest=100)
    reader.feed(bytes.fromhex("30 61") + bytes(96))
    assert reader.pending == 98


def test_nothing_is_read_once_framing_is_lost() -> None:
    reader = PacketReader(version=4)
    (read,) = reader.feed(bytes.fromhex("30 ff ff ff ff 01 c0 00"))
    assert read.framing_lost
    assert (read.raw.hex(), reader.lost, reader.skipped) == ("30ffffffff", True, 3)
    assert reader.feed(bytes.fromhex("c0 00")) == []
    assert reader.skipped == 5


def test_a_malformed_packet_does_not_lose_the_next_one() -> None:
    reads = PacketReader(version=4).feed(bytes.fromhex("30 03 0009 61 c0 00"))
    assert [read.packet for read in reads] == [None, Pingreq()]


def test_one_packet_too_early_is_told_once() -> None:
    reader = PacketReader(direction=C2S)
    reads = reader.feed(encode_packet(Pingreq(), 4) * 3)
    assert [len(read.faults) for read in reads] == [1, 0, 0]


def test_names() -> None:
    reader = PacketReader()
    reads = reader.feed(bytes.fromhex("00 00 c0 00"))
    assert [(read.kind, read.name) for read in reads] == [(None, "reserved"), (PacketType.PINGREQ, "PINGREQ")]
