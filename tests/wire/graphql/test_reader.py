from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import LEGACY, SUBPROTOCOLS, TRANSPORT, Side, Subprotocol
from wslab.wire.graphql.writer import write

VALID = {
    TRANSPORT: [
        {"type": "connection_init"},
        {"type": "connection_init", "payload": None},
        {"type": "connection_init", "payload": {"token": "x"}},
        {"type": "connection_ack", "payload": {}},
        {"type": "ping"},
        {"type": "pong", "payload": {"a": 1}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{a}"}},
        {"type": "subscribe", "id": "1", "payload": {
            "query": "{a}", "variables": None, "operationName": None, "extensions": None}},
        {"type": "subscribe", "id": "1", "payload": {
            "query": "{a}", "variables": {"x": []}, "operationName": "A", "extensions": {}}},
        {"type": "next", "id": "1", "payload": {"data": None, "errors": [{"message": "no"}]}},
        {"type": "error", "id": "1", "payload": [
            {"message": "no", "locations": [], "path": [], "extensions": {}}]},
        {"type": "complete", "id": "1"},
    ],
    LEGACY: [
        {"type": "connection_init", "payload": {}},
        {"type": "connection_ack"},
        {"type": "connection_error", "payload": {"message": "no"}},
        {"type": "ka"},
        {"type": "start", "id": "", "payload": {"query": "{a}"}},
        {"type": "data", "id": "1", "payload": {"data": {}}},
        {"type": "error", "id": "1", "payload": {"message": "no"}},
        {"type": "error", "payload": {"message": "Invalid JSON"}},
        {"type": "complete", "id": "1", "payload": None},
        {"type": "stop", "id": "1"},
        {"type": "connection_terminate"},
    ],
}  # fmt: skip


def by_name(subprotocol: Subprotocol) -> str:
    return subprotocol.name


@pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY], ids=by_name)
def test_every_type_is_read(subprotocol: Subprotocol) -> None:
    assert {each["type"] for each in VALID[subprotocol]} == set(subprotocol.types)
    for each in VALID[subprotocol]:
        found = read(json.dumps(each), subprotocol)
        assert found.faults == ()
        assert found.message is not None
        assert found.message.type.name == each["type"]
        assert found.message.id == found.id == each.get("id")
        assert found.message.payload == each.get("payload")
        assert found.message.has_payload == ("payload" in each)


WRONG = [
    (TRANSPORT, [], "", "#Invalid message the message is an array, not an object"),
    (TRANSPORT, None, "", "#Invalid message the message is null, not an object"),
    (TRANSPORT, {}, "type", "#Invalid message type is missing: a string"),
    (TRANSPORT, {"type": 1}, "type", "#Invalid message type is a number, not a string"),
    (TRANSPORT, {"type": "start", "id": "1"}, "type", "#Invalid message there is no type 'start': there are connection_init,"),
    (TRANSPORT, {"type": "ping", "payload": 3}, "payload", "#Ping payload is a number, not an object or null"),
    (TRANSPORT, {"type": "ping", "payload": []}, "payload", "#Ping payload is an array, not an object or null"),
    (TRANSPORT, {"type": "subscribe", "payload": {"query": ""}}, "id", "#Subscribe id is missing: a string that is not empty"),
    (TRANSPORT, {"type": "subscribe", "id": 1, "payload": {"query": ""}}, "id", "#Subscribe id is a number, not a string that is not empty"),
    (TRANSPORT, {"type": "subscribe", "id": "", "payload": {"query": ""}}, "id", "#Subscribe id is empty, not a string that is not empty"),
    (TRANSPORT, {"type": "subscribe", "id": "1"}, "payload", "#Subscribe payload is missing: an object"),
    (TRANSPORT, {"type": "subscribe", "id": "1", "payload": None}, "payload", "#Subscribe payload is null, not an object"),
    (TRANSPORT, {"type": "subscribe", "id": "1", "payload": {}}, "payload.query", "#Subscribe payload.query is missing: a string"),
    (TRANSPORT, {"type": "subscribe", "id": "1", "payload": {"query": True}}, "payload.query", "#Subscribe payload.query is true, not a string"),
    (TRANSPORT, {"type": "subscribe", "id": "1", "payload": {"query": "", "variables": "x"}}, "payload.variables", "#Subscribe payload.variables is a string, not an object or null"),
    (TRANSPORT, {"type": "subscribe", "id": "1", "payload": {"query": "", "operationName": False}}, "payload.operationName", "#Subscribe payload.operationName is false, not a string or null"),
    (TRANSPORT, {"type": "subscribe", "id": "1", "payload": {"query": "", "extensions": [1]}}, "payload.extensions", "#Subscribe payload.extensions is an array, not an object or null"),
    (TRANSPORT, {"type": "next", "id": "1"}, "payload", "#Next payload is missing: an object"),
    (TRANSPORT, {"type": "error", "id": "1", "payload": {}}, "payload", "#Error payload is an object, not an array of at least one error"),
    (TRANSPORT, {"type": "error", "id": "1", "payload": []}, "payload", "#Error payload is empty, not an array of at least one error"),
    (TRANSPORT, {"type": "error", "id": "1", "payload": ["x"]}, "payload[0]", "#Error payload[0] is a string, not an object"),
    (TRANSPORT, {"type": "error", "id": "1", "payload": [{}]}, "payload[0].message", "#Error payload[0].message is missing: a string"),
    (TRANSPORT, {"type": "complete"}, "id", "#Complete id is missing: a string that is not empty"),
    (LEGACY, {"type": "stop"}, "id", "#GQL_STOP id is missing: a string"),
    (LEGACY, {"type": "start", "id": "1", "payload": {"query": {}}}, "payload.query", "#GQL_START payload.query is an object, not a string"),
    (LEGACY, {"type": "error", "payload": [{}]}, "payload", "#GQL_ERROR payload is an array, not an object"),
    (LEGACY, {"type": "subscribe"}, "type", "#Client-server communication there is no type 'subscribe'"),
]  # fmt: skip


@pytest.mark.parametrize(("subprotocol", "value", "field", "told"), WRONG)
def test_what_is_wrong_is_told_by_field_and_section(
    subprotocol: Subprotocol, value: Any, field: str, told: str
) -> None:
    found = read(json.dumps(value), subprotocol)
    assert found.message is None
    assert found.is_json
    fault = found.fatal[0]
    assert fault.field == field
    assert str(fault).startswith(subprotocol.name + told)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"type": "ping", "id": "1"}, "id"),
        ({"type": "ping", "more": 1}, "more"),
        ({"type": "complete", "id": "1", "payload": {}}, "payload"),
        ({"type": "subscribe", "id": "1", "payload": {"query": "", "key": ""}}, "payload.key"),
        ({"type": "next", "id": "1", "payload": {"data": 1, "extra": 2}}, "payload.extra"),
        ({"type": "next", "id": "1", "payload": {"errors": [{}]}}, "payload.errors[0].message"),
        ({"type": "error", "id": "1", "payload": [{"message": "", "code": 1}]}, "payload[0].code"),
    ],
)
def test_what_implementations_ignore_is_told_and_the_message_stands(
    value: dict[str, Any], field: str
) -> None:
    found = read(json.dumps(value), TRANSPORT)
    assert found.message is not None
    assert found.fatal == ()
    assert [fault.field for fault in found.faults] == [field]


@pytest.mark.parametrize("text", ["", "{", "NaN", '{"type": NaN}', "9" * 5000, "[" * 100_000, b"{}"])
def test_what_is_not_json_is_told_so(text: str | bytes) -> None:
    found = read(text, TRANSPORT)
    assert not found.is_json
    assert found.message is None
    assert found.faults[0].section == "graphql-transport-ws#Invalid message"


def test_who_may_send_what() -> None:
    subscribe = write("subscribe", "1", {"query": "{a}"})
    result = write("next", "1", {"data": None})
    assert read(subscribe, TRANSPORT, Side.CLIENT).message
    assert read(result, TRANSPORT, Side.SERVER).message
    assert str(read(result, TRANSPORT, Side.CLIENT).faults[0].text) == "only a server sends next"
    assert str(read(subscribe, TRANSPORT, Side.SERVER).faults[0].text) == "only a client sends subscribe"
    assert read(subscribe, TRANSPORT, Side.SERVER).id == "1"


values = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
types = st.sampled_from(sorted({*TRANSPORT.types, *LEGACY.types}))
fields = st.sampled_from(["id", "payload", "query", "message", "errors", "variables"])
likely = st.fixed_dictionaries(
    {"type": types}, optional={"id": values, "payload": st.dictionaries(fields, values) | values}
)


@given(likely | values, st.sampled_from(list(SUBPROTOCOLS)), st.none() | st.sampled_from(Side))
def test_whatever_json_comes_it_is_a_message_or_has_a_fault(
    value: Any, name: str, sender: Side | None
) -> None:
    found = read(json.dumps(value), SUBPROTOCOLS[name], sender)
    assert found.is_json
    assert (found.message is None) == bool(found.fatal)
    for fault in found.faults:
        assert str(fault).startswith(name + "#")


@given(st.text() | st.binary(), st.sampled_from(list(SUBPROTOCOLS)))
def test_whatever_comes_nothing_is_raised(data: str | bytes, name: str) -> None:
    found = read(data, SUBPROTOCOLS[name])
    assert (found.message is None) == bool(found.fatal)
