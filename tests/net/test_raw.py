"""The raw client: what goes out is what was given, and the server is the judge."""

from __future__ import annotations

import asyncio
import gc
import socket
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.recorder import Recorder
from tests.support.waiting import until
from wslab.net.lifecycle import ConnectFailed, NotOpen
from wslab.net.options import ConnectOptions
from wslab.net.raw import RawClient, build_request
from wslab.wire.clock import Clock
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Close, Direction, Frame, Phase, State, Tcp

KEY = b"abcd"


def raw(url: str, request: bytes | None = None, **options: Any) -> tuple[RawClient, Recorder]:
    log = Recorder()
    options.setdefault("compression", False)
    return RawClient(ConnectOptions(url, **options), 3, Clock(), log, request=request), log


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@pytest.fixture
async def echo_url() -> Any:
    async with serve(echo, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


@pytest.mark.parametrize(
    ("data", "kind", "code"),
    [
        (encode_frame(1, b"hi", mask=KEY), "answered", None),
        (encode_frame(1, b"hi"), "close", 1002),
        (encode_frame(1, b"\xff", mask=KEY), "close", 1007),
        (encode_frame(3, mask=KEY), "close", 1002),
        (encode_frame(2, b"", mask=KEY, declared_length=2**21), "close", 1009),
        (encode_frame(8, close_body(4000, "mine"), mask=KEY), "close", 4000),
        (encode_frame(8, mask=KEY), "close", 1005),
        (encode_frame(1, b"half", mask=KEY)[:3], "silence", None),
    ],
)
async def test_the_verdict_of_a_real_server(echo_url: str, data: bytes, kind: str, code: int | None) -> None:
    client, log = raw(echo_url)
    await client.open()
    await client.send_bytes(data)
    if kind == "answered":
        await until(lambda: log.frames(Direction.S2C), "the answer")
    verdict = await client.verdict(0.05 if code is None else 5)
    assert (verdict.kind, verdict.code) == (kind, code)
    assert verdict.text
    if code is None:
        client.abort()
    else:
        await client.wait_closed()
    log.check_order()


async def test_nothing_is_answered_by_itself() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(9, b"are you there?") + encode_frame(8, close_body(1001, "")))
        await talk.read_all()

    async with FaultyServer(script) as server:
        client, log = raw(server.url)
        await client.open()
        verdict = await client.verdict()
        assert (verdict.kind, verdict.code) == ("close", 1001)
        client.finish()
        state = await client.wait_closed()
        await until(lambda: server.ended, "the end at the server")
    assert bytes(server.conversations[0].received) == b""
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "server", 1001)
    names = [type(event).__name__ for event in log.events]
    assert names == [
        "State",
        "Tcp",
        "Http",
        "Http",
        "State",
        "Frame",
        "Frame",
        "Close",
        "State",
        "Tcp",
        "State",
    ]


async def test_a_closing_handshake_by_hand(echo_url: str) -> None:
    client, log = raw(echo_url)
    await client.open()
    await client.send_bytes(encode_frame(8, close_body(1000, "done"), mask=KEY))
    state = await client.wait_closed()
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "client", 1000)
    assert [close.direction for close in log.of(Close)] == [Direction.C2S, Direction.S2C]
    with pytest.raises(NotOpen, match="closed first"):
        await client.send_bytes(b"x")


@pytest.mark.parametrize("how", ["reset", "fin"])
async def test_a_server_that_hangs_up(how: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.reader.read(1)
        if how == "reset":
            talk.reset()

    async with FaultyServer(script) as server:
        client, log = raw(server.url)
        await client.open()
        await client.send_bytes(b"\xff\xff")
        verdict = await client.verdict(5)
        state = await client.wait_closed()
    assert verdict.kind == how
    assert (state.phase, state.side, state.code) == (Phase.ERROR, "server", 1006)
    assert log.of(Tcp)[1].what == how


@pytest.mark.parametrize("how", ["abort", "finish"])
async def test_hanging_up_on_the_server(how: str) -> None:
    ends: list[object] = []

    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        try:
            ends.append(await talk.reader.read())
        except OSError as error:
            ends.append(type(error))

    async with FaultyServer(script) as server:
        client, log = raw(server.url)
        await client.open()
        getattr(client, how)()
        getattr(client, how)()
        assert client.phase is Phase.CLOSED
        verdict = await client.verdict()
        await until(lambda: ends, "the end at the server")
    assert verdict.kind == "fin"
    assert ends == [ConnectionResetError] if how == "abort" else [b""]
    assert log.of(Tcp)[-1].what == ("reset" if how == "abort" else "fin")
    log.check_order()


async def test_an_altered_handshake_is_sent_as_it_is_and_its_refusal_told(echo_url: str) -> None:
    request = build_request(ConnectOptions(echo_url)).replace(b"Version: 13", b"Version: 12")
    client, log = raw(echo_url, request)
    with pytest.raises(ConnectFailed) as caught:
        await client.open()
    assert caught.value.code == 400
    assert client.reader.request is not None
    assert ("Sec-WebSocket-Version", "12") in client.reader.request.headers
    verdict = await client.verdict()
    assert (verdict.kind, verdict.code) == ("http", 400)
    assert log.phases == [Phase.CONNECTING, Phase.ERROR]
    log.check_order()


async def test_a_refusal_without_a_body_does_not_wait_for_one() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        await talk.read_all()

    async with FaultyServer(script) as server:
        client, _ = raw(server.url)
        with pytest.raises(ConnectFailed, match="403"):
            await client.open()


async def test_a_101_with_a_wrong_accept_opens_with_a_warning() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(talk.switching(accept="AAAA"))
        await talk.read_all()

    async with FaultyServer(script) as server:
        client, log = raw(server.url)
        await client.open()
        assert any("Accept" in warning for warning in client.warnings)
        assert "Accept" in log.of(State)[-1].why
        client.abort()


@pytest.mark.parametrize(
    ("answer", "kind"), [(b"SSH-2.0-x\r\n", "garbage"), (b"", "cut"), (b"HTTP/1.1 10", "cut")]
)
async def test_answers_that_are_no_handshake(answer: bytes, kind: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(answer)

    async with FaultyServer(script) as server:
        client, log = raw(server.url)
        with pytest.raises(ConnectFailed) as caught:
            await client.open()
    assert caught.value.explanation.kind == kind
    log.check_order()


async def test_a_handshake_that_is_never_answered() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_all()

    async with FaultyServer(script) as server:
        client, log = raw(server.url, b"GET / HTTP/1.1\r\nno end")
        opening = asyncio.ensure_future(client.open())  # noqa: TID251
        await until(
            lambda: server.conversations and len(server.conversations[0].received) == 22, "the request"
        )
        assert client._opening is not None
        client._opening.reschedule(asyncio.get_running_loop().time())
        with pytest.raises(ConnectFailed, match="did not answer the handshake"):
            await opening
        await until(lambda: server.ended, "the end at the server")
    assert bytes(server.conversations[0].received) == b"GET / HTTP/1.1\r\nno end"
    log.check_order()


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    client, log = raw(f"ws://127.0.0.1:{port}/")
    with pytest.raises(ConnectFailed, match="nobody listens"):
        await client.open()
    assert log.phases == [Phase.CONNECTING, Phase.ERROR]
    with pytest.raises(RuntimeError, match="make a new one"):
        await client.open()


@pytest.mark.parametrize("how", ["cancel", "abort", "finish"])
async def test_giving_up_while_connecting(how: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_all()

    async with FaultyServer(script) as server:
        client, log = raw(server.url)
        task = asyncio.ensure_future(client.open())  # noqa: TID251
        await until(lambda: server.conversations and server.conversations[0].received, "the request")
        if how == "cancel":
            task.cancel()
        else:
            getattr(client, how)()
        with pytest.raises(asyncio.CancelledError if how == "cancel" else ConnectFailed):
            await task
        assert log.phases == [Phase.CONNECTING, Phase.CLOSED]
        await until(lambda: server.ended, "the end at the server")
    log.check_order()


def test_a_loop_that_shuts_down_ends_the_connection() -> None:
    log = Recorder()

    async def main() -> None:
        async def script(talk: Conversation) -> None:
            await talk.upgrade()
            await talk.read_all()

        server = FaultyServer(script)
        await server.__aenter__()
        client = RawClient(ConnectOptions(server.url), 1, Clock(), log)
        await client.open()
        server._server.close()

    asyncio.run(main())
    gc.collect()
    assert log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSED]


async def test_bytes_behind_the_handshake_before_the_answer(echo_url: str) -> None:
    request = build_request(ConnectOptions(echo_url, compression=False)) + encode_frame(1, b"early", mask=KEY)
    client, log = raw(echo_url, request)
    await client.open()
    await until(lambda: log.frames(Direction.S2C), "the echo")
    assert log.of(Frame)[0].direction is Direction.C2S
    client.abort()
    log.check_order()


def test_the_request_holds_what_the_options_say() -> None:
    options = ConnectOptions(
        "ws://u:p@[::1]:81/x?y", headers=(("X-A", "1"),), subprotocols=("a", "b"), origin="null"
    )
    text = build_request(options).decode()
    lines = text.split("\r\n")
    assert lines[0] == "GET /x?y HTTP/1.1"
    for line in (
        "Host: [::1]:81", "Authorization: Basic dTpw", "Origin: null", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: a, b", "X-A: 1", "Upgrade: websocket",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
    ):  # fmt: skip
        assert line in lines
    assert text.endswith("\r\n\r\n")
    assert build_request(options) != build_request(options)
