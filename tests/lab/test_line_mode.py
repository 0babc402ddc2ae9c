"""`wslab connect` as its users run it: standard input, standard output, exit codes."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import shlex
import signal
import ssl
import sys
import termios
from array import array
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import pytest_asyncio
from websockets.asyncio.server import ServerConnection, serve

from tests.support.bundled_server import RunningServer, running
from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.signalling import send
from tests.support.terminal import Terminal
from tests.support.tls_server import Authority
from tests.support.waiting import until, until_blocking
from wslab.tasks import spawn
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Body, Close, Event, Frame, Message, Opcode, State
from wslab.wire.jsonform import Header, load

pytestmark = pytest.mark.asyncio(loop_scope="module")

COMMAND = (sys.executable, "-m", "wslab", "connect")
LONG_ENOUGH = 60
"""Seconds after which a command that should have ended counts as hanging."""
NOBODY_LISTENS = "ws://127.0.0.1:1/"


@dataclass(slots=True)
class Done:
    code: int
    out: str
    talk: str

    @property
    def last(self) -> str:
        """The last line of standard error."""
        return self.talk.splitlines()[-1]


async def start(*arguments: str | bytes, **streams: Any) -> asyncio.subprocess.Process:
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    return await asyncio.create_subprocess_exec(*COMMAND, *arguments, **(pipes | streams))


async def finish(process: asyncio.subprocess.Process, typed: bytes | None = None) -> Done:
    out, talk = await asyncio.wait_for(process.communicate(typed), LONG_ENOUGH)
    assert process.returncode is not None
    assert b"Traceback" not in talk, talk.decode()
    return Done(process.returncode, (out or b"").decode(), talk.decode())


async def connect(*arguments: str | bytes, typed: bytes = b"") -> Done:
    return await finish(await start(*arguments), typed)


async def said(process: asyncio.subprocess.Process, what: str) -> str:
    """Read standard error up to the line that holds this."""
    assert process.stderr is not None
    lines = ""
    async with asyncio.timeout(LONG_ENOUGH):
        while what not in lines:
            line = await process.stderr.readline()
            assert line, f"no {what!r} in {lines}"
            lines += line.decode()
    return lines


def in_pipe(descriptor: int) -> int:
    """Bytes that lie unread in a pipe."""
    size = array("i", [0])
    fcntl.ioctl(descriptor, termios.FIONREAD, size)
    return size[0]


@asynccontextmanager
async def through_shell(script: str, *arguments: str) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a shell script in which "$@" is the command with these arguments."""
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", script, "sh", *COMMAND, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        assert process.stdin is not None
        process.stdin.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("basic") as started:
        yield started


async def close(conversation: Conversation, body: bytes = b"\x03\xe8") -> None:
    """Close from the server's side: with 1000 unless told otherwise."""
    await conversation.send(encode_frame(Opcode.CLOSE, body))
    await read_close(conversation)


async def read_close(conversation: Conversation) -> None:
    """Read up to the client's Close frame: its only frame, or the last one with opcode 8, masked, 2 bytes."""
    while data := await conversation.reader.read(2**16):
        conversation.received += data
        if conversation.received[:1] == b"\x88" or conversation.received[-8:-6] == b"\x88\x82":
            return


# --- what goes in and what comes out -------------------------------------------------------------------


async def test_lines_are_held_until_it_is_open_and_answers_are_waited_for(server: RunningServer) -> None:
    done = await connect(
        f"{server.url}/slow?handshake=300ms&delay=100ms", typed="one\nzwei 日本\r\nlast".encode()
    )
    assert done.out == "one\nzwei 日本\nlast\n"
    assert done.code == 0
    assert "* open" in done.talk
    assert "1000 normal closure" in done.last


async def test_what_is_piped_is_no_command(server: RunningServer) -> None:
    done = await connect(f"{server.url}/echo", typed=b"/close 4000\n//x\n\n")
    assert done.out == "/close 4000\n//x\n\n"
    assert done.code == 0


async def test_execute_sends_messages_and_leaves_standard_input_alone(server: RunningServer) -> None:
    reading, writing = os.pipe()
    os.write(writing, b"third\n")
    done = await finish(await start(f"{server.url}/echo", "-x", "first", "--execute", "/ping", stdin=reading))
    assert done.out == "first\n/ping\n"
    assert done.code == 0
    assert in_pipe(reading) == len(b"third\n")
    os.close(reading)
    os.close(writing)


async def test_nothing_is_read_from_standard_input_without_a_connection() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"for another program\n")
    done = await finish(await start(NOBODY_LISTENS, stdin=reading))
    assert done.code == 3
    assert in_pipe(reading) == len(b"for another program\n")
    os.close(reading)
    os.close(writing)


async def test_binary_comes_out_as_marked_hexadecimal() -> None:
    async def handler(connection: ServerConnection) -> None:
        await connection.send(b"\x00\xff")
        await connection.wait_closed()

    async with serve(handler, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        done = await connect(f"ws://127.0.0.1:{port}/", "--wait", "200ms")
    assert done.out == "hex:00ff\n"


async def test_text_goes_through_a_pipe_as_it_is() -> None:
    payload = "\x1b[31m\ttab\x00\u202e日本".encode()

    async def script(conversation: Conversation) -> None:
        await conversation.upgrade(encode_frame(Opcode.TEXT, payload))
        await close(conversation, close_body(1000, "\x1b[2J"))

    async with FaultyServer(script) as server:
        done = await connect(server.url)
    assert done.out.encode() == payload + b"\n"
    assert done.code == 0
    assert "\x1b" not in done.talk
    assert "\\x1b[2J" in done.talk


async def test_long_lines_go_through(server: RunningServer) -> None:
    line = "x" * 600_000
    done = await connect(f"{server.url}/echo", typed=f"{line}\n{line}".encode())
    assert done.out == f"{line}\n{line}\n"


async def test_each_line_comes_out_at_once(server: RunningServer) -> None:
    process = await start(f"{server.url}/time?every=1h")
    assert process.stdout is not None
    # Its input is open and nothing else comes: what was not flushed would not come either.
    line = await asyncio.wait_for(process.stdout.readline(), LONG_ENOUGH)
    assert json.loads(line)["n"] == 1
    assert (await finish(process, b"")).code == 0


@pytest.mark.parametrize("source", ["file", "nothing", "closed"])
async def test_standard_input_may_be_anything(server: RunningServer, tmp_path: Path, source: str) -> None:
    path = tmp_path / "lines"
    path.write_text("one\ntwo\n")
    redirect = {"file": f"< {path}", "nothing": "< /dev/null", "closed": "<&-"}[source]
    async with through_shell(f'exec "$@" {redirect}', f"{server.url}/echo", "--wait", "500ms") as process:
        done = await finish(process, b"")
    assert done.out == ("one\ntwo\n" if source == "file" else "")
    assert done.code == 0


@pytest.mark.parametrize(
    ("redirect", "code", "talk"),
    [(">&-", 0, "normal closure"), ("> /dev/full", 1, "No space left on device")],
)
async def test_standard_output_may_take_nothing(
    server: RunningServer, redirect: str, code: int, talk: str
) -> None:
    async with through_shell(f'exec "$@" {redirect}', f"{server.url}/echo", "-x", "hi") as process:
        done = await finish(process)
    assert (done.code, done.out) == (code, "")
    assert talk in done.last


async def test_standard_error_may_be_closed(server: RunningServer) -> None:
    async with through_shell('exec "$@" 2>&-', f"{server.url}/echo", "-x", "hi") as process:
        done = await finish(process)
    assert (done.code, done.out, done.talk) == (0, "hi\n", "")


async def test_input_that_is_not_utf8_is_named_and_ends_it(server: RunningServer) -> None:
    done = await connect(f"{server.url}/echo", typed=b"good\nb\xffd\nnever sent\n")
    assert done.code == 1
    assert "line 2 of standard input is not UTF-8: invalid start byte at byte 2" in done.talk
    assert "never sent" not in done.out
    assert "1000 normal closure" in done.last


async def test_what_could_not_be_sent_is_told_and_fails() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade(encode_frame(Opcode.CLOSE, close_body(1000, "")))
        await read_close(conversation)

    async with FaultyServer(script) as server:
        done = await connect(server.url, "-x", "one", "-x", "two", "-x", "three")
    assert done.code == 1
    assert (
        done.last == "* -x number 1 and the 2 after it were not sent, or not wholly: the connection is closed"
    )


async def test_lines_that_were_read_and_not_sent_are_told(tmp_path: Path) -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade()
        await conversation.reader.readexactly(2)
        await conversation.send(encode_frame(Opcode.CLOSE, b"\x03\xe8"))

    # The first is longer than all buffers on the way take, and its end is read together with the others.
    file = tmp_path / "lines"
    file.write_bytes(b"x" * 2**25 + b"\nsecond\nthird\n")
    async with FaultyServer(script) as server:
        with file.open("rb") as lines:
            done = await finish(await start(server.url, stdin=lines))
    assert done.code == 1
    assert "* line 1 and 2 read after it were not sent, or not wholly" in done.last


async def test_a_server_that_does_not_read_holds_up_the_writer_and_gets_everything() -> None:
    go_on = asyncio.Event()
    payload = "x" * 2**16
    count = 512

    async def script(conversation: Conversation) -> None:
        await conversation.upgrade()
        await go_on.wait()
        await read_close(conversation)
        await conversation.send(encode_frame(Opcode.CLOSE, close_body(1000, "")))

    async def write(process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        for _ in range(count):
            process.stdin.write(f"{payload}\n".encode())
            await process.stdin.drain()
            taken.append(1)
        process.stdin.close()

    taken: list[int] = []
    async with FaultyServer(script) as server:
        process = await start(server.url, "--keepalive", "off", "--no-compression")
        writing = spawn(write(process), "writer")
        looks: list[int] = []

        def stands_still() -> bool:
            looks.append(len(taken))
            return len(looks) > 60 and looks[-60] == looks[-1] > 0

        await until(stands_still, "the writer to be held up", LONG_ENOUGH)
        assert len(taken) < count
        assert psutil.Process(process.pid).memory_info().rss < 150 * 2**20
        go_on.set()
        await asyncio.wait_for(writing, LONG_ENOUGH)
        done = await finish(process)
        assert len(server.conversations[0].received) > count * len(payload)
    assert done.code == 0


async def test_nothing_is_lost_in_a_flood(server: RunningServer) -> None:
    done = await connect(f"{server.url}/flood?rate=20000&for=1s&size=20", "--wait", "30s")
    lines = done.out.splitlines()
    assert len(lines) == 20_001
    summary: dict[str, Any] = json.loads(lines[-1])
    assert summary["sent"] == 20_000


async def test_nothing_is_lost_where_the_reader_is_slow(server: RunningServer) -> None:
    reading, writing = os.pipe()
    process = await start(
        f"{server.url}/big?size=900KiB", "--wait", "off", stdout=writing, stdin=asyncio.subprocess.DEVNULL
    )
    os.close(writing)
    await until(lambda: in_pipe(reading) >= 2**16, "the pipe to be full", LONG_ENOUGH)
    send(process, signal.SIGINT)
    with os.fdopen(reading, "rb") as pipe:
        assert await asyncio.to_thread(pipe.read) == b"x" * 900 * 2**10 + b"\n"
    assert (await finish(process)).code == 130


# --- the wait after everything is sent -----------------------------------------------------------------


async def test_no_wait_closes_at_once(server: RunningServer) -> None:
    done = await connect(f"{server.url}/slow?delay=5m", "-x", "hi", "--wait", "0")
    assert (done.code, done.out) == (0, "")
    assert "the client closed first with 1000" in done.last


async def test_without_an_end_of_the_wait_the_server_closes(server: RunningServer) -> None:
    done = await connect(f"{server.url}/close/1000?after=1500ms", "-x", "hi", "--wait", "off")
    assert (done.code, done.out) == (0, "hi\n")
    assert "the server closed first with 1000" in done.last


async def test_each_message_starts_the_wait_anew() -> None:
    """Messages of the server come only while the client waits, so it must have waited after each."""
    answers = 5

    async def handler(connection: ServerConnection) -> None:
        for number in range(answers):
            # The client has shown the one before as soon as this pong comes.
            await (await connection.ping())
            await connection.send(str(number))
        await connection.wait_closed()

    async with serve(handler, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        done = await connect(f"ws://127.0.0.1:{port}/", "--wait", "2s")
    assert done.out == "".join(f"{number}\n" for number in range(answers))


# --- JSON ----------------------------------------------------------------------------------------------


def events_of(done: Done) -> list[Event]:
    head, *lines = map(load, done.out.splitlines())
    assert isinstance(head, Header)
    assert head.source.startswith("ws://")
    events = [line for line in lines if not isinstance(line, Header)]
    assert [event.seq for event in events] == list(range(1, len(lines) + 1))
    return events


async def test_json_prints_every_event_of_the_wire(server: RunningServer) -> None:
    payload = "x" * 100_000
    done = await connect(f"{server.url}/echo", "--json", "--no-compression", typed=f"{payload}\n".encode())
    events = events_of(done)
    frames = [event for event in events if isinstance(event, Frame)]
    assert [(frame.name, frame.masked) for frame in frames] == [
        ("TEXT", True), ("TEXT", False), ("CLOSE", True), ("CLOSE", False),
    ]  # fmt: skip
    messages = [event for event in events if isinstance(event, Message)]
    assert [message.preview.decode() for message in messages] == [payload, payload]
    states = [event.phase for event in events if isinstance(event, State)]
    assert states == ["connecting", "open", "closing", "closed"]
    assert [event.code for event in events if isinstance(event, Close)] == [1000, 1000]
    assert done.code == 0


async def test_json_shows_whole_messages_up_to_the_largest_that_is_accepted(server: RunningServer) -> None:
    done = await connect(
        f"{server.url}/big?size=3MiB", "--json", "--max-size", "4MiB", "--wait", "3s", "--no-compression"
    )
    (message,) = [event for event in events_of(done) if isinstance(event, Message)]
    assert len(message.preview) == message.length == 3 * 2**20


async def test_json_shows_why_there_is_no_connection(server: RunningServer) -> None:
    done = await connect(f"{server.url}/nowhere", "--json")
    events = events_of(done)
    assert any(isinstance(event, Body) and b"No path" in event.preview for event in events)
    assert isinstance(events[-1], State)
    assert events[-1].code == 404
    assert done.code == 3


# --- options -------------------------------------------------------------------------------------------


async def test_options_reach_the_handshake(server: RunningServer) -> None:
    done = await connect(
        f"{server.url}/headers",
        *("-H", "X-One: 1", "--header", "X-Two: zwei: drei", "--origin", "https://example.com"),
        *("-s", "chat.v2", "-s", "chat.v1", "--no-compression", "-x", "x"),
    )
    headers: list[list[str]] = json.loads(done.out.splitlines()[0])["headers"]
    assert ["X-One", "1"] in headers
    assert ["X-Two", "zwei: drei"] in headers
    assert ["Origin", "https://example.com"] in headers
    assert ["Sec-WebSocket-Protocol", "chat.v2, chat.v1"] in headers
    assert not any(name == "Sec-WebSocket-Extensions" for name, _ in headers)
    assert "* open, the server chose no subprotocol\n" in done.talk


async def test_what_was_agreed_on_is_told(server: RunningServer) -> None:
    chosen = await connect(f"{server.url}/subprotocol?choose=b", "-s", "a", "--subprotocol", "b", "-x", "x")
    assert "* open, subprotocol b\n" in chosen.talk
    compressed = await connect(f"{server.url}/compress", "-x", "x")
    assert "* open, permessage-deflate" in compressed.talk
    assert (compressed.code, compressed.out) == (0, "x\n")


async def test_keepalive_pings_as_often_as_told() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade()
        while bytes(conversation.received[:1]) != b"\x89":
            conversation.received += await conversation.reader.readexactly(1)
        await close(conversation)

    async with FaultyServer(script) as server:
        done = await connect(server.url, "--keepalive", "20ms", "--wait", "off")
    assert done.code == 0


async def test_a_message_over_the_limit_ends_with_1009(server: RunningServer) -> None:
    small = await connect(f"{server.url}/big?size=2KiB", "--max-size", "1KiB", "-x", "x")
    assert small.code == 1
    assert "1009" in small.talk
    large = await connect(f"{server.url}/big?size=2MiB", "--max-size", "off", "--wait", "3s")
    assert len(large.out) == 2 * 2**20 + 1
    assert large.code == 0


async def test_tls_is_checked_unless_told_otherwise(tmp_path: Path) -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade(encode_frame(Opcode.TEXT, b"x"))
        await close(conversation)

    authority = Authority(tmp_path)
    context: ssl.SSLContext = authority.server()
    async with FaultyServer(script, tls=context) as server:
        refused = await connect(server.url)
        assert refused.code == 3
        assert "certificate" in refused.last
        insecure = await connect(server.url, "-k")
        assert (insecure.code, insecure.out) == (0, "x\n")
        assert "* warning: the server's certificate is not checked" in insecure.talk
        trusted = await connect(server.url, "--ca", authority.ca_file)
        assert (trusted.code, trusted.out) == (0, "x\n")
        assert "warning" not in trusted.talk


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ftp://x",), "ftp://"),
        (("example.com",), "ws://example.com"),
        ((NOBODY_LISTENS, "-H", "no colon"), "'no colon': write it like 'Name: value'"),
        ((NOBODY_LISTENS, "-H", "two words: x"), "'two words'"),
        ((NOBODY_LISTENS, "-s", "two words"), "two words"),
        ((NOBODY_LISTENS, "--origin", "a\nb"), "'a\\nb'"),
        ((NOBODY_LISTENS, "--wait", "soon"), "'soon' is not a duration"),
        ((NOBODY_LISTENS, "--timeout", "0"), "argument --timeout: '0'"),
        ((NOBODY_LISTENS, "--keepalive", "0s"), "argument --keepalive: '0s'"),
        ((NOBODY_LISTENS, "--max-size", "much"), "'much' is not a size"),
        ((NOBODY_LISTENS, "--max-size", "0"), "argument --max-size: '0'"),
        ((NOBODY_LISTENS, "--ca", "none.pem"), "none.pem"),
        ((f"wss{NOBODY_LISTENS[2:]}", "--ca", __file__), "holds no certificate"),
        ((NOBODY_LISTENS, "-x", "ok", "-x", b"b\xffd"), "is not UTF-8"),
        ((NOBODY_LISTENS, "--jsn"), "--jsn"),
        ((), "URL"),
    ],
)
async def test_wrong_options_are_named(arguments: tuple[str | bytes, ...], message: str) -> None:
    done = await connect(*arguments)
    assert (done.code, done.out) == (2, "")
    assert message in done.last


# --- the end -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "code"),
    [("/close/1000", 0), ("/close/1001", 0), ("/close/1008?reason=no", 1), ("/close/4000", 1), ("/drop", 1)],
)
async def test_the_end_decides_the_exit_code(server: RunningServer, path: str, code: int) -> None:
    process = await start(f"{server.url}{path}")
    # Its input stays open: it is the end of the connection that ends it.
    assert await asyncio.wait_for(process.wait(), LONG_ENOUGH) == code
    assert process.stdin is not None
    process.stdin.close()
    assert process.stderr is not None
    talk = (await process.stderr.read()).decode()
    assert talk.splitlines()[-1].startswith("* closed" if path != "/drop" else "* error")


async def test_a_close_frame_without_a_code_is_a_normal_end() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade()
        await close(conversation, b"")

    async with FaultyServer(script) as server:
        done = await connect(server.url)
    assert done.code == 0
    assert "no code" in done.last


async def test_a_server_that_breaks_the_rules_is_a_failure() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade(encode_frame(Opcode.TEXT, b"masked", mask=b"abcd"))
        await conversation.reader.read(1)

    async with FaultyServer(script) as server:
        done = await connect(server.url)
    assert done.code == 1
    assert "1002" in done.last


@pytest.mark.parametrize("path", ["/none", "/auth", "/reject/503"])
async def test_no_connection_is_three(server: RunningServer, path: str) -> None:
    done = await connect(f"{server.url}{path}", "-x", "never sent")
    assert done.code == 3
    assert done.out == ""
    assert done.last.startswith("* error: HTTP ")


async def test_nobody_there_is_three() -> None:
    done = await connect(NOBODY_LISTENS)
    assert done.code == 3
    assert done.last.startswith("* error: nobody listens on 127.0.0.1:1")


async def test_a_redirect_is_told_and_a_bad_one_is_no_wrong_option(server: RunningServer) -> None:
    done = await connect(f"{server.url}/redirect", "-x", "hi")
    assert (done.code, done.out) == (0, "hi\n")
    assert "* connecting: HTTP 302" in done.talk

    async def script(conversation: Conversation) -> None:
        await conversation.read_head()
        await conversation.send(b"HTTP/1.1 302 Found\r\nLocation: ftp://x/\r\nContent-Length: 0\r\n\r\n")

    async with FaultyServer(script) as faulty:
        bad = await connect(faulty.url)
    assert bad.code == 3
    assert "ftp" in bad.last


async def test_a_handshake_that_takes_too_long_is_three() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.read_head()
        await conversation.read_all()

    async with FaultyServer(script) as server:
        done = await connect(server.url, "--timeout", "200ms", "-x", "x")
    assert done.code == 3
    assert "200 ms" in done.talk or "0.2 s" in done.talk


@pytest.mark.parametrize("interrupted", [True, False])
async def test_a_name_that_is_never_resolved_keeps_nobody_waiting(interrupted: bool) -> None:
    code = """
import socket, sys, threading
from wslab.cli import main

def never(*arguments, **options):
    print("asked", file=sys.stderr, flush=True)
    threading.Event().wait()

socket.getaddrinfo = never
sys.exit(main(["connect", "ws://example.test/", *sys.argv[1:]]))
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", code, "--timeout", "10m" if interrupted else "10ms"),
        env={name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")},
        stdin=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    if interrupted:
        await said(process, "asked")
        send(process, signal.SIGINT)
    assert (await finish(process)).code == (130 if interrupted else 3)


async def test_an_interrupt_closes_politely(server: RunningServer) -> None:
    before = len(server.logged("closed", code=1000))
    process = await start(f"{server.url}/echo")
    await said(process, "* open")
    send(process, signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), LONG_ENOUGH) == 130
    await until(lambda: len(server.logged("closed", code=1000)) > before, "a Close frame")
    done = await finish(process)
    assert "the client closed first with 1000" in done.last


async def silence(conversation: Conversation) -> None:
    """Open, then answer nothing, not even a Close frame."""
    await conversation.upgrade()
    await conversation.read_all()


async def test_a_second_interrupt_cuts() -> None:
    async with FaultyServer(silence) as server:
        process = await start(server.url)
        await said(process, "* open")
        send(process, signal.SIGINT)
        # The Close frame of a client: FIN and opcode 8, masked, two bytes.
        await until(lambda: server.conversations[0].received[:2] == b"\x88\x82", "the Close frame")
        send(process, signal.SIGINT)
        done = await finish(process)
    assert done.code == 130
    assert "the client cut the connection" in done.last


async def test_an_interrupt_gives_up_connecting() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.read_head()
        await conversation.read_all()

    async with FaultyServer(script) as server:
        process = await start(server.url)
        await until(lambda: server.conversations and server.conversations[0].head, "the request")
        send(process, signal.SIGINT)
        done = await finish(process)
    assert done.code == 130
    assert "given up" in done.last


async def test_interrupts_end_it_where_nobody_reads_its_output(server: RunningServer) -> None:
    reading, writing = os.pipe()
    process = await start(f"{server.url}/big?size=900KiB", stdout=writing)
    os.close(writing)
    await until(lambda: in_pipe(reading) >= 2**16, "the pipe to be full", LONG_ENOUGH)

    def interrupted() -> bool:
        # Both in one go would be one signal.
        send(process, signal.SIGINT)
        return process.returncode is not None

    await until(interrupted, "the end", LONG_ENOUGH)
    assert (await finish(process)).code == 130
    os.close(reading)


async def test_in_the_background_of_a_shell_interrupts_are_ignored(server: RunningServer) -> None:
    async with through_shell('trap "" INT; exec "$@"', f"{server.url}/echo") as process:
        await said(process, "* open")
        send(process, signal.SIGINT)
        done = await finish(process, b"still here\n")
    assert (done.code, done.out) == (0, "still here\n")


async def test_a_reader_that_goes_away_ends_it_quietly(server: RunningServer) -> None:
    process = await start(f"{server.url}/flood?rate=1000&for=60s")
    assert process.stdout is not None
    await process.stdout.readline()
    process.stdout._transport.close()  # type: ignore[attr-defined]
    done = await finish(process)
    assert done.code == 0
    assert "the client closed first with 1000" in done.last


async def test_a_reader_that_goes_away_is_noticed_while_nothing_comes(server: RunningServer) -> None:
    process = await start(f"{server.url}/silent")
    await said(process, "* open")
    assert process.stdout is not None
    process.stdout._transport.close()  # type: ignore[attr-defined]
    assert await asyncio.wait_for(process.wait(), LONG_ENOUGH) == 0
    await finish(process)


async def test_a_reader_of_everything_may_go_away(server: RunningServer) -> None:
    script = '"$@" --json 2>&1 | head -n 1; exit 0'
    async with through_shell(script, f"{server.url}/flood?rate=1000&for=60s") as process:
        done = await finish(process, b"")
    assert done.code == 0
    assert len(done.out.splitlines()) == 1


# --- terminals -----------------------------------------------------------------------------------------


async def on_terminal(session: Callable[[], None]) -> None:
    await asyncio.to_thread(session)


@pytest.mark.terminal
async def test_on_a_terminal_what_is_received_is_safe_and_what_is_typed_is_sent(
    server: RunningServer,
) -> None:
    def session() -> None:
        with Terminal([*COMMAND, f"{server.url}/echo"], columns=100, rows=30) as terminal:
            terminal.wait_for("* open")
            terminal.type("a\x16\x1b[31mb\r")  # ctrl+v takes the escape for a character
            terminal.wait_for("> a\\x1b[31mb")
            terminal.wait_for("< a\\x1b[31mb")
            terminal.type("\r")  # an empty line is no message there
            terminal.type(b"\xff\r")
            terminal.wait_for("line 3 of standard input is not UTF-8")
            terminal.type("still open\r")
            terminal.wait_for("< still open")
            assert "< \n" not in terminal.text()
            terminal.press("ctrl+d")
            terminal.wait_for("the client closed first with 1000")
            assert terminal.wait() == 0

    await on_terminal(session)


@pytest.mark.terminal
async def test_what_comes_while_something_is_typed_does_not_run_into_it(server: RunningServer) -> None:
    def session() -> None:
        with Terminal([*COMMAND, f"{server.url}/time?every=100ms"], columns=100, rows=40) as terminal:
            terminal.wait_for("* open")
            terminal.type("typed by halves ")
            terminal.wait_for('"n": 4')
            terminal.type("and sent\r")
            terminal.wait_for("< typed by halves and sent")
            assert all(line[:2] in ("* ", "< ", "> ", "") or "sent" in line for line in terminal.lines())
            terminal.press("ctrl+c")
            assert terminal.wait() == 130

    await on_terminal(session)


@pytest.mark.terminal
@pytest.mark.parametrize("json_form", [False, True])
async def test_a_terminal_for_output_alone(server: RunningServer, json_form: bool) -> None:
    command = shlex.join([*COMMAND, f"{server.url}/echo", *(["--json"] if json_form else [])])

    def session() -> None:
        with Terminal(["sh", "-c", f"echo /ping | {command}"], columns=400, rows=30) as terminal:
            assert terminal.wait() == 0
            text = terminal.text()
        if json_form:
            assert '{"event":"header"' in text
            assert "\n< " not in text
        else:
            # Not typed: no command.
            assert "\n> /ping\n< /ping\n" in text

    await on_terminal(session)


@pytest.mark.terminal
async def test_a_terminal_for_input_alone(server: RunningServer, tmp_path: Path) -> None:
    out = tmp_path / "out"
    command = shlex.join([*COMMAND, f"{server.url}/echo"])

    def session() -> None:
        with Terminal(["sh", "-c", f"{command} > {out}"], columns=100, rows=30) as terminal:
            terminal.wait_for("* open")
            terminal.type("hello\r/binary 00ff\r/ping\r")
            # Answers are not waited for where somebody types /quit.
            until_blocking(lambda: out.read_text() == "hello\nhex:00ff\n", "the answers", LONG_ENOUGH)
            terminal.type("/quit\r")
            terminal.wait_for("closed")
            assert terminal.wait() == 0
        assert out.read_text() == "hello\nhex:00ff\n"

    await on_terminal(session)
