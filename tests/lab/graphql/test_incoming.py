"""Servers that break the rules: the client writes it down and goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.graphql_client import LEGACY, TRANSPORT
from tests.support.graphql_lab import Played
from tests.support.waiting import until
from wslab.lab.graphql.client import Stage
from wslab.lab.graphql.operation import OperationState
from wslab.wire.graphql.subprotocols import SUBPROTOCOLS

BOTH = pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY])


def result(subprotocol: str) -> str:
    return "data" if subprotocol == LEGACY else "next"


@BOTH
async def test_a_result_for_an_operation_that_nobody_started(subprotocol: str) -> None:
    played = Played()
    await played.let_in(subprotocol)
    played.says(result(subprotocol), "9", payload={"data": 1})
    assert played.problems == [f"{result(subprotocol)} for '9': no such operation was started"]
    assert played.client.notebook.counts.results == 0


@BOTH
async def test_a_result_and_a_complete_after_the_end(subprotocol: str) -> None:
    played = Played()
    await played.let_in(subprotocol)
    operation = await played.start()
    played.says("complete", "1")
    played.says(result(subprotocol), "1", payload={"data": 1})
    played.says("complete", "1")
    assert operation.state is OperationState.COMPLETED
    assert operation.received == 0
    kind = result(subprotocol)
    assert played.problems == [
        f"{kind} for 1, which was over already", "complete for 1, which was over already",
    ]  # fmt: skip


@BOTH
async def test_what_was_on_its_way_when_it_was_stopped_is_no_mistake(subprotocol: str) -> None:
    played = Played()
    await played.let_in(subprotocol)
    operation = await played.start()
    await played.client.stop(operation)
    played.says(result(subprotocol), "1", payload={"data": 1})
    played.says("complete", "1")
    assert played.problems == []
    assert (operation.state, operation.late, operation.received) == (OperationState.STOPPED, 2, 0)


@BOTH
async def test_a_result_before_the_operation_was_sent(subprotocol: str) -> None:
    played = Played()
    played.client.opened(subprotocol)
    operation = await played.start()
    played.says(result(subprotocol), "1", payload={"data": 1})
    assert played.problems == [f"{result(subprotocol)} for 1, which was not started yet"]
    assert operation.state is OperationState.WAITING


@BOTH
async def test_acknowledged_twice(subprotocol: str) -> None:
    played = Played()
    await played.let_in(subprotocol)
    played.says("connection_ack")
    assert played.problems == ["connection_ack came once more than connection_init was sent"]
    assert played.client.stage is Stage.LET_IN


@BOTH
async def test_acknowledged_before_it_was_asked(subprotocol: str) -> None:
    played = Played()
    played.client.init_by_itself = False
    played.client.opened(subprotocol)
    played.says("connection_ack")
    assert played.problems == ["connection_ack came, and no connection_init was sent"]
    assert played.client.stage is Stage.OPEN


@BOTH
async def test_no_acknowledgement_leaves_everything_waiting(subprotocol: str) -> None:
    played = Played()
    played.client.opened(subprotocol)
    operation = await played.start()
    await until(lambda: played.sent, "connection_init")
    assert [message["type"] for message in played.sent] == ["connection_init"]
    played.client.ended("4408 Connection initialisation timeout")
    assert operation.state is OperationState.LOST
    assert operation.why == "4408 Connection initialisation timeout"


@BOTH
@pytest.mark.parametrize(
    "garbage", ["", "no JSON", "[]", '{"type": 5}', '{"type": "nothing"}', b"\x00\xff", "[" * 10**6]
)
async def test_what_is_no_message_is_named_by_its_section(subprotocol: str, garbage: str | bytes) -> None:
    played = Played()
    await played.let_in(subprotocol)
    operation = await played.start()
    played.client.received(garbage)
    [problem] = played.problems
    assert problem.startswith(f"{subprotocol}#")
    assert operation.live


@BOTH
async def test_only_a_client_says_that(subprotocol: str) -> None:
    played = Played()
    await played.let_in(subprotocol)
    played.says("connection_init")
    assert "only a client sends connection_init" in played.problems[0]


async def test_a_result_without_a_payload_and_an_error_that_is_none() -> None:
    played = Played()
    await played.let_in()
    operation = await played.start()
    played.says("next", "1")
    assert "payload is missing" in played.problems[-1]
    assert operation.live
    played.says("error", "1", payload=[])
    assert "payload is empty" in played.problems[-1]
    assert (operation.state, operation.errors) == (OperationState.FAILED, ())


async def test_the_errors_of_both_subprotocols_end_an_operation() -> None:
    for subprotocol, payload in ((TRANSPORT, [{"message": "no"}]), (LEGACY, {"message": "no"})):
        played = Played()
        await played.let_in(subprotocol)
        operation = await played.start()
        played.says("error", "1", payload=payload)
        assert operation.state is OperationState.FAILED
        assert [each.message for each in operation.errors] == ["no"]
        assert played.problems == []


async def test_legacy_says_what_it_did_not_understand_and_whom_it_does_not_let_in() -> None:
    played = Played()
    played.client.opened(LEGACY)
    waits = await played.start()
    await until(lambda: played.sent, "connection_init")
    played.says("error", payload={"message": "Invalid JSON"})
    played.says("connection_error", payload={"message": "Forbidden"})
    assert played.problems == [
        'error: the server did not understand a message, {"message": "Invalid JSON"}',
        'connection_error: the server refuses, {"message": "Forbidden"}',
    ]
    assert played.client.stage is Stage.REFUSED
    assert waits.live
    # Another payload may do.
    played.client.init_text = '{"token": "learn"}'
    await played.client.init()
    assert played.client.stage is Stage.ASKED
    played.says("connection_ack")
    await until(lambda: len(played.sent) == 3, "what waited")
    assert waits.state is OperationState.RUNNING
    for _ in range(3):
        played.says("ka")
    assert played.client.notebook.counts.keepalives == 3


@pytest.mark.parametrize("payload", [{}, {"payload": None}, {"payload": {"n": [1, "é"]}}])
async def test_a_ping_is_answered_with_its_payload(payload: dict[str, Any]) -> None:
    played = Played()
    await played.let_in()
    played.says("ping", **payload)
    await until(lambda: len(played.sent) == 2, "the pong")
    assert played.sent[1] == {"type": "pong"} | ({} if payload.get("payload") is None else payload)
    counts = played.client.notebook.counts
    assert (counts.pings_received, counts.pongs_sent) == (1, 1)


async def test_a_number_that_json_cannot_give_back() -> None:
    played = Played()
    await played.let_in()
    played.client.received('{"type": "ping", "payload": {"n": 1e999}}')
    await until(lambda: len(played.sent) == 2, "the pong")
    assert played.sent[1] == {"type": "pong"}
    assert "cannot give back" in played.problems[0]


# --- whatever comes ----------------------------------------------------------------------------------------

TYPES = sorted({name for each in SUBPROTOCOLS.values() for name in each.types})
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["message", "data", "errors", "path", "locations", "line", "__schema", "types"]),
            inner,
        )
    ),
    max_leaves=8,
)
MESSAGES = st.fixed_dictionaries(
    {"type": st.sampled_from(TYPES) | st.text(max_size=3)},
    optional={"id": st.sampled_from(["1", "2", "3", "", "\ud800"]) | JSON, "payload": JSON},
)
ANYTHING = MESSAGES.map(json.dumps) | MESSAGES.map(json.dumps) | st.text(max_size=20) | st.binary(max_size=20)


@given(st.sampled_from([TRANSPORT, LEGACY]), st.lists(ANYTHING, max_size=12))
async def test_nothing_that_a_server_says_raises(subprotocol: str, messages: list[str | bytes]) -> None:
    played = Played()
    played.client.opened(subprotocol)
    await played.client.introspect()
    runs = await played.start()
    stopped = await played.start()
    await played.client.stop(stopped)
    for message in messages:
        before = played.client.version
        played.client.received(message)
        assert played.client.version > before
    played.client.ended("over")
    assert not runs.live
    assert played.client.operations.live == []
    counts = played.client.notebook.counts
    assert counts.results == sum(each.received for each in played.client.operations)
    assert counts.pongs_sent <= counts.pings_received
