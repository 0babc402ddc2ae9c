from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK
from websockets.typing import Subprotocol

from tests.support.waiting import until
from wslab.serving.connections import until_closed
from wslab.serving.graphql_connection import GraphqlConnection, RequestErrors, Timing
from wslab.serving.graphql_protocol import PROTOCOLS, Limits, Request
from wslab.wire.graphql.writer import write

TRANSPORT, LEGACY = PROTOCOLS


@dataclass
class Executor:
    """Executes a request by what its document says, and notes what runs."""

    running: list[str] = field(default_factory=list)
    tidied: list[str] = field(default_factory=list)
    made: int = 0

    async def execute(self, request: Request) -> AsyncGenerator[dict[str, Any]]:
        what = request.query
        self.running.append(what)
        try:
            match what:
                case "one":
                    yield {"data": 1}
                case "refused":
                    raise RequestErrors([{"message": "no"}])
                case "broken":
                    yield {"data": 1}
                    raise LookupError("a bug")
                case "unsayable":
                    yield {"data": object()}
                case "for ever":
                    yield {"data": 1}
                    await asyncio.Event().wait()
                case "as fast as it is taken":
                    while True:
                        self.made += 1
                        yield {"data": "x" * 10_000}
                        await asyncio.sleep(0)
        finally:
            self.running.remove(what)
            self.tidied.append(what)


@asynccontextmanager
async def opened(
    executor: Executor, subprotocol: str = TRANSPORT, timing: Timing | None = None, *, init: bool = True
) -> AsyncGenerator[ClientConnection]:
    async def handler(connection: ServerConnection) -> None:
        protocol = PROTOCOLS[subprotocol](Limits(), lambda payload: True)
        served = GraphqlConnection(
            connection, protocol, executor.execute, structlog.get_logger(), timing or Timing()
        )
        await until_closed(served.serve())

    # Without compression, which would make ten thousand letters x a few bytes.
    async with serve(
        handler, "127.0.0.1", 0, subprotocols=[Subprotocol(subprotocol)], compression=None
    ) as server:
        port = server.sockets[0].getsockname()[1]
        async with connect(
            f"ws://127.0.0.1:{port}", subprotocols=[Subprotocol(subprotocol)], proxy=None, max_queue=1
        ) as client:
            if init:
                await client.send(write("connection_init"))
                assert json.loads(await client.recv())["type"] == "connection_ack"
            yield client


async def ask(client: ClientConnection, query: str, identity: str = "1") -> None:
    await client.send(write("subscribe", identity, {"query": query}))


async def answers(client: ClientConnection, count: int) -> Sequence[dict[str, Any]]:
    return [json.loads(await client.recv()) for _ in range(count)]


async def test_a_result_and_its_end() -> None:
    executor = Executor()
    async with opened(executor) as client:
        await ask(client, "one")
        assert await answers(client, 2) == [
            {"id": "1", "type": "next", "payload": {"data": 1}},
            {"id": "1", "type": "complete"},
        ]
    assert executor.tidied == ["one"]


async def test_what_cannot_be_executed_ends_with_its_errors() -> None:
    async with opened(Executor()) as client:
        await ask(client, "refused")
        assert await answers(client, 1) == [{"id": "1", "type": "error", "payload": [{"message": "no"}]}]


@pytest.mark.parametrize(
    ("query", "before", "kind"), [("broken", 1, LookupError), ("unsayable", 0, TypeError)]
)
async def test_a_bug_is_told_to_both_sides_and_the_connection_stays(
    query: str, before: int, kind: type[Exception]
) -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: reported.append(context))
    async with opened(Executor()) as client:
        await ask(client, query)
        *_, last = await answers(client, before + 1)
        assert last == {"id": "1", "type": "error", "payload": [{"message": "internal error"}]}
        await until(lambda: reported, "the report")
        assert isinstance(reported[0]["exception"], kind)
        await ask(client, "one")
        assert len(await answers(client, 2)) == 2


async def test_a_stopped_operation_tidies_up_at_once() -> None:
    executor = Executor()
    async with opened(executor) as client:
        for identity in ("1", "2"):
            await ask(client, "for ever", identity)
        await answers(client, 2)
        await client.send(write("complete", "1"))
        await until(lambda: executor.tidied, "one to end")
        assert executor.running == ["for ever"]


@pytest.mark.parametrize("how", ["close", "cut"])
async def test_nothing_runs_on_when_the_connection_ends(how: str) -> None:
    executor = Executor()
    async with opened(executor) as client:
        for identity in "123":
            await ask(client, "for ever", identity)
        await answers(client, 3)
        if how == "cut":
            client.transport.abort()
        else:
            await client.close()
        await until(lambda: len(executor.tidied) == 3, "all to end")


async def test_stopping_before_it_has_begun_is_no_trouble() -> None:
    executor = Executor()
    async with opened(executor) as client:
        for _ in range(20):
            await ask(client, "for ever")
            await client.send(write("complete", "1"))
        await client.send(write("ping"))
        await until(lambda: not executor.running, "all to end")
        assert "pong" in [each["type"] for each in await answers_until(client, "pong")]


async def answers_until(client: ClientConnection, kind: str) -> Sequence[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while not found or found[-1]["type"] != kind:
        found += await answers(client, 1)
    return found


async def test_what_is_still_to_be_read_when_an_operation_has_broken_off_is_no_trouble() -> None:
    ended: list[BaseException | None] = []

    async def execute(request: Request) -> AsyncGenerator[dict[str, Any]]:
        raise ConnectionClosedOK(None, None)  # what sending says once the connection has gone
        yield {}

    async def handler(connection: ServerConnection) -> None:
        protocol = PROTOCOLS[TRANSPORT](Limits(), lambda payload: True)
        served = GraphqlConnection(connection, protocol, execute, structlog.get_logger(), Timing())
        try:
            await until_closed(served.serve())
        except BaseException as error:
            ended.append(error)
            raise
        ended.append(None)

    async with serve(handler, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with connect(url, proxy=None) as client:
            await client.send(write("connection_init"))
            await ask(client, "broken off")
            await client.send(write("ping"))
            await answers_until(client, "pong")
            await client.send(write("complete", "1"))
            await client.send(write("ping"))
            await answers_until(client, "pong")
        await until(lambda: ended, "the end")
    assert ended == [None]


async def test_init_has_to_come_in_time() -> None:
    async with opened(Executor(), timing=Timing(init_seconds=0.02), init=False) as client:
        with pytest.raises(ConnectionClosedError) as closed:
            await client.recv()
    assert closed.value.rcvd is not None
    assert (closed.value.rcvd.code, closed.value.rcvd.reason) == (4408, "Connection initialisation timeout")


async def test_signs_of_life_come_regularly() -> None:
    timing = Timing(init_seconds=0.001, sign_of_life_seconds=0.01)
    async with opened(Executor(), LEGACY, timing) as client:
        assert await answers(client, 4) == [{"type": "ka"}] * 4


async def test_who_reads_nothing_makes_nothing_pile_up_and_is_cut_off() -> None:
    executor = Executor()
    with capture_logs() as logged:
        async with opened(executor, timing=Timing(write_seconds=0.5)) as client:
            await ask(client, "as fast as it is taken")
            await until(lambda: logged, "it to be cut off")
            made = executor.made
            await until(lambda: executor.tidied, "the operation to end")
            with pytest.raises(ConnectionClosed):
                await answers_until(client, "never")
    assert executor.made == made
    assert made * 10_000 < 64 * 2**20, "what was made is what buffers of the system took"
    assert logged == [{"event": "slow consumer", "seconds": 0.5, "log_level": "warning"}]
