"""Bundled servers in the foreground, as processes of a real terminal and without one."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.terminal import Terminal
from wslab import bundled
from wslab.bundled import SERVERS, ServerInfo
from wslab.lab import foreground

START = [
    sys.executable,
    "-c",
    "import sys; from wslab.lab.foreground import start_server; sys.exit(start_server(sys.argv[1], sys.argv[2:]))",
]


def start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*START, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_list_has_everything_that_is_known_of_each_server(capsys: pytest.CaptureFixture[str]) -> None:
    assert foreground.list_servers() == 0
    head, *rows = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "port", "phase", "title", "file"]
    assert len(rows) == len(SERVERS)
    for info, row in zip(SERVERS.values(), rows, strict=True):
        assert row.split()[:3] == [info.name, str(info.port), str(info.phase)]
        assert info.title in row
        assert row.endswith(str(info.path))


def test_a_server_without_its_file_is_listed_as_such(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SERVERS, "nowhere", ServerInfo("nowhere", 9, 4, "no file"))
    assert foreground.list_servers() == 3
    assert capsys.readouterr().out.splitlines()[-1].split() == ["nowhere", "9", "4", "no", "file", "missing"]


def test_an_unknown_server_is_answered_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    assert foreground.start_server("bsic", []) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "'bsic'" in err
    assert all(name in err for name in SERVERS)


def test_a_server_that_cannot_be_started(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bundled, "folder", lambda _name: tmp_path)
    assert foreground.start_server("basic", []) == 3
    assert "basic could not be started" in capsys.readouterr().err


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0), (signal.SIGHUP, 0)])
def test_its_output_is_ours_and_signals_reach_it(number: signal.Signals, code: int) -> None:
    with start("basic", "--port", "0") as server:
        assert server.stdout is not None
        assert server.stderr is not None
        ready = json.loads(server.stdout.readline())
        assert (ready["event"], ready["server"], ready["pid"]) == ("ready", "basic", server.pid)
        server.send_signal(number)
        assert server.wait(20) == code
        assert server.stderr.read() == ""


def test_wrong_options_and_a_busy_port_have_the_exit_codes_of_the_server() -> None:
    with start("basic", "--no-such-option") as server:
        assert server.wait(20) == 2
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        start("basic", "--port", str(taken.getsockname()[1])) as server,
    ):
        assert server.wait(20) == 3
        assert server.stderr is not None
        assert "--port" in server.stderr.read()


@pytest.mark.terminal
def test_ctrl_c_in_the_terminal_ends_it() -> None:
    with Terminal([*START, "basic", "--port", "0"]) as terminal:
        terminal.wait_for('"ready"')
        terminal.press("ctrl+c")
        assert terminal.wait() == 130
        assert "Traceback" not in terminal.text()


@pytest.mark.terminal
def test_a_closed_terminal_ends_it() -> None:
    with Terminal([*START, "basic", "--port", "0"]) as terminal:
        terminal.wait_for('"ready"')
        terminal.hang_up()
        assert terminal.wait() == 0
