"""Connections: counted, logged, and ended when either side ends."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from itertools import pairwise

import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.typing import Subprotocol

from tests.support.bundled_server import running
from tests.support.raw_http import ask, upgraded
from tests.support.waiting import until
from wslab.serving.connections import COUNT_SECONDS, Connections, connection_number, meanwhile
from wslab.tasks import spawn


@asynccontextmanager
async def serving(
    handler: Callable[[ServerConnection], Awaitable[None]],
) -> AsyncGenerator[tuple[Connections, str]]:
    """Serve in this process; hand over the connections and the URL."""
    connections = Connections(handler, structlog.get_logger())
    async with serve(
        connections.serve,
        "127.0.0.1",
        0,
        create_connection=connections.create,
        ping_interval=None,  # type: ignore[arg-type]
    ) as server:
        yield connections, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"


async def test_each_connection_is_logged_with_its_path_and_how_it_ended() -> None:
    async with running("basic") as server:
        async with connect(server.url + "/echo", proxy=None) as client:
            await client.close(4001, "enough")
        async with upgraded(server.port, "/time?every=1h") as raw:
            await raw.frame()
        await until(lambda: len(server.logged("closed")) == 2, "both closed lines")
        await ask(server.port, "/health")
        await ask(server.port, "/reject/418")
    assert len(server.logged("http")) == 1
    assert [line["path"] for line in server.logged("open")] == ["/echo", "/time?every=1h"]
    first, second = server.logged("closed")
    assert (first["conn"], first["code"], first["reason"], first["first"]) == (1, 4001, "enough", "client")
    assert (second["conn"], second["code"], second["reason"], second["first"]) == (2, 1006, "", None)
    assert first["seconds"] >= 0
    assert server.logged("http", method="GET", path="/reject/418", status=418)


@pytest.mark.parametrize("answers", [True, False])
async def test_the_log_tells_with_what_the_server_closed(answers: bool) -> None:
    async with running("basic") as server:
        async with upgraded(server.port, "/limit?size=1") as raw:
            raw.send(1, b"too long")
            assert (await raw.frame()).payload[:2] == (1009).to_bytes(2)
            if answers:
                raw.send(8, (1009).to_bytes(2))
        await until(lambda: server.logged("closed", code=1009, first="server"), "the closed line")


async def test_what_a_handler_logs_has_the_number_of_its_connection() -> None:
    async with running("mqtt") as server:
        for _ in range(2):
            async with connect(server.url, subprotocols=[Subprotocol("mqtt")], proxy=None) as client:
                await client.send(b"G")
                await client.wait_closed()
        await until(lambda: len(server.logged("closed")) == 2, "both closed lines")
        await until(lambda: server.logged("connections")[-1]["open"] == 0, "none")
    assert [line["conn"] for line in server.logged("mqtt end")] == [1, 2]
    assert not [line for line in server.logged("connections") if "conn" in line]


async def test_the_number_is_there_while_a_handler_runs() -> None:
    seen: list[int | None] = []

    async def look(connection: ServerConnection) -> None:
        seen.append(connection_number())
        await spawn(look_again(), "look again")

    async def look_again() -> None:
        seen.append(connection_number())

    async with serving(look) as (_, url):
        for _ in range(2):
            async with connect(url, proxy=None) as client:
                await client.wait_closed()
    assert seen == [1, 1, 2, 2]
    assert connection_number() is None


async def test_the_count_is_logged_when_it_changes_but_not_for_each_of_many() -> None:
    async with running("basic") as server:
        clients = [await connect(server.url, proxy=None) for _ in range(40)]
        await until(lambda: server.logged("connections", open=40), "40 connections")
        for client in clients:
            await client.close()
        await until(lambda: server.lines and server.logged("connections")[-1]["open"] == 0, "none")
    counts = server.logged("connections")
    times = [datetime.fromisoformat(line["time"]) for line in counts]
    gaps = [(after - before).total_seconds() for before, after in pairwise(times)]
    assert min(gaps) > COUNT_SECONDS * 0.8
    assert all(before["open"] != after["open"] for before, after in pairwise(counts))


async def test_no_line_for_a_message() -> None:
    async with running("basic") as server, connect(server.url, proxy=None) as client:
        for _ in range(100):
            await client.send("x")
            await client.recv()
        await until(lambda: server.logged("open"), "the open line")
        assert len(server.lines) <= 3  # ready, open, connections


async def test_a_failing_handler_closes_with_1011_and_is_reported(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(connection: ServerConnection) -> None:
        raise LookupError("a mistake in a server")

    with caplog.at_level(logging.ERROR, "asyncio"):
        async with serving(fail) as (connections, url), connect(url, proxy=None) as client:
            await client.wait_closed()
            assert client.close_code == 1011
            await until(lambda: connections.open == 0, "the end of the connection")
    assert "a mistake in a server" in caplog.text


async def test_a_handler_that_returns_closes_with_1000() -> None:
    async def nothing(connection: ServerConnection) -> None:
        pass

    async with serving(nothing) as (_, url), connect(url, proxy=None) as client:
        await client.wait_closed()
        assert client.close_code == 1000


async def test_a_handler_is_cancelled_when_its_client_goes_away() -> None:
    ended = []

    async def sleep(connection: ServerConnection) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    async with serving(sleep) as (connections, url):
        async with connect(url, proxy=None):
            await until(lambda: connections.open == 1, "the connection")
        await until(lambda: ended and connections.open == 0, "the end of the handler")


async def test_what_runs_meanwhile_ends_with_the_block_even_if_the_block_fails() -> None:
    ended = []

    async def forever() -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            ended.append(True)

    with suppress(LookupError):
        async with meanwhile(forever(), "forever"):
            await asyncio.sleep(0)
            raise LookupError
    assert ended == [True]
