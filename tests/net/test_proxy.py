"""The tap between real clients and real servers."""

from __future__ import annotations

import asyncio
import errno
import gc
import socket
import ssl
import tracemalloc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import websocket
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.http11 import Request, Response

from tests.support.recorder import Recorder
from tests.support.tapped import Gate, Tap, dial, joined, listening, others
from tests.support.tls_server import Authority
from tests.support.waiting import until
from wslab.net.client import Client
from wslab.net.options import ConnectOptions, UsageError
from wslab.net.proxy import TapProxy
from wslab.tasks import spawn, stop
from wslab.wire.clock import Clock
from wslab.wire.events import Close, Direction, Event, Frame, Http, Message, Phase, State, Tcp

C2S, S2C = Direction.C2S, Direction.S2C


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        if message == "close":
            await connection.close(4000, "as you wish")
        elif message == "fragments":
            await connection.send(["a", "b", "c"])
        else:
            await connection.send(message)


def page(connection: ServerConnection, request: Request) -> Response | None:
    return connection.respond(200, "a page\n") if request.path == "/page" else None


@asynccontextmanager
async def echoing(tls: ssl.SSLContext | None = None, **settings: Any) -> AsyncGenerator[str]:
    async with serve(echo, "127.0.0.1", 0, process_request=page, ssl=tls, **settings) as server:
        port = server.sockets[0].getsockname()[1]
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{port}"


@pytest.mark.parametrize("compression", ["deflate", None])
async def test_websockets_through_the_tap(compression: str | None) -> None:
    async with echoing() as url, Tap(f"{url}/echo") as tap:
        async with connect(tap.url, compression=compression) as client:
            await client.send("text")
            assert await client.recv() == "text"
            await client.send(b"\0\xff" * 100_000)
            assert await client.recv() == b"\0\xff" * 100_000
            await client.send(["in ", "three ", "parts"])
            assert await client.recv() == "in three parts"
            await client.send("fragments")
            assert [part async for part in client.recv_streaming()][:3] == ["a", "b", "c"]
            await (await client.ping(b"beat"))
            await client.close(4321, "done")
        final = await tap.final()
    assert (final.phase, final.side, final.code) == (Phase.CLOSED, "client", 4321)
    messages = tap.log.of(Message)
    assert all(message.compressed is (compression is not None) for message in messages)
    assert [message.length for message in messages if message.direction is C2S] == [4, 200_000, 14, 9]
    assert not any(frame.violations for frame in tap.log.of(Frame))
    requests = [event for event in tap.log.of(Http) if event.direction is C2S]
    assert [event.start_line for event in requests] == ["GET / HTTP/1.1"]
    assert ("Host", f"127.0.0.1:{tap.port}") in requests[0].headers


async def test_close_codes_of_the_server() -> None:
    async with echoing() as url, Tap(url) as tap:
        async with connect(tap.url) as client:
            await client.send("close")
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert (client.close_code, client.close_reason) == (4000, "as you wish")
        final = await tap.final()
    assert [(close.direction, close.code, close.first) for close in tap.log.of(Close)] == [
        (S2C, 4000, True),
        (C2S, 4000, False),
    ]
    assert (final.phase, final.side, final.code) == (Phase.CLOSED, "server", 4000)


async def test_connections_have_the_numbers_that_they_are_given() -> None:
    async with echoing() as url, Tap(url, conns=iter((5, 9))) as tap:
        for conn in (5, 9):
            async with connect(tap.url):
                pass
            await tap.final(conn)
    assert {event.conn for event in tap.log.events} == {5, 9}


async def test_the_server_sees_the_path_host_and_origin_that_it_knows() -> None:
    seen: list[Request] = []

    def look(_connection: ServerConnection, request: Request) -> None:
        seen.append(request)

    async with serve(echo, "127.0.0.1", 0, process_request=look) as server:
        place = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Tap(f"ws://{place}/deep/path?key=1") as tap:
            own = tap.url.replace("ws://", "http://")
            async with connect(tap.url, origin=own), connect(f"{tap.url}/other", origin="http://else"):  # type: ignore[arg-type]
                pass
    assert [request.path for request in seen] == ["/deep/path?key=1", "/other"]
    assert [request.headers["Host"] for request in seen] == [place, place]
    assert [request.headers["Origin"] for request in seen] == [f"http://{place}", "http://else"]


def plain(event: Event) -> tuple[object, ...]:
    """What an event says, without its number, time and connection."""
    if isinstance(event, Message):
        event = event._replace(started=0)
    return (type(event).__name__, *event[4:])


async def test_events_are_those_of_the_clients_own_tap() -> None:
    own = Recorder()
    async with echoing(ping_interval=None) as url, Tap(url) as tap:
        client = Client(ConnectOptions(tap.url, keepalive=None), 1, Clock(), own)
        await client.open()

        async def answered(send: Any, frames: int) -> None:
            await send
            await until(lambda: len(own.frames(S2C)) == frames, "the answer")

        await answered(client.send_text("hello " * 100), 1)
        await answered(client.send_binary(bytes(300)), 2)
        await answered(client.send_fragments(["one ", "two"]), 3)
        await answered(client.ping(b"beat"), 4)
        await client.close(1000, "bye")
        await tap.final()
    kinds = (Http, Frame, Message, Close)
    assert [plain(event) for event in tap.log.events if isinstance(event, kinds)] == [
        plain(event) for event in own.events if isinstance(event, kinds)
    ]
    assert tap.log.phases == own.phases
    assert [(state.side, state.code) for state in tap.log.of(State)] == [
        (state.side, state.code) for state in own.of(State)
    ]
    assert [state.why for state in tap.log.of(State)][2:] == [state.why for state in own.of(State)][2:]


async def test_aiohttp_through_the_tap() -> None:
    async with echoing() as url, Tap(url) as tap:
        async with aiohttp.ClientSession() as session:
            async with session.ws_connect(tap.url, compress=15) as client:
                await client.send_str("hello")
                assert await client.receive_str() == "hello"
                await client.send_bytes(b"\0" * 70_000)
                assert await client.receive_bytes() == b"\0" * 70_000
                await client.ping(b"x")
            async with session.get(tap.url.replace("ws://", "http://") + "/page") as answer:
                assert (answer.status, await answer.text()) == (200, "a page\n")
        assert (await tap.final(1)).code == 1000
        assert (await tap.final(2)).why == "HTTP without WebSocket: the server answered 200 OK"


async def test_websocket_client_through_the_tap() -> None:
    def talk(url: str) -> object:
        client = websocket.create_connection(url, timeout=30)
        client.send("hello")
        text = client.recv()
        client.ping(b"x")
        client.send_binary(b"\0" * 70_000)
        data = client.recv()
        client.close(1001, b"leaving")
        return text, data

    async with echoing() as url, Tap(url) as tap:
        assert await asyncio.to_thread(talk, tap.url) == ("hello", b"\0" * 70_000)
        final = await tap.final()
    assert (final.phase, final.code) == (Phase.CLOSED, 1001)


async def test_a_server_with_tls_that_is_trusted(authority: Authority) -> None:
    async with echoing(authority.server()) as url, Tap(f"{url}/echo", ca_file=authority.ca_file) as tap:
        assert tap.url.startswith("ws://")
        async with connect(tap.url) as client:
            await client.send("x" * 3_000_00)
            assert await client.recv() == "x" * 3_000_00
        final = await tap.final()
    assert (final.phase, final.code) == (Phase.CLOSED, 1000)


async def test_a_server_whose_certificate_nobody_knows(authority: Authority) -> None:
    async with echoing(authority.server()) as url:
        async with Tap(url) as tap:
            with pytest.raises(InvalidStatus) as refused:
                await connect(tap.url)
            assert refused.value.response.status_code == 502
            assert b"authority that this machine does not know" in refused.value.response.body
            assert "authority" in (await tap.final()).why
        async with Tap(url, insecure=True) as tap, connect(tap.url) as client:
            await client.send("hi")
            assert await client.recv() == "hi"


@pytest.mark.parametrize("upstream_tls", [False, True])
async def test_clients_with_tls(authority: Authority, upstream_tls: bool) -> None:
    trust = ssl.create_default_context(cafile=authority.ca_file)
    async with (
        echoing(authority.server() if upstream_tls else None) as url,
        Tap(url, tls_listen=authority.server("localhost"), host="localhost", insecure=True) as tap,
    ):
        assert tap.url == f"wss://localhost:{tap.port}"
        async with connect(tap.url, ssl=trust) as client:
            await client.send(b"x" * 500_000)
            assert await client.recv() == b"x" * 500_000
            await client.send("close")
            with pytest.raises(ConnectionClosed):
                await client.recv()
        final = await tap.final()
    assert "TLSv1.3" in tap.log.of(Tcp)[0].detail
    assert (final.phase, final.side, final.code) == (Phase.CLOSED, "server", 4000)


async def test_a_client_that_does_not_trust_the_tap(authority: Authority) -> None:
    async with echoing() as url, Tap(url, tls_listen=authority.server()) as tap:
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(tap.url)
        with pytest.raises(ssl.SSLCertVerificationError):
            await asyncio.to_thread(websocket.create_connection, tap.url, timeout=30)
        hung_up, alerted = await tap.final(1), await tap.final(2)
    assert tap.log.phases == [Phase.CONNECTING, Phase.ERROR] * 2
    assert "does it trust the certificate authority of the tap?" in hung_up.why
    assert "the client refused the TLS handshake: unknown ca" in alerted.why


async def test_a_client_without_tls_where_it_is_needed(authority: Authority) -> None:
    async with echoing() as url, Tap(url, tls_listen=authority.server()) as tap:
        client = await tap.dial()
        client.transport.write(b"GET / HTTP/1.1\r\n\r\n")
        final = await tap.final()
    assert "it has to connect to wss://" in final.why


async def test_a_reset_with_tls_on_both_sides(authority: Authority) -> None:
    trust = ssl.create_default_context(cafile=authority.ca_file)
    async with (
        listening(tls=authority.server("localhost")) as (url, came),
        Tap(url, tls_listen=authority.server("localhost"), insecure=True) as tap,
    ):
        client = await tap.dial(trust)
        client.transport.write(b"hello")
        client.transport.write(b"\n")
        await until(lambda: came and came[0].received == b"hello\n", "the bytes")
        client.break_off()
        await until(lambda: came[0].lost, "the reset")
        assert came[0].reset
        final = await tap.final()
    assert final.side == "client"
    assert tap.log.of(Tcp)[-1].what == "reset"


@pytest.mark.parametrize("who", ["client", "server"])
async def test_nothing_that_was_sent_before_the_end_of_tls_is_lost(authority: Authority, who: str) -> None:
    trust = ssl.create_default_context(cafile=authority.ca_file)
    flood = bytes(range(256)) * 2**14
    async with (
        listening(tls=authority.server("localhost")) as (url, came),
        Tap(url, tls_listen=authority.server("localhost"), insecure=True) as tap,
    ):
        client = await tap.dial(trust)
        await until(lambda: came and hasattr(came[0], "transport"), "the connection to the server")
        first, second = (client, came[0]) if who == "client" else (came[0], client)
        first.transport.write(flood)
        first.transport.close()
        await until(lambda: second.lost, "the end", 30)
        assert bytes(second.received) == flood
        await tap.final()


async def test_closing_ends_everything() -> None:
    before = others()
    async with listening() as (url, came), Gate("ws://127.0.0.1:1") as gate:
        tap, waiting = Tap(url), Tap("ws://127.0.0.1:1")
        async with tap, waiting:
            clients = [await tap.dial() for _ in range(3)] + [await waiting.dial()]
            await until(lambda: len(came) == 3 and tap.connections == (1, 2, 3), "the connections")
            await gate.waiting.wait()
        await until(lambda: all(peer.lost or peer.ended for peer in (*clients, *came)), "every end")
        assert tap.connections == waiting.connections == ()
        assert tap.log.phases == [Phase.CONNECTING, Phase.ERROR] * 3 or len(tap.log.phases) == 6
        assert all("the tap was closed" in s.why for s in tap.log.of(State) if s.phase is Phase.ERROR)
        with pytest.raises(ConnectionRefusedError):
            await dial(tap.url)
        await tap.close()
    await until(lambda: others() <= before, "the end of every task")


async def test_closing_while_tls_is_under_way(authority: Authority) -> None:
    before = others()
    async with Tap("ws://127.0.0.1:1", tls_listen=authority.server()) as tap:
        await tap.dial()
        await until(lambda: tap.connections, "the connection")
    assert (await tap.final()).why.startswith("the tap was closed")
    await until(lambda: others() <= before, "the end of every task")


async def test_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        tap = TapProxy("ws://h", Clock(), Recorder(), port=taken.getsockname()[1])
        with pytest.raises(OSError) as caught:  # noqa: PT011 - its number is looked at
            await tap.__aenter__()
        assert caught.value.errno == errno.EADDRINUSE
        await tap.close()


@pytest.mark.parametrize(
    ("host", "shown"), [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("localhost", "localhost")]
)
async def test_the_url_is_one_that_clients_can_use(host: str, shown: str) -> None:
    async with echoing() as url, Tap(url, host=host) as tap:
        assert tap.url == f"ws://{shown}:{tap.port}"
        async with connect(f"{tap.url}/any"):
            assert tap.connections == (1,)


@pytest.mark.parametrize(
    ("url", "options", "words"),
    [
        ("127.0.0.1:80", {}, "has no scheme: write ws://127.0.0.1:80"),
        ("ws://me:secret@h/", {}, "ws://me:***@h/ holds a user and password"),
        ("ws://h", {"ca_file": "/none"}, "/none"),
        ("ws://h", {"preview_limit": -1}, "-1"),
    ],
)
async def test_wrong_options_are_named(url: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        TapProxy(url, Clock(), Recorder(), **options)
    assert words in str(caught.value)


async def test_a_ca_file_without_certificates(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    with pytest.raises(UsageError, match="holds no certificate"):
        async with TapProxy("wss://h", Clock(), Recorder(), ca_file=str(file)):
            pass


async def test_memory_does_not_grow_with_what_a_slow_reader_is_sent() -> None:
    async with joined(preview_limit=16) as (tap, client, server):
        del tap
        server.transport.pause_reading()
        client.transport.write(b"\0")
        sock = client.transport.get_extra_info("socket")
        assert sock is not None
        gc.collect()
        tracemalloc.start()
        try:
            # Written piece by piece and only as fast as it is taken, so that no copy of it is counted.
            taken = 0
            for _ in range(2000):
                if client.transport.get_write_buffer_size() == 0:
                    client.transport.write(bytes(2**16))
                    taken += 2**16
                await asyncio.sleep(0)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert taken > 2**20
        assert peak < 2 * 2**20


@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 6])
async def test_a_start_that_is_broken_off_leaves_no_port_open(turns: int) -> None:
    tap = TapProxy("ws://127.0.0.1:1", Clock(), lambda _: None)
    reached = asyncio.Event()
    loop = asyncio.get_running_loop()
    create_server = loop.create_server

    async def create_and_tell(*given: Any, **named: Any) -> asyncio.Server:
        reached.set()
        return await create_server(*given, **named)

    loop.create_server = create_and_tell  # type: ignore[method-assign, assignment]
    entering = spawn(tap.__aenter__(), "enter")
    await reached.wait()
    for _ in range(turns):
        await asyncio.sleep(0)
    await stop(entering)
    if not entering.cancelled():
        await tap.close()
    # What is still open would be told as a warning, which is an error here.
    del entering, tap
    gc.collect()
