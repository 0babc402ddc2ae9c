"""The statistics of all four protocols, against what each server itself has counted.

The sessions with clients that are not ours (`tests/servers/test_against_*.py`) are compared in the same way.
"""

from __future__ import annotations

import pytest

from tests.support.basic_server import MESSAGES, echoes, to
from tests.support.binary_client import opened
from tests.support.bundled_server import running
from tests.support.counted import Kind, check, counted, told_by_server
from tests.support.graphql_client import LEGACY, TRANSPORT, answer, ask, result, session
from tests.support.mqtt_client import mqtt
from tests.support.waiting import until
from wslab.net.client import Client
from wslab.net.options import ConnectOptions
from wslab.wire.clock import Clock
from wslab.wire.events import Direction
from wslab.wire.graphql.writer import write
from wslab.wire.labproto.bodies import Sample
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import Flag
from wslab.wire.mqtt.packets import Connect, Disconnect, Pingreq, Publish
from wslab.wire.mqtt.writer import encode_packet
from wslab.wire.statistics import Statistics


async def test_basic() -> None:
    async with counted("basic") as server:
        # Not a path that pings by the clock: a Pong that crosses the server's Close is read by nobody.
        for path in ("/echo", "/fragment?size=1KiB&ping=1"):
            async with to(server, path) as client:
                for message in MESSAGES:
                    await client.send(message)
                    assert await client.recv() == message
                await client.send(["in ", "three ", "frames"])
                assert await client.recv() == "in three frames"
                await (await client.ping(b"one"))
                await client.pong(b"unasked")
                assert await echoes(client)
        async with to(server, "/close/4000?after=10ms") as client:
            await client.wait_closed()


async def test_basic_compressed() -> None:
    async with counted("basic", inflated=True) as server, to(server, "/compress?from=1KiB") as client:
        for message in MESSAGES:
            await client.send(message)
            assert await client.recv() == message


@pytest.mark.parametrize("subprotocol", [TRANSPORT, LEGACY])
async def test_graphql(subprotocol: str) -> None:
    async with counted("graphql") as server, session(server, subprotocol) as client:
        assert await result(client, "{ hello }") == {"data": {"hello": "Hello, world!"}}
        await ask(client, "subscription { clock(every: 1, count: 50) { n } }", "ticks")
        while (await answer(client))["type"] != "complete":
            pass
        await (await client.ping(b"alive?"))


@pytest.mark.parametrize("version", [4, 5])
async def test_mqtt(version: int) -> None:
    async with (
        counted("mqtt") as server,
        mqtt(server.url, version) as one,
        mqtt(server.url, version) as two,
    ):
        await one.connect("one")
        await two.connect("two")
        await two.subscribe("room/#")
        # Many packets in a frame, and one in many frames: frames are counted, not packets.
        await one.send(*(Publish(f"room/{n}", b"x" * n) for n in range(50)))
        for byte in one.encode(Publish("room/slow", b"y")):
            await one.connection.send(bytes([byte]))
        got = [await two.next() for _ in range(51)]
        assert [each.topic for each in got if isinstance(each, Publish)][-1] == "room/slow"
        for each in (one, two):
            await each.send(Disconnect())
            assert await each.closing() == ([], 1000)


async def test_binary() -> None:
    data = bytes(range(256)) * 300
    async with counted("binary") as server, opened(server) as client:
        transfer = await client.upload("numbers", data)
        assert await client.download(transfer) == data
        for n in range(50):
            await client.ask(Sample(n, 0, 1_767_225_600_000, 21.5), flags=Flag.ACK_WANTED)
        await client.connection.send("this is text")
        assert (await client.closed())[0] == 1003


LAB: dict[str, tuple[str, tuple[str, ...], list[str | bytes], int]] = {
    "basic": ("/echo", (), ["hello", b"\x00\xff", "x" * 70_000], 3),
    "graphql": (
        "/graphql", (TRANSPORT,),
        [write("connection_init"), write("subscribe", "1", {"query": "{ hello }"})], 3,
    ),
    "mqtt": ("/mqtt", ("mqtt",), [encode_packet(Connect("lab", 5), 5), encode_packet(Pingreq(), 5)], 2),
    "binary": ("/", (), [encode(Sample(1, 0, 0, 21.5), sequence=1, flags=Flag.ACK_WANTED)], 1),
}  # fmt: skip
"""Path, subprotocols, messages to send and how many come back, by server."""


@pytest.mark.parametrize("name", LAB)
async def test_the_client_of_the_lab(name: str) -> None:
    path, subprotocols, messages, answers = LAB[name]
    clock, came = Clock(), list[str | bytes]()
    statistics = Statistics(clock)
    async with running(name, "--log-level", "debug") as server:
        options = ConnectOptions(server.url + path, subprotocols=subprotocols)
        client = Client(options, 1, clock, statistics.observe, on_message=came.append)
        await client.open()
        await client.ping(b"statistics")
        for message in messages:
            await (client.send_text(message) if isinstance(message, str) else client.send_binary(message))
        await until(lambda: len(came) >= answers, "every answer")
        await client.close()
        await client.wait_closed()
        await until(lambda: server.logged("closed"), "the end of the connection")
    check(server, statistics.snapshot())


async def test_a_frame_more_or_less_is_seen() -> None:
    async def told_wrongly() -> None:
        async with counted("basic") as server, to(server, "/echo") as client:
            assert await echoes(client)
            server.lines.append({"event": "> TEXT 'never sent' [10 bytes]"})

    with pytest.raises(AssertionError, match="TEXT"):
        await told_wrongly()


def test_what_a_server_tells_is_read_line_by_line() -> None:
    lines = [
        "< TEXT 'a [3 bytes]\n' [12 bytes]", "< TEXT 'b' [1 byte, continued]", "< CONT 'c' [text, 1 byte]",
        "> BINARY 00 ff [2 bytes]", "> CLOSE 1000 (OK) [2 bytes]", "< CLOSE '' [0 bytes]", "< EOF",
        "= connection is OPEN", "open", "> PING 'x' [text, 1 byte]", "< BINARY 'x' [text, 1 byte]",
    ]  # fmt: skip
    c2s, s2c = Direction.C2S, Direction.S2C
    assert told_by_server(lines) == {
        Kind(c2s, "TEXT"): (2, 13), Kind(c2s, "CONT"): (1, 1), Kind(s2c, "BINARY"): (1, 2),
        Kind(s2c, "CLOSE"): (1, 2), Kind(c2s, "CLOSE"): (1, 0), Kind(s2c, "PING"): (1, 1),
        Kind(c2s, "BINARY"): (1, 1),
    }  # fmt: skip
