"""What `wslab connect` takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from wslab.cli import build_parser


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    line = (
        "connect wss://h -H A:b -H C:d -s one -s two -k --origin o -x hi -x ho --wait 2s --json "
        f"--no-compression --keepalive off --max-size 1KiB --timeout 3s --ca {authority} --lang ja"
    )
    options = vars(build_parser().parse_args(line.split()))
    assert callable(options.pop("run"))
    wanted = {
        "url": "wss://h", "header": ["A:b", "C:d"], "subprotocol": ["one", "two"], "insecure": True,
        "origin": "o", "execute": ["hi", "ho"], "wait": 2, "json": True, "compression": False,
        "keepalive": None, "max_size": 1024, "timeout": 3, "ca": str(authority), "lang": "ja",
    }  # fmt: skip
    assert {name: options[name] for name in wanted} == wanted


@pytest.mark.parametrize("line", ["connect", "connect ws://x --timeout 0s", "connect ws://x --ca /none"])
def test_wrong_usage(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        build_parser().parse_args(line.split())
    assert caught.value.code == 2
    assert "usage: wslab connect" in capsys.readouterr().err
