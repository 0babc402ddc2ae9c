"""Asking whether the code of a pack may run; `test_pack_command.py` and `tui/test_run.py` ask at a terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tests.support.packs import SERVER, copy_pack
from wslab.lab import pack_consent
from wslab.lab.pack_consent import asked, can_ask, consent, list_code
from wslab.lab.packs import Pack, PackTrust, load_pack

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    return load_pack(copy_pack(tmp_path / "a\x1b[2Jpack"))


@pytest.fixture
def trust(tmp_path: Path) -> PackTrust:
    return PackTrust(tmp_path / "state")


def answer(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(pack_consent, "can_ask", lambda: True)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_everything_that_could_run_is_listed_and_steers_nothing(pack: Pack) -> None:
    (pack.folder / "servers" / "again.py").symlink_to("shout.py")
    out = io.StringIO()
    list_code(pack, "HASH", out)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("What could run of small, in ")
    assert "\x1b" not in out.getvalue()
    assert [line.split()[1] for line in lines[1:-1]] == [file.path for file in pack.code_files()]
    assert any(line.endswith("servers/again.py -> 'shout.py'") for line in lines)
    assert lines[-1] == "content hash: HASH"


@pytest.mark.parametrize(
    ("text", "said"),
    [("y\n", True), (" YES \n", True), ("n\n", False), ("\n", False), ("", False), ("yep\n", False)],
)
def test_only_a_yes_is_one(monkeypatch: pytest.MonkeyPatch, capsys: Captured, text: str, said: bool) -> None:
    answer(monkeypatch, text)
    assert asked() is said
    told = capsys.readouterr()
    assert told.out == ""
    assert "May it? [y/N]" in told.err


def test_it_is_asked_once_for_each_content(
    pack: Pack, trust: PackTrust, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    answer(monkeypatch, "n\ny\n")
    assert not consent(pack, trust)
    assert not trust.agreed(pack)
    assert consent(pack, trust)
    assert SERVER in capsys.readouterr().err
    assert consent(pack, trust)
    told = capsys.readouterr()
    assert told.out == told.err == ""
    (pack.folder / SERVER).write_text("print('new')")
    assert not consent(pack, trust)
    assert SERVER in capsys.readouterr().err


def test_where_nobody_can_answer_it_is_a_no(
    pack: Pack, trust: PackTrust, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    for stdin in (None, io.StringIO("y\n")):
        monkeypatch.setattr("sys.stdin", stdin)
        assert not can_ask()
        assert not consent(pack, trust)
    assert capsys.readouterr().err == ""


def test_a_pack_without_code_needs_no_answer(tmp_path: Path, trust: PackTrust) -> None:
    folder = tmp_path / "plain"
    (folder / "1-one").mkdir(parents=True)
    (folder / "course.toml").write_text('format = 1\nid = "plain"\n[[phase]]\nid = "one"\nfolder = "1-one"\n')
    (folder / "1-one" / "en.md").write_text('+++\ntitle = "One"\nsummary = "x"\n+++\n')
    assert consent(load_pack(folder), trust)
