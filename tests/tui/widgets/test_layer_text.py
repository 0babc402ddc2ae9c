"""Messages in layers: names and bytes side by side, nothing wider than the page."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.check_events import PUBLISH, STREAMS
from tests.support.labproto import SAMPLE
from tests.support.lines import joined, plain, widest
from tests.support.wire_streams import C2S, MASK, S2C, open_reader
from wslab.tui.widgets.layer_text import layer_lines, opened, overview_lines
from wslab.tui.widgets.seen import UNSEEN, Seen
from wslab.wire.decoding.around import around
from wslab.wire.decoding.choosing import CHOICES
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Direction, Event, Frame, Message, Proto
from wslab.wire.graphql.writer import write
from wslab.wire.labproto.encoder import encode

WIDTHS = (46, 76, 91, 180)


def events_of(
    payload: bytes, subprotocol: str = "", *, opcode: int = 2, direction: Direction = C2S
) -> list[Event]:
    mask = MASK if direction is C2S else None
    return open_reader("", subprotocol).receive(direction, encode_frame(opcode, payload, mask=mask))


def told(events: list[Event], at: int, subprotocol: str | None, choice: str = "auto", width: int = 91) -> str:
    """Overview and layers of an event as plain text."""
    event = events[at]
    assert isinstance(event, Frame | Message | Proto)
    shown = opened(event, Seen(around(events, at), subprotocol, choice))
    assert shown is not None
    lines = [*overview_lines(event, shown, width), *layer_lines(shown, width)]
    assert widest(lines) <= width
    return plain(lines)


@pytest.mark.parametrize("at", [0, 1, 2])
@pytest.mark.parametrize("width", WIDTHS)
def test_a_packet_from_frame_message_and_row(at: int, width: int) -> None:
    text = told(events_of(PUBLISH, "mqtt"), at, "mqtt", width=width)
    assert ("  frame  BINARY, 6 header, 13 bytes payload" in text or "frame  BINARY" in text) == (at == 0)
    assert "  message  BINARY, 13 bytes from 1 frame" in text
    words = " ".join(text.split())
    assert "MQTT 3.1.1 ! PUBLISH QoS 2 id 7 a/b 4 bytes retain" in words
    assert "the subprotocol mqtt was agreed on" in words
    assert "0000  35" in text
    assert "QoS 2 exactly once" in text
    assert "Topic Name a/b" in text


def test_each_field_begins_a_row_and_shows_its_bytes() -> None:
    rows = told(events_of(PUBLISH, "mqtt"), 1, "mqtt").splitlines()
    (row,) = [row for row in rows if "Topic Name a/b" in row]
    assert row.split() == ["0004", "61", "2f", "62", "a/b", "Topic", "Name", "a/b"]


def test_graphql_says_what_the_message_is() -> None:
    text = write("subscribe", "1", {"query": "subscription Clock { clock }"}).encode()
    shown = told(events_of(text, "graphql-transport-ws", opcode=1), 1, "graphql-transport-ws")
    assert "GraphQL, graphql-transport-ws  subscribe 1 subscription Clock" in shown
    assert "The client starts an operation" in shown
    assert 'payload.query "subscription Clock { clock }"' in shown


def test_the_labs_protocol_tells_fields_with_their_meaning() -> None:
    shown = told(events_of(encode(SAMPLE)), 1, None)
    assert "the lab's protocol, version 1  SAMPLE 0 sensor 42" in shown
    assert "it begins with a right message of the lab's binary protocol" in shown
    assert "Which sensor: a number" in shown


def test_what_is_chosen_by_hand_is_said() -> None:
    events = events_of(b'{"a": [1, 2]}')
    assert "Read so because it is JSON; the key a chooses another way." in told(events, 1, None)
    text = told(events, 1, None, "text")
    assert "chosen by hand; /decode auto takes that back." in text
    assert "text  13 bytes" in text


def test_a_packet_that_began_earlier_says_so() -> None:
    wire = open_reader("", "mqtt")
    events = wire.receive(C2S, encode_frame(2, PUBLISH[:4], mask=MASK))
    events += wire.receive(C2S, encode_frame(2, PUBLISH[4:], mask=MASK))
    assert "It began in an earlier message, 4 bytes before this one." in told(events, 3, "mqtt")
    assert "a part of an MQTT packet" in told(events[:2], 1, "mqtt")


def test_a_frame_says_which_part_of_its_message_it_is() -> None:
    wire = open_reader("", "mqtt")
    events = wire.receive(C2S, encode_frame(2, PUBLISH[:4], fin=False, mask=MASK))
    events += wire.receive(C2S, encode_frame(0, PUBLISH[4:], mask=MASK))
    assert "number 2 of 2, bytes 0004 to 000c of the message" in told(events, 1, "mqtt", width=120)
    assert "number 1 of 2, bytes 0000 to 0003 of the message" in told(events, 0, "mqtt", width=120)
    assert "Topic Name a/b" in told(events, 0, "mqtt")


def test_text_from_the_network_is_shown_and_not_obeyed() -> None:
    packet = b"\x30\x05\x00\x03\x1b[m"
    assert "\x1b" not in told(events_of(packet, "mqtt"), 1, "mqtt")


def test_a_unit_without_its_message_stands_alone() -> None:
    (unit,) = events_of(PUBLISH, "mqtt")[2:]
    assert isinstance(unit, Proto)
    shown = opened(unit, UNSEEN)
    assert shown is not None
    assert shown.reading is None
    assert "QoS 2 exactly once" in joined(layer_lines(shown, 91))


def test_a_frame_without_its_message_is_not_opened() -> None:
    frame = events_of(PUBLISH, "mqtt")[0]
    assert isinstance(frame, Frame)
    assert opened(frame, UNSEEN) is None


def test_the_rest_of_many_units_is_counted() -> None:
    text = told(events_of(b"\xc0\x00" * 20, "mqtt"), 1, "mqtt")
    assert "and 12 more" in text


@settings(deadline=None, max_examples=60)
@given(
    STREAMS, st.sampled_from(CHOICES), st.sampled_from(WIDTHS), st.sampled_from([None, "mqtt", "graphql-ws"])
)
def test_anything_fits_and_is_safe_to_draw(
    events: list[Event], choice: str, width: int, subprotocol: str | None
) -> None:
    for at, event in enumerate(events):
        if not isinstance(event, Frame | Message | Proto):
            continue
        shown = opened(event, Seen(around(events, at), subprotocol, choice))
        if shown is None:
            continue
        lines = [*overview_lines(event, shown, width), *layer_lines(shown, width)]
        assert widest(lines) <= width
        assert all(line.isprintable() for line in plain(lines).split("\n"))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60), st.sampled_from([1, 2]), st.sampled_from(["", "mqtt", "v1.binary.wslab"]))
def test_any_payload_opens(payload: bytes, opcode: int, subprotocol: str) -> None:
    events = events_of(payload, subprotocol, opcode=opcode, direction=S2C)
    for width in WIDTHS:
        told(events, 0, subprotocol or None, width=width)
