"""What the broker said, read from events."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.mqtt_packets import packets
from wslab.lab.mqtt.watch import PacketWatch
from wslab.wire.events import Direction, Event, Message, Opcode
from wslab.wire.mqtt.packets import Connack, Disconnect, Packet, Puback, Publish, Pubrec
from wslab.wire.mqtt.writer import encode_packet


def message(data: bytes, *, kept: int | None = None, sent: bool = False, text: bool = False) -> Message:
    direction = Direction.C2S if sent else Direction.S2C
    opcode = Opcode.TEXT if text else Opcode.BINARY
    return Message(1, 0.0, 0.0, 1, direction, opcode, 1, 0.0, len(data), len(data), False, data[:kept], ())


def watched(*events: Event, version: int = 5) -> PacketWatch:
    watch = PacketWatch(version)
    watch.observe(events)
    return watch


def bytes_of(*packets: Packet, version: int = 5) -> bytes:
    return b"".join(encode_packet(packet, version) for packet in packets)


def test_answers() -> None:
    watch = watched(
        message(bytes_of(Connack(True, 0), Puback(1, 0x10), Publish("a", b"x"))),
        message(bytes_of(Pubrec(2, 0x97), Disconnect(0x8E))),
    )
    assert watch.connack == Connack(True, 0)
    assert watch.acknowledged == 0x97
    assert watch.disconnect == Disconnect(0x8E)
    assert (watch.fault, watch.lost) == (None, False)


def test_packets_in_any_pieces() -> None:
    data = bytes_of(Connack(False, 0), Puback(7), Disconnect(0x8B))
    watch = watched(*(message(data[place : place + 1]) for place in range(len(data))))
    assert (watch.connack, watch.acknowledged, watch.disconnect) == (Connack(), 0, Disconnect(0x8B))


def test_nothing_else_counts() -> None:
    connack = bytes_of(Connack(False, 0x87))
    assert watched(message(connack, sent=True), message(connack, text=True)).connack is None


def test_the_first_connack_and_the_first_fault_stay() -> None:
    watch = watched(message(bytes_of(Connack(), Connack(True, 0))), message(b"\xf1\x00"))
    assert watch.connack == Connack()
    assert "CONNACK" in str(watch.fault)


def test_long_messages_are_passed_over() -> None:
    long = message(bytes_of(Connack())), message(bytes_of(Publish("a", bytes(70_000))), kept=4096)
    watch = watched(*long, message(bytes_of(Puback(1, 0x10))))
    assert (watch.acknowledged, watch.lost) == (0x10, False)


def test_what_was_cut_within_packets_ends_the_reading() -> None:
    two = bytes_of(Publish("a", bytes(5000)), Publish("b", bytes(5000)))
    watch = watched(message(bytes_of(Connack())), message(two, kept=4096), message(bytes_of(Puback(1, 0x10))))
    assert (watch.acknowledged, watch.lost) == (None, True)
    # A packet that spans messages.
    one = bytes_of(Publish("a", bytes(9000)))
    watch = watched(message(one[:10]), message(one[10:], kept=100), message(bytes_of(Connack())))
    assert (watch.connack, watch.lost) == (None, True)


def test_a_packet_that_is_too_large_to_be_kept_is_no_fault() -> None:
    large = bytes_of(Publish("a", bytes(2_000_000)))
    pieces = [message(large[start : start + 100_000]) for start in range(0, len(large), 100_000)]
    watch = watched(message(bytes_of(Connack())), *pieces, message(bytes_of(Puback(1, 0x10))))
    assert (watch.fault, watch.acknowledged, watch.lost) == (None, 0x10, False)
    assert watch._reader.pending == 0


def test_a_version_3_refusal() -> None:
    assert watched(message(b"\x20\x02\x00\x02"), version=4).connack == Connack(False, 2)


@given(st.lists(st.binary(max_size=60), max_size=6), st.integers(0, 60), st.sampled_from([4, 5]))
def test_random_bytes_never_raise(pieces: list[bytes], kept: int, version: int) -> None:
    watched(*(message(piece, kept=kept) for piece in pieces), version=version)


@given(st.lists(packets(5), max_size=3))
@settings(max_examples=25)
def test_every_packet_is_read(sent: list[Packet]) -> None:
    codes = [packet.reason_code for packet in sent if isinstance(packet, Puback | Pubrec)]
    watch = watched(*(message(bytes_of(packet)) for packet in sent))
    assert watch.acknowledged == (codes[-1] if codes else None)
    assert not watch.lost
