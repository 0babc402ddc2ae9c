"""Full sessions of the lab's client with the bundled server, over real connections."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.support.bundled_server import RunningServer, running
from tests.support.graphql_client import LEGACY, TRANSPORT
from tests.support.graphql_lab import Connection, ask, connected
from tests.support.waiting import until
from wslab.lab.graphql.client import Stage
from wslab.lab.graphql.operation import OperationState
from wslab.lab.graphql.skeleton import operation_for
from wslab.wire.graphql.writer import write

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("graphql") as started:
        yield started


@BOTH
async def test_a_session(server: RunningServer, subprotocol: str) -> None:
    lab = Connection()
    client = lab.client
    client.init_text = '{"token": "learn"}'
    async with connected(server, lab, subprotocol, "/graphql?auth=1"):
        early = await client.start(ask("query ($n: String) { hello(name: $n) }", n="lab"))
        await until(lambda: not early.live, "what was started before the acknowledgement")
        assert '"hello": "Hello, lab!"' in early.results[0].text
        endless = await client.start(ask("subscription { clock(every: 1) { n } }"))
        counted = await client.start(ask("subscription { clock(every: 1, count: 3) { n } }"))
        await until(lambda: not counted.live and endless.received > 3, "two at once")
        assert (counted.state, counted.received) == (OperationState.COMPLETED, 3)
        heard = await client.start(ask('subscription { room(name: "lab") { text } }'))
        said = await client.start(ask('mutation { say(room: "lab", author: "a", text: "é") { n } }'))
        await until(lambda: heard.received, "what was said")
        assert '"text": "é"' in heard.results[0].text
        assert not said.live
        await client.stop(endless)
        wrong = await client.start(ask("query A { nothing }"))
        await until(lambda: not wrong.live, "the errors")
        assert wrong.state is OperationState.FAILED
        assert wrong.errors[0].message.startswith("Cannot query field 'nothing'")
        assert wrong.errors[0].line == 1
        fails = await client.start(ask("{ fail hello }"))
        await until(lambda: not fails.live, "data and errors")
        [result] = fails.results
        assert (result.errors[0].message, result.errors[0].path) == ("this field always fails", "fail")
        running = await client.start(ask("{ running { clock room } }"))
        await until(lambda: not running.live, "who runs")
        assert '"clock": 0' in running.results[0].text
        assert client.notebook.counts.problems == 0
    assert heard.state is OperationState.LOST
    assert client.stage is Stage.CLOSED


@BOTH
async def test_the_schema_and_an_operation_for_every_subscription_in_it(
    server: RunningServer, subprotocol: str
) -> None:
    lab = Connection()
    async with connected(server, lab, subprotocol):
        await lab.client.introspect()
        await until(lambda: lab.client.schema or lab.client.schema_trouble, "the schema")
        schema = lab.client.schema
        assert schema is not None, lab.client.schema_trouble
        assert list(schema.roots) == ["subscription", "query", "mutation"]
        assert schema.left_out == 0
        for field in schema.root("subscription"):
            text, variables = operation_for(schema, "subscription", field)
            operation = await lab.client.start(ask(text, **dict.fromkeys(variables, "lab")))
            if field.name != "room":
                await until(lambda operation=operation: operation.received, text)  # type: ignore[misc]
                assert operation.results[0].errors == ()
            await lab.client.stop(operation)


async def test_ping_and_pong(server: RunningServer) -> None:
    lab = Connection()
    async with connected(server, lab):
        await until(lambda: lab.client.stage is Stage.LET_IN, "the acknowledgement")
        await lab.client.ping()
        await until(lambda: lab.client.notebook.counts.pongs_received, "the pong")
        assert lab.client.notebook.notes[-1].text.endswith(" ms")


async def test_signs_of_life_and_goodbye_of_the_legacy_one(server: RunningServer) -> None:
    lab = Connection()
    async with connected(server, lab, LEGACY, "/graphql?alive=10ms"):
        await until(lambda: lab.client.notebook.counts.keepalives > 2, "ka")
        await lab.client.terminate()
        await until(lambda: lab.client.stage is Stage.CLOSED, "the end")
        assert lab.client.notebook.notes[-1].text == "the connection is over: 1000 "


async def test_what_each_mistake_ends_with(server: RunningServer) -> None:
    async def end(lab: Connection) -> str:
        await until(lambda: lab.client.stage is Stage.CLOSED, "the end")
        return lab.client.notebook.notes[-1].text.removeprefix("the connection is over: ")

    lab = Connection()
    async with connected(server, lab, path="/graphql?auth=1"):
        assert await end(lab) == "4403 Forbidden"
    lab.client.init_by_itself = False
    async with connected(server, lab, path="/graphql?init=10ms"):
        assert await end(lab) == "4408 Connection initialisation timeout"
    async with connected(server, lab):
        await lab.connection.send(write("subscribe", "1", {"query": "{ hello }"}))
        assert await end(lab) == "4401 Unauthorized"
    lab.client.init_by_itself = True
    async with connected(server, lab):
        await until(lambda: lab.client.stage is Stage.LET_IN, "the acknowledgement")
        await lab.client.init()
        assert await end(lab) == "4429 Too many initialisation requests"
    async with connected(server, lab):
        operation = await lab.client.start(ask("subscription { clock { n } }"))
        await until(lambda: operation.received, "a result")
        await lab.connection.send(operation.message)
        assert await end(lab) == f"4409 Subscriber for {operation.id} already exists"
    async with connected(server, lab):
        await lab.connection.send("no JSON")
        assert (await end(lab)).startswith("4400 ")


async def test_the_legacy_server_refuses_a_wrong_token(server: RunningServer) -> None:
    lab = Connection()
    lab.client.init_text = '{"token": "wrong"}'
    async with connected(server, lab, LEGACY, "/graphql?auth=1"):
        await until(lambda: lab.client.stage is Stage.CLOSED, "the end")
        problems = [note.text for note in lab.client.notebook.notes if note.bad]
        assert problems == ['connection_error: the server refuses, {"message": "Forbidden"}']
