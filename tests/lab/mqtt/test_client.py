"""The MQTT client of the lab against the bundled server, and against brokers that misbehave."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from tests.support.bundled_server import running
from tests.support.counting_broker import broking, serving
from tests.support.recorder import Recorder
from tests.support.tapped import others
from tests.support.tls_server import Authority
from tests.support.waiting import until
from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.mqtt import client as module
from wslab.lab.mqtt.client import MqttClient, Subscribed
from wslab.lab.mqtt.link import CUT, LEFT, MqttFailed
from wslab.lab.mqtt.options import MqttOptions
from wslab.lab.mqtt.topics import TopicTree
from wslab.net.lifecycle import NotOpen
from wslab.net.options import UsageError
from wslab.serving.mqtt.limits import Policy
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import OPCODE_NAMES, Direction, Frame, Phase
from wslab.wire.mqtt.packets import Connack, Publish, Suback, Will
from wslab.wire.mqtt.writer import encode_packet
from wslab.wire.statistics import Statistics

BOTH = pytest.mark.parametrize("version", [4, 5])


class Heard:
    """A client, its events, and how often it told of a change."""

    def __init__(self) -> None:
        self.log = Recorder()
        self.client = MqttClient(Clock(), self.log, itertools.count(3), names=lambda: "witness")
        self.changes = 0
        self.client.listen(self._count)

    def _count(self) -> None:
        self.changes += 1

    async def came(self, messages: int) -> None:
        await until(lambda: self.client.topics.messages >= messages, f"{messages} messages")


@asynccontextmanager
async def heard(url: str = "", **options: Any) -> AsyncGenerator[Heard]:
    """A client, connected where there is a URL; nothing of it may be left in the end."""
    before = others()
    there = Heard()
    try:
        if url:
            await there.client.connect(MqttOptions(url, **options))
        yield there
    finally:
        await there.client.close()
    await until(lambda: others() <= before, "every task to end")


def last(tree: TopicTree, topic: str) -> tuple[bytes, int, bool]:
    node = tree.find(topic)
    assert node is not None
    assert node.last is not None
    return node.last.preview, node.last.qos, node.last.retained


@BOTH
async def test_with_the_bundled_server(version: int) -> None:
    """Every QoS both ways, retained messages, a will, a session that is resumed: the real thing."""
    async with running("mqtt", "--keepalive", "50ms", "--refuse-filter", "no/#") as server, heard() as one:
        client, url = one.client, f"{server.url}/mqtt"
        will = Will("will/one", b"gone", 1, True)
        options = MqttOptions(
            url, version, "one", clean_start=False, session_expiry=100, keep_alive=33, will=will
        )
        await client.connect(options)
        assert (client.phase, client.client_id, client.keep_alive, client.why) == (Phase.OPEN, "one", 33, "")
        assert await client.subscribe("room/#", 2) == Subscribed("room/#", 2, 2, version)
        assert (await client.subscribe("no/#", 1)).granted is None
        for qos in (0, 1, 2):
            done = await client.publish(f"room/{qos}", bytes(300 * qos), qos)
            assert done.words == ("0x00 Success" if qos and version == 5 else "")
        await one.came(3)
        assert [last(client.topics, f"room/{qos}") for qos in (0, 1, 2)] == [
            (bytes(min(256, 300 * qos)), qos, False) for qos in (0, 1, 2)
        ]
        assert (client.published, client.topics.by_qos, client.topics.bytes) == ([1, 1, 1], [1, 1, 1], 900)

        unheard = await client.publish("nobody/kept", b"kept", 1, retain=True)
        assert unheard.words == ("0x10 No matching subscribers" if version == 5 else "")
        await client.subscribe("nobody/+", 0)
        await one.came(4)
        assert last(client.topics, "nobody/kept") == (b"kept", 0, True)
        await client.unsubscribe("nobody/+")
        await client.unsubscribe("no/#")
        assert list(client.subscriptions) == ["room/#"]

        await client.drop()
        assert (client.phase, client.why) == (Phase.CLOSED, CUT)
        assert client.will is not None
        assert (client.will.waiting, client.will.qos, client.will.trouble) == (False, 1, "")
        assert client.will.seconds is not None
        assert last(client.topics, "will/one") == (b"gone", 1, False)
        assert server.logged("mqtt end", client="one", why="connection lost")
        await until(
            lambda: server.logged("mqtt end", client="witness", why="client has disconnected"),
            "the witness to leave",
        )

        # What comes meanwhile waits in the session.
        async with heard(url, version=version) as other:
            await other.client.publish("room/later", b"later", 1)
        await client.connect(options)
        assert client.connack == Connack(True, 0, client.connack.properties if client.connack else None)  # type: ignore[arg-type]
        assert list(client.subscriptions) == ["room/#"]
        await one.came(6)
        assert last(client.topics, "room/later") == (b"later", 1, False)
        # Its pings were answered as they have to be.
        await until(lambda: [f for f in one.log.frames(Direction.C2S) if f.name == "PONG"], "a pong")
        await client.disconnect()
        assert (client.phase, client.why) == (Phase.CLOSED, LEFT)
        await until(
            lambda: server.logged("mqtt end", client="one", why="client has disconnected"),
            "the end of the session",
        )
    assert not [frame for frame in one.log.of(Frame) if frame.violations]
    assert {event.conn for event in one.log.events} == {3, 4, 5}
    assert one.changes


@BOTH
async def test_the_statistics_are_the_other_sides_own_count(version: int, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with broking(authority.server(), keepalive=0.02) as broker:
        async with heard(broker.url, version=version, ca_file=authority.ca_file) as one:
            await one.client.subscribe("#", 2)
            for number in range(30):
                await one.client.publish(f"a/{number}", bytes(number * 40), number % 3)
            await one.came(30)
            await until(lambda: broker.received["PONG"], "a pong")
            await one.client.disconnect()
            await until(lambda: broker.connections[0].state.name == "CLOSED", "the end")
        frames = one.log.of(Frame)
        counted = {
            direction: Counter(frame.name for frame in frames if frame.direction is direction)
            for direction in Direction
        }
        assert counted[Direction.C2S] == broker.received
        # What the broker sends to a client that has left reaches nobody.
        assert counted[Direction.S2C]["BINARY"] == broker.sent["BINARY"]
        statistics = Statistics(Clock())
        statistics.observe(one.log.events)
        sent = statistics.snapshot().sent.opcodes
        assert {
            OPCODE_NAMES[opcode]: cell.frames for opcode, cell in enumerate(sent) if cell.frames
        } == broker.received


async def test_a_flood_is_counted_to_the_last_message() -> None:
    flood = 3_000
    batch = b"".join(encode_packet(Publish(f"t/{number}", b"xy"), 5) for number in range(flood))

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(encode_packet(Connack(), 5))
        await connection.recv()
        for start in range(0, len(batch), 7_777):
            await connection.send(batch[start : start + 7_777])
        await connection.wait_closed()

    async with serving(handle) as broker, heard() as one:
        one.client.topics = TopicTree(most_levels=500)
        await one.client.connect(MqttOptions(broker.url))
        await one.client.publish("go")
        await one.came(flood)
        tree = one.client.topics
        assert (tree.messages, tree.bytes, tree.topics, tree.elsewhere) == (
            flood,
            2 * flood,
            499,
            flood - 499,
        )
        await one.client.disconnect()


async def test_the_name_that_the_broker_gives() -> None:
    async with broking() as broker, heard(broker.url) as one:
        assert one.client.client_id == "assigned-1"
        assert one.client.keep_alive == 60
        await one.client.disconnect()
        await one.client.connect(MqttOptions(broker.url, keep_alive=0))
        # The broker wants to hear something every ten minutes.
        assert one.client.keep_alive == 600


async def test_a_new_session_has_no_subscriptions() -> None:
    async with broking() as broker, heard(broker.url, client_id="me") as one:
        await one.client.subscribe("a")
        await one.client.disconnect()
        assert list(one.client.subscriptions) == ["a"]
        await one.client.connect(MqttOptions(broker.url, client_id="me"))
        assert one.client.subscriptions == {}


async def test_a_refused_connect_can_be_tried_again() -> None:
    async with broking(policy=Policy(users={"me": b"right"})) as broker, heard() as one:
        with pytest.raises(MqttFailed, match="0x86"):
            await one.client.connect(MqttOptions(broker.url, username="me", password="wrong"))
        assert one.client.phase is Phase.ERROR
        assert "0x86" in one.client.why
        assert one.client.connack == Connack(False, 0x86)
        await one.client.connect(MqttOptions(broker.url, username="me", password="right"))
        assert (one.client.phase, one.client.why) == (Phase.OPEN, "")


async def test_a_tap_that_cannot_be_set_up(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    async with heard() as one:
        with pytest.raises(UsageError):
            await one.client.connect(MqttOptions("wss://127.0.0.1:1/", ca_file=str(tmp_path / "ca.pem")))
        assert one.client.phase is Phase.DISCONNECTED
        assert "ca_file" in one.client.why


async def test_what_cannot_be_done_without_a_connection() -> None:
    async with heard() as one:
        client = one.client
        with pytest.raises(NotOpen, match="connect first"):
            await client.publish("a")
        with pytest.raises(NotOpen):
            await client.subscribe("a")
        with pytest.raises(NotOpen):
            await client.drop()
        with pytest.raises(NotOpen):
            await client.disconnect()
        with pytest.raises(ValueError, match="no such subscription"):
            await client.unsubscribe("a")
        assert one.log.events == []


async def test_bad_input_never_reaches_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SUBSCRIPTIONS", 1)
    monkeypatch.setattr(module, "LONGEST_PAYLOAD", 4)
    async with broking() as broker, heard(broker.url) as one:
        client = one.client
        await client.subscribe("a")
        frames = len(one.log.frames(Direction.C2S))
        with pytest.raises(ValueError, match="topic filter 'a/#/b'"):
            await client.subscribe("a/#/b")
        with pytest.raises(ValueError, match="QoS 3"):
            await client.subscribe("a", 3)
        with pytest.raises(WorkbenchError, match="1 subscriptions are enough"):
            await client.subscribe("b")
        with pytest.raises(ValueError, match=r"topic 'a/\+'"):
            await client.publish("a/+")
        with pytest.raises(ValueError, match="QoS -1"):
            await client.publish("a", qos=-1)
        with pytest.raises(ValueError, match="payload: 5 bytes are too many, 4 fit"):
            await client.publish("a", b"12345")
        with pytest.raises(WorkbenchError, match="already"):
            await client.connect(MqttOptions(broker.url))
        assert len(one.log.frames(Direction.C2S)) == frames
        await client.subscribe("a", 2)
        assert client.subscriptions["a"].granted == 2


async def test_giving_up_while_it_connects() -> None:
    async def wait(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serving(wait) as broker, heard() as one:

        async def connect() -> str:
            with pytest.raises(MqttFailed) as told:
                await one.client.connect(MqttOptions(broker.url))
            return str(told.value)

        connecting = spawn(connect(), "connecting")
        await until(lambda: broker.received["BINARY"], "the CONNECT")
        await one.client.disconnect()
        assert "given up" in await connecting
        assert one.client.phase is Phase.CLOSED


async def test_a_server_that_is_killed() -> None:
    async with running("mqtt") as server, heard(f"{server.url}/mqtt") as one:
        server.process.kill()
        await until(lambda: one.client.phase is Phase.ERROR, "the end to be seen")
        assert "the server" in one.client.why
        with pytest.raises(NotOpen, match="the server"):
            await one.client.publish("a")
        await server.process.wait()


async def test_a_cut_without_a_will() -> None:
    async with broking() as broker, heard(broker.url) as one:
        await one.client.drop()
        assert (one.client.phase, one.client.will) == (Phase.CLOSED, None)
        assert len(broker.connections) == 1


async def test_an_old_retained_message_is_not_taken_for_the_will() -> None:
    will = Will("will", b"gone", 0, True)
    async with broking() as broker, heard(broker.url, will=will) as one:
        await one.client.publish("will", b"gone", 1, retain=True)
        await one.client.drop()
        assert one.client.will is not None
        assert one.client.will.seconds is not None
        assert last(one.client.topics, "will") == (b"gone", 0, False)
        assert one.client.topics.messages == 1


async def test_nobody_may_wait_for_the_will() -> None:
    policy = Policy(refused_filters=frozenset({"will"}))
    async with broking(policy=policy) as broker, heard(broker.url, will=Will("will")) as one:
        await one.client.drop()
        assert one.client.will is not None
        assert "0x80 Unspecified error" in one.client.will.trouble
        assert (one.client.will.waiting, one.client.phase) == (False, Phase.CLOSED)


async def test_a_will_that_never_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WILL_WITHIN", 0.05)

    async def careless(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(encode_packet(Connack(), 5))
        subscribe = await connection.recv()
        assert isinstance(subscribe, bytes)
        await connection.send(encode_packet(Suback(int.from_bytes(subscribe[2:4], "big"), (0,)), 5))
        await connection.wait_closed()

    async with serving(careless) as broker, heard(broker.url, will=Will("will")) as one:
        await one.client.drop()
        assert one.client.will is not None
        assert (one.client.will.seconds, one.client.will.waiting, one.client.will.trouble) == (
            None,
            False,
            "",
        )


async def test_clearing() -> None:
    async with broking() as broker, heard(broker.url) as one:
        await one.client.subscribe("a")
        await one.client.publish("a", b"x")
        await one.came(1)
        changes = one.changes
        one.client.clear()
        assert (one.client.topics.messages, one.changes) == (0, changes + 1)
        assert list(one.client.subscriptions) == ["a"]
