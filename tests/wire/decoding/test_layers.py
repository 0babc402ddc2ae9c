"""Messages opened in layers, whose bytes lie inside and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labproto import SAMPLE
from tests.support.mqtt_packets import any_packet
from tests.support.wire_streams import C2S, MASK, open_reader
from wslab.wire.decoding.choosing import CHOICES, SUBPROTOCOLS
from wslab.wire.decoding.content import reading
from wslab.wire.decoding.layers import Layer, message_layers, unit_layers
from wslab.wire.encoder import encode_frame
from wslab.wire.events import Direction, Proto
from wslab.wire.graphql.writer import write
from wslab.wire.labproto.encoder import encode
from wslab.wire.mqtt.packets import Connect, Packet, Publish
from wslab.wire.mqtt.writer import encode_packet

PUBLISH = encode_packet(Publish("home/temp", b'{"c": 21}', 1, packet_id=7), 4)
CONNECT = encode_packet(Connect("c", 4), 4)


def opened(
    data: bytes, *, text: bool = False, subprotocol: str | None = None, choice: str = "auto", kept: int = 4096
) -> list[Layer]:
    part = data[:kept]
    found = reading(part, text=text, whole=len(part) == len(data), subprotocol=subprotocol, choice=choice)
    return message_layers(found, part, len(data), text=text, direction=C2S)


def fields(layer: Layer) -> dict[str, str]:
    return {field.name: field.value for field in layer.fields}


def test_a_packet_and_what_it_carries() -> None:
    packet, carried = opened(PUBLISH)
    assert (packet.kind, packet.version, packet.depth) == ("mqtt", "3.1.1", 0)
    assert (packet.start, packet.length, packet.data) == (0, len(PUBLISH), PUBLISH)
    assert fields(packet)["Topic Name"] == "home/temp"
    assert (carried.kind, carried.depth, carried.data) == ("json", 1, b'{"c": 21}')
    assert PUBLISH[carried.start :] == carried.data
    assert fields(carried) == {"c": "21"}


def test_the_bytes_at_fault_are_marked() -> None:
    packet = opened(encode_packet(Publish("a/+"), 4), choice="mqtt")[0]
    wrong = [field.name for field in packet.fields if field.problem]
    assert wrong == ["Topic Name length"]
    assert packet.violations == ("mqtt3.1.1#MQTT-3.3.2-2 Topic Name has a wildcard",)


def test_a_packet_that_goes_on_later_is_told_apart() -> None:
    *_, last = opened(CONNECT + PUBLISH[:5])
    assert (last.kind, last.start, last.length) == ("part", len(CONNECT), 5)


def test_graphql_and_its_members() -> None:
    text = write("subscribe", "1", {"query": "{ a }"})
    (layer,) = opened(text.encode(), text=True)
    assert fields(layer) == {"id": '"1"', "type": '"subscribe"', "payload.query": '"{ a }"'}
    assert layer.meaning.startswith("The client starts an operation")
    assert layer.summary == "subscribe 1 query"


def test_several_messages_of_the_lab() -> None:
    one = encode(SAMPLE)
    first, second = opened(one + one)
    assert (first.start, second.start, second.data) == (0, len(one), one)
    assert fields(second)["sensor"] == "42"
    assert second.fields[0].offset == 0


def test_units_that_were_decoded_know_what_came_before() -> None:
    wire = open_reader("", "mqtt", preview_limit=8)
    wire.receive(C2S, encode_frame(2, CONNECT + PUBLISH[:5], mask=MASK))
    events = wire.receive(C2S, encode_frame(2, PUBLISH[5:], mask=MASK))
    units = [event for event in events if isinstance(event, Proto)]
    found = reading(PUBLISH[5:], text=False, whole=True, subprotocol="mqtt")
    (layer, *_) = message_layers(found, PUBLISH[5:], 99, text=False, direction=C2S, units=units)
    assert (layer.start, layer.length, layer.data) == (-5, len(PUBLISH), PUBLISH[:8])
    (*_, part) = message_layers(found, PUBLISH[5:] + b"\x30", 99, text=False, direction=C2S, units=units)
    assert (part.kind, part.start, part.length, part.data) == (
        "part",
        len(PUBLISH) - 5,
        104 - len(PUBLISH),
        b"\x30",
    )
    (part,) = message_layers(found, PUBLISH[5:], 99, text=False, direction=C2S)
    assert (part.kind, part.start, part.length) == ("part", 0, 99)


def test_the_message_may_keep_more_of_a_unit_than_its_event() -> None:
    wire = open_reader("", "mqtt", preview_limit=8)
    events = wire.receive(C2S, encode_frame(2, CONNECT, mask=MASK))
    (layer,) = unit_layers(events[-1], CONNECT)  # type: ignore[arg-type]
    assert layer.data == CONNECT


@pytest.mark.parametrize(
    ("data", "choice", "kind"),
    [
        (b"hello", "text", "text"),
        (b"\xff", "text", "text"),
        (b'{"a": 1}', "json", "json"),
        (b"hello", "json", "json"),
        (b"hello", "binary", "binary"),
        (b"hello", "graphql", "graphql"),
    ],
)
def test_by_hand(data: bytes, choice: str, kind: str) -> None:
    assert opened(data, text=True, choice=choice)[0].kind == kind


def assert_inside(layers: list[Layer], length: int) -> None:
    at = 0
    for layer in layers:
        assert layer.start + layer.length <= length
        assert len(layer.data) <= layer.length
        if not layer.depth:
            assert layer.start >= at
            at = layer.start + layer.length
        end = 0
        for field in layer.fields:
            # Fields of bits share a byte.
            assert field.offset >= (end if field.mask == 0xFF else end - 1)
            assert field.end <= len(layer.data)
            end = field.end


BYTES = st.binary(max_size=60) | any_packet.map(lambda made: encode_packet(made[1], made[0]))


@given(
    st.lists(BYTES, max_size=3).map(b"".join),
    st.booleans(),
    st.sampled_from([None, *SUBPROTOCOLS]),
    st.sampled_from(CHOICES),
    st.integers(0, 80),
)
def test_layers_lie_inside_and_in_order_whatever_the_bytes(
    data: bytes, text: bool, subprotocol: str | None, choice: str, kept: int
) -> None:
    assert_inside(opened(data, text=text, subprotocol=subprotocol, choice=choice, kept=kept), len(data))


@given(any_packet, st.sampled_from(Direction))
def test_every_packet_opens_as_itself(made: tuple[int, Packet], direction: Direction) -> None:
    version, packet = made
    data = encode_packet(packet, version)
    found = reading(data, text=False, whole=True, subprotocol="mqtt", choice="mqtt")
    layers = message_layers(found, data, len(data), text=False, direction=direction)
    assert layers[0].data == data
    assert_inside(layers, len(data))
