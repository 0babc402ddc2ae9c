"""What belongs to an event of a log, whatever else is between."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import STREAMS
from tests.support.mqtt_packets import packets
from tests.support.wire_streams import C2S, MASK, S2C, open_reader, pieces, sizes
from wslab.wire.decoding.around import NOTHING, Around, around
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Event, Frame, Message, Proto
from wslab.wire.mqtt.packets import Packet, Pingreq
from wslab.wire.mqtt.writer import encode_packet

PING = encode_packet(Pingreq(), 4)


def log() -> list[Event]:
    """A message of three frames with two packets and a bit, with others between."""
    reader = open_reader("", "mqtt")
    data = PING + PING + PING[:1]
    parts = [data[:1], data[1:3], data[3:]]
    events: list[Event] = []
    for place, part in enumerate(parts):
        last = place == len(parts) - 1
        events += reader.receive(C2S, encode_frame(0 if place else 2, part, fin=last, mask=MASK))
        events += reader.receive(S2C, encode_frame(2, b"\xd0\x00"))
        events += reader.receive(C2S, encode_frame(9, b"", mask=MASK))
    events += reader.receive(C2S, encode_frame(2, PING[1:], mask=MASK))
    return events


def test_each_part_leads_to_the_whole() -> None:
    events = log()
    mine = [event for event in events if getattr(event, "direction", None) is C2S]
    frames = tuple(event for event in mine if isinstance(event, Frame) and not event.control)
    messages = [event for event in mine if isinstance(event, Message)]
    units = tuple(event for event in mine if isinstance(event, Proto))
    first = Around(frames[:3], messages[0], units[:2])
    second = Around(frames[3:], messages[1], units[2:])
    for event in (*frames[:3], messages[0], *units[:2]):
        assert around(events, events.index(event)) == first
    for event in (*frames[3:], messages[1], *units[2:]):
        assert around(events, events.index(event)) == second


def test_what_never_became_a_message_has_its_frames() -> None:
    reader = open_reader()
    events = reader.receive(C2S, encode_frame(1, b"a", fin=False, mask=MASK))
    assert around(events, 0) == Around((events[0],))  # type: ignore[arg-type]
    events += reader.receive(C2S, encode_frame(1, b"b", mask=MASK))
    assert around(events, 0).message is None
    assert around(events, 1) == Around((events[1],), events[2])  # type: ignore[arg-type]


def test_control_frames_belong_to_nothing() -> None:
    events = open_reader().receive(C2S, encode_frame(9, b"a", mask=MASK))
    assert around(events, 0) == NOTHING


def test_units_that_come_before_their_message_stand_alone() -> None:
    events = open_reader("", "mqtt").receive(C2S, encode_frame(2, PING * 40_000, mask=MASK))
    assert type(events[0]) is Proto
    assert around(events, 5) == Around(units=(events[5],))  # type: ignore[arg-type]


@given(st.lists(packets(4), min_size=1, max_size=4), sizes, sizes)
def test_messages_and_units_find_each_other(made: list[Packet], messages: list[int], cuts: list[int]) -> None:
    reader = open_reader("", "mqtt")
    events: list[Event] = []
    for part in pieces(b"".join(encode_packet(packet, 4) for packet in made), messages):
        parts = pieces(part, cuts)
        for place, piece in enumerate(parts):
            frame = encode_frame(0 if place else 2, piece, fin=place == len(parts) - 1, mask=MASK)
            events += reader.receive(C2S, frame)
    for place, event in enumerate(events):
        found = around(events, place)
        assert found.message is not None
        assert len(found.frames) == found.message.frames
        assert sum(frame.length for frame in found.frames) == found.message.length
        assert event in (*found.frames, found.message, *found.units)


@given(STREAMS)
def test_any_events_have_an_answer(events: list[Event]) -> None:
    for place in range(len(events)):
        around(events, place)
