"""How a message is read where nobody says what it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labproto import SAMPLE
from wslab.wire.decoding.choosing import CHOICES
from wslab.wire.decoding.content import plain_kind, reading
from wslab.wire.graphql.writer import write
from wslab.wire.labproto.encoder import encode
from wslab.wire.mqtt.packets import Connect, Publish
from wslab.wire.mqtt.properties import PropertyId, properties
from wslab.wire.mqtt.writer import encode_packet

PUBLISH_5 = encode_packet(Publish("a", b"x", properties=properties((PropertyId.CONTENT_TYPE, "t"))), 5)


@pytest.mark.parametrize(
    ("data", "text", "kind", "version", "why"),
    [
        (write("connection_init").encode(), True, "graphql", "graphql-transport-ws", "graphql-transport-ws"),
        (write("start", "1", {"query": "{ a }"}).encode(), True, "graphql", "graphql-ws", "graphql-ws"),
        (b'{"type": "ping"}', True, "json", "", "JSON"),
        (b" [1]", True, "json", "", "JSON"),
        (b"hello", True, "text", "", "text message"),
        (b"", True, "text", "", "text message"),
        (b'{"a": ', True, "text", "", "text message"),
        (encode_packet(Connect("c", 4), 4), False, "mqtt", "3.1.1", "CONNECT of MQTT 3.1.1"),
        (encode_packet(Connect("c", 5), 5), False, "mqtt", "5.0", "CONNECT of MQTT 5.0"),
        (PUBLISH_5 * 2, False, "mqtt", "5.0", "whole packets"),
        (encode_packet(Publish("a", b"hello"), 4), False, "mqtt", "3.1.1", "whole packets"),
        (encode(SAMPLE), False, "binary", "", "lab's binary protocol"),
        (b'{"a": 1}', False, "json", "", "JSON"),
        ("grüß dich".encode(), False, "text", "", "can be read"),
        (b"\xff\x00\x01", False, "bytes", "", "nothing known"),
        (b"", False, "bytes", "", "nothing known"),
    ],
)
def test_by_content(data: bytes, text: bool, kind: str, version: str, why: str) -> None:
    found = reading(data, text=text, whole=True, subprotocol=None)
    assert (found.kind, found.version) == (kind, version)
    assert why in found.why


def test_the_subprotocol_comes_before_the_content_and_the_hand_before_both() -> None:
    def of(choice: str = "auto", subprotocol: str | None = "mqtt") -> tuple[str, str, str]:
        return tuple(reading(b'{"a": 1}', text=True, whole=True, subprotocol=subprotocol, choice=choice)[:3])  # type: ignore[return-value]

    assert of() == ("mqtt", "", "the subprotocol mqtt was agreed on")
    assert of(subprotocol="chat")[0] == "json"
    for choice in CHOICES[1:]:
        kind, _, why = of(choice)
        assert kind == choice
        assert why.startswith("chosen by hand")
    assert of("binary", "v1.binary.wslab")[1] == "1"


def test_the_start_of_a_message_is_judged_as_a_start() -> None:
    def kind(data: bytes, text: bool = False) -> str:
        return reading(data, text=text, whole=False, subprotocol=None).kind

    assert kind("grüß"[:3].encode()[:-1]) == "text"
    assert kind(encode_packet(Connect("c", 5), 5) + PUBLISH_5[:4]) == "mqtt"
    assert kind(PUBLISH_5 + PUBLISH_5[:4]) != "mqtt"
    assert kind(b'{"a": "cu', text=True) == "text"


@pytest.mark.parametrize(
    ("data", "whole", "kind"),
    [
        (b'{"a": 1}', True, "json"),
        (b"21.5", True, "text"),
        (b"", True, "text"),
        (b"\x00\x01", True, "bytes"),
        ("ü".encode()[:1], True, "bytes"),
        ("ü".encode()[:1], False, "text"),
    ],
)
def test_plain_bytes(data: bytes, whole: bool, kind: str) -> None:
    assert plain_kind(data, whole) == kind


@given(st.binary(max_size=40), st.booleans(), st.booleans(), st.sampled_from(CHOICES))
def test_no_bytes_raise(data: bytes, text: bool, whole: bool, choice: str) -> None:
    found = reading(data, text=text, whole=whole, subprotocol=None, choice=choice)
    assert found.why
    assert plain_kind(data, whole) in ("json", "text", "bytes")
