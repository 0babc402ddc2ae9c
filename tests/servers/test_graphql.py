"""The GraphQL server over real sockets: every message and every close code of both subprotocols."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
import pytest_asyncio

from tests.support import raw_http
from tests.support.bundled_server import RunningServer, running
from tests.support.graphql_client import LEGACY, TRANSPORT, answer, ask, closing, result, session, to
from tests.support.waiting import until
from wslab.bundled import SERVERS
from wslab.wire.graphql.reader import read
from wslab.wire.graphql.subprotocols import SUBPROTOCOLS, Side
from wslab.wire.graphql.writer import write

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY])
RUNNING = "{ running { clock sensor room } }"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("graphql") as started:
        yield started


# --- the handshake ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        ([TRANSPORT], TRANSPORT),
        ([LEGACY], LEGACY),
        ([LEGACY, TRANSPORT], TRANSPORT),
        (["mqtt", LEGACY], LEGACY),
    ],
)
async def test_what_was_offered_and_what_was_chosen(
    server: RunningServer, offered: list[str], chosen: str
) -> None:
    async with to(server, "/graphql", *offered) as client:
        assert client.subprotocol == chosen
    await until(lambda: server.logged("subprotocol", offered=offered, chosen=chosen), "the log line")


@pytest.mark.parametrize("offered", [[], ["mqtt"], ["graphql"]])
async def test_no_common_subprotocol_is_told_4406(server: RunningServer, offered: list[str]) -> None:
    async with to(server, "/graphql", *offered) as client:
        assert client.subprotocol is None
        assert await closing(client) == (4406, "Subprotocol not acceptable")
    await until(lambda: server.logged("subprotocol", offered=offered, chosen=None), "the log line")


async def test_a_legacy_server_closes_with_1002_instead() -> None:
    async with running("graphql", "--subprotocols", LEGACY) as server:
        async with to(server, "/", TRANSPORT) as client:
            assert client.subprotocol is None
            assert await closing(client) == (1002, "")
        async with session(server, LEGACY) as client:
            assert await result(client, "{ hello }") == {"data": {"hello": "Hello, world!"}}


async def test_plain_http_explains(server: RunningServer) -> None:
    page = await raw_http.ask(server.port, "/")
    assert page.status == 200
    assert "/graphql?init=3s&auth=0&alive=10s" in page.body
    told = await raw_http.ask(server.port, "/graphql")
    assert (told.status, told.headers["upgrade"]) == (426, "websocket")
    assert told.body == page.body
    assert json.loads((await raw_http.ask(server.port, "/health")).body)["server"] == "graphql"
    schema = await raw_http.ask(server.port, "/schema")
    assert "type Subscription {" in schema.body
    wrong = await raw_http.ask(server.port, "/graphql?init=soon", *raw_http.HANDSHAKE)
    assert (wrong.status, wrong.body.partition(":")[0]) == (400, "init")


# --- graphql-transport-ws --------------------------------------------------------------------------------


async def test_init_timeout_is_told_4408(server: RunningServer) -> None:
    async with to(server, "/graphql?init=20ms", TRANSPORT) as client:
        assert await closing(client) == (4408, "Connection initialisation timeout")


async def test_init_in_time_stays(server: RunningServer) -> None:
    async with session(server, path="/graphql?init=300ms") as client:
        assert await result(client, "{ slow(ms: 400) }") == {"data": {"slow": "400 ms later"}}


async def test_a_second_init_is_told_4429(server: RunningServer) -> None:
    async with session(server) as client:
        await client.send(write("connection_init"))
        assert await closing(client) == (4429, "Too many initialisation requests")


async def test_subscribe_without_init_is_told_4401(server: RunningServer) -> None:
    async with to(server, "/graphql", TRANSPORT) as client:
        await ask(client, "{ hello }")
        assert await closing(client) == (4401, "Unauthorized")


@pytest.mark.parametrize("payload", [None, {}, {"token": 1}, {"token": "wrong"}])
async def test_a_wrong_token_is_told_4403(server: RunningServer, payload: object) -> None:
    async with to(server, "/graphql?auth=1", TRANSPORT) as client:
        await client.send(write("connection_init", payload=payload))
        assert await closing(client) == (4403, "Forbidden")
    async with to(server, "/graphql?auth=1", LEGACY) as client:
        await client.send(write("connection_init", payload=payload))
        assert await answer(client) == {"type": "connection_error", "payload": {"message": "Forbidden"}}
        assert await closing(client) == (1011, "")


async def test_the_right_token_opens(server: RunningServer) -> None:
    async with to(server, "/graphql?auth=1", TRANSPORT) as client:
        await client.send(write("connection_init", payload={"token": "learn"}))
        assert await answer(client) == {"type": "connection_ack"}


async def test_the_same_id_again_is_told_4409(server: RunningServer) -> None:
    async with session(server) as client:
        for _ in range(2):
            await ask(client, "subscription { clock(every: 60000) { n } }", "tick")
        assert await closing(client) == (4409, "Subscriber for tick already exists")


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("nonsense", "the message is not JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"\x00", "a binary message: GraphQL over WebSocket is JSON as text"),
        ("[]", "the message is an array, not an object"),
        ('{"type":"subscribe","id":"1"}', "subscribe: payload is missing: an object"),
        ('{"type":"connection_ack"}', "connection_ack: only a server sends connection_ack"),
    ],
)
async def test_an_invalid_message_is_told_4400(
    server: RunningServer, message: str | bytes, reason: str
) -> None:
    async with session(server) as client:
        await client.send(message)
        assert await closing(client) == (4400, reason)


async def test_ping_and_pong_messages(server: RunningServer) -> None:
    async with to(server, "/", TRANSPORT) as client:
        await client.send(write("ping", payload={"sent": "é"}))
        assert await answer(client) == {"type": "pong", "payload": {"sent": "é"}}
        await client.send(write("pong"))
        await client.send(write("ping"))
        assert await answer(client) == {"type": "pong"}


async def test_errors_before_execution_end_the_operation(server: RunningServer) -> None:
    async with session(server) as client:
        for query, more, told in (
            ("{ nothing other }", {}, "Cannot query field 'nothing'"),
            ("{", {}, "Syntax Error"),
            ("", {}, "Syntax Error"),
            ("{ hello }", {"operationName": "Other"}, "Unable to identify operation"),
            ("query A { hello } query B { hello }", {}, "Unable to identify operation"),
            ("query($ms: Int!) { slow(ms: $ms) }", {"variables": {"ms": "x"}}, "Variable '$ms'"),
            ('subscription { sensor(name: "moon") { n } }', {}, "there is no sensor 'moon'"),
            ("subscription { clock(every: 0) { n } }", {}, "every: 0 is out of range: from 1 to 3600000"),
            ("{ hello " * 1500, {}, "Syntax Error"),
            ("{ hello " * 3000, {}, "characters: at most 16384"),
        ):
            await ask(client, query, **more)
            raw = await client.recv()
            found = read(raw, SUBPROTOCOLS[TRANSPORT], Side.SERVER)
            assert found.message is not None
            assert found.faults == (), "an error object has no keys of its own"
            assert (found.message.type.name, found.message.id) == ("error", "1")
            assert told in json.dumps(found.message.payload)
        assert len(found.message.payload) == 1
        await ask(client, "{ nothing other }")
        assert len((await answer(client))["payload"]) == 2


# --- graphql-ws ------------------------------------------------------------------------------------------


async def test_legacy_invalid_json_is_told_and_the_connection_stays(server: RunningServer) -> None:
    async with to(server, "/graphql", LEGACY) as client:
        await client.send("nonsense")
        assert json.loads(await client.recv()) == {"type": "error", "payload": {"message": "Invalid JSON"}}
    async with session(server, LEGACY) as client:
        await client.send("{")
        assert await answer(client) == {"type": "error", "payload": {"message": "Invalid JSON"}}
        assert (await result(client, "{ hello }"))["data"]


async def test_legacy_signs_of_life(server: RunningServer) -> None:
    async with session(server, LEGACY, "/?alive=10ms") as client:
        assert [await answer(client) for _ in range(3)] == [{"type": "ka"}] * 3


async def test_legacy_stop_complete_and_terminate(server: RunningServer) -> None:
    async with session(server, LEGACY) as client:
        await ask(client, "subscription { clock(every: 60000) { n } }", "a")
        assert (await answer(client))["payload"] == {"data": {"clock": {"n": 1}}}
        await client.send(write("stop", "a"))
        assert await answer(client) == {"id": "a", "type": "complete"}
        await ask(client, "{ nothing }", "b")
        error = await answer(client)
        assert (error["type"], error["id"]) == ("error", "b")
        assert error["payload"]["message"].startswith("Cannot query field 'nothing'")
        await client.send(write("connection_terminate"))
        assert await closing(client) == (1000, "")


# --- the schema, in both ---------------------------------------------------------------------------------


@BOTH
async def test_queries(server: RunningServer, subprotocol: str) -> None:
    async with session(server, subprotocol) as client:
        two = "query A { sensors } query B($name: String) { hello(name: $name) time }"
        named = await result(client, two, operationName="B", variables={"name": "you"})
        assert named["data"].pop("time").endswith("Z")
        assert named == {"data": {"hello": "Hello, you!"}}
        failed = await result(client, "{ hello fail }")
        assert failed["data"] == {"hello": "Hello, world!", "fail": None}
        assert failed["errors"] == [
            {
                "message": "this field always fails",
                "locations": [{"line": 1, "column": 9}],
                "path": ["fail"],
                "extensions": {"code": "ALWAYS"},
            }
        ]
        schema = await result(client, "{ __schema { subscriptionType { fields { name } } } }")
        assert [each["name"] for each in schema["data"]["__schema"]["subscriptionType"]["fields"]] == [
            "clock", "sensor", "room",
        ]  # fmt: skip


@BOTH
async def test_a_clock_ticks_and_completes(server: RunningServer, subprotocol: str) -> None:
    async with session(server, subprotocol) as client:
        await ask(client, "subscription { clock(every: 1, count: 3) { n } }")
        ticks = [(await answer(client))["payload"]["data"]["clock"]["n"] for _ in range(3)]
        assert ticks == [1, 2, 3]
        assert await answer(client) == {"id": "1", "type": "complete"}


async def test_one_seed_is_one_walk(server: RunningServer) -> None:
    async def walk(seed: int) -> list[float]:
        async with session(server) as client:
            query = "subscription($s: Int) { sensor(every: 1, count: 5, seed: $s) { celsius } }"
            await ask(client, query, variables={"s": seed})
            return [(await answer(client))["payload"]["data"]["sensor"]["celsius"] for _ in range(5)]

    first = await walk(7)
    assert first == await walk(7)
    assert first != await walk(8)
    assert all(abs(after - before) < 1.5 for before, after in pairwise(first))


@BOTH
async def test_what_is_said_in_a_room_is_heard_there(server: RunningServer, subprotocol: str) -> None:
    room = f"hall {subprotocol}"
    say = 'mutation($r: String!, $t: String!) { say(room: $r, author: "me", text: $t) { n } }'
    async with session(server, subprotocol) as listener, session(server) as speaker:
        await ask(listener, "subscription($r: String!) { room(name: $r) { n text } }", variables={"r": room})
        while True:
            rooms = (await result(speaker, "{ rooms { name listeners } }"))["data"]["rooms"]
            if {"name": room, "listeners": 1} in rooms:
                break
        assert await result(speaker, say, variables={"r": "elsewhere", "t": "?"})
        for n, text in enumerate(("hello", "日本 🎌"), start=1):
            said = await result(speaker, say, variables={"r": room, "t": text})
            assert said == {"data": {"say": {"n": n}}}
            assert (await answer(listener))["payload"] == {"data": {"room": {"n": n, "text": text}}}
    async with session(server) as client:
        rooms = (await result(client, "{ rooms { name messages { text } } }"))["data"]["rooms"]
        assert {"name": room, "messages": [{"text": "hello"}, {"text": "日本 🎌"}]} in rooms


async def test_many_subscriptions_and_an_end_to_them(server: RunningServer) -> None:
    async with session(server) as client, session(server) as watcher:
        for number in range(64):
            await ask(client, "subscription { clock(every: 60000) { n } }", str(number))
        assert {(await answer(client))["id"] for _ in range(64)} == {str(number) for number in range(64)}
        await ask(client, "{ hello }", "more")
        assert await answer(client) == {
            "id": "more", "type": "error", "payload": [{"message": "too many operations at once: at most 64"}]
        }  # fmt: skip
        for number in range(63):
            await client.send(write("complete", str(number)))
        await client.send(write("ping"))
        assert await answer(client) == {"type": "pong"}
        # The answer to the ping came after all of them had stopped.
        assert (await result(watcher, RUNNING))["data"]["running"] == {"clock": 1, "sensor": 0, "room": 0}
        await client.close()
        while (await result(watcher, RUNNING))["data"]["running"]["clock"]:
            pass  # until the limit that every test has


async def test_a_query_that_is_completed_by_the_client_answers_nothing(server: RunningServer) -> None:
    async with session(server) as client:
        await ask(client, "{ slow(ms: 20) }", "slow")
        await client.send(write("complete", "slow"))
        assert (await result(client, "{ slow(ms: 60) }"))["data"]["slow"] == "60 ms later"


async def test_rooms_are_bounded(server: RunningServer) -> None:
    async with session(server) as client:
        say = 'mutation($r: String!, $t: String!) { say(room: $r, author: "me", text: $t) { n } }'
        for number in range(120):
            await result(client, say, variables={"r": f"room {number}", "t": "x"})
        for _ in range(60):
            await result(client, say, variables={"r": "room 119", "t": "x"})
        rooms = (await result(client, "{ rooms { name messages { n } } }"))["data"]["rooms"]
        assert len(rooms) == 100
        assert (rooms[-1]["name"], len(rooms[-1]["messages"])) == ("room 119", 50)
        too_long = await result(client, say, variables={"r": "x" * 51, "t": "x"})
        assert too_long["errors"][0]["message"] == "room has 51 characters: from 1 to 50"
        empty = await result(client, say, variables={"r": "x", "t": ""})
        assert empty["errors"][0]["message"] == "text has 0 characters: from 1 to 2000"


async def test_a_document_that_would_take_long_to_validate_is_refused_in_time(server: RunningServer) -> None:
    async with session(server) as client:
        assert (await result(client, "{ " + "hello " * 400 + "}"))["data"] == {"hello": "Hello, world!"}
        await ask(client, "{ " + "hello " * 1900 + "}")
        assert "Validation aborted." in json.dumps(await answer(client))
        await ask(client, "{ " + "hello " * 2100 + "}")
        assert "2000 tokens" in json.dumps(await answer(client))


async def test_the_file_runs_by_itself_although_it_has_the_name_of_a_library() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, SERVERS["graphql"].path, "--help",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await process.communicate()
    assert process.returncode == 0, out.decode()
    assert b"GraphQL over WebSocket" in out
