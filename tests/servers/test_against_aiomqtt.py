"""Full sessions of aiomqtt (paho), a client that we did not write, in both versions."""

from __future__ import annotations

import asyncio
from typing import Any

import aiomqtt
import pytest

from tests.support.bundled_server import RunningServer
from tests.support.counted import counted
from tests.support.waiting import until

BOTH = pytest.mark.parametrize("version", [aiomqtt.ProtocolVersion.V311, aiomqtt.ProtocolVersion.V5])


def client(server: RunningServer, version: aiomqtt.ProtocolVersion, name: str, **more: Any) -> aiomqtt.Client:
    return aiomqtt.Client(
        "127.0.0.1", server.port, identifier=name, protocol=version, transport="websockets",
        websocket_path="/mqtt", timeout=10, **more,
    )  # fmt: skip


@BOTH
async def test_a_session(version: aiomqtt.ProtocolVersion) -> None:
    async with counted("mqtt") as server, asyncio.timeout(60):
        async with client(server, version, "one") as one, client(server, version, "two") as two:
            await two.publish("room/kept", b"kept", qos=1, retain=True)
            await one.subscribe("room/#", qos=2)
            await one.subscribe("will/+", qos=1)
            for qos in (0, 1, 2):
                await two.publish(f"room/{qos}", bytes(300 * qos), qos=qos)
            got = [await anext(one.messages) for _ in range(4)]
            assert [(str(each.topic), each.qos, each.retain) for each in got] == [
                ("room/kept", 1, True), ("room/0", 0, False), ("room/1", 1, False), ("room/2", 2, False),
            ]  # fmt: skip
            assert [each.payload for each in got] == [b"kept", b"", bytes(300), bytes(600)]
            async with client(server, version, "three", will=aiomqtt.Will("will/three", b"gone", 1)) as three:
                await three.publish("room/three", b"hi", qos=1)
                assert (await anext(one.messages)).payload == b"hi"
                # The same name again takes the session over, and the will comes.
                async with client(server, version, "three"):
                    assert (await anext(one.messages)).payload == b"gone"
                await until(lambda: server.logged("mqtt end", client="three"), "the end of the first")
            await one.unsubscribe("room/#")
        for name in ("one", "two"):
            # paho sends no Close frame: it ends with DISCONNECT and then its TCP connection.
            ending = {"client": name, "why": "client has disconnected"}
            await until(lambda wanted=ending: server.logged("mqtt end", **wanted), "its end")  # type: ignore[misc]
