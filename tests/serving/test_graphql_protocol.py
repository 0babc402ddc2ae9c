from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from wslab.serving.graphql_protocol import (
    LONGEST_ID,
    PROTOCOLS,
    Action,
    Close,
    GraphqlProtocol,
    LegacyProtocol,
    Limits,
    Operation,
    Send,
    Start,
    Stop,
    TransportProtocol,
)
from wslab.wire.graphql.closing import LONGEST_REASON
from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import Side
from wslab.wire.graphql.writer import write


def transport(limits: Limits | None = None, welcome: Callable[[Any], bool] = bool) -> TransportProtocol:
    return TransportProtocol(limits or Limits(), welcome)


def opened(kind: type[GraphqlProtocol] = TransportProtocol, limits: Limits | None = None) -> GraphqlProtocol:
    protocol = kind(limits or Limits(), lambda payload: True)
    protocol.received(write("connection_init"))
    assert protocol.acknowledged
    return protocol


def started(protocol: GraphqlProtocol, identity: str = "1", query: str = "{a}") -> Operation:
    kind = "subscribe" if isinstance(protocol, TransportProtocol) else "start"
    *_, start = protocol.received(write(kind, identity, {"query": query}))
    assert isinstance(start, Start)
    return start.operation


def sent(actions: list[Action]) -> list[dict[str, Any]]:
    assert all(isinstance(action, Send) for action in actions), actions
    return [json.loads(action.text) for action in actions if isinstance(action, Send)]


# --- graphql-transport-ws --------------------------------------------------------------------------------


def test_init_is_acknowledged_without_a_payload() -> None:
    assert transport(welcome=lambda payload: payload == {"token": "x"}).received(
        write("connection_init", payload={"token": "x"})
    ) == [Send('{"type":"connection_ack"}')]


def test_who_is_not_welcome_is_told_4403() -> None:
    assert transport(welcome=lambda payload: False).received(write("connection_init")) == [
        Close(4403, "Forbidden")
    ]


def test_a_second_init_is_told_4429() -> None:
    assert opened().received(write("connection_init")) == [Close(4429, "Too many initialisation requests")]


def test_subscribe_before_the_acknowledgement_is_told_4401() -> None:
    protocol = transport()
    assert protocol.received(write("subscribe", "1", {"query": "{a}"})) == [Close(4401, "Unauthorized")]
    assert protocol.received(write("connection_init", payload={"a": 1})) == []


def test_no_init_in_time_is_told_4408() -> None:
    assert transport().init_timed_out() == [Close(4408, "Connection initialisation timeout")]
    assert opened().init_timed_out() == []


def test_the_same_id_again_is_told_4409_and_everything_stops() -> None:
    protocol = opened()
    first, second = started(protocol, "a"), started(protocol, "b")
    again = protocol.received(write("subscribe", "a", {"query": "{a}"}))
    assert again == [Stop(first), Stop(second), Close(4409, "Subscriber for a already exists")]
    assert protocol.result(first, {"data": 1}) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "the message is not JSON: Expecting property name enclosed in double quotes: line 1 column 2"),
        (b"{}", "a binary message: GraphQL over WebSocket is JSON as text"),
        ('{"type": "start"}', "there is no type 'start': there are "),
        ('{"type": "subscribe", "id": "1", "payload": {}}', "subscribe: payload.query is missing: a string"),
        ('{"type": "next", "id": "1", "payload": {}}', "next: only a server sends next"),
    ],
)
def test_an_invalid_message_is_told_4400_and_why(text: str | bytes, reason: str) -> None:
    (closed,) = opened().received(text)
    assert isinstance(closed, Close)
    assert closed.code == 4400
    assert closed.reason.startswith(reason)
    assert len(closed.reason.encode()) <= LONGEST_REASON


@pytest.mark.parametrize("acknowledged", [True, False])
def test_a_ping_gets_its_payload_back(acknowledged: bool) -> None:
    protocol = opened() if acknowledged else transport()
    for payload in ({"a": [1, None, "é"]}, {}):
        assert protocol.received(write("ping", payload=payload)) == [Send(write("pong", payload=payload))]
    assert protocol.received(write("ping")) == [Send('{"type":"pong"}')]
    assert protocol.received(write("pong", payload={"a": 1})) == []


def test_results_then_complete_and_the_id_is_free_again() -> None:
    protocol = opened()
    operation = started(protocol, query="{a}")
    assert operation.request.query == "{a}"
    assert (
        protocol.result(operation, {"data": {"a": 1}})
        == '{"id":"1","type":"next","payload":{"data":{"a":1}}}'
    )
    assert protocol.completed(operation) == [Send('{"id":"1","type":"complete"}')]
    assert protocol.completed(operation) == protocol.failed(operation, [{"message": ""}]) == []
    assert started(protocol) is not operation


def test_errors_end_an_operation_without_complete() -> None:
    protocol = opened()
    operation = started(protocol)
    assert sent(protocol.failed(operation, [{"message": "no"}, {"message": "neither"}])) == [
        {"id": "1", "type": "error", "payload": [{"message": "no"}, {"message": "neither"}]}
    ]
    assert protocol.operations == 0
    assert protocol.completed(operation) == []


def test_a_client_that_completes_hears_nothing_more_even_if_it_uses_the_id_again() -> None:
    protocol = opened()
    first = started(protocol)
    assert protocol.received(write("complete", "1")) == [Stop(first)]
    assert protocol.received(write("complete", "1")) == []
    second = started(protocol)
    assert protocol.result(first, {"data": 1}) is None
    assert protocol.completed(first) == protocol.failed(first, [{"message": ""}]) == []
    assert protocol.result(second, {"data": 1}) is not None


def test_no_sign_of_life_is_sent() -> None:
    assert opened().sign_of_life() == []


# --- graphql-ws ------------------------------------------------------------------------------------------


def test_legacy_init_is_acknowledged_and_a_sign_of_life_follows() -> None:
    protocol = LegacyProtocol(Limits(), lambda payload: True)
    assert protocol.sign_of_life() == []
    assert sent(protocol.received(write("connection_init"))) == [{"type": "connection_ack"}, {"type": "ka"}]
    assert sent(protocol.sign_of_life()) == [{"type": "ka"}]
    assert sent(protocol.received(write("connection_init"))) == [{"type": "connection_ack"}, {"type": "ka"}]
    assert protocol.init_timed_out() == []


def test_legacy_refusal() -> None:
    protocol = LegacyProtocol(Limits(), lambda payload: False)
    refused, closed = protocol.received(write("connection_init"))
    assert sent([refused]) == [{"type": "connection_error", "payload": {"message": "Forbidden"}}]
    assert closed == Close(1011, "")


@pytest.mark.parametrize("text", ["", "{", "NaN", b"{}", "[" * 100_000])
def test_legacy_invalid_json(text: str | bytes) -> None:
    protocol = opened(LegacyProtocol)
    for _ in range(2):  # it stays
        assert sent(protocol.received(text)) == [{"type": "error", "payload": {"message": "Invalid JSON"}}]


def test_legacy_messages_that_are_not_valid() -> None:
    protocol = opened(LegacyProtocol)
    (error,) = sent(protocol.received('{"type": "subscribe", "id": "1"}'))
    assert (error["type"], error["id"]) == ("error", "1")
    assert error["payload"]["message"].startswith("there is no type 'subscribe'")
    (error,) = sent(protocol.received('{"type": "start", "id": 7}'))
    assert "id" not in error
    assert error["payload"]["message"] == "id is a number, not a string"


def test_legacy_start_needs_an_init() -> None:
    protocol = LegacyProtocol(Limits(), lambda payload: True)
    (error,) = sent(protocol.received(write("start", "1", {"query": "{a}"})))
    assert error == {
        "id": "1", "type": "error", "payload": {"message": "connection_init has to come before start"}
    }  # fmt: skip


def test_legacy_data_stop_and_complete() -> None:
    protocol = opened(LegacyProtocol)
    operation = started(protocol)
    assert protocol.result(operation, {"data": 1}) == '{"id":"1","type":"data","payload":{"data":1}}'
    assert protocol.received(write("stop", "1")) == [Stop(operation), Send('{"id":"1","type":"complete"}')]
    assert protocol.received(write("stop", "1")) == []
    assert protocol.result(operation, {"data": 2}) is None


def test_legacy_error_is_one_error_and_no_list() -> None:
    protocol = opened(LegacyProtocol)
    operation = started(protocol)
    assert sent(protocol.failed(operation, [{"message": "no"}, {"message": "neither"}])) == [
        {"id": "1", "type": "error", "payload": {"message": "no"}}
    ]
    assert protocol.completed(operation) == []


def test_legacy_the_same_id_again_takes_the_place() -> None:
    protocol = opened(LegacyProtocol)
    first = started(protocol)
    stop, start = protocol.received(write("start", "1", {"query": "{b}"}))
    assert stop == Stop(first)
    assert isinstance(start, Start)
    assert protocol.result(first, {"data": 1}) is None


def test_legacy_terminate() -> None:
    protocol = opened(LegacyProtocol)
    operation = started(protocol)
    assert protocol.received(write("connection_terminate")) == [Stop(operation), Close(1000, "")]
    assert protocol.received("{") == protocol.sign_of_life() == []


# --- both ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PROTOCOLS.values())
def test_limits_refuse_the_operation_and_not_the_connection(kind: type[GraphqlProtocol]) -> None:
    protocol = opened(kind, Limits(operations=2, document=5))
    subscribe = "subscribe" if kind is TransportProtocol else "start"
    (error,) = sent(protocol.received(write(subscribe, "1", {"query": "{abcd}"})))
    assert "the document has 6 characters: at most 5" in json.dumps(error)
    first = started(protocol, "1")
    started(protocol, "2")
    (error,) = sent(protocol.received(write(subscribe, "3", {"query": "{a}"})))
    assert (error["type"], error["id"]) == ("error", "3")
    assert "too many operations at once: at most 2" in json.dumps(error)
    protocol.completed(first)
    started(protocol, "3")


def test_ids_have_a_limit() -> None:
    longest = "x" * LONGEST_ID
    for kind in PROTOCOLS.values():
        started(opened(kind), longest)
    (closed,) = opened().received(write("subscribe", longest + "x", {"query": "{a}"}))
    assert closed == Close(4400, "id has 257 characters: at most 256")
    (error,) = sent(opened(LegacyProtocol).received(write("start", longest + "x", {"query": "{a}"})))
    assert error == {"type": "error", "payload": {"message": "id has 257 characters: at most 256"}}


class Session(RuleBasedStateMachine):
    """Whatever a client says and whatever comes of its operations, in any order."""

    kind: type[GraphqlProtocol]

    def __init__(self) -> None:
        super().__init__()
        self.protocol = self.kind(Limits(operations=3, document=5), lambda payload: payload != {"no": 1})
        self.running: list[Operation] = []
        self.ended: list[Operation] = []
        self.closed = False

    def do(self, actions: list[Action]) -> None:
        for action in actions:
            assert not self.closed, "nothing comes after a Close"
            match action:
                case Send(text):
                    answer = read(text, self.protocol.subprotocol, Side.SERVER)
                    assert answer.message is not None, answer.fatal
                    assert not answer.faults
                case Start(operation):
                    assert self.protocol.acknowledged
                    assert operation.id not in [each.id for each in self.running]
                    self.running.append(operation)
                case Stop(operation):
                    self.running.remove(operation)
                    self.ended.append(operation)
                case Close(code, reason):
                    assert len(reason.encode()) <= LONGEST_REASON
                    assert code in (1000, 1011, 4400, 4401, 4403, 4409, 4429, 4408)
                    assert not self.running
                    self.closed = True

    @rule(
        kind=st.sampled_from(["subscribe", "start", "complete", "stop", "connection_init", "ping", "pong"]),
        identity=st.sampled_from(["1", "2", "3", "4", None]),
        payload=st.sampled_from([None, {}, {"query": "{a}"}, {"query": "{abcd}"}, {"no": 1}, []]),
    )
    def client_says(self, kind: str, identity: str | None, payload: Any) -> None:
        self.do(self.protocol.received(write(kind, identity, payload)))

    @rule(kind=st.sampled_from(["connection_init", "subscribe", "start"]), identity=st.sampled_from("123"))
    def client_is_good(self, kind: str, identity: str) -> None:
        self.do(self.protocol.received(write(kind, identity, {"query": "{a}"})))

    @rule(text=st.sampled_from(["{", "", "7", "{}", b"x"]))
    def client_talks_nonsense(self, text: str | bytes) -> None:
        if self.kind is LegacyProtocol:  # the other one would close at once
            self.do(self.protocol.received(text))

    @rule(data=st.data(), what=st.sampled_from(["result", "complete", "fail"]))
    def operation_says(self, data: st.DataObject, what: str) -> None:
        if not self.running and not self.ended:
            return
        operation = data.draw(st.sampled_from([*self.running, *self.ended]))
        runs = operation in self.running
        if what == "result":
            text = self.protocol.result(operation, {"data": None})
            assert (text is not None) == runs
            return
        end = self.protocol.completed if what == "complete" else self.fail
        actions = end(operation)
        assert len(actions) == runs
        self.do(actions)
        if runs:
            self.running.remove(operation)
            self.ended.append(operation)

    def fail(self, operation: Operation) -> list[Action]:
        return self.protocol.failed(operation, [{"message": "no"}])

    @invariant()
    def both_know_what_runs(self) -> None:
        assert self.protocol.operations == len(self.running) <= 3


class TransportSession(Session):
    kind = TransportProtocol


class LegacySession(Session):
    kind = LegacyProtocol


TestTransportSession = TransportSession.TestCase
TestLegacySession = LegacySession.TestCase


@given(st.text() | st.binary(), st.sampled_from(list(PROTOCOLS.values())))
def test_whatever_comes_nothing_is_raised(data: str | bytes, kind: type[GraphqlProtocol]) -> None:
    for action in opened(kind).received(data):
        assert isinstance(action, (Send, Close))
