"""Servers for one attempt each: never the same twice, ready when they are taken, and gone in the end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.support.servers import write_server
from tests.support.supervised import GOOD, NEVER_READY, SILENT, SOON, STUBBORN, alive
from tests.support.waiting import until
from wslab.bundled import SERVERS
from wslab.lab.fresh_servers import FreshServers, url_of
from wslab.lab.server_run import Patience
from wslab.lab.server_status import ServerStartError
from wslab.tasks import spawn

New = Callable[..., FreshServers]


@pytest.fixture
async def new(tmp_path: Path) -> AsyncIterator[New]:
    made: list[FreshServers] = []

    def new(body: str, *, patience: Patience = SOON, spare: int = 1) -> FreshServers:
        made.append(FreshServers(write_server(tmp_path, body), spare=spare, patience=patience))
        return made[-1]

    yield new
    for servers in made:
        await servers.close()


async def test_the_bundled_server_answers_and_ends() -> None:
    servers = FreshServers(SERVERS["basic"], ["--keepalive", "off"])
    run = await servers.take()
    async with connect(f"{url_of(run)}/echo") as connection:
        await connection.send("hello")
        assert await connection.recv() == "hello"
    pid = run.status().pid
    servers.let_go(run)
    await servers.close()
    assert not alive(pid)


async def test_every_attempt_gets_its_own(new: New) -> None:
    servers = new(GOOD, spare=2)
    servers.refill()
    runs = [await servers.take() for _ in range(3)]
    assert len({run.status().pid for run in runs}) == 3
    assert len({run.port for run in runs}) == 3
    for run in runs:
        servers.let_go(run)
    await servers.close()
    assert not any(run.status().running for run in runs)


async def test_a_spare_one_is_ready_before_it_is_taken(new: New) -> None:
    servers = new(GOOD)
    servers.refill()
    servers.refill()
    assert len(servers._waiting) == 1
    spare = servers._waiting[0]
    await until(lambda: spare.started.done(), "the spare one")
    assert await servers.take() is spare
    servers.let_go(spare)


async def test_one_that_died_while_it_waited_is_not_given_away(new: New) -> None:
    servers = new(GOOD)
    servers.refill()
    spare = servers._waiting[0]
    await until(lambda: spare.started.done(), "the spare one")
    pid = spare.status().pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: not spare.going, "its end")
    run = await servers.take()
    assert run is not spare
    servers.let_go(run)


async def test_one_that_does_not_start(new: New) -> None:
    with pytest.raises(ServerStartError, match="exited with code 1") as caught:
        await new("print('oh no', file=sys.stderr); sys.exit(1)").take()
    assert caught.value.tail == ("oh no",)
    with pytest.raises(ServerStartError, match="not ready"):
        await new(SILENT, patience=NEVER_READY).take()


async def test_who_gives_up_waiting_leaves_nothing_behind(new: New) -> None:
    servers = new(SILENT)
    servers.refill()
    run = servers._waiting[0]
    taking = spawn(servers.take(), "take")
    await until(lambda: run.status().pid, "its process")
    taking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await taking
    await servers.close()
    assert not run.status().running


async def test_closing_kills_what_does_not_leave(new: New) -> None:
    servers = new(STUBBORN)
    run = await servers.take()
    pid = run.status().pid
    servers.let_go(run)
    await servers.close()
    assert not alive(pid)
