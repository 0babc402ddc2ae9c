"""Full sessions of the clients that the two subprotocols come from, npm graphql-ws and subscriptions-transport-ws.

They run where node and the packages are: in `node_modules` of the checkout or on `NODE_PATH`. Nothing is
downloaded here. `npm install --no-save --legacy-peer-deps graphql-ws subscriptions-transport-ws graphql@16 ws@7`
brings what is needed.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.bundled_server import RunningServer
from tests.support.counted import counted
from tests.support.waiting import until

PEERS = Path(__file__).parent / "peers"
NODE = shutil.which("node")


def missing(*packages: str) -> str | None:
    """Return why the packages cannot be used; None if they can."""
    if NODE is None:
        return "node is not installed"
    for package in packages:
        look = subprocess.run(
            [NODE, "-e", f"require.resolve({package!r})"], cwd=PEERS, capture_output=True, check=False
        )
        if look.returncode:
            return f"npm {package} is neither in node_modules nor on NODE_PATH"
    return None


async def ran(script: str, server: RunningServer) -> dict[str, list[Any]]:
    """Return what a script said, by what it spoke of."""
    assert NODE is not None
    process = await asyncio.create_subprocess_exec(
        NODE, str(PEERS / script), f"{server.url}/graphql?auth=1",
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, err.decode()
    said: dict[str, list[Any]] = {}
    for line in out.decode().splitlines():
        told = json.loads(line)
        said.setdefault(told["what"], []).append(told["value"])
    return said


def check_session(said: dict[str, list[Any]]) -> None:
    """Look at what is the same in both."""
    assert said["query"] == [{"results": [{"data": {"hello": "Hello, node!"}}]}]
    (invalid,) = said["invalid"]
    assert invalid["results"] == []
    assert invalid["errors"][0]["message"] == "Cannot query field 'nothing' on type 'Query'."
    (failing,) = said["failing"]
    assert failing["results"][0]["data"] == {"fail": None}
    assert failing["results"][0]["errors"][0]["extensions"] == {"code": "ALWAYS"}
    assert said["clock"] == [{"results": [{"data": {"clock": {"n": n}}} for n in (1, 2, 3)]}]
    assert said["stopped"] == [{"results": [{"data": {"clock": {"n": n}}} for n in (1, 2)]}]
    assert said["room"] == [{"results": [{"data": {"room": {"text": "hi"}}}] * 2}]


async def test_a_session_of_graphql_ws() -> None:
    why = missing("graphql-ws", "ws")
    if why:
        pytest.skip(why)
    async with counted("graphql") as server:
        said = await ran("graphql_ws_client.cjs", server)
        assert said["subprotocol"] == ["graphql-transport-ws"]
        assert said["pong"]
        assert said["closed"] == [[1000, "Normal Closure"]]
        await until(lambda: server.logged("closed", code=1000), "a normal closure")
    check_session(said)


async def test_a_session_of_subscriptions_transport_ws() -> None:
    why = missing("subscriptions-transport-ws", "ws")
    if why:
        pytest.skip(why)
    async with counted("graphql") as server:
        said = await ran("subscriptions_transport_ws_client.cjs", server)
        assert said["subprotocol"] == ["graphql-ws"]
        assert said["closed"] == [None]
    check_session(said)
