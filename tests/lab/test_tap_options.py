"""What `wslab tap` takes."""

from __future__ import annotations

import pytest

from wslab.cli import build_parser


def test_everything_that_can_be_said() -> None:
    line = "tap --listen [::1]:9000 --to wss://h --tls -k --json"
    options = vars(build_parser().parse_args(line.split()))
    wanted = {
        "listen": ("::1", 9000), "to": "wss://h", "tls": True, "insecure": True, "json": True, "ca": None,
    }  # fmt: skip
    assert {name: options[name] for name in wanted} == wanted
    assert callable(options["run"])


def test_the_help_names_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        build_parser().parse_args(["tap", "--help"])
    assert "3 could not listen" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["tap", "tap --to ws://h --listen 9000", "tap --to ws://h --ca /none"])
def test_wrong_usage(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(line.split())
    assert caught.value.code == 2
    assert "usage: wslab tap" in capsys.readouterr().err
