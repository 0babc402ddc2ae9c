"""A connection that another client makes, under study."""

from __future__ import annotations

import asyncio

import pytest
from websockets.asyncio.client import connect

from tests.support.bench import a_bench
from tests.support.waiting import until
from wslab.lab.bench_servers import WorkbenchError
from wslab.net.proxy import TapProxy
from wslab.wire.events import Phase


async def test_it_is_shown_ended_and_replaced_as_our_own_is() -> None:
    async with a_bench() as bench:
        url = await bench.url("/echo")
        ends = asyncio.Event()

        async def end() -> None:
            ends.set()
            await client.close()
            await until(lambda: bench.view.phase is Phase.CLOSED, "its end")

        async with TapProxy(url, bench.clock, bench.record, conns=bench.follow(lambda: url, end)) as proxy:
            client = await connect(proxy.url, compression=None)
            await client.send("hello")
            assert await client.recv() == "hello"
            await until(lambda: bench.view.phase is Phase.OPEN, "the state OPEN")
            assert bench.view.url == url
            handshake = bench.handshake[0]
            assert handshake is not None
            assert handshake.ok
            with pytest.raises(WorkbenchError, match="a client of its own speaks"):
                await bench.send_text("mine")
            await bench.disconnect()
            assert ends.is_set()
            assert bench.view.phase is Phase.CLOSED

            ends.clear()
            client = await connect(proxy.url)
            await until(lambda: bench.view.phase is Phase.OPEN, "the second one")
            await bench.connect("/echo")
            assert ends.is_set()
            await bench.send_text("mine")
