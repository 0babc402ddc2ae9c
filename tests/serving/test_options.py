"""The options that every bundled server takes."""

from __future__ import annotations

import pytest

from wslab.bundled import SERVERS
from wslab.serving.options import duration_or_off, server_parser, size_or_off, some_size, some_time


def test_the_defaults() -> None:
    arguments = server_parser("basic", "text").parse_args([])
    assert (arguments.host, arguments.port) == ("127.0.0.1", SERVERS["basic"].port)
    assert (arguments.max_size, arguments.log_level) == (2**20, "info")


def test_given_values() -> None:
    arguments = server_parser("basic", "text").parse_args(
        ["--host", "::1", "--port", "0", "--max-size", "64KiB", "--log-level", "debug"]
    )
    assert (arguments.host, arguments.port) == ("::1", 0)
    assert (arguments.max_size, arguments.log_level) == (65536, "debug")


def test_off() -> None:
    assert size_or_off("off") is None
    assert duration_or_off("off") is None
    assert duration_or_off("0") is None
    assert duration_or_off("0ms") is None
    assert duration_or_off("30s") == 30


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "65536"], ["--port", "'65536'", "0 to 65535"]),
        (["--port", "-1"], ["--port"]),
        (["--port", "http"], ["--port", "'http'"]),
        (["--port", "9" * 5000], ["--port"]),
        (["--max-size", "0"], ["--max-size", "off"]),
        (["--max-size", "huge"], ["--max-size", "'huge'", "1MiB"]),
        (["--log-level", "loud"], ["--log-level", "debug"]),
        (["--por", "1"], ["--por"]),
    ],
)
def test_what_is_wrong_is_named(
    options: list[str], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        server_parser("basic", "text").parse_args(options)
    assert left.value.code == 2
    message = capsys.readouterr().err
    for word in words:
        assert word in message


def test_some_is_more_than_none(capsys: pytest.CaptureFixture[str]) -> None:
    parser = server_parser("basic", "text")
    parser.add_argument("--room", type=some_size)
    parser.add_argument("--wait", type=some_time)
    arguments = parser.parse_args(["--room", "1KiB", "--wait", "50ms"])
    assert (arguments.room, arguments.wait) == (1024, 0.05)
    for options in (["--room", "0"], ["--room", "off"], ["--wait", "0s"], ["--wait", "off"]):
        with pytest.raises(SystemExit):
            parser.parse_args(options)
        assert options[0] in capsys.readouterr().err


def test_help_ends_with_the_paths(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        server_parser("basic", "text", "/a?b=100%25\n    All of it, 100%.\n").parse_args(["--help"])
    assert capsys.readouterr().out.endswith("paths:\n  /a?b=100%25\n      All of it, 100%.\n")
