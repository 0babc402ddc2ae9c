"""The client against well-behaved servers, and against servers that do everything wrong."""

from __future__ import annotations

import asyncio
import gc
import itertools
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import Server, ServerConnection, serve

from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.recorder import Recorder
from tests.support.waiting import until
from wslab.net.client import USER_AGENT, Client, ConnectFailed, NotOpen, check_close
from wslab.net.options import ConnectOptions, DeflateOffer, UsageError
from wslab.wire.clock import Clock
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Body, Close, Direction, Event, Frame, Http, Message, Phase, State, Tcp

C2S, S2C = Direction.C2S, Direction.S2C


class Tapped:
    """A client with its recorder."""

    def __init__(self, url: str, **options: Any) -> None:
        self.log = Recorder()
        self.messages: list[str | bytes] = []
        self.client = Client(
            ConnectOptions(url, **options), 7, Clock(), self.log, on_message=self.messages.append
        )

    async def refused(self) -> ConnectFailed:
        """Open it, and expect that to fail, in a final state that says the same."""
        with pytest.raises(ConnectFailed) as caught:
            await self.client.open()
        final = self.client.final
        assert final is not None
        assert (final.why, final.code) == (caught.value.why, caught.value.code)
        self.log.check_order()
        return caught.value

    async def expired(self, ready: Callable[[], object]) -> ConnectFailed:
        """Open it, let its time run out as soon as something is true, and expect that to fail."""
        refused = asyncio.ensure_future(self.refused())  # noqa: TID251
        await until(ready, "the time to run out")
        assert self.client._opening is not None
        self.client._opening.reschedule(asyncio.get_running_loop().time())
        return await refused

    async def final(self) -> State:
        """Wait for the end and check the order of everything that came before."""
        state = await asyncio.wait_for(self.client.wait_closed(), 10)
        self.log.check_order()
        return state


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def served(handler: Callable[[ServerConnection], Any] = echo, **settings: Any) -> AsyncIterator[str]:
    server: Server
    async with serve(handler, "127.0.0.1", 0, **settings) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


# --- the ordinary course of things


async def test_echo_from_the_first_to_the_last_event() -> None:
    async with served() as url:
        tapped = Tapped(url)
        await tapped.client.open()
        await tapped.client.send_text("hé")
        await tapped.client.send_binary(b"\x00\xff")
        await until(lambda: len(tapped.messages) == 2, "two echoes")
        await tapped.client.close(1000, "bye")
        state = await tapped.final()
    assert tapped.messages == ["hé", b"\x00\xff"]
    assert tapped.log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED]
    assert (state.side, state.code) == ("client", 1000)
    assert "the client closed first with 1000 normal closure: bye" in state.why
    kinds = [type(event) for event in tapped.log.events]
    assert kinds[:5] == [State, Tcp, Http, Http, State]
    assert [tcp.what for tcp in tapped.log.of(Tcp)] == ["open", "fin", "fin"]
    assert all(frame.masked for frame in tapped.log.frames(C2S))
    assert {event.conn for event in tapped.log.events} == {7}


async def test_the_request_holds_what_the_options_say() -> None:
    seen: list[Any] = []

    async def handler(connection: ServerConnection) -> None:
        assert connection.request is not None
        seen.append(connection.request)

    async with served(handler, subprotocols=["b"]) as url:
        tapped = Tapped(
            url.replace("ws://", "http://ada:p%40ss@") + "chat?room=1",
            headers=(("X-One", "1"), ("Cookie", "a=b"), ("Cookie", "c=d")),
            subprotocols=("a", "b"),
            origin="https://example.test",
            deflate=DeflateOffer(server_no_context_takeover=True, client_max_window_bits=10),
        )
        await tapped.client.open()
        assert tapped.client.subprotocol == "b"
        await tapped.client.close()
    request = seen[0]
    assert request.path == "/chat?room=1"
    assert request.headers["X-One"] == "1"
    assert request.headers.get_all("Cookie") == ["a=b", "c=d"]
    assert request.headers["Origin"] == "https://example.test"
    assert request.headers["User-Agent"] == USER_AGENT
    assert request.headers["Authorization"] == "Basic YWRhOnBAc3M="
    assert request.headers["Sec-WebSocket-Extensions"] == (
        "permessage-deflate; server_no_context_takeover; client_max_window_bits=10"
    )
    assert "p%40ss" not in tapped.log.of(State)[0].why


async def test_an_own_user_agent_and_no_compression() -> None:
    async with served() as url:
        tapped = Tapped(url, headers=(("User-Agent", "me"),), compression=False)
        await tapped.client.open()
        await tapped.client.close()
    request = tapped.client.reader.request
    assert request is not None
    assert [value for name, value in request.headers if name == "User-Agent"] == ["me"]
    assert not [name for name, _ in request.headers if name == "Sec-WebSocket-Extensions"]


async def test_the_servers_close_is_answered_and_told() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.close(1001, "restart")

    async with served(handler) as url:
        tapped = Tapped(url)
        await tapped.client.open()
        state = await tapped.final()
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "server", 1001)
    assert "the server closed first with 1001 going away: restart" in state.why
    assert [close.direction for close in tapped.log.of(Close)] == [S2C, C2S]
    assert tapped.log.phases[-2:] == [Phase.CLOSING, Phase.CLOSED]


async def test_a_close_frame_without_a_code_is_1005() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(8))
        await talk.reader.readexactly(6)

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        state = await tapped.final()
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "server", 1005)


async def test_frames_that_come_with_the_101_stand_behind_the_state_open() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(1, b"first") + encode_frame(9, b"now"))
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url, close_timeout=0.05)
        await tapped.client.open()
        assert tapped.messages == ["first"]
        names = [type(event).__name__ for event in tapped.log.events]
        assert names == ["State", "Tcp", "Http", "Http", "State", "Frame", "Message", "Frame", "Frame"]
        pong = tapped.log.frames(C2S)[0]
        assert (pong.name, pong.preview, pong.masked) == ("PONG", b"now", True)
        await tapped.client.close()
        await tapped.final()


async def test_frames_in_the_same_turn_as_a_close_are_seen() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(1, b"a") + encode_frame(8, close_body(4001, "no")) + b"rest")
        await talk.reader.readexactly(10)

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        state = await tapped.final()
    assert (state.phase, state.code) == (Phase.CLOSED, 4001)
    assert tapped.log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED]


async def test_fragments_are_frames_as_given() -> None:
    async with served() as url:
        tapped = Tapped(url, compression=False)
        await tapped.client.open()
        await tapped.client.send_fragments(["ab", "", "ç"])
        await tapped.client.send_fragments([b"\xc3", b"\xa7"], text=True)
        await tapped.client.send_fragments([b"only"])
        await until(lambda: len(tapped.messages) == 3, "three echoes")
        await tapped.client.close()
    assert tapped.messages == ["abç", "ç", b"only"]
    sent = [(frame.opcode, frame.fin, frame.length) for frame in tapped.log.frames(C2S)]
    assert sent[:-1] == [
        (1, False, 2), (0, False, 0), (0, True, 2), (1, False, 1), (0, True, 1), (2, True, 4),
    ]  # fmt: skip


async def test_compressed_fragments_survive() -> None:
    async with served() as url:
        tapped = Tapped(url)
        await tapped.client.open()
        await tapped.client.send_fragments(["x" * 500, "y" * 500])
        await tapped.client.send_text("z" * 500)
        await until(lambda: len(tapped.messages) == 2, "two echoes")
        await tapped.client.close()
    assert tapped.messages == ["x" * 500 + "y" * 500, "z" * 500]
    assert all(message.compressed for message in tapped.log.of(Message))


async def test_fragments_from_the_server_arrive_whole() -> None:
    async def script(talk: Conversation) -> None:
        text, data = "é".encode(), b"\x00\x01\x02"
        await talk.upgrade(
            encode_frame(1, text[:1], fin=False)
            + encode_frame(9, b"between")
            + encode_frame(0, text[1:])
            + encode_frame(2, data[:1], fin=False)
            + encode_frame(0, b"", fin=False)
            + encode_frame(0, data[1:])
        )
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        await until(lambda: len(tapped.messages) == 2, "two messages")
        tapped.client.abort()
    assert tapped.messages == ["é", b"\x00\x01\x02"]


async def test_the_same_ping_twice_and_an_unasked_pong() -> None:
    async with served() as url:
        tapped = Tapped(url)
        await tapped.client.open()
        for _ in range(2):
            await tapped.client.ping(b"same")
        await tapped.client.pong(b"heartbeat")
        await until(lambda: len(tapped.log.frames(S2C)) == 2, "two pongs")
        await tapped.client.close()
    sent = [(frame.name, frame.preview) for frame in tapped.log.frames(C2S)]
    assert sent[:3] == [("PING", b"same"), ("PING", b"same"), ("PONG", b"heartbeat")]
    assert [frame.preview for frame in tapped.log.frames(S2C)][:2] == [b"same", b"same"]


async def test_what_may_not_be_sent_is_refused_before_it_is_sent() -> None:
    async with served() as url:
        tapped = Tapped(url)
        with pytest.raises(NotOpen, match="disconnected"):
            await tapped.client.send_text("too early")
        await tapped.client.open()
        for attempt, words in (
            (tapped.client.ping(b"x" * 126), "126 bytes"),
            (tapped.client.pong(b"x" * 126), "126 bytes"),
            (tapped.client.send_text("\ud800"), "UTF-8"),
            (tapped.client.send_fragments([]), "at least one part"),
            (tapped.client.send_fragments(["a", b"b"]), "all as text"),  # type: ignore[list-item]
            (tapped.client.send_fragments(["\ud800"]), "UTF-8"),
            (tapped.client.close(1006), "1006"),
            (tapped.client.close(1000, "é" * 62), "124 bytes"),
        ):
            with pytest.raises(UsageError, match=words):
                await attempt
        await tapped.client.send_text("still open")
        await until(lambda: tapped.messages == ["still open"], "the echo")
        await tapped.client.close()
        for late in (tapped.client.send_text("x"), tapped.client.send_binary(b"x"), tapped.client.ping()):
            with pytest.raises(NotOpen, match="closed first"):
                await late
        with pytest.raises(RuntimeError, match="make a new one"):
            await tapped.client.open()


@pytest.mark.parametrize("code", [999, 1004, 1005, 1006, 1015, 1016, 2999, 5000])
def test_codes_that_no_close_frame_may_carry(code: int) -> None:
    with pytest.raises(UsageError, match=str(code)):
        check_close(code, "")


@pytest.mark.parametrize("code", [1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999])
def test_codes_that_a_close_frame_may_carry(code: int) -> None:
    check_close(code, "é" * 61)


# --- what servers do wrong after the handshake


async def end_in_frame(talk: Conversation) -> None:
    await talk.upgrade(encode_frame(1, b"whole") + encode_frame(2, b"x" * 100)[:50])
    await talk.reader.read(1)


@pytest.mark.parametrize("how", ["fin", "reset"])
async def test_a_server_that_dies_in_the_middle_of_a_frame(how: str) -> None:
    async def script(talk: Conversation) -> None:
        await end_in_frame(talk)
        if how == "reset":
            talk.reset()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        await tapped.client.send_text("die")
        state = await tapped.final()
    assert (state.phase, state.side, state.code) == (Phase.ERROR, "server", 1006)
    assert "without a Close frame" in state.why
    assert "in the middle of a BINARY frame: 48 of 100" in state.why
    assert tapped.log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.ERROR]
    assert (tapped.log.of(Tcp)[1].what, tapped.log.of(Tcp)[1].direction) == (how, S2C)
    with pytest.raises(NotOpen, match="1006"):
        await tapped.client.send_text("x")


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (encode_frame(1, b"\xff\xfe"), 1007),
        (encode_frame(1, b"\xc3", fin=False) + encode_frame(0, b"\x28"), 1007),
        (encode_frame(1, b"hi", mask=b"abcd"), 1002),
        (encode_frame(3), 1002),
        (encode_frame(1, b"hi", rsv=2), 1002),
        (encode_frame(0, b"stray"), 1002),
        (encode_frame(9, b"x", fin=False), 1002),
        (encode_frame(2, b"x" * 101), 1009),
    ],
)
async def test_a_broken_rule_closes_with_the_code_for_it(frames: bytes, code: int) -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(frames + encode_frame(1, b"too late"))
        await talk.reader.readexactly(8)
        await talk.send(encode_frame(8, close_body(code, "")))

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url, max_size=100)
        await tapped.client.open()
        state = await tapped.final()
    sent = [close for close in tapped.log.of(Close) if close.direction is C2S]
    assert [close.code for close in sent] == [code]
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "client", code)
    assert "too late" not in tapped.messages


async def test_a_message_beyond_the_limit_in_pieces_is_1009() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send(["x" * 60, "y" * 60])
        await connection.wait_closed()

    async with served(handler) as url:
        tapped = Tapped(url, max_size=100)
        await tapped.client.open()
        state = await tapped.final()
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "client", 1009)


async def test_a_close_that_is_never_answered_runs_out() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url, close_timeout=0.05)
        await tapped.client.open()
        await tapped.client.close(4000, "hello?")
        state = await tapped.final()
    assert (state.phase, state.side, state.code) == (Phase.ERROR, "server", 1006)
    assert "the client sent Close 4000" in state.why
    assert "did not answer it in time" in state.why


@pytest.mark.parametrize("keepalive", [None, 20])
async def test_tcp_that_stays_open_after_the_close_frames_is_cut(keepalive: float | None) -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(encode_frame(8, close_body(1000, "")))
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url, close_timeout=0.05, keepalive=keepalive)
        await tapped.client.open()
        state = await tapped.final()
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "server", 1000)
    assert "left TCP open" in state.why


async def test_tcp_that_ends_in_answer_to_a_close_frame_is_1006() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.reader.readexactly(8)

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        await tapped.client.close()
        state = await tapped.final()
    assert (state.phase, state.code) == (Phase.ERROR, 1006)
    assert "the client sent Close 1000 normal closure, but the server ended" in state.why


async def test_an_unanswered_keepalive_closes_with_1011() -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url, keepalive=0.02, keepalive_timeout=0.05, close_timeout=0.05)
        await tapped.client.open()
        state = await tapped.final()
    assert [close.code for close in tapped.log.of(Close)] == [1011]
    assert "keepalive ping timeout" in state.why
    assert state.phase is Phase.ERROR
    assert tapped.log.frames(C2S)[0].name == "PING"


async def test_keepalive_is_answered_and_seen() -> None:
    async with served() as url:
        tapped = Tapped(url, keepalive=0.01)
        await tapped.client.open()
        await until(lambda: len(tapped.log.frames(S2C)) >= 3, "three pongs")
        await tapped.client.close()
    assert {frame.name for frame in tapped.log.frames(S2C)} == {"PONG", "CLOSE"}


# --- load


async def test_a_flood_is_counted_in_full_and_leaves_turns_to_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.net.tap.SLICE", 0)
    count = 20_000

    async def script(talk: Conversation) -> None:
        frames = b"".join(encode_frame(1, b"%07d" % number) for number in range(count))
        await talk.upgrade(frames + encode_frame(8, close_body(1000, "")))
        await talk.reader.readexactly(8)

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        seen: set[int] = set()

        async def watch() -> None:
            while tapped.client.final is None:
                seen.add(len(tapped.messages))
                await asyncio.sleep(0)

        watching = asyncio.ensure_future(watch())  # noqa: TID251
        await tapped.client.open()
        state = await tapped.final()
        await watching
    assert state.code == 1000
    assert tapped.messages == [f"{number:07d}" for number in range(count)]
    assert len(tapped.log.of(Frame)) == count + 2
    steps = sorted(seen)
    # A frame has 9 bytes: no turn of the loop may see more than a piece more than the one before.
    assert max(b - a for a, b in itertools.pairwise(steps)) <= 2 * 2**14 / 9


async def test_what_was_read_before_a_reset_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wslab.net.tap.SLICE", 0)

    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        await talk.reader.read(1)
        await talk.send(encode_frame(2, b"x" * 1000) * 500)

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        await tapped.client.send_text("go")
        state = await tapped.final()
    assert len(tapped.messages) == 500
    assert state.code == 1006


# --- ends that this side brings about


async def test_abort_is_a_reset_and_final_at_once() -> None:
    ends: list[type[BaseException]] = []

    async def script(talk: Conversation) -> None:
        await talk.upgrade()
        try:
            await talk.reader.read()
        except OSError as error:
            ends.append(type(error))

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        tapped.client.abort()
        assert tapped.client.phase is Phase.CLOSED
        tapped.client.abort()
        state = await tapped.final()
        await until(lambda: ends, "the reset at the server")
    assert ends == [ConnectionResetError]
    assert (state.side, state.code) == ("client", 1006)
    last = tapped.log.of(Tcp)[-1]
    assert (last.what, last.direction) == ("reset", C2S)
    await asyncio.sleep(0)
    tapped.log.check_order()


async def test_closing_twice_and_before_opening_does_no_harm() -> None:
    async with served() as url:
        tapped = Tapped(url)
        await tapped.client.close()
        tapped.client.abort()
        await tapped.client.open()
        await asyncio.gather(tapped.client.close(), tapped.client.close(1001))
        await tapped.client.close()
        state = await tapped.final()
    assert (state.phase, state.code) == (Phase.CLOSED, 1000)


@asynccontextmanager
async def opening(tapped: Tapped) -> AsyncIterator[asyncio.Task[None]]:
    """Begin to open, as far as to the request, against a server that never answers."""

    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped.client.options = tapped.client._hop = ConnectOptions(server.url)
        task = asyncio.ensure_future(tapped.client.open())  # noqa: TID251
        await until(lambda: tapped.log.of(Http), "the request")
        yield task
        await until(lambda: server.ended, "the end of the connection at the server")


async def test_a_cancelled_open_ends_in_a_final_state() -> None:
    tapped = Tapped("ws://127.0.0.1/")
    async with opening(tapped) as task:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert tapped.client.final is not None
    assert tapped.log.phases == [Phase.CONNECTING, Phase.CLOSED]
    assert "given up" in tapped.client.final.why
    tapped.log.check_order()


@pytest.mark.parametrize("how", ["abort", "close"])
async def test_giving_up_while_connecting(how: str) -> None:
    tapped = Tapped("ws://127.0.0.1/")
    async with opening(tapped) as task:
        if how == "abort":
            tapped.client.abort()
            tapped.client.abort()
        else:
            await tapped.client.close()
        with pytest.raises(ConnectFailed, match="given up"):
            await task
    assert tapped.log.phases == [Phase.CONNECTING, Phase.CLOSED]
    tapped.log.check_order()


@pytest.mark.parametrize("end", ["given up", "expired"])
async def test_an_answer_that_comes_in_the_moment_of_the_end_opens_nothing(end: str) -> None:
    reported: list[dict[str, Any]] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context))
    tapped = Tapped("ws://127.0.0.1/")
    async with opening(tapped) as task:
        client = tapped.client
        assert client._connection is not None
        assert client._opening is not None
        talk = Conversation(None, None, 1)  # type: ignore[arg-type]
        talk.head = "".join(f"{name}: {value}\r\n" for name, value in tapped.log.of(Http)[0].headers).encode()
        talk.head = b"GET / HTTP/1.1\r\n" + talk.head
        if end == "given up":
            client.abort()
            client._connection.data_received(talk.switching())
        else:
            client._opening.reschedule(loop.time())
            loop.call_soon(client._connection.data_received, talk.switching())
        with pytest.raises(ConnectFailed):
            await task
        await asyncio.wait_for(client.close(), 5)
    assert Phase.OPEN not in tapped.log.phases
    assert client.final is not None
    assert not reported
    tapped.log.check_order()


async def test_a_callback_that_fails_closes_with_1011_and_is_reported() -> None:
    reported: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context))
    calls = 0

    def fail(_: str | bytes) -> None:
        nonlocal calls
        calls += 1
        raise LookupError("no such thing")

    async with served() as url:
        log = Recorder()
        client = Client(ConnectOptions(url), 1, Clock(), log, on_message=fail)
        await client.open()
        await client.send_text("one")
        state = await client.wait_closed()
        await until(lambda: reported, "the report")
    assert calls == 1
    assert (state.phase, state.side, state.code) == (Phase.CLOSED, "client", 1011)
    assert [str(context["exception"]) for context in reported] == ["no such thing"]


@pytest.mark.parametrize("kind", [Tcp, Http, Frame, State, Close])
async def test_a_sink_that_fails_does_not_keep_the_connection_from_ending(kind: type[Event]) -> None:
    asyncio.get_running_loop().set_exception_handler(lambda *_: None)

    def sink(events: Sequence[Event]) -> None:
        if any(isinstance(event, kind) for event in events):
            raise LookupError("full")

    async with served() as url:
        client = Client(ConnectOptions(url, close_timeout=0.2, open_timeout=2), 1, Clock(), sink)
        try:
            await client.open()
            await client.ping()
            await client.close()
        except (LookupError, ConnectFailed, NotOpen):
            pass
        if client.phase is Phase.OPEN:
            client.abort()
        await asyncio.wait_for(client.wait_closed(), 5)


def test_a_loop_that_shuts_down_ends_the_connection() -> None:
    log = Recorder()

    async def main() -> None:
        async with served() as url:
            client = Client(ConnectOptions(url), 1, Clock(), log)
            await client.open()
            # Holds the server open beyond main(): asyncio.run() then cancels what is left.
            raise KeyError(url)

    with pytest.raises(KeyError):
        asyncio.run(main())
    gc.collect()
    assert log.phases[-1] in (Phase.CLOSED, Phase.ERROR)
    log.check_order()


def test_a_loop_that_shuts_down_ends_a_connection_in_use() -> None:
    log = Recorder()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    async def main() -> None:
        async def script(talk: Conversation) -> None:
            await talk.upgrade()
            await talk.read_all()

        server = FaultyServer(script)
        await server.__aenter__()
        client = Client(ConnectOptions(server.url), 1, Clock(), log)
        await client.open()
        server._server.close()

    with listener:
        asyncio.run(main())
    gc.collect()
    assert port
    assert log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSED]
    assert "the program ended" in log.of(State)[-1].why


# --- handshakes that fail


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = await Tapped(f"ws://localhost:{port}/").refused()
    assert error.explanation.kind == "refused"
    assert f"localhost:{port}" in error.why
    assert error.retry


async def test_a_server_that_never_answers_the_handshake() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        error = await tapped.expired(lambda: server.conversations and server.conversations[0].received)
    assert error.explanation.kind == "timeout"
    assert "did not answer the handshake" in error.why
    assert tapped.log.phases == [Phase.CONNECTING, Phase.ERROR]
    assert tapped.log.of(Tcp)[-1].what == "fin"


async def test_a_slow_handshake_byte_by_byte() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        for byte in talk.switching():
            await talk.send(bytes([byte]))
            await asyncio.sleep(0)
        await talk.send(encode_frame(1, b"hi"))
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        await tapped.client.open()
        await until(lambda: tapped.messages == ["hi"], "the message")
        tapped.client.abort()
    assert tapped.log.phases == [Phase.CONNECTING, Phase.OPEN, Phase.CLOSED]


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (b"SSH-2.0-OpenSSH_9.6\r\n", "garbage", "SSH"),
        (b"\x15\x03\x03\x00\x02\x02\x28", "garbage", "wss://"),
        (b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", "garbage", "HTTP/2"),
        (b"hello\r\n\r\n", "garbage", "hello"),
        (b"HTTP/1.1 banana\r\n\r\n", "garbage", "banana"),
        (b"", "cut", "before its answer"),
        (b"HT", "cut", "answer"),
        (b"HTTP/1.1 101 Switching", "cut", "in the middle"),
        (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: web", "cut", "in the middle"),
        (b"HTTP/1.1 101 X\r\n" + b"A: " + b"b" * 70_000 + b"\r\n\r\n", "handshake", ""),
        (b"HTTP/1.1 101 X\r\n" + b"A: b\r\n" * 200 + b"\r\n", "handshake", ""),
        (b"HTTP/1.1 101 X\r\nNo colon\r\n\r\n", None, ""),
    ],
)
async def test_answers_that_are_no_handshake(answer: bytes, kind: str | None, words: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(answer)

    async with FaultyServer(script) as server:
        error = await Tapped(server.url).refused()
    assert kind is None or error.explanation.kind == kind
    assert words in error.why
    assert "\n" not in error.why


async def test_a_reset_in_place_of_an_answer() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        talk.reset()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        error = await tapped.refused()
    assert error.explanation.kind == "reset"
    assert tapped.log.of(Tcp)[-1].what == "reset"


async def test_a_wrong_accept_value() -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(talk.switching(accept="AAAAAAAAAAAAAAAAAAAAAAAAAAA=") + encode_frame(1, b"hi"))
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        error = await tapped.refused()
    assert error.explanation.kind == "handshake"
    assert "Sec-WebSocket-Accept" in error.why
    assert not error.retry
    assert Phase.OPEN not in tapped.log.phases


@pytest.mark.parametrize(
    ("head", "words"),
    [
        ("Sec-WebSocket-Protocol: never-offered", "never-offered"),
        ("Sec-WebSocket-Extensions: x-unknown", "x-unknown"),
    ],
)
async def test_a_choice_that_was_not_offered(head: str, words: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.upgrade(b"", head)
        await talk.read_all()

    async with FaultyServer(script) as server:
        error = await Tapped(server.url, subprotocols=("a",)).refused()
    assert words in error.why
    assert error.explanation.kind == "handshake"


@pytest.mark.parametrize(
    ("status", "body", "words", "retry"),
    [
        (b"401 Unauthorized", b"who are you?", "login", False),
        (
            b"403 Forbidden",
            b"<html><head><title>No</title></head><p>Go\naway</p></html>",
            "No Go away",
            False,
        ),
        (b"404 Not Found", b"", "nothing at this path", False),
        (b"200 OK", b"welcome", "ordinary page", False),
        (b"426 Upgrade Required", b"", "Upgrade", False),
        (b"429 Too Many Requests", b"", "too many", True),
        (b"503 Service Unavailable", b"", "overloaded", True),
        (b"418 I'm a teapot", b"\xff\x00", "teapot", False),
        (b"599", b"", "no known status", False),
    ],
)
async def test_an_http_status_is_told_with_the_start_of_the_body(
    status: bytes, body: bytes, words: str, retry: bool
) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body))
        await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        error = await tapped.refused()
    assert error.code == int(status[:3])
    assert words in error.why
    assert error.retry is retry
    assert len(tapped.log.of(Body)) == bool(body)


@pytest.mark.parametrize("end", [True, False])
async def test_a_status_is_told_even_if_its_body_never_ends(end: bool) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(b"HTTP/1.1 403 Forbidden\r\n\r\nnot today")
        if not end:
            await talk.read_all()

    async with FaultyServer(script) as server:
        tapped = Tapped(server.url)
        if end:
            error = await tapped.refused()
        else:
            error = await tapped.expired(lambda: tapped.client.reader.response)
    assert (error.code, error.explanation.kind) == (403, "http")
    assert "It says: not today" in error.why


# --- redirects


async def test_each_hop_of_a_redirect_is_seen() -> None:
    async with served() as target:

        async def script(talk: Conversation) -> None:
            await talk.read_head()
            where = "/again" if talk.number == 1 else target
            await talk.send(f"HTTP/1.1 302 Found\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n".encode())

        async with FaultyServer(script) as server:
            tapped = Tapped(server.url, headers=(("Authorization", "secret"), ("X-Own", "1")))
            await tapped.client.open()
            await tapped.client.send_text("there")
            await until(lambda: tapped.messages == ["there"], "the echo")
            await tapped.client.close()
            await tapped.final()
    requests = [http for http in tapped.log.of(Http) if http.direction is C2S]
    assert [request.start_line.split()[1] for request in requests] == ["/", "/again", "/"]
    assert [tcp.what for tcp in tapped.log.of(Tcp)].count("open") == 3
    assert [state.code for state in tapped.log.of(State) if state.phase is Phase.CONNECTING] == [
        None,
        302,
        302,
    ]
    # The second hop stays with the same server, the third goes to another: the secret stays behind.
    assert [dict(request.headers).get("Authorization") for request in requests] == ["secret", "secret", None]
    assert [dict(request.headers).get("X-Own") for request in requests] == ["1", "1", "1"]
    assert len(tapped.client.warnings) == 2


@pytest.mark.parametrize(
    ("location", "words"),
    [("ftp://example.test/", "ftp"), ("/", "circle"), ("ws://:80/", "no host")],
)
async def test_a_redirect_that_leads_nowhere(location: str, words: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(f"HTTP/1.1 301 Moved\r\nLocation: {location}\r\n\r\n".encode())

    async with FaultyServer(script) as server:
        error = await Tapped(server.url).refused()
    assert words in error.why


# --- proxies


async def test_a_proxy_is_used_for_other_hosts_and_named() -> None:
    async def script(talk: Conversation) -> None:
        connect = await talk.read_head()
        assert connect.startswith(b"CONNECT example.test:80 ")
        await talk.send(b"HTTP/1.1 200 OK\r\n\r\n")
        await talk.upgrade(encode_frame(1, b"through"))
        await talk.read_all()

    async with FaultyServer(script) as proxy:
        tapped = Tapped("ws://example.test/", proxy=f"http://127.0.0.1:{proxy.port}", close_timeout=0.05)
        await tapped.client.open()
        await until(lambda: tapped.messages == ["through"], "the message")
        tapped.client.abort()
        await tapped.final()
    assert "through the proxy" in tapped.client.warnings[0]
    assert next(http.start_line for http in tapped.log.of(Http)) == "GET / HTTP/1.1"


async def test_a_proxy_of_the_environment_is_not_used_for_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "ws_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    async with served() as url:
        tapped = Tapped(url)
        await tapped.client.open()
        await tapped.client.close()
    assert tapped.client.warnings == ()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "login"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "502"),
        (b"nonsense\r\n\r\n", "not HTTP"),
    ],
)
async def test_a_proxy_that_refuses(answer: bytes, words: str) -> None:
    async def script(talk: Conversation) -> None:
        await talk.read_head()
        await talk.send(answer)
        await talk.read_all()

    async with FaultyServer(script) as proxy:
        error = await Tapped("ws://example.test/", proxy=f"http://u:secret@127.0.0.1:{proxy.port}").refused()
    assert error.explanation.kind == "proxy"
    assert words in error.why
    assert "secret" not in error.why


async def test_a_proxy_that_is_not_there_is_blamed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = await Tapped("ws://example.test/", proxy=f"http://u:secret@127.0.0.1:{port}").refused()
    assert f"the proxy http://u:***@127.0.0.1:{port}" in error.why
