"""`wslab lesson pack` as its users run it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.support.packs import LESSON, SERVER, copy_pack
from tests.support.terminal import Terminal
from wslab.lab.pack_files import content_hash
from wslab.lab.packs import PackTrust, load_pack
from wslab.lab.progress import ProgressStore

WSLAB = (sys.executable, "-m", "wslab.cli", "lesson", "pack")
ASKS = "May it? [y/N]"


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for state of which nothing is known yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    return tmp_path / "xdg" / "wslab"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return copy_pack(tmp_path / "pack")


def run(*arguments: str | Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [*WSLAB, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


def listed() -> list[list[str]]:
    code, out, err = run("list")
    assert (code, err) == (0, "")
    return [row.split() for row in out.splitlines()]


def test_at_first_there_is_none(state: Path) -> None:
    assert run("list") == (0, "", "wslab: there is no pack; add one with `wslab lesson pack add FOLDER`\n")
    assert not state.exists()


def test_from_adding_to_forgetting(state: Path, folder: Path) -> None:
    ProgressStore(state, "small").set_current("hello")
    code, out, err = run("add", folder)
    assert (code, out) == (0, "small: 1 lesson\n  small:hello\n")
    assert "`wslab lesson pack agree small`" in err
    head, row = listed()
    assert head == ["name", "lessons", "code", "from", "folder"]
    assert row == ["small", "1", "not", "agreed", "to", "added", str(folder)]

    code, out, err = run("agree", "small")
    assert code == 1
    assert "give --hash" in err
    lines = out.splitlines()
    assert lines[0] == f"What could run of small, in {folder}:"
    assert [line.split()[-1] for line in lines[1:-1]] == [
        f"{LESSON}/mutants/binary.py",
        f"{LESSON}/solution/client.py",
        f"{LESSON}/start/client.py",
        SERVER,
    ]
    shown = lines[-1].removeprefix("content hash: ")
    assert shown == content_hash(folder)
    assert not PackTrust(state).agreed(load_pack(folder))

    code, _out, err = run("agree", "small", "--hash", "0" * 64)
    assert code == 1
    assert f"--hash is '{'0' * 64}'; the pack has {shown}" in err
    assert not PackTrust(state).agreed(load_pack(folder))

    code, _out, err = run("agree", "small", "--hash", shown)
    assert (code, err) == (0, "wslab: the code of small may run as it is now\n")
    assert PackTrust(state).agreed(load_pack(folder))
    assert listed()[1][2:4] == ["agreed", "to"]
    assert run("agree", "small")[2] == "wslab: you have agreed to this before\n"

    (folder / SERVER).write_text("evil")
    assert listed()[1][2:5] == ["not", "agreed", "to"]
    assert run("agree", folder)[0] == 1
    assert run("agree", "small", "--hash", content_hash(folder))[0] == 0

    code, out, err = run("remove", "small")
    assert (code, out) == (0, "")
    assert "its folder and your progress stay" in err
    assert folder.is_dir()
    assert ProgressStore(state, "small").load().current == "hello"
    assert not PackTrust(state).agreed(load_pack(folder))
    assert run("list")[1] == ""


@pytest.mark.terminal
@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\r", True), ("n\r", False), ("\r", False), ("\x04", False)]
)
def test_at_a_terminal_agree_asks(state: Path, folder: Path, answer: str, agreed: bool) -> None:
    with Terminal([*WSLAB, "agree", folder], columns=120) as terminal:
        terminal.wait_for(ASKS)
        assert SERVER in terminal.text()
        terminal.type(answer)
        assert terminal.wait() == (0 if agreed else 1)
    assert PackTrust(state).agreed(load_pack(folder)) is agreed


@pytest.mark.terminal
def test_what_changes_while_it_is_asked_about_is_not_agreed_to(state: Path, folder: Path) -> None:
    with Terminal([*WSLAB, "agree", folder], columns=120) as terminal:
        terminal.wait_for(ASKS)
        (folder / SERVER).write_text("evil")
        terminal.type("y\r")
        assert terminal.wait() == 1
        assert "small has changed while it was being looked at" in terminal.text()
    assert not PackTrust(state).agreed(load_pack(folder))


def test_a_pack_with_a_problem_is_named_beside_the_others(state: Path, folder: Path, tmp_path: Path) -> None:
    run("add", folder)
    other = copy_pack(tmp_path / "other", "other")
    run("add", other)
    (other / "servers" / "link").symlink_to("/etc/passwd")
    code, out, err = run("list")
    assert code == 1
    assert [row.split()[0] for row in out.splitlines()] == ["name", "small"]
    assert "servers/link is a link to '/etc/passwd'" in err
    assert run("agree", "other")[0] == 1
    assert run("remove", "other")[0] == 0
    assert run("list")[0] == 0


def test_the_columns_of_the_list_stand_below_each_other_in_japanese(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    folder = copy_pack(tmp_path / "課程")
    run("add", folder)
    head, row = run("list")[1].splitlines()
    assert head.isascii() is False
    for name, cell in (("コード", "未同意"), ("フォルダー", str(folder))):
        assert cell_len(head.partition(name)[0]) == cell_len(row.partition(cell)[0]), (head, row)


@pytest.mark.parametrize("command", ["add", "agree", "remove"])
def test_what_is_not_there_is_named(state: Path, tmp_path: Path, command: str) -> None:
    code, out, err = run(command, tmp_path / "nowhere")
    assert (code, out) == (1, "")
    assert str(tmp_path / "nowhere") in err


def test_a_name_that_steers_a_terminal_is_not_repeated(state: Path, tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "a\x1b[2Jb")
    nowhere = tmp_path / "no\x1b[2Jwhere"
    for command in (("add", folder), ("list",), ("agree", folder), ("add", nowhere), ("remove", nowhere)):
        _code, out, err = run(*command)
        assert "\x1b" not in out + err


def test_a_state_that_cannot_be_written_is_told(state: Path, folder: Path) -> None:
    state.parent.mkdir()
    state.touch()
    code, _out, err = run("add", folder)
    assert code == 1
    assert str(state) in err
