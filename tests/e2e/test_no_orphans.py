"""No server outlives the app, whatever ends it. In real terminals, with real processes."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.support.terminal import Terminal
from tests.support.waiting import until_blocking

DRIVER = Path(__file__).parents[1] / "support" / "driver.py"


@dataclass(frozen=True)
class App:
    """Something that starts servers in a terminal."""

    command: tuple[str, ...]
    shown: str
    """What is on its screen when a server is ready."""
    keys: tuple[str, ...] = ()
    """What has to be pressed until then."""
    prompt: str = ""
    """What is on its screen when the keys can be pressed."""
    hint: str = "interrupted"
    """What it shows after ctrl+c, which it must not obey."""


APPS = {
    "in order": App((sys.executable, str(DRIVER), "--handle-signals"), "ready at ws://"),
    "without handlers": App((sys.executable, str(DRIVER)), "ready at ws://"),
    "wslab": App(
        (sys.executable, "-m", "wslab"),
        "● OPEN by server",
        keys=("c",),
        prompt="type a message",
        hint="press ctrl+c again",
    ),
}

ENDS: dict[str, Callable[[Terminal], None]] = {
    "SIGTERM": lambda terminal: terminal.kill(signal.SIGTERM),
    "SIGHUP": lambda terminal: terminal.kill(signal.SIGHUP),
    "SIGKILL": lambda terminal: terminal.kill(signal.SIGKILL),
    "closed terminal": Terminal.hang_up,
}


def servers_of(terminal: Terminal) -> list[psutil.Process]:
    """Return the server processes that a command in a terminal has started."""
    # With its create time, so that another process with the same number is not mistaken for it.
    return psutil.Process(terminal.pid).children(recursive=True)


def start(app: App, terminal: Terminal) -> list[psutil.Process]:
    """Get an app to the point where it has a server that is ready; return the processes."""
    if app.keys:
        terminal.wait_for(app.prompt)
        terminal.press(*app.keys)
    terminal.wait_for(app.shown)
    servers = servers_of(terminal)
    assert servers, "the app says that a server is ready, but has no process"
    assert all(any("servers" in part for part in server.cmdline()) for server in servers)
    return servers


def gone(process: psutil.Process) -> bool:
    try:
        # Where nobody reaps orphans, a dead one stays as a zombie.
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.terminal
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("app", APPS)
def test_no_server_outlives_the_app(app: str, end: str) -> None:
    with Terminal(APPS[app].command) as terminal:
        servers = start(APPS[app], terminal)
        ENDS[end](terminal)
        terminal.wait()
        try:
            until_blocking(lambda: all(map(gone, servers)), f"the servers to be gone after {end}")
        finally:
            for server in servers:
                if not gone(server):
                    server.kill()


@pytest.mark.terminal
@pytest.mark.parametrize("app", APPS)
def test_ctrl_c_in_the_terminal_does_not_reach_the_servers(app: str) -> None:
    with Terminal(APPS[app].command) as terminal:
        servers = start(APPS[app], terminal)
        # The terminal signals a whole process group, so this is what keeps them out of it.
        assert all(os.getpgid(server.pid) == server.pid for server in servers)
        terminal.press("ctrl+c")
        terminal.wait_for(APPS[app].hint)
        assert terminal.returncode is None
        assert not any(map(gone, servers))


@pytest.mark.terminal
def test_servers_have_no_part_in_the_terminal() -> None:
    with Terminal(APPS["in order"].command) as terminal:
        for server in start(APPS["in order"], terminal):
            assert server.terminal() is None
            assert psutil.Process(terminal.pid).terminal() is not None


@pytest.mark.terminal
async def test_clients_of_a_server_whose_app_was_killed_are_told_goodbye() -> None:
    with Terminal(APPS["without handlers"].command) as terminal:
        servers = start(APPS["without handlers"], terminal)
        url = terminal.text().split("ready at ")[1].split()[0]
        async with connect(url) as client:
            terminal.kill(signal.SIGKILL)
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert client.close_code == 1001
        until_blocking(lambda: all(map(gone, servers)), "the server to be gone")


@pytest.mark.terminal
def test_a_terminal_that_goes_without_a_word_takes_the_app_with_it() -> None:
    master, slave = pty.openpty()
    # It is nobody's controlling terminal, so the kernel tells nobody when it ends.
    process = subprocess.Popen(
        [sys.executable, "-m", "wslab"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    os.close(slave)
    try:
        drawn = b""
        while b"Connect" not in drawn:
            drawn += os.read(master, 65536)
        os.close(master)
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
