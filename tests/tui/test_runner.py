"""Every command of the composer, over a real connection to an in-process server."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from websockets.asyncio.server import ServerConnection, serve

from tests.support.bench import new_bench
from tests.support.waiting import until
from wslab.lab.commands import COMMANDS, CommandError
from wslab.lab.workbench import Workbench, WorkbenchError
from wslab.net.lifecycle import NotOpen
from wslab.tui.runner import CommandRunner
from wslab.tui.widgets.pages import Pages
from wslab.wire.events import Direction, Frame, Opcode, Phase


class Host(App[None]):
    CSS_PATH = "../../src/wslab/tui/screens/lab_screen.tcss"

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self.bench = bench

    def compose(self) -> ComposeResult:
        yield Pages(self.bench.journal, 20)


class Stage:
    """A runner with everything it acts upon."""

    def __init__(self, app: Host, url: str) -> None:
        self.bench = app.bench
        self.pages = app.query_one(Pages)
        self.url = url
        self.said: list[str] = []
        self.acted: list[str] = []
        self.runner = CommandRunner(self.bench, self.pages, self.said.append, self._act)

    async def _act(self, action: str) -> None:
        self.acted.append(action)

    async def run(self, *lines: str) -> None:
        for line in lines:
            await self.runner.run(line)

    def frames(self, direction: Direction = Direction.C2S) -> list[Frame]:
        events = self.bench.journal.slice(self.bench.journal.first, self.bench.journal.total)
        return [event for event in events if isinstance(event, Frame) and event.direction is direction]


@asynccontextmanager
async def a_stage() -> AsyncGenerator[Stage]:
    async def echo(connection: ServerConnection) -> None:
        async for message in connection:
            await connection.send(message)

    async with serve(echo, "127.0.0.1", 0, compression=None) as server:
        app = Host(new_bench())
        async with app.run_test(size=(120, 36)):
            stage = Stage(app, f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
            try:
                yield stage
            finally:
                await stage.bench.close()


def test_every_command_has_its_method() -> None:
    methods = {name.removeprefix("_do_") for name in dir(CommandRunner) if name.startswith("_do_")}
    assert methods == set(COMMANDS)


async def test_messages_of_every_kind_are_sent(tmp_path: Path) -> None:
    (tmp_path / "a file").write_bytes(b"\x00\x01")
    async with a_stage() as stage:
        await stage.run(
            f"/connect {stage.url}",
            "hello",
            "/text /x",
            "/binary 00 ff",
            f"/file {tmp_path / 'a file'}",
            "/fragments hel | lo",
            "/ping a b",
            "/pong c",
        )
        sent = [(frame.opcode, frame.preview) for frame in stage.frames()]
        assert sent == [
            (Opcode.TEXT, b"hello"),
            (Opcode.TEXT, b"/x"),
            (Opcode.BINARY, b"\x00\xff"),
            (Opcode.BINARY, b"\x00\x01"),
            (Opcode.TEXT, b"hel"),
            (Opcode.CONT, b"lo"),
            (Opcode.PING, b"a b"),
            (Opcode.PONG, b"c"),
        ]
        assert stage.said == ["sent a file, 2 B"]


async def test_connections_end_as_told() -> None:
    async with a_stage() as stage:
        await stage.run(f"/connect {stage.url}", "/close 4001 lunch")
        assert stage.bench.view.code == 4001
        await stage.run(f"/connect {stage.url}", "/disconnect")
        assert stage.bench.view.code == 1000
        await stage.run(f"/connect {stage.url}", "/abort")
        await until(lambda: stage.bench.view.phase is Phase.CLOSED, "the end")
        with pytest.raises((WorkbenchError, NotOpen), match="connect"):
            await stage.run("too late")


async def test_raw_bytes_get_their_verdict() -> None:
    async with a_stage() as stage:
        await stage.run(f"/connect {stage.url}", '/raw text mask=0 "hi"')
        assert "1002" in stage.said[-1]
        with pytest.raises(CommandError, match="/raw needs bytes"):
            await stage.run("/raw")


async def test_options_hold_from_the_next_connect() -> None:
    async with a_stage() as stage:
        await stage.run(
            "/compression off",
            "/keepalive 5s",
            "/subprotocol chat.v2, chat.v1",
            "/header Authorization: Bearer secret",
            "/header X-Two: 2",
            "/origin https://example.com",
            "/insecure on",
        )
        settings = stage.bench.settings
        assert not settings.compression
        assert settings.keepalive == 5
        assert settings.subprotocols == ("chat.v2", "chat.v1")
        assert settings.headers == (("Authorization", "Bearer secret"), ("X-Two", "2"))
        assert settings.origin == "https://example.com"
        assert settings.insecure
        assert "secret" not in " ".join(stage.said)
        assert all(said.endswith("; holds from the next connect") for said in stage.said)
        await stage.run("/header", "/origin", "/keepalive off", "/subprotocol", "/insecure off", "/ca")
        settings = stage.bench.settings
        assert (settings.headers, settings.origin, settings.keepalive) == ((), None, None)
        assert (settings.subprotocols, settings.insecure, settings.ca_file) == ((), False, None)


async def test_reconnect_is_switched() -> None:
    async with a_stage() as stage:
        await stage.run("/reconnect on")
        assert stage.bench.reconnect
        await stage.run("/reconnect off")
        assert not stage.bench.reconnect
        assert stage.said == ["reconnect: on", "reconnect: off"]


async def test_the_log_does_as_it_is_told(tmp_path: Path) -> None:
    async with a_stage() as stage:
        log = stage.pages.log_view
        await stage.run(f"/connect {stage.url}", "one", "two")
        await until(lambda: len(stage.frames(Direction.S2C)) == 2, "both echoes")
        log.flush()
        await stage.run("/filter > TEXT two")
        assert [line for line in log.lines() if "two" in line]
        assert not [line for line in log.lines() if "one" in line]
        await stage.run("/filter", "/level messages")
        assert log.level == "messages"
        await stage.run("/level frames", "/search one")
        number = stage.frames()[1].seq
        await stage.run(f"/goto {number}")
        assert log.current is not None
        assert log.current.seq == number
        assert not log.following
        await stage.run(f"/save {tmp_path / 'log.txt'}", f"/save {tmp_path / 'log.jsonl'}")
        assert "two" in (tmp_path / "log.txt").read_text()
        lines = (tmp_path / "log.jsonl").read_text().splitlines()
        assert json.loads(lines[0])["format"] == 1
        assert len(lines) == stage.bench.journal.total - stage.bench.journal.first + 1
        await stage.run("/clear")
        log.flush()
        assert not list(log.lines())


async def test_statistics_start_again_at_zero() -> None:
    async with a_stage() as stage:
        await stage.run(f"/connect {stage.url}", "one")
        assert stage.bench.statistics.snapshot().sent.frames == 1
        await stage.run("/reset")
        assert stage.bench.statistics.snapshot().sent.frames == 0


async def test_help_and_quit_are_actions_of_the_app() -> None:
    async with a_stage() as stage:
        await stage.run("/help", "/quit")
        assert stage.acted == ["app.help", "app.quit"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("/level bytes", "/level takes frames or messages, not 'bytes'"),
        ("/goto here", "/goto takes the number of a row, not 'here'"),
        ("/goto 99", "there is no row 99"),
        ("/search (", r"\("),
        ("/filter (", r"\("),
        ("/save", "/save needs the name of a file"),
        ("/file", "/file needs the name of a file"),
        ("/file /nowhere/x", "/nowhere/x is not a file"),
        ("/fragments one", "at least two parts"),
        ("/header none", "'none' is not a header"),
        ("/header X: a\x00b", "X"),
        ("/server dance", "/server takes start, stop or restart, not 'dance'"),
        ("/server start ghost", "there is no server 'ghost': there are basic"),
        ("/keepalive soon", "'soon' is not a duration"),
        ("/ca /nowhere/ca.pem", "/nowhere/ca.pem"),
        ("/connect ftp://x", "ftp"),
        ("/ping", "no connection"),
        ("/zzz", "there is no command"),
    ],
)
async def test_what_cannot_be_done_is_said(line: str, message: str) -> None:
    async with a_stage() as stage:
        with pytest.raises((CommandError, WorkbenchError, ValueError), match=message):
            await stage.run(line)


async def test_servers_start_restart_and_stop() -> None:
    async with a_stage() as stage:
        await stage.run("/server start")
        first = stage.bench.supervisor.status("basic")
        assert first.state == "ready"
        await stage.run("/server restart basic")
        second = stage.bench.supervisor.status("basic")
        assert second.state == "ready"
        assert second.pid != first.pid
        await stage.run("/server stop basic")
        assert stage.bench.supervisor.status("basic").state == "stopped"
