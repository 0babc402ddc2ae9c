"""The MQTT server over real sockets, spoken to by our own codec."""

from __future__ import annotations

import json
import socket
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.support import raw_http
from tests.support.bundled_server import RunningServer, running, start
from tests.support.mqtt_client import mqtt
from tests.support.waiting import until
from wslab.wire.mqtt.packets import (
    Connack,
    Connect,
    Disconnect,
    Pingreq,
    Pingresp,
    Puback,
    Pubcomp,
    Publish,
    Pubrec,
    Pubrel,
    Suback,
    Subscribe,
    Subscription,
    Will,
)
from wslab.wire.mqtt.properties import PropertyId, properties

pytestmark = pytest.mark.asyncio(loop_scope="module")
BOTH = pytest.mark.parametrize("version", [4, 5])
KEEP = properties((PropertyId.SESSION_EXPIRY_INTERVAL, 100))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("mqtt", "--refuse-filter", "test/nosubscribe") as started:
        yield started


# --- the handshake ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("offered", [[], ["mqttv3.1"], ["MQTT"]])
async def test_no_common_subprotocol_is_refused_with_400(server: RunningServer, offered: list[str]) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            server.url + "/mqtt", subprotocols=[Subprotocol(each) for each in offered] or None, proxy=None
        ):
            pass
    assert refused.value.response.status_code == 400
    assert b"MQTT-6.0.0-3" in (refused.value.response.body or b"")
    await until(lambda: server.logged("subprotocol", offered=offered, chosen=None), "the log line")


async def test_mqtt_is_chosen_among_several(server: RunningServer) -> None:
    offered = [Subprotocol("mqttv3.1"), Subprotocol("mqtt")]
    async with connect(server.url, subprotocols=offered, proxy=None) as client:
        assert client.subprotocol == "mqtt"


async def test_plain_http_explains(server: RunningServer) -> None:
    page = await raw_http.ask(server.port, "/")
    assert page.status == 200
    assert "/mqtt\n" in page.body
    told = await raw_http.ask(server.port, "/mqtt")
    assert (told.status, told.headers["upgrade"]) == (426, "websocket")
    assert json.loads((await raw_http.ask(server.port, "/health")).body)["server"] == "mqtt"


# --- sessions --------------------------------------------------------------------------------------------


@BOTH
async def test_messages_of_every_qos(server: RunningServer, version: int) -> None:
    async with mqtt(server.url, version) as one, mqtt(server.url, version, path="/") as two:
        await one.connect(f"one-{version}")
        await two.connect(f"two-{version}")
        await two.subscribe(f"qos/{version}/+", 2)
        topic = f"qos/{version}/x"
        await one.send(Publish(topic, b"0"))
        assert await two.next() == Publish(topic, b"0")
        assert await one.ask(Publish(topic, b"1", qos=1, packet_id=7)) == Puback(7)
        got = await two.next()
        assert isinstance(got, Publish)
        assert (got.payload, got.qos) == (b"1", 1)
        await two.send(Puback(got.packet_id))
        assert await one.ask(Publish(topic, b"2", qos=2, packet_id=8)) == Pubrec(8)
        assert await one.ask(Pubrel(8)) == Pubcomp(8)
        got = await two.next()
        assert isinstance(got, Publish)
        assert (got.payload, got.qos) == (b"2", 2)
        assert await two.ask(Pubrec(got.packet_id)) == Pubrel(got.packet_id)
        await two.send(Pubcomp(got.packet_id))
        assert await two.ask(Pingreq()) == Pingresp()
        await one.send(Disconnect())
        assert await one.closing() == ([], 1000)
    assert server.logged("mqtt subscribe", client=f"two-{version}", filters=[f"qos/{version}/+"])
    assert server.logged("mqtt connect", client=f"one-{version}", version="5.0" if version == 5 else "3.1.1")
    await until(
        lambda: server.logged("mqtt end", client=f"one-{version}", why="client has disconnected"), "its end"
    )


@BOTH
async def test_retained_messages(server: RunningServer, version: int) -> None:
    topic = f"kept/{version}"
    async with mqtt(server.url, version) as client:
        await client.connect(f"kept-{version}")
        assert await client.ask(Publish(topic, b"kept", qos=1, packet_id=1, retain=True)) in (
            Puback(1),
            Puback(1, 0x10),
        )
        await client.subscribe(topic)
        assert await client.next() == Publish(topic, b"kept", retain=True)


@BOTH
async def test_the_will_of_a_connection_that_is_cut(server: RunningServer, version: int) -> None:
    async with mqtt(server.url, version) as heir:
        await heir.connect(f"heir-{version}")
        await heir.subscribe(f"will/{version}")
        async with mqtt(server.url, version) as client:
            await client.connect(f"dies-{version}", will=Will(f"will/{version}", b"gone"))
            client.connection.transport.abort()
            assert await heir.next() == Publish(f"will/{version}", b"gone")


@BOTH
async def test_a_session_that_is_taken_over(server: RunningServer, version: int) -> None:
    name = f"taken-{version}"
    options = {"clean_start": False} | ({"properties": KEEP} if version == 5 else {})
    async with mqtt(server.url, version) as old, mqtt(server.url, version) as new:
        await old.connect(name, **options)
        await old.subscribe(f"own/{version}", 1)
        await new.connect(name, present=True, **options)
        assert await old.closing() == ([Disconnect(0x8E)] if version == 5 else [], 1008)
        await new.send(Publish(f"own/{version}", b"still subscribed"))
        assert await new.next() == Publish(f"own/{version}", b"still subscribed")


async def test_a_filter_that_is_refused(server: RunningServer) -> None:
    async with mqtt(server.url) as client:
        await client.connect("refused")
        asked = Subscribe(1, (Subscription("test/nosubscribe", 2), Subscription("a", 1)))
        assert await client.ask(asked) == Suback(1, (0x80, 1))


async def test_users_and_limits_by_options() -> None:
    options = ("--user", "ann:secret", "--mqtt-keep-alive", "60", "--max-packet", "1KiB")
    async with running("mqtt", *options) as server:
        async with mqtt(server.url) as client:
            refused = await client.ask(Connect("a", 5, username="ann", password=b"wrong"))
            assert refused == Connack(False, 0x86)
            assert await client.closing() == ([], 1008)
        async with mqtt(server.url) as client:
            told = await client.ask(Connect("a", 5, username="ann", password=b"secret", keep_alive=90))
            assert isinstance(told, Connack)
            assert told.properties.number(PropertyId.SERVER_KEEP_ALIVE, 0) == 60
            assert told.properties.number(PropertyId.MAXIMUM_PACKET_SIZE, 0) == 1024
            await client.send(Publish("a", bytes(2000)))
            assert await client.closing() == ([Disconnect(0x95)], 1009)


async def test_no_connect_in_time() -> None:
    async with running("mqtt", "--connect-timeout", "50ms") as server, mqtt(server.url) as client:
        assert await client.closing() == ([], 1008)


# --- frames ----------------------------------------------------------------------------------------------


@BOTH
async def test_packets_byte_by_byte(server: RunningServer, version: int) -> None:
    async with mqtt(server.url, version) as client:
        packets = (
            Connect(f"bytes-{version}", version),
            Subscribe(1, (Subscription(f"bytes/{version}", 0),)),
            Publish(f"bytes/{version}", b"x" * 200),
        )
        for byte in client.encode(*packets):
            await client.connection.send(bytes((byte,)))
        assert isinstance(await client.next(), Connack)
        assert await client.next() == Suback(1, (0,))
        assert await client.next() == Publish(f"bytes/{version}", b"x" * 200)


async def test_several_packets_in_a_frame(server: RunningServer) -> None:
    async with mqtt(server.url) as client:
        await client.send(Connect("several", 5), Subscribe(1, (Subscription("several", 0),)))
        assert isinstance(await client.next(), Connack)
        assert await client.next() == Suback(1, (0,))
        before = client.frames
        await client.send(*(Publish("several", b"%d" % n) for n in range(1000)))
        for n in range(1000):
            assert await client.next() == Publish("several", b"%d" % n)
        assert client.frames - before < 500, "the server joins what waits"


async def test_a_text_frame_is_closed_with_1003(server: RunningServer) -> None:
    async with mqtt(server.url) as heir, mqtt(server.url) as client:
        await heir.connect("text-heir")
        await heir.subscribe("text/will")
        await client.connect("text", will=Will("text/will", b"gone"))
        await client.connection.send("text")
        assert await client.closing() == ([], 1003)
        assert await heir.next() == Publish("text/will", b"gone")


async def test_garbage_is_told_and_closed_with_1002(server: RunningServer) -> None:
    async with mqtt(server.url) as client:
        await client.connection.send(b"G")
        assert await client.closing() == ([], 1002)
    async with mqtt(server.url) as client:
        await client.connect("garbage")
        await client.connection.send(b"\x30\xff\xff\xff\xff\xff")
        assert await client.closing() == ([Disconnect(0x81)], 1002)
    async with mqtt(server.url) as client:
        await client.connect("again")
        assert await client.ask(Connect("again", 5)) == Disconnect(0x82)
        assert await client.closing() == ([], 1002)


async def test_a_frame_that_is_too_large_is_closed_with_1009(server: RunningServer) -> None:
    async with mqtt(server.url) as client:
        await client.connect("large")
        await client.connection.send(bytes(2**20 + 1))
        assert await client.closing() == ([], 1009)


async def test_a_client_identifier_is_escaped_in_the_log(server: RunningServer) -> None:
    async with mqtt(server.url) as client:
        await client.connect("\x1b[31mred\n" + "x" * 200)
        escaped = r"\x1b[31mred\n"
        shown = escaped + "x" * (100 - len(escaped)) + "…"
        await until(lambda: server.logged("mqtt connect", client=shown), "the log line")


# --- slow clients and the end ----------------------------------------------------------------------------


async def test_a_client_that_takes_nothing_is_cut() -> None:
    async with running("mqtt", "--patience", "300ms") as server:
        narrow = socket.create_connection(("127.0.0.1", server.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        async with mqtt(server.url, sock=narrow, max_queue=1) as slow, mqtt(server.url) as fast:
            await slow.connect("slow")
            await slow.subscribe("flood")
            await fast.connect("fast")
            number = 0
            while not server.logged("slow client", client="slow"):
                number += 1
                answer = await fast.ask(Publish("flood", bytes(60_000), qos=1, packet_id=1))
                assert isinstance(answer, Puback)
                assert number < 5000
            # Who is not slow has not suffered.
            assert await fast.ask(Pingreq()) == Pingresp()
            await until(lambda: server.logged("closed", code=1006), "the cut")


@BOTH
async def test_stopping_is_told_and_closed_with_1001(version: int) -> None:
    async with running("mqtt") as server, mqtt(server.url, version) as client:
        await client.connect("stop")
        server.close_stdin()
        assert await client.closing() == ([Disconnect(0x8B)] if version == 5 else [], 1001)


async def test_a_client_that_takes_nothing_does_not_keep_it_from_stopping() -> None:
    async with running("mqtt") as server:
        narrow = socket.create_connection(("127.0.0.1", server.port))
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        async with mqtt(server.url, sock=narrow, max_queue=1) as slow, mqtt(server.url) as fast:
            await slow.connect("slow")
            await slow.subscribe("flood")
            await fast.connect("fast")
            for _ in range(200):
                assert await fast.ask(Publish("flood", bytes(60_000), qos=1, packet_id=1)) == Puback(1)
            server.close_stdin()
            assert await fast.closing() == ([Disconnect(0x8B)], 1001)
            await until(lambda: server.process.returncode is not None, "its end", timeout=8)
            assert server.process.returncode == 0
            assert server.logged("not everybody took the goodbye")


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--broker", "http://x", "write it like mqtt://127.0.0.1:1883"),
        ("--user", "ann", "NAME:PASSWORD"),
        ("--refuse-filter", "a/#/b", "is not a topic filter"),
        ("--max-queue", "0", "whole number from 1"),
    ],
)
async def test_wrong_options_are_told(option: str, value: str, told: str) -> None:
    process = await start("mqtt", option, value)
    _, err = await process.communicate()
    assert process.returncode == 2
    assert told in err.decode()
