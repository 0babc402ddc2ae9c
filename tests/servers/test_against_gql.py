"""Full sessions of gql, a client of PyPI that speaks both subprotocols."""

from __future__ import annotations

import asyncio

import pytest
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.websockets import WebsocketsTransport

from tests.support.bundled_server import RunningServer, running
from tests.support.counted import counted
from tests.support.graphql_client import LEGACY, TRANSPORT
from tests.support.waiting import until
from wslab.tasks import spawn

BOTH = pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY])


def transport(
    server: RunningServer, *subprotocols: str, path: str = "/graphql?auth=1"
) -> WebsocketsTransport:
    return WebsocketsTransport(
        server.url + path,
        init_payload={"token": "learn"},
        subprotocols=list(subprotocols) or None,
        connect_args={"proxy": None},
    )


@BOTH
async def test_a_session(subprotocol: str) -> None:
    async with counted("graphql") as server:
        async with Client(
            transport=transport(server, subprotocol), fetch_schema_from_transport=True
        ) as session:
            await until(
                lambda: server.logged("subprotocol", offered=[subprotocol], chosen=subprotocol),
                "the log line",
            )
            query = gql("query($n: String) { hello(name: $n) }")
            query.variable_values = {"n": "gql"}
            assert await session.execute(query) == {"hello": "Hello, gql!"}
            with pytest.raises(TransportQueryError, match="this field always fails"):
                await session.execute(gql("{ fail }"))
            ticks = session.subscribe(gql("subscription { clock(every: 1, count: 3) { n } }"))
            assert [tick["clock"]["n"] async for tick in ticks] == [1, 2, 3]
            endless = session.subscribe(gql("subscription { clock(every: 1) { n } }"))
            assert [await anext(endless), await anext(endless)] == [{"clock": {"n": 1}}, {"clock": {"n": 2}}]
            await endless.aclose()
            while (await session.execute(gql("{ running { clock } }")))["running"]["clock"]:
                pass
            heard = session.subscribe(gql('subscription { room(name: "gql") { n author } }'))
            first = spawn(anext(heard), "first")  # type: ignore[arg-type]
            while not first.done():
                await session.execute(gql('mutation { say(room: "gql", author: "a", text: "t") { n } }'))
            assert (await first)["room"]["author"] == "a"
            await heard.aclose()
        await until(lambda: server.logged("closed", code=1000), "a normal closure")


async def test_without_a_schema_errors_come_from_the_server() -> None:
    async with counted("graphql") as server:
        for subprotocol in (TRANSPORT, LEGACY):
            async with Client(transport=transport(server, subprotocol)) as session:
                with pytest.raises(TransportQueryError, match="Cannot query field 'nothing'"):
                    await session.execute(gql("{ nothing }"))


async def test_what_it_offers_by_itself_is_answered_with_the_current_one() -> None:
    async with counted("graphql") as server:
        async with Client(transport=transport(server)) as session:
            assert await session.execute(gql("{ hello }"))
        await until(
            lambda: server.logged("subprotocol", offered=[LEGACY, TRANSPORT], chosen=TRANSPORT),
            "the log line",
        )


async def test_its_pings_are_answered() -> None:
    async with running("graphql") as server:
        speaking = WebsocketsTransport(
            server.url, ping_interval=0.05, pong_timeout=5, subprotocols=[TRANSPORT],
            connect_args={"proxy": None}, close_timeout=0.2,  # with pings of its own it never says goodbye
        )  # fmt: skip
        async with Client(transport=speaking):
            async with asyncio.timeout(10):
                await speaking.pong_received.wait()
            assert speaking.payloads["pong"] is None
