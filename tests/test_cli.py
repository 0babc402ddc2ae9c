"""The command line as its users run it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from wslab import __version__
from wslab.bundled import SERVERS
from wslab.cli import build_parser

WSLAB = (sys.executable, "-m", "wslab.cli")
COMMANDS = (
    (),
    ("connect",),
    ("server",),
    ("server", "list"),
    ("server", "start"),
    ("lesson",),
    ("lesson", "list"),
    ("lesson", "start"),
    ("lesson", "run"),
    ("lesson", "hint"),
    ("lesson", "solution"),
    ("lesson", "reset"),
    ("lesson", "pack"),
    ("lesson", "pack", "list"),
    ("lesson", "pack", "add"),
    ("lesson", "pack", "agree"),
    ("lesson", "pack", "remove"),
    ("progress",),
    ("progress", "show"),
    ("progress", "export"),
    ("progress", "import"),
    ("progress", "reset"),
    ("tap",),
    ("pilot",),
)


def run(*arguments: str, script: str = 'exec "$@"') -> subprocess.CompletedProcess[str]:
    """Run the command through a shell script in which "$@" is the command; it has no terminal."""
    done = subprocess.run(
        ["sh", "-c", script, "sh", *WSLAB, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"wslab {__version__}\n", "")


def test_the_installed_command_is_the_same() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("wslab"), "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"wslab {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_fits_a_terminal_and_loads_no_library(command: tuple[str, ...]) -> None:
    code = """
import sys
from wslab.cli import main
try:
    main(sys.argv[1:])
finally:
    heavy = {"textual", "rich", "websockets", "psutil", "structlog", "asyncio", "graphql", "aiomqtt"}
    print(sorted(heavy & set(sys.modules)), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"COLUMNS": "80"},
    )
    assert done.returncode == 0
    assert done.stderr == "[]\n"
    assert done.stdout.startswith(f"usage: {' '.join(('wslab', *command))}")
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_names_every_command_and_exit_code() -> None:
    text = run("--help").stdout
    for command in ("connect", "server", "lesson", "progress", "tap", "pilot"):
        assert re.search(rf"^ +{command} ", text, re.MULTILINE), command
    for code in ("0 passed", "1 failed", "2 usage", "3 could not", "4 unknown", "130 interrupted"):
        assert code in text


def test_examples_in_the_help_are_understood() -> None:
    text = run("connect", "--help").stdout
    examples = re.findall(r"wslab (connect [^|<\n]*)", text.partition("examples:")[2])
    assert len(examples) > 2
    for example in examples:
        assert build_parser().parse_args(example.split()).url.startswith("ws://")


@pytest.mark.parametrize("script", ['exec "$@"', 'exec "$@" <&-', 'exec "$@" > /dev/null'])
def test_without_a_terminal_the_app_says_what_it_needs(script: str) -> None:
    done = run(script=script)
    assert (done.returncode, done.stdout) == (3, "")
    (line,) = done.stderr.splitlines()
    assert "needs a terminal" in line
    assert "wslab pilot" in line
    assert "wslab connect" in line


@pytest.mark.parametrize(
    ("arguments", "value"),
    [
        (("--fps", "0"), "'0' is not a whole number from 1 to 60"),
        (("--fps", "61"), "'61'"),
        (("--fps", "fast"), "'fast'"),
        (("--phase", "5"), "5"),
        (("--no-such-option",), "--no-such-option"),
        (("no-such-command",), "'no-such-command'"),
        (("connect",), "URL"),
        (("connect", "ws://x", "ws://y"), "ws://y"),
        (("connect", "ws://x", "--wait", "-1s"), "--wait"),
        (("server",), "list|start"),
        (("server", "stop"), "'stop'"),
        (("server", "list", "basic"), "basic"),
        (("server", "start"), "NAME"),
        (("server", "start", "--port", "0", "basic"), "--port"),
        (("server", "start", "bsic"), "'bsic'"),
        (("lesson", "pack"), "list|add|agree|remove"),
        (("lesson", "pack", "trust"), "'trust'"),
        (("lesson", "pack", "add"), "PATH"),
        (("lesson", "pack", "agree"), "NAME"),
        (("progress", "forget"), "'forget'"),
        (("progress", "import"), "FILE"),
        (("progress", "reset"), "LESSON"),
        (("progress", "reset", "p1-ecko", "--yes"), "'p1-ecko'"),
        (("tap",), "--to"),
        (("tap", "--to", "127.0.0.1:80"), "--to: the URL '127.0.0.1:80' has no scheme"),
        (("tap", "--to", "ws://h", "--listen", "9000"), "'9000' is no address"),
        (("tap", "--to", "ws://h", "--listen", "h:65536"), "'h:65536'"),
        (("tap", "--to", "ws://h", "--listen", "::1:80"), "like [::1]:9000"),
        (("tap", "--to", "wss://h", "--ca", "/none"), "'/none'"),
        (("pilot",), "SCRIPT.toml"),
        (("pilot", "tour", "--size", "80"), "'80' is not a size: write it like 80x24"),
        (("pilot", "tour", "--size", "10x4"), "'10x4'"),
    ],
)
def test_what_is_wrong_is_named(arguments: tuple[str, ...], value: str) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert value in done.stderr.splitlines()[-1]


def test_an_unknown_option_is_answered_with_the_usage_of_its_command() -> None:
    assert run("connect", "ws://x", "--jsn").stderr.startswith("usage: wslab connect ")
    assert run("pilot", "tour", "--jsn").stderr.startswith("usage: wslab pilot ")


def test_values_are_read() -> None:
    parse: Callable[[list[str]], object] = build_parser().parse_args
    options = vars(parse(["connect", "ws://x"]))
    assert (options["wait"], options["keepalive"], options["max_size"], options["timeout"]) == (
        1,
        20,
        2**20,
        10,
    )
    line = "connect ws://x --wait off --keepalive off --max-size off --timeout 50ms"
    options = vars(parse(line.split()))
    assert (options["wait"], options["keepalive"], options["max_size"], options["timeout"]) == (
        None,
        None,
        None,
        0.05,
    )
    assert vars(parse(["tap", "--to", "ws://x"]))["listen"] == ("127.0.0.1", 0)
    assert vars(parse(["tap", "--to", "ws://x", "--listen", "[::1]:80"]))["listen"] == ("::1", 80)
    assert vars(parse(["pilot", "tour", "--size", "80x24"]))["size"] == (80, 24)


def test_the_servers_are_listed() -> None:
    done = run("server", "list")
    assert (done.returncode, done.stderr) == (0, "")
    for info in SERVERS.values():
        assert re.search(
            rf"^{info.name} +{info.port} .*{re.escape(str(info.path))}$", done.stdout, re.MULTILINE
        )


@pytest.mark.parametrize("arguments", [("--help",), ("server", "list"), ("--version",)], ids=" ".join)
def test_a_reader_that_has_gone_is_no_reason_for_a_traceback(arguments: tuple[str, ...]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    # As users have it: what is printed is written when the process ends.
    env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [*WSLAB, *arguments],
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        timeout=60,
        check=False,
        env=env,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_gets_its_own_options_and_signals(number: signal.Signals) -> None:
    command = [*WSLAB, "server", "start", "basic", "--port", "0", "--token", "secret"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        ready = json.loads(server.stdout.readline())
        assert (ready["event"], ready["pid"]) == ("ready", server.pid)
        server.send_signal(number)
        assert server.wait(30) == (130 if number is signal.SIGINT else 0)


def test_help_behind_the_name_is_that_of_the_server() -> None:
    done = run("server", "start", "basic", "--help")
    assert done.returncode == 0
    assert "--token" in done.stdout
