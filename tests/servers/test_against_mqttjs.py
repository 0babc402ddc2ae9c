"""Full sessions of npm mqtt (MQTT.js), which spreads one packet over several frames, in both versions.

They run where node and the package are: in `node_modules` of the checkout or on `NODE_PATH`. Nothing is
downloaded here. `npm install --no-save mqtt` brings what is needed.
"""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.servers.test_against_node_clients import NODE, PEERS, missing
from tests.support.counted import counted
from tests.support.waiting import until


@pytest.mark.parametrize("version", [4, 5])
async def test_a_session(version: int) -> None:
    why = missing("mqtt")
    if why:
        pytest.skip(why)
    assert NODE is not None
    async with counted("mqtt") as server:
        process = await asyncio.create_subprocess_exec(
            NODE, str(PEERS / "mqtt_client.cjs"), f"{server.url}/mqtt", str(version),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(60):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode == 0, err.decode()
        said = {told["what"]: told["value"] for told in map(json.loads, out.decode().splitlines())}
        assert said["granted"] == [2]
        assert said["messages"] == [
            ["room/kept", 4, 1, True],
            ["room/0", 0, 0, False],
            ["room/1", 70_000, 1, False],
            ["room/2", 140_000, 2, False],
            ["room/will", 4, 1, False],
        ]
        assert said["ended"]
        ending = {"client": "one", "why": "client has disconnected"}
        await until(lambda: server.logged("mqtt end", **ending), "its end")
