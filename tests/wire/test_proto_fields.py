"""What lessons can ask of decoded units beyond their own fields."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import PUBLISH, proto
from wslab.wire import proto_fields
from wslab.wire.events import Proto
from wslab.wire.labproto.bodies import Error
from wslab.wire.labproto.encoder import encode
from wslab.wire.mqtt.packets import Connack, Disconnect, Publish
from wslab.wire.mqtt.writer import encode_packet

FIVE = {"version": "5.0"}


@pytest.mark.parametrize(
    ("event", "values"),
    [
        (proto(PUBLISH), (2, True, None, "[1]!", None)),
        (proto(encode_packet(Publish("a", b"[1]"), 5), **FIVE), (0, False, None, "[1]", [1])),
        (proto(encode_packet(Publish("a", b"\xff"), 4)), (0, False, None, None, None)),
        (proto(encode_packet(Connack(reason_code=0x87), 5), **FIVE), (None, None, 0x87, None, None)),
        (proto(encode_packet(Disconnect(0x8E), 5), **FIVE), (None, None, 0x8E, None, None)),
        (proto(b'{"type": "ka"}', protocol="graphql"), (None, None, None, None, {"type": "ka"})),
        (proto(b'{"a": NaN}', protocol="graphql"), (None, None, None, None, None)),
        (proto(encode(Error(3, 1, "no")), protocol="binary"), (None, None, 3, None, None)),
        (proto(PUBLISH)._replace(length=99), (None, None, None, None, None)),
        (proto(b'{"type": "ka"}', protocol="graphql")._replace(length=99), (None, None, None, None, None)),
        (proto(b""), (None, None, None, None, None)),
    ],
)
def test_qos_retain_code_payload_and_json(event: Proto, values: tuple[Any, ...]) -> None:
    found = (
        proto_fields.of_packet(event, "qos"),
        proto_fields.of_packet(event, "retain"),
        proto_fields.code(event),
        proto_fields.payload(event),
        proto_fields.json_of(event),
    )
    assert found == values


@given(st.binary(max_size=30), st.sampled_from(["mqtt", "graphql", "binary", "x"]))
def test_no_bytes_raise(raw: bytes, protocol: str) -> None:
    event = proto(raw, protocol=protocol)
    proto_fields.code(event)
    proto_fields.payload(event)
    proto_fields.json_of(event)
