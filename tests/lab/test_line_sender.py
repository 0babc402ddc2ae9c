"""What people type into `wslab connect` on a terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.bundled_server import RunningServer, running
from tests.support.faulty_server import Conversation, FaultyServer
from tests.support.terminal import Terminal
from wslab.lab.commands import COMMANDS
from wslab.lab.line_sender import BINARY_SHOWN, shown

in_one_loop = pytest.mark.asyncio(loop_scope="module")

COMMAND = (sys.executable, "-m", "wslab", "connect")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncGenerator[RunningServer]:
    async with running("basic") as started:
        yield started


@contextmanager
def connected(url: str, *options: str) -> Iterator[Terminal]:
    with Terminal([*COMMAND, url, *options], columns=120, rows=40) as terminal:
        terminal.wait_for("* open")
        yield terminal


def exchange(terminal: Terminal, *steps: tuple[str, str]) -> None:
    """Type each line and wait for what it leads to."""
    for line, expected in steps:
        terminal.type(f"{line}\r")
        terminal.wait_for(expected)


async def beside_the_loop(session: Callable[[], None]) -> None:
    """Do what blocks while the server's output goes on being read."""
    await asyncio.to_thread(session)


@pytest.mark.terminal
@in_one_loop
async def test_every_kind_of_message(server: RunningServer, tmp_path: Path) -> None:
    file = tmp_path / "bytes"
    file.write_bytes(b"\x00\x01" * 200)

    def session() -> None:
        with connected(f"{server.url}/echo") as terminal:
            exchange(
                terminal,
                ("hello", "> hello\n< hello"),
                ("//x", "> /x\n< /x"),
                ("/text /hello", "> /hello\n< /hello"),
                ("/binary 00 ff 1b", "> hex:00ff1b\n< hex:00ff1b"),
                ("/fragments hel | lo", "> hel | lo\n< hello"),
                (f"/file {file}", "< hex:0001"),
            )
            terminal.wait_for("… (+144 bytes)")
            exchange(terminal, ("/quit", "> CLOSE 1000"))
            assert terminal.wait() == 0

    await beside_the_loop(session)


@pytest.mark.terminal
@in_one_loop
async def test_pings_are_timed_and_pongs_of_the_keepalive_are_not_shown(server: RunningServer) -> None:
    def session() -> None:
        with connected(f"{server.url}/echo", "--keepalive", "10ms") as terminal:
            exchange(
                terminal,
                ("/ping are you there", "> PING are you there"),
                ("", "< PONG are you there after "),
                ("/pong still here", "> PONG still here"),
                ("/ping", "> PING "),
                ("done", "< done"),
            )
            assert terminal.text().count("< PONG") == 2
            exchange(terminal, ("/disconnect", "> CLOSE 1000"))
            assert terminal.wait() == 0

    await beside_the_loop(session)


@pytest.mark.terminal
@in_one_loop
async def test_what_cannot_be_done_is_said_and_the_connection_stays(
    server: RunningServer, tmp_path: Path
) -> None:
    def session() -> None:
        with connected(f"{server.url}/echo") as terminal:
            exchange(
                terminal,
                ("/nonsense", "* there is no command /nonsense"),
                ("/save x", "* /save is for the lab"),
                ("/binary zz", "* 'zz' is not hexadecimal"),
                ("/fragments alone", "* /fragments needs at least two parts"),
                ("/close 1006", "* close code 1006 (abnormal closure) is not for sending"),
                ("/close 99999", "is not a number from 0 to 65535"),
                (f"/ping {'x' * 126}", "126 bytes: a ping or pong carries at most 125"),
                ("/file", "* /file needs the name of a file"),
                (f"/file {tmp_path}/none", "is not a file"),
                ("/file ~nobody-of-this-name/x", "is not a file"),
                ("still open", "< still open"),
                ("/close 4001 lunch", "> CLOSE 4001 lunch"),
            )
            terminal.wait_for("the client closed first with 4001")
            assert terminal.wait() == 1

    await beside_the_loop(session)


@pytest.mark.terminal
@in_one_loop
async def test_help_lists_what_works_here(server: RunningServer) -> None:
    def session() -> None:
        with connected(f"{server.url}/echo") as terminal:
            exchange(terminal, ("/help", "//… sends one that starts with /"))
            for spec in COMMANDS.values():
                assert (f"* {spec.syntax}  " in terminal.text()) == spec.line_mode, spec.name

    await beside_the_loop(session)


@pytest.mark.terminal
@in_one_loop
async def test_a_cut_is_no_normal_end() -> None:
    async def script(conversation: Conversation) -> None:
        await conversation.upgrade()
        with pytest.raises(ConnectionResetError):
            await conversation.read_all()

    def session(url: str) -> None:
        with connected(url) as terminal:
            exchange(terminal, ("/abort", "the client cut the connection without a Close frame"))
            assert terminal.wait() == 1

    async with FaultyServer(script) as server:
        await asyncio.to_thread(session, server.url)


def test_of_a_long_binary_message_the_start_is_shown() -> None:
    assert shown("x" * 5000) == "x" * 5000
    assert shown(b"\xff" * BINARY_SHOWN) == "hex:" + "ff" * BINARY_SHOWN
    assert shown(b"\xff" * (BINARY_SHOWN + 1)) == "hex:" + "ff" * BINARY_SHOWN + "… (+1 bytes)"
