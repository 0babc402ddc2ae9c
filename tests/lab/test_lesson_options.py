"""What `wslab lesson` takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from wslab.cli import build_parser


@pytest.mark.parametrize(
    "line",
    [
        "list",
        "start p1-echo",
        "run p1-echo",
        "hint p1-echo",
        "solution p1-echo",
        "reset p1-echo",
        "pack list",
    ],
)
def test_every_command_has_something_that_runs_it(line: str) -> None:
    options = build_parser().parse_args(["lesson", *line.split()])
    assert callable(options.run)


def test_the_options_of_run() -> None:
    line = "lesson run x --folder w --watch --seed 7 --json --junit r.xml"
    options = build_parser().parse_args(line.split())
    assert options.folder == Path("w")
    assert options.junit == Path("r.xml")
    assert (options.watch, options.json, options.seed, options.solution, options.file) == (
        True, True, "7", False, None,
    )  # fmt: skip


@pytest.mark.parametrize("line", ["lesson", "lesson run", "lesson run x --solution --file y", "lesson fly"])
def test_wrong_usage(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(line.split())
    assert caught.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_the_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["lesson", "run", "--help"])
    out = capsys.readouterr().out
    assert "4 unknown: the lab's own fault" in out
    assert "--watch" in out
