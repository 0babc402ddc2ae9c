"""`wslab lesson list` as a learner sees it: the course, and packs beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exercises import tiny_course
from tests.support.packs import SERVER, copy_pack
from wslab.cli import main
from wslab.lab import lesson_command
from wslab.lab.pack_shelf import PackShelf
from wslab.lab.packs import PackTrust, load_pack

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(lesson_command, "bundled_course", tiny_course)
    return tmp_path / "state" / "wslab"


def lesson(*arguments: str) -> int:
    return main(["lesson", *arguments])


def test_the_list(capsys: Captured) -> None:
    assert lesson("list") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "1 Tiny"
    assert out[1].split() == ["tiny-client", "file", "0/2", "A", "client"]
    assert len(out) == 5
    lesson("start", "tiny-back")
    capsys.readouterr()
    lesson("list")
    assert "▸ tiny-back" in capsys.readouterr().out


def test_a_pack_is_listed_once_its_code_may_run(capsys: Captured, state: Path, tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "pack")
    PackShelf(state).add(folder)
    assert lesson("list") == 0
    told = capsys.readouterr()
    assert "small:hello" not in told.out
    assert "small" in told.err

    pack = load_pack(folder)
    PackTrust(state).agree(pack, pack.content_hash())
    assert lesson("list") == 0
    told = capsys.readouterr()
    assert told.err == ""
    heading, row = told.out.splitlines()[5:]
    assert heading.startswith("small: ")
    assert row.split()[:2] == ["small:hello", "file"]

    (folder / SERVER).write_text("changed")
    assert lesson("list") == 0
    assert "small:hello" not in capsys.readouterr().out
