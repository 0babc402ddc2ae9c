from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.frames import Frame as LibraryFrame
from websockets.frames import Opcode as LibraryOpcode

from tests.support.check_events import proto
from tests.support.waiting import until
from wslab.lab.codegen import LIMIT, LONGEST_LITERAL, NOTHING_YET, Transcript
from wslab.net.options import ConnectOptions, DeflateOffer
from wslab.wire.events import Close, Direction, Event, Frame, Message, Opcode, Phase, State, Tcp

Seen = list[tuple[str, bool, bytes]]


class Recorder(ServerConnection):
    """A server's connection that keeps what came: opcode, FIN and payload of each frame."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: Seen = []
        received = self.protocol.events_received

        def recorded() -> list[Any]:
            events = received()
            for event in events:
                if isinstance(event, LibraryFrame):
                    self.seen.append((LibraryOpcode(event.opcode).name, event.fin, bytes(event.data)))
            return events

        self.protocol.events_received = recorded  # type: ignore[method-assign]


class Peer:
    """A server in this process and all its connections."""

    def __init__(self, handler: Callable[[ServerConnection], Awaitable[None]]) -> None:
        self._handler = handler
        self.connections: list[Recorder] = []
        self._server: Server | None = None

    async def __aenter__(self) -> Peer:
        self._server = await serve(
            self._handle, "127.0.0.1", 0, create_connection=Recorder, subprotocols=None, ping_interval=None
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        await self._server.wait_closed()

    async def _handle(self, connection: ServerConnection) -> None:
        assert isinstance(connection, Recorder)
        self.connections.append(connection)
        await self._handler(connection)

    @property
    def options(self) -> ConnectOptions:
        """How to reach it."""
        assert self._server is not None
        port = next(iter(self._server.sockets)).getsockname()[1]
        return ConnectOptions(f"ws://127.0.0.1:{port}/echo?x=1")

    @property
    def seen(self) -> Seen:
        """Frames of its only connection."""
        (connection,) = self.connections
        return connection.seen


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


async def run(program: str) -> str:
    """Run a program in this process; return what it printed."""
    tree = ast.parse(program)
    # `asyncio.run(main())` can't be used where a loop runs already.
    last = tree.body.pop()
    assert ast.unparse(last) == "asyncio.run(main())"
    names: dict[str, Any] = {}
    exec(compile(tree, "program.py", "exec"), names)
    printed = StringIO()
    with redirect_stdout(printed):
        await asyncio.wait_for(names["main"](), 20)
    return printed.getvalue()


def came(text: str, conn: int = 1) -> Message:
    data = text.encode()
    return Message(
        1, 0, 0, conn, Direction.S2C, Opcode.TEXT, 1, 0, len(data), len(data), False, data[:4096], ()
    )


def pong(payload: bytes, conn: int = 1) -> Frame:
    return Frame(1, 0, 0, conn, Direction.S2C, Opcode.PONG, True, 0, False, b"", 2, len(payload), payload, ())


def phase(name: Phase, why: str = "") -> State:
    return State(1, 0, 0, 1, name, "", why, None)


def closing(code: int | None, reason: str = "", *, first: bool = True) -> Close:
    return Close(1, 0, 0, 1, Direction.S2C, code, reason, first, ())


def started(options: ConnectOptions, *events: Event) -> Transcript:
    transcript = Transcript()
    transcript.connecting(options, 1)
    transcript.observe([phase(Phase.OPEN), *events])
    return transcript


def anywhere(**given_options: Any) -> ConnectOptions:
    return ConnectOptions(**{"url": "wss://example.com/chat", **given_options})


def test_before_the_first_connection_there_is_only_a_comment() -> None:
    transcript = Transcript()
    transcript.sent_text("nobody hears this")
    transcript.observe([came("nor this", conn=0)])
    assert transcript.python() == NOTHING_YET
    compile(transcript.python(), "program.py", "exec")


def test_a_short_session_reads_like_a_program_someone_would_write() -> None:
    transcript = started(ConnectOptions("ws://127.0.0.1:8080/echo"))
    transcript.sent_text("hello")
    transcript.observe([came("hello")])
    transcript.sent_ping(b"learning-ping")
    transcript.observe([pong(b"learning-ping")])
    transcript.sent_close(1000, "bye")
    assert (
        transcript.python()
        == '''\
"""What you just did, as a program."""

import asyncio

from websockets.asyncio.client import connect


async def main() -> None:
    async with connect("ws://127.0.0.1:8080/echo", proxy=None) as websocket:
        await websocket.send("hello")
        print(await websocket.recv())  # "hello"
        pong1 = await websocket.ping("learning-ping")
        print("round trip", await pong1, "seconds")
        await websocket.close(1000, "bye")


asyncio.run(main())
'''
    )


async def test_the_server_sees_the_same_frames() -> None:
    async with Peer(echo) as peer:
        transcript = started(peer.options)
        transcript.sent_text('it\'s "quoted"\n\u202e')
        transcript.observe([came("it's")])
        transcript.sent_binary(b"\x00\xff'\"")
        transcript.observe([came("…")])
        transcript.sent_fragments(["hel", "lo"])
        transcript.observe([came("hello")])
        transcript.sent_ping(b"\xffnot text")
        transcript.observe([pong(b"\xffnot text")])
        transcript.sent_ping(b"")
        transcript.observe([pong(b"")])
        transcript.sent_pong(b"unasked")
        transcript.sent_close(4001, "that's all")
        printed = await run(transcript.python())
        await until(lambda: peer.seen and peer.seen[-1][0] == "CLOSE", "the Close frame")
        assert peer.seen == [
            ("TEXT", True, 'it\'s "quoted"\n\u202e'.encode()),
            ("BINARY", True, b"\x00\xff'\""),
            ("TEXT", False, b"hel"),
            ("CONT", False, b"lo"),
            ("CONT", True, b""),
            ("PING", True, b"\xffnot text"),
            ("PING", True, b""),
            ("PONG", True, b"unasked"),
            ("CLOSE", True, (4001).to_bytes(2, "big") + b"that's all"),
        ]
        assert printed.count("round trip") == 2


async def test_without_a_close_of_its_own_the_program_closes_normally() -> None:
    async with Peer(echo) as peer:
        await run(started(peer.options).python())
        await until(lambda: peer.connections and peer.seen, "the Close frame")
        assert peer.seen == [("CLOSE", True, (1000).to_bytes(2, "big"))]


Action = tuple[str, Any]
actions = st.lists(
    st.one_of(
        st.tuples(st.just("text"), st.text(max_size=30)),
        st.tuples(st.just("binary"), st.binary(max_size=30)),
        st.tuples(st.just("ping"), st.binary(max_size=125)),
        st.tuples(st.just("pong"), st.binary(max_size=125)),
        st.tuples(st.just("fragments"), st.lists(st.text(max_size=5), min_size=1, max_size=4)),
    ),
    max_size=12,
)


def frames_of(done: Sequence[Action]) -> Iterator[tuple[str, bool, bytes]]:
    for kind, value in done:
        if kind == "fragments":
            for place, part in enumerate(value):
                yield ("CONT" if place else "TEXT", False, part.encode())
            yield ("CONT", True, b"")
        else:
            yield (kind.upper(), True, value.encode() if kind == "text" else value)


@settings(max_examples=40, deadline=None)
@given(actions)
def test_any_session_comes_out_the_same(done: list[Action]) -> None:
    async def check() -> None:
        async with Peer(echo) as peer:
            transcript = started(peer.options)
            for kind, value in done:
                getattr(transcript, f"sent_{kind}")(value)
                if kind == "ping":
                    transcript.observe([pong(value)])
                elif kind != "pong":
                    transcript.observe([came("an answer")])
            await run(transcript.python())
            await until(lambda: peer.connections and peer.seen[-1:] and peer.seen[-1][0] == "CLOSE", "Close")
            assert peer.seen[:-1] == list(frames_of(done))

    asyncio.run(check())


@given(st.text(), st.text(), st.text(max_size=200))
def test_text_of_strangers_never_leaves_its_literal_or_comment(sent: str, answer: str, why: str) -> None:
    transcript = started(anywhere(), came(answer))
    transcript.sent_text(sent)
    transcript.left_out(why)
    transcript.observe([closing(1008, why)])
    tree = ast.parse(transcript.python())
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.Await)]
    assert len(statements) == 3  # recv, send, wait_closed
    literals = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    assert sent in literals
    assert all(line.isprintable() for line in transcript.python().split("\n"))


@given(st.text(max_size=200))
def test_a_failed_connection_says_so_in_a_comment(why: str) -> None:
    transcript = Transcript()
    transcript.connecting(anywhere(), 1)
    transcript.observe([Tcp(1, 0, 0, 1, "fin", None, ""), phase(Phase.ERROR, why + " refused")])
    program = transcript.python()
    compile(program, "program.py", "exec")
    assert "# This did not work:" in program
    assert "wait_closed" not in program


async def test_what_the_server_ended_is_waited_for() -> None:
    async def refuse(connection: ServerConnection) -> None:
        await connection.send("one")
        await connection.send("two")
        await connection.close(1008, "no robots")

    async with Peer(refuse) as peer:
        transcript = started(peer.options, came("one"), came("two"), closing(1008, "no robots"))
        transcript.observe([Tcp(1, 0, 0, 1, "fin", Direction.S2C, "")])
        transcript.sent_text("too late")
        assert await run(transcript.python()) == "one\ntwo\n1008 no robots\n"
        assert transcript.python().count("wait_closed") == 1
        assert "too late" not in transcript.python()


async def test_a_connection_that_broke_is_waited_for() -> None:
    async def drop(connection: ServerConnection) -> None:
        connection.transport.abort()

    async with Peer(drop) as peer:
        transcript = started(peer.options, Tcp(1, 0, 0, 1, "reset", None, ""))
        assert await run(transcript.python()) == "1006 \n"


async def test_an_abort_leaves_no_close_frame() -> None:
    async with Peer(echo) as peer:
        transcript = started(peer.options)
        transcript.sent_text("bye")
        transcript.observe([came("bye")])
        transcript.aborted()
        await run(transcript.python())
        await until(lambda: peer.connections and peer.connections[0].close_code == 1006, "the loss")
        assert peer.seen == [("TEXT", True, b"bye")]


async def test_a_pong_behind_many_messages_does_not_block_the_program() -> None:
    count = 100

    async def flood(connection: ServerConnection) -> None:
        assert await connection.recv() == "go"
        for number in range(count):
            await connection.send(str(number))
        await connection.wait_closed()

    async with Peer(flood) as peer:
        transcript = started(peer.options)
        transcript.sent_text("go")
        transcript.sent_ping(b"x")
        transcript.observe([came(str(number)) for number in range(count)])
        transcript.observe([pong(b"x")])
        printed = await run(transcript.python())
        assert printed.splitlines()[count - 1] == str(count - 1)
        assert transcript.python().count("recv()") == 1


async def test_a_close_is_told_the_same_whether_noted_before_or_after_its_end() -> None:
    async with Peer(echo) as peer:
        for place in range(4):
            transcript = started(peer.options)
            events: list[Event] = [
                closing(4001, "bye")._replace(direction=Direction.C2S),
                closing(4001, "bye", first=False),
                Tcp(1, 0, 0, 1, "fin", Direction.S2C, ""),
            ]
            for number, event in enumerate(events):
                if number == place:
                    transcript.sent_close(4001, "bye")
                transcript.observe([event])
            if place == 3:
                transcript.sent_close(4001, "bye")
            assert transcript.python().count('await websocket.close(4001, "bye")') == 1
            assert "wait_closed" not in transcript.python()
        await run(transcript.python())
        await until(lambda: peer.connections and peer.seen, "the Close frame")
        assert peer.seen == [("CLOSE", True, (4001).to_bytes(2, "big") + b"bye")]


def test_an_abort_is_told_as_such_though_the_loss_was_seen_first() -> None:
    transcript = started(anywhere(), Tcp(1, 0, 0, 1, "reset", None, ""))
    transcript.aborted()
    assert "transport.abort()" in transcript.python()
    assert "wait_closed" not in transcript.python()


def test_a_close_of_the_server_is_not_taken_for_the_learner_s() -> None:
    transcript = started(anywhere(), closing(1001))
    transcript.sent_close(1000)
    assert "wait_closed" in transcript.python()
    assert "websocket.close()" not in transcript.python()


def test_a_connection_that_the_library_closed_is_waited_for() -> None:
    transcript = started(anywhere(), closing(1009)._replace(direction=Direction.C2S), came("late"))
    assert "recv" not in transcript.python()
    assert "await websocket.wait_closed()" in transcript.python()


def test_a_pong_may_be_seen_before_its_ping_is_noted() -> None:
    transcript = started(anywhere(), pong(b"quick"))
    transcript.sent_ping(b"quick")
    assert "await pong1" in transcript.python()


def test_a_ping_that_nobody_answered_is_not_waited_for() -> None:
    transcript = started(anywhere())
    transcript.sent_ping(b"x")
    transcript.observe([pong(b"somebody else's")])
    assert 'await websocket.ping("x")\n' in transcript.python()
    assert "pong" not in transcript.python()


def test_a_ping_that_the_library_would_refuse_is_left_out() -> None:
    transcript = started(anywhere())
    transcript.sent_ping(b"x")
    transcript.sent_ping(b"x")
    transcript.observe([pong(b"x")])
    transcript.sent_ping(b"x")
    program = transcript.python()
    assert program.count("websocket.ping") == 2
    assert '# A second ping "x" is left out' in program


def test_only_what_the_learner_did_on_this_connection_counts() -> None:
    transcript = started(anywhere(), came("other", conn=2), pong(b"", conn=2))
    transcript.observe([came("mine")._replace(direction=Direction.C2S)])
    transcript.observe([pong(b"")._replace(direction=Direction.C2S)])
    assert "recv" not in transcript.python()
    assert "pong" not in transcript.python()


def test_a_new_connection_starts_a_new_program() -> None:
    transcript = started(anywhere())
    transcript.sent_text("old")
    transcript.sent_close()
    transcript.connecting(ConnectOptions("ws://localhost:1/"), 2)
    transcript.observe([came("late", conn=1), came("new", conn=2)])
    program = transcript.python()
    assert "old" not in program
    assert "late" not in program
    assert "new" in program
    assert '"ws://localhost:1/"' in program


def test_it_is_bounded_and_says_what_it_left_out() -> None:
    transcript = started(anywhere())
    transcript.sent_ping(b"first")
    transcript.observe([came("a"), came("b"), pong(b"first")])
    for number in range(LIMIT):
        transcript.sent_text(f"message {number}")
        compile(transcript.python(), "program.py", "exec")
        assert "pong1 =" in transcript.python() or "await pong1" not in transcript.python()
    program = transcript.python()
    assert program.count("websocket.send") == LIMIT
    assert "# The 4 steps before these are left out." in program


def test_a_flood_costs_one_step() -> None:
    transcript = started(anywhere())
    transcript.observe([came("x")] * 5000)
    assert "for _ in range(5000):\n            print(await websocket.recv())" in transcript.python()


def test_long_payloads_become_their_length() -> None:
    transcript = started(anywhere())
    transcript.sent_text("ä" * (LONGEST_LITERAL + 1))
    transcript.sent_binary(bytes(5_000_000))
    transcript.sent_fragments(["y" * 3000, "z" * 3000])
    program = transcript.python()
    assert f'send("x" * {LONGEST_LITERAL + 1})' in program
    assert "send(bytes(5000000))" in program
    assert 'send(["x" * 3000, "x" * 3000])' in program
    assert program.count("# ") >= 2
    assert len(program) < 2000


async def test_a_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "it's.bin"
    file.write_bytes(b"\x01\x02")
    async with Peer(echo) as peer:
        transcript = started(peer.options)
        transcript.sent_binary(b"\x01\x02", file=str(file))
        transcript.observe([came("..")])
        await run(transcript.python())
        assert peer.seen[0] == ("BINARY", True, b"\x01\x02")


def test_only_what_differs_from_the_defaults_is_written() -> None:
    assert 'async with connect("wss://example.com/chat") as websocket:' in started(anywhere()).python()


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        (anywhere(headers=(("X-A", "1"), ("X-B", "it's"))), '{"X-A": "1", "X-B": "it\'s"}'),
        (anywhere(headers=(("X-A", "1"), ("x-a", "2"))), 'additional_headers=[("X-A", "1"), ("x-a", "2")]'),
        (anywhere(subprotocols=("a", "b")), 'subprotocols=["a", "b"]'),
        (anywhere(origin="https://example.com"), 'origin="https://example.com"'),
        (anywhere(compression=False, deflate=DeflateOffer(True)), "compression=None"),
        (
            anywhere(deflate=DeflateOffer(client_max_window_bits=9)),
            "extensions=[ClientPerMessageDeflateFactory(client_max_window_bits=9)]",
        ),
        (anywhere(keepalive=None), "ping_interval=None"),
        (anywhere(keepalive=2.5), "ping_interval=2.5"),
        (anywhere(keepalive_timeout=None), "ping_timeout=None"),
        (anywhere(max_size=None), "max_size=None"),
        (anywhere(open_timeout=3), "open_timeout=3"),
        (anywhere(close_timeout=1), "close_timeout=1"),
        (anywhere(proxy="http://proxy.example:3128"), 'proxy="http://proxy.example:3128"'),
        (anywhere(proxy=None), "proxy=None"),
        (anywhere(url="ws://[::1]:8080/"), "proxy=None"),
        (anywhere(ca_file=__file__), "tls.load_verify_locations("),
        (anywhere(insecure=True), "tls.verify_mode = ssl.CERT_NONE"),
    ],
)
def test_every_option_becomes_its_argument(options: ConnectOptions, argument: str) -> None:
    program = started(options).python()
    compile(program, "program.py", "exec")
    assert argument in program
    assert "preview_limit" not in program


def test_tls_options_are_left_out_where_there_is_no_tls() -> None:
    assert "ssl" not in started(ConnectOptions("ws://example.com/", insecure=True)).python()


def test_the_version_tells_when_the_program_changed() -> None:
    transcript = started(anywhere())
    before = transcript.version, transcript.python()
    transcript.observe([closing(1000, first=False), came("x", conn=7)])
    assert (transcript.version, transcript.python()) == before
    transcript.observe([came("x")])
    assert transcript.version > before[0]
    assert transcript.python() != before[1]


async def test_it_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    async with Peer(echo) as peer:
        transcript = started(peer.options)
        transcript.sent_text("hello")
        transcript.observe([came("hello")])
        file = tmp_path / "program.py"
        file.write_text(transcript.python(), encoding="utf-8")
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-W", "error", str(file), stdout=asyncio.subprocess.PIPE
        )
        printed, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0
        assert printed == b"hello\n"
        assert peer.seen[0] == ("TEXT", True, b"hello")


def test_what_messages_carry_changes_nothing() -> None:
    plain, decoded = Transcript(), Transcript()
    for transcript, between in ((plain, []), (decoded, [proto(b"x", direction=Direction.S2C)])):
        transcript.connecting(ConnectOptions("ws://h/"), 1)
        transcript.observe([phase(Phase.OPEN), came("a"), *between, came("b"), *between])
    assert decoded.python() == plain.python()
