from __future__ import annotations

import asyncio

import pytest

from tests.support.graphql_client import LEGACY, TRANSPORT
from tests.support.graphql_lab import Played, ask
from tests.support.waiting import until
from wslab.i18n import set_language, spoken
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.graphql.client import MOST_LIVE, MOST_UNSENT, Stage
from wslab.lab.graphql.operation import OperationState
from wslab.lab.graphql.schema import QUERY
from wslab.net.lifecycle import NotOpen

BOTH = pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY])


@BOTH
async def test_connection_init_is_sent_by_itself_with_its_payload(subprotocol: str) -> None:
    played = Played()
    played.client.init_text = '{"token": "learn"}'
    await played.let_in(subprotocol)
    assert played.sent == [{"type": "connection_init", "payload": {"token": "learn"}}]
    assert played.notes == [
        f"open, with the subprotocol {subprotocol}", "connection_init is sent",
        "connection_ack: the server lets this client in",
    ]  # fmt: skip


async def test_or_by_hand() -> None:
    played = Played()
    played.client.init_by_itself = False
    played.client.opened(TRANSPORT)
    assert played.client.stage is Stage.OPEN
    await played.client.init()
    assert played.sent == [{"type": "connection_init"}]
    assert played.client.stage is Stage.ASKED
    played.says("connection_ack", payload={"user": "é"})
    assert played.notes[-1] == 'connection_ack: the server lets this client in and says {"user": "é"}'
    # A second one is against the rules of the server, and that is worth seeing.
    await played.client.init()
    assert len(played.sent) == 2
    assert played.client.stage is Stage.LET_IN


async def test_a_payload_that_is_no_object_is_not_sent() -> None:
    played = Played()
    played.client.init_text = "{token}"
    played.client.opened(TRANSPORT)
    [problem] = played.problems
    assert problem.startswith("connection_init is not sent: payload of connection_init: not JSON at line 1")
    with pytest.raises(ValueError, match="payload of connection_init: not JSON"):
        await played.client.init()
    assert played.client.stage is Stage.OPEN
    assert played.sent == []


@BOTH
async def test_operations_run_side_by_side(subprotocol: str) -> None:
    played = Played()
    await played.let_in(subprotocol)
    start, result = ("start", "data") if subprotocol == LEGACY else ("subscribe", "next")
    first = await played.start("subscription A { clock { n } }")
    second = await played.client.start(ask("query ($n: Int) { b(n: $n) }", n=1))
    assert played.sent[1:] == [
        {
            "id": "1",
            "type": start,
            "payload": {"query": "subscription A { clock { n } }", "operationName": "A"},
        },
        {
            "id": "2",
            "type": start,
            "payload": {"query": "query ($n: Int) { b(n: $n) }", "variables": {"n": 1}},
        },
    ]
    played.now += 1.5
    played.says(result, "2", payload={"data": {"b": 1}})
    played.says(result, "1", payload={"data": {"clock": {"n": 1}}})
    played.says("complete", "2")
    assert (first.state, first.received) == (OperationState.RUNNING, 1)
    assert (second.state, second.received) == (OperationState.COMPLETED, 1)
    assert second.results[0].after == 1.5
    assert played.client.notebook.counts.results == 2


@BOTH
async def test_it_stops_what_runs_and_forgets_what_waits(subprotocol: str) -> None:
    played = Played()
    played.client.opened(subprotocol)
    waits = await played.start()
    await played.client.stop(waits)
    assert waits.state is OperationState.STOPPED
    await until(lambda: played.sent, "connection_init")
    played.says("connection_ack")
    runs = await played.start()
    await played.client.stop(runs)
    assert [message["type"] for message in played.sent] == (
        ["connection_init", "start", "stop"]
        if subprotocol == LEGACY
        else ["connection_init", "subscribe", "complete"]
    )
    assert played.sent[-1]["id"] == runs.id == "2"
    with pytest.raises(WorkbenchError, match="operation 2 is over already"):
        await played.client.stop(runs)


async def test_what_is_started_early_waits_for_the_acknowledgement_in_its_order() -> None:
    played = Played()
    played.client.opened(TRANSPORT)
    waiting = [await played.start() for _ in range(MOST_LIVE)]
    assert {each.state for each in waiting} == {OperationState.WAITING}
    with pytest.raises(WorkbenchError, match=f"{MOST_LIVE} operations run already: stop some"):
        await played.start()
    await until(lambda: played.sent, "connection_init")
    played.says("connection_ack")
    assert {each.state for each in waiting} == {OperationState.RUNNING}
    await until(lambda: len(played.sent) == MOST_LIVE + 1, "all of them")
    assert [message["id"] for message in played.sent[1:]] == [each.id for each in waiting]


@BOTH
async def test_what_is_stopped_before_its_start_was_sent_is_stopped_behind_it(subprotocol: str) -> None:
    played = Played()
    played.client.opened(subprotocol)
    operation = await played.start()
    await until(lambda: played.sent, "connection_init")
    played.says("connection_ack")
    await played.client.stop(operation)
    await until(lambda: len(played.sent) == 3, "start and stop")
    first, second = ("start", "stop") if subprotocol == LEGACY else ("subscribe", "complete")
    assert [message["type"] for message in played.sent[1:]] == [first, second]


async def test_without_a_connection_it_says_what_to_do() -> None:
    played = Played()
    for action in (played.client.init, played.client.ping, played.client.terminate, played.client.introspect):
        with pytest.raises(WorkbenchError, match="there is no connection: connect to a GraphQL server first"):
            await action()
    played.client.received('{"type": "ping"}')
    played.client.ended("never was")
    assert (played.notes, played.sent) == ([], [])


@pytest.mark.parametrize("subprotocol", [None, "mqtt"])
async def test_another_subprotocol_is_none_of_its_business(subprotocol: str | None) -> None:
    played = Played()
    played.client.opened(subprotocol)
    assert played.client.stage is Stage.FOREIGN
    played.client.received("anything")
    with pytest.raises(WorkbenchError, match="offer graphql-transport-ws, graphql-ws when connecting"):
        await played.start()
    assert len(played.problems) == 1
    played.client.ended("over")
    assert played.client.stage is Stage.CLOSED


async def test_refused_it_starts_nothing() -> None:
    played = Played()
    played.client.opened(LEGACY)
    played.says("connection_error", payload={})
    with pytest.raises(
        WorkbenchError, match="refused this client: send connection_init with another payload"
    ):
        await played.start()


@pytest.mark.parametrize("error", [NotOpen("it is closed"), OSError(32, "Broken pipe")])
async def test_what_cannot_be_sent_is_raised_and_the_operation_is_lost(error: Exception) -> None:
    played = Played()
    await played.let_in()
    played.refuses = error
    with pytest.raises(type(error)):
        await played.start()
    [operation] = played.client.operations
    assert operation.state is OperationState.LOST
    assert operation.why in ("not sent: it is closed", "not sent: Broken pipe")
    played.says("ping")
    await until(lambda: played.problems, "the note")
    assert played.problems == [operation.why]


async def test_a_server_that_floods_with_pings_and_reads_nothing_is_not_answered_for_ever() -> None:
    played = Played()
    await played.let_in()
    gate = asyncio.Event()
    send = played.client._send_text

    async def slow(text: str) -> None:
        await gate.wait()
        await send(text)

    played.client._send_text = slow
    for _ in range(1000):
        played.says("ping")
    counts = played.client.notebook.counts
    assert counts.pings_received == 1000
    assert counts.pongs_sent == MOST_UNSENT
    assert counts.problems == 1000 - MOST_UNSENT
    gate.set()
    await until(lambda: len(played.sent) == 1 + counts.pongs_sent, "the answers that had room")


async def test_answers_that_wait_end_with_their_connection() -> None:
    played = Played()
    await played.let_in()
    gate = asyncio.Event()
    send = played.client._send_text

    async def slow(text: str) -> None:
        await gate.wait()
        await send(text)

    played.client._send_text = slow
    for _ in range(3):
        played.says("ping")
    played.client.ended("cut")
    played.client.opened(TRANSPORT)
    gate.set()
    await until(lambda: len(played.sent) == 2, "connection_init of the next one")
    assert [message["type"] for message in played.sent] == ["connection_init"] * 2
    assert played.problems == []


async def test_ping_is_timed_by_its_pong() -> None:
    played = Played()
    await played.let_in()
    await played.client.ping()
    assert played.sent[-1] == {"type": "ping", "payload": {"ping": 1}}
    played.now += 0.25
    played.says("pong", payload={"ping": 1})
    assert played.notes[-1] == "pong after 250.0 ms"
    await played.client.ping()
    played.says("pong")
    assert played.notes[-1] == "pong after 0.0 ms, without the payload of the ping"
    notes = len(played.notes)
    played.says("pong")  # A sign of life that nobody asked for.
    assert len(played.notes) == notes
    counts = played.client.notebook.counts
    assert (counts.pings_sent, counts.pongs_received) == (2, 3)


async def test_each_subprotocol_has_messages_that_the_other_has_not() -> None:
    played = Played()
    await played.let_in(LEGACY)
    with pytest.raises(WorkbenchError, match="graphql-ws has no ping message: its server sends ka"):
        await played.client.ping()
    await played.client.terminate()
    assert played.sent[-1] == {"type": "connection_terminate"}
    await played.let_in(TRANSPORT)
    with pytest.raises(WorkbenchError, match="graphql-transport-ws has no connection_terminate"):
        await played.client.terminate()


async def test_a_new_connection_begins_anew_and_ids_go_on() -> None:
    played = Played()
    await played.let_in()
    lost = await played.start()
    await played.let_in(LEGACY)
    assert (lost.state, lost.why) == (OperationState.LOST, "another connection took its place")
    assert played.client.notebook.counts.inits == 1
    assert (await played.start()).id == "2"
    played.client.forget_over()
    assert [each.id for each in played.client.operations] == ["2"]
    played.client.ended("1000")
    assert played.client.stage is Stage.CLOSED


async def test_introspection_is_an_operation_like_others_and_gives_the_schema() -> None:
    played = Played()
    await played.let_in()
    await played.client.introspect()
    await played.client.introspect()  # It is under way already.
    assert [message["type"] for message in played.sent] == ["connection_init", "subscribe"]
    assert played.sent[1]["payload"]["query"] == QUERY.rstrip()
    assert played.client.reading_schema
    schema = {"types": [{"kind": "OBJECT", "name": "Q", "fields": []}], "queryType": {"name": "Q"}}
    played.says("next", "1", payload={"data": {"__schema": schema}})
    played.says("complete", "1")
    assert played.client.schema is not None
    assert played.client.schema.roots == {"query": "Q"}
    assert not played.client.reading_schema
    await played.let_in()
    assert played.client.schema is None


@pytest.mark.parametrize(
    ("kind", "payload", "trouble"),
    [
        ("next", {"data": None, "errors": [{"message": "introspection is off"}]}, "introspection is off"),
        ("next", {"data": {}}, "the answer has no __schema: the server tells nothing"),
        ("error", [{"message": "introspection is off"}], "introspection is off"),
        ("complete", None, "the server has answered nothing"),
    ],
)
async def test_a_server_that_tells_nothing_of_its_schema(kind: str, payload: object, trouble: str) -> None:
    played = Played()
    await played.let_in()
    await played.client.introspect()
    if payload is None:
        played.says(kind, "1")
    else:
        played.says(kind, "1", payload=payload)
    assert played.client.schema is None
    assert played.client.schema_trouble == trouble
    played.says("complete", "1")
    await played.client.introspect()
    assert played.client.schema_trouble == ""
    played.client.ended("cut")
    assert played.client.schema_trouble == "cut"


async def test_who_listens_is_told_of_everything() -> None:
    played = Played()
    told: list[int] = []
    played.client.listen(lambda: told.append(played.client.version))
    await played.let_in()
    before = len(told)
    operation = await played.start()
    played.says("next", operation.id, payload={"data": None})
    await played.client.stop(operation)
    played.client.forget_over()
    played.client.ended("over")
    assert len(told) >= before + 5
    assert told == sorted(set(told))


async def test_notes_can_be_said_in_another_language() -> None:
    played = Played()
    await played.let_in()
    played.client.ended("over")
    set_language("ja")
    assert spoken(played.client.notebook.notes[-1].text) != played.notes[-1]
    assert spoken(played.client.notebook.notes[-1].text).endswith("over")
