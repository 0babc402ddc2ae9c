"""One connection to a broker, and every way in which it does not come about or breaks."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from tests.support.counting_broker import CountingBroker, broking, serving
from tests.support.recorder import Recorder
from tests.support.tapped import Peer, listening, others
from tests.support.tls_server import Authority
from tests.support.waiting import until
from wslab.lab.mqtt import link as module
from wslab.lab.mqtt.link import CUT, GIVEN_UP, LEFT, Link, MqttFailed
from wslab.lab.mqtt.options import MqttOptions
from wslab.net.lifecycle import NotOpen
from wslab.net.options import UsageError
from wslab.serving.mqtt.limits import Policy
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Frame, Http, Phase, State
from wslab.wire.mqtt.packets import Connack, Disconnect, Packet, Publish
from wslab.wire.mqtt.properties import PropertyId, properties
from wslab.wire.mqtt.writer import encode_packet

BOTH = pytest.mark.parametrize("version", [4, 5])
# Where the handshake fails, paho leaves its socket for the garbage collector to close.
SLOVENLY = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


@asynccontextmanager
async def linked(url: str, **options: Any) -> AsyncGenerator[tuple[Link, Recorder]]:
    """A link that is not open, and all its events; nothing of it may be left in the end."""
    before = others()
    log = Recorder()
    link = Link(
        MqttOptions(url, **options), Clock(), log, itertools.count(7), lambda _message: None, lambda: None
    )
    try:
        yield link, log
    finally:
        await link.close()
    await until(lambda: others() <= before, "every task to end")
    assert all(event.conn == 7 for event in log.events)
    if log.events:
        log.check_order()


def answering(*packets: Packet | bytes, version: int = 5) -> Any:
    """A handler that waits for the CONNECT, answers with packets and then waits for the end."""

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        for packet in packets:
            await connection.send(packet if isinstance(packet, bytes) else encode_packet(packet, version))
        await connection.wait_closed()

    return handle


async def refused(link: Link) -> str:
    with pytest.raises(MqttFailed) as told:
        await link.open()
    assert str(told.value) == link.why
    with pytest.raises(NotOpen):
        await link.call(lambda client: client.publish("a"))
    return link.why


@BOTH
async def test_from_connect_to_disconnect(version: int) -> None:
    async with broking() as broker, linked(broker.url, version=version, client_id="me") as (link, log):
        phases: list[Phase] = []
        link._on_change = lambda: phases.append(link.phase)
        assert (await link.open()).reason_code == 0
        await link.call(lambda client: client.publish("a", b"x", qos=1))
        await link.leave()
        assert (link.phase, link.why) == (Phase.CLOSED, LEFT)
        assert phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED]
        assert log.phases[:2] == [Phase.CONNECTING, Phase.OPEN]
        assert not any(frame.violations for frame in log.of(Frame))
        request = log.of(Http)[0]
        assert request.start_line == "GET /mqtt HTTP/1.1"
        place = broker.url.removeprefix("ws://").removesuffix("/mqtt")
        assert {("Host", place), ("Origin", f"http://{place}")} <= set(request.headers)
        assert ("Sec-Websocket-Protocol", "mqtt") in request.headers
        # CONNECT, PUBLISH and DISCONNECT.
        await until(lambda: broker.received["BINARY"] == 3, "all packets")


async def test_over_tls(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    async with broking(authority.server()) as broker:
        async with linked(broker.url, ca_file=authority.ca_file) as (link, _log):
            await link.open()
        async with linked(broker.url, insecure=True) as (link, _log):
            await link.open()


@SLOVENLY
async def test_a_certificate_that_nobody_knows(tmp_path: Path) -> None:
    async with broking(Authority(tmp_path).server()) as broker, linked(broker.url) as (link, _log):
        assert "certificate" in await refused(link)
        assert link.phase is Phase.ERROR


async def test_a_ca_file_without_certificates(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    async with linked("wss://127.0.0.1:1/", ca_file=str(tmp_path / "ca.pem")) as (link, _log):
        with pytest.raises(UsageError, match="ca_file"):
            await link.open()


@SLOVENLY
async def test_nobody_listens() -> None:
    async with serving(answering()) as broker:
        url = broker.url
    async with linked(url) as (link, log):
        why = await refused(link)
        assert why.startswith("the tap cannot reach ws://127.0.0.1")
        assert log.of(State)[-1].why == why


@SLOVENLY
async def test_a_server_without_mqtt() -> None:
    from websockets.asyncio.server import serve

    async def page(connection: ServerConnection, _request: object) -> Any:
        return connection.respond(404, "nothing here\n")

    async with serve(answering(), "127.0.0.1", 0, process_request=page) as server:
        port = server.sockets[0].getsockname()[1]
        async with linked(f"ws://127.0.0.1:{port}/") as (link, _log):
            why = await refused(link)
            assert "404" in why
            assert "nothing here" in why


@SLOVENLY
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept:x\r\n\r\n", "Accept"),
        (b"HTTP/1.1 101 Yes\r\nSec-WebSocket-Accept: \xff\r\n\r\n", "the answer to the handshake breaks the rules"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "it is an SSH server"),
    ],
)  # fmt: skip
async def test_an_answer_that_is_none(answer: bytes, words: str) -> None:
    class Odd(Peer):
        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.received.endswith(b"\r\n\r\n"):
                self.transport.write(answer)
                self.transport.write_eof()

    async with listening(Odd) as (url, _came), linked(f"{url}/") as (link, _log):
        assert words in await refused(link)


@pytest.mark.parametrize(
    ("version", "packet", "words"),
    [
        (5, Connack(False, 0x86), "the broker refused CONNECT: 0x86 Bad User Name or Password"),
        (5, Connack(False, 0x9D, properties((PropertyId.REASON_STRING, "gone south"))), "0x9D Server moved: gone south"),
        # paho tells nobody of these two.
        (4, Connack(False, 1), "0x01 Connection Refused, unacceptable protocol version"),
        (4, Connack(False, 2), "0x02 Connection Refused, identifier rejected"),
        (4, Connack(False, 5), "0x05 Connection Refused, not authorized"),
        (5, b"\xf0\x00", "aiomqtt did not connect: Error: Unrecognised command 240"),
        (5, b"\x20\x00", "the broker broke a rule of MQTT: mqtt5#"),
        (4, b"\x20\xff\xff\xff\xff\x7f", "Remaining Length goes on after four bytes"),
    ],
)  # fmt: skip
async def test_a_broker_that_refuses(version: int, packet: Packet | bytes, words: str) -> None:
    handler = answering(packet, version=version)
    async with serving(handler) as broker, linked(broker.url, version=version) as (link, _log):
        assert words in await refused(link)
        assert link.phase is Phase.ERROR


async def test_a_user_whom_the_broker_does_not_know() -> None:
    async with broking(policy=Policy(users={"me": b"right"})) as broker:
        async with linked(broker.url, username="me", password="wrong") as (link, _log):
            assert "0x86 Bad User Name or Password" in await refused(link)
        async with linked(broker.url, username="me", password="right") as (link, _log):
            await link.open()


async def test_a_broker_that_hangs_up_at_once() -> None:
    async def hang_up(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(1013, "later")

    async with serving(hang_up) as broker, linked(broker.url) as (link, _log):
        assert "1013" in await refused(link)


async def test_a_broker_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_WITHIN", 0.05)
    async with serving(answering()) as broker, linked(broker.url) as (link, _log):
        assert "did not answer CONNECT within 0.05 s" in await refused(link)


async def test_giving_up() -> None:
    async with serving(answering()) as broker, linked(broker.url) as (link, _log):
        opening = spawn(refused(link), "opening")
        await until(lambda: broker.received["BINARY"], "the CONNECT")
        await link.leave()
        assert await opening == GIVEN_UP
        assert link.phase is Phase.CLOSED


async def test_being_cancelled_leaves_nothing() -> None:
    async with serving(answering()) as broker, linked(broker.url) as (link, _log):
        opening = spawn(link.open(), "opening")
        await until(lambda: broker.received["BINARY"], "the CONNECT")
        opening.cancel()
        await asyncio.wait([opening])
        assert opening.cancelled()


async def opened(broker: CountingBroker, link: Link) -> ServerConnection:
    await link.open()
    return broker.connections[-1]


@BOTH
async def test_a_cut(version: int) -> None:
    async with broking() as broker, linked(broker.url, version=version) as (link, log):
        connection = await opened(broker, link)
        await link.cut()
        assert (link.phase, link.why) == (Phase.CLOSED, CUT)
        await connection.wait_closed()
        assert connection.close_code == 1006
        # No DISCONNECT went out.
        assert len(log.frames(Direction.C2S)) == 1


async def test_a_broker_that_dies() -> None:
    async with broking() as broker, linked(broker.url) as (link, _log):
        connection = await opened(broker, link)
        connection.transport.abort()
        await link.wait_ended()
        assert link.phase is Phase.ERROR
        assert "the server" in link.why
        assert "1006" in link.why


async def test_a_broker_that_says_goodbye() -> None:
    async with serving(answering(Connack(), Disconnect(0x8B))) as broker, linked(broker.url) as (link, _log):
        with suppress(MqttFailed):  # The goodbye may come before anybody has looked at the CONNACK.
            await link.open()
        await link.wait_ended()
        assert "the broker said DISCONNECT: 0x8B Server shutting down" in link.why


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x36\x05\x00\x01a\x00\x01",  # QoS 3
        b"\x30\x05\x00\x02\xff\xfe\x00",  # a topic that is no UTF-8
        b"\x30\x04\x00\x40ab",  # a topic that is longer than its packet
        b"\x30\x03\x00\x00\x00",  # no topic at all
        b"\x00\x00",
        b"\x30\xff\xff\xff\xff\xff\xff",
    ],
)
async def test_a_broker_that_sends_garbage(garbage: bytes) -> None:
    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(encode_packet(Connack(), 5))
        await connection.recv()
        await connection.send(garbage)
        await connection.wait_closed()

    async with serving(handle) as broker, linked(broker.url) as (link, _log):
        await link.open()
        await link.call(lambda client: client.publish("now"))
        await link.wait_ended()
        assert (link.phase, "the broker broke a rule of MQTT: mqtt5#" in link.why) == (Phase.ERROR, True), (
            link.why
        )


async def test_an_end_while_something_is_asked() -> None:
    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(encode_packet(Connack(), 5))
        await connection.recv()
        connection.transport.abort()

    async with serving(handle) as broker, linked(broker.url) as (link, _log):
        await link.open()
        with pytest.raises(NotOpen, match="the server"):
            await link.call(lambda client: client.subscribe("a"))


async def test_no_answer_to_what_is_asked() -> None:
    async with serving(answering(Connack())) as broker, linked(broker.url) as (link, _log):
        await opened(broker, link)
        assert link._client is not None
        link._client.timeout = 0.05
        with pytest.raises(MqttFailed, match="did not answer"):
            await link.call(lambda client: client.subscribe("a"))
        assert link.phase is Phase.OPEN


async def test_messages_are_delivered() -> None:
    got: list[tuple[str, bytes]] = []
    handler = answering(Connack(), Publish("a", bytes(9)), Publish("b"))
    async with serving(handler) as broker, linked(broker.url) as (link, _log):
        link._deliver = lambda message: got.append((str(message.topic), bytes(message.payload)))
        await link.open()
        await until(lambda: len(got) == 2, "both")
    assert got == [("a", bytes(9)), ("b", b"")]
