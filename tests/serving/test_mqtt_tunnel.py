"""The tunnel, with small TCP servers behind it and with Mosquitto where it is installed."""

from __future__ import annotations

import asyncio
import shutil
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.bundled_server import RunningServer, running
from tests.support.mqtt_client import mqtt
from tests.support.waiting import until
from wslab.serving.mqtt.broker import Broker, End, Send
from wslab.serving.mqtt.limits import Limits, Policy
from wslab.serving.mqtt_tunnel import Address, read_address
from wslab.wire.mqtt.packets import Disconnect, Puback, Pubcomp, Publish, Pubrec, Pubrel, Will

BOTH = pytest.mark.parametrize("version", [4, 5])
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


@asynccontextmanager
async def before(serve: Serve) -> AsyncGenerator[RunningServer]:
    """Run the tunnel before a TCP server."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        async with running("mqtt", "--broker", f"mqtt://127.0.0.1:{port}", "--patience", "300ms") as front:
            yield front


class TcpBroker:
    """Our engine over TCP."""

    def __init__(self) -> None:
        self.broker = Broker(Limits(), Policy(), lambda: "named")
        self.writers: dict[int, asyncio.StreamWriter] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = max(self.writers, default=0) + 1
        self.writers[number] = writer
        self.broker.opened(number, time.monotonic())
        while data := await reader.read(1000):
            self.broker.received(number, data, time.monotonic())
            self.settle()
        self.broker.closed(number, time.monotonic())
        self.settle()
        writer.close()

    def settle(self) -> None:
        for effect in self.broker.take():
            match effect:
                case Send(conn, data):
                    self.writers[conn].write(data)
                case End(conn):
                    self.writers[conn].write_eof()


async def check_session(url: str, version: int) -> None:
    async with mqtt(url, version) as one, mqtt(url, version) as two:
        await one.connect("one")
        await one.subscribe("a/#", 2)
        await two.connect("two", will=Will("a/will", b"gone"))
        await two.send(Publish("a/0", bytes(100_000)))
        assert await one.next() == Publish("a/0", bytes(100_000))
        assert await two.ask(Publish("a/1", b"1", qos=1, packet_id=1)) == Puback(1)
        got = await one.next()
        assert isinstance(got, Publish)
        await one.send(Puback(got.packet_id))
        assert await two.ask(Publish("a/2", b"2", qos=2, packet_id=2)) == Pubrec(2)
        assert await two.ask(Pubrel(2)) == Pubcomp(2)
        got = await one.next()
        assert isinstance(got, Publish)
        assert got.payload == b"2"
        assert await one.ask(Pubrec(got.packet_id)) == Pubrel(got.packet_id)
        await one.send(Pubcomp(got.packet_id))
        # A Close without a DISCONNECT is a lost connection to the broker.
        await two.connection.close()
        assert await one.next() == Publish("a/will", b"gone")
        await one.send(Disconnect())
        assert await one.closing() == ([], 1000)


@BOTH
async def test_a_session_with_our_own_engine_behind_it(version: int) -> None:
    async with before(TcpBroker().serve) as server:
        await check_session(server.url, version)


@BOTH
async def test_a_session_with_mosquitto_behind_it(version: int, tmp_path: Path) -> None:
    if MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = tmp_path / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
    broker = await asyncio.create_subprocess_exec(
        MOSQUITTO, "-c", str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        await until(lambda: listens(port), "mosquitto to listen")
        async with running("mqtt", "--broker", f"mqtt://127.0.0.1:{port}") as server:
            await check_session(server.url, version)
    finally:
        broker.terminate()
        await broker.wait()


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def test_a_broker_that_is_not_there_is_told_with_1014() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        async with running("mqtt", "--broker", f"mqtt://127.0.0.1:{port}") as server:
            async with mqtt(server.url) as client:
                assert await client.closing() == ([], 1014)
                assert client.connection.close_reason == "the broker behind this tunnel cannot be reached"
            assert server.logged("broker not reached", broker=f"127.0.0.1:{port}")


async def test_what_the_broker_sent_before_its_end_arrives() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\xd0\x00" * 50_000)
        writer.close()

    async with before(serve) as server, mqtt(server.url) as client:
        got = b""
        async for data in client.connection:
            assert isinstance(data, bytes)
            got += data
        assert got == b"\xd0\x00" * 50_000
        assert client.connection.close_code == 1000


async def test_a_broker_that_resets_is_told_with_1014() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.transport.abort()

    async with before(serve) as server, mqtt(server.url) as client:
        # What is unread makes the end of a TCP connection a reset.
        await client.connection.send(bytes(500_000))
        assert (await client.closing())[1] == 1014


async def test_text_is_closed_with_1003() -> None:
    async with before(TcpBroker().serve) as server, mqtt(server.url) as client:
        await client.connection.send("text")
        assert await client.closing() == ([], 1003)


async def test_a_broker_that_takes_nothing_is_given_up() -> None:
    held: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        held.append(writer)
        writer.transport.pause_reading()  # type: ignore[attr-defined]

    async with before(serve) as server, mqtt(server.url, write_limit=2**20) as client:
        sent = 0
        while not server.logged("broker lost") and sent < 1000:
            sent += 1
            try:
                async with asyncio.timeout(0.5):
                    await client.connection.send(bytes(500_000))
            except TimeoutError:
                break
        await until(lambda: server.logged("broker lost", why="it takes nothing"), "the log line")
        for writer in held:
            writer.close()  # A server waits for its connections when it ends, from Python 3.12 on.


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("mqtt://localhost", Address("localhost", 1883)),
        ("mqtt://10.0.0.1:18830/", Address("10.0.0.1", 18830)),
        ("mqtt://[::1]:1", Address("::1", 1)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert read_address(text) == address
    assert read_address(f"mqtt://{address}") == address


@pytest.mark.parametrize(
    "text",
    ["", "localhost", "mqtts://x", "mqtt://", "mqtt://x:0", "mqtt://x:99999", "mqtt://a@x", "mqtt://x/y", "mqtt://[::1",
     "mqtt://x y", "mqtt://x?y"],
)  # fmt: skip
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="write it like mqtt://"):
        read_address(text)
