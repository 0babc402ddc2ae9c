"""`wslab lesson` as a learner types it, with the course of the tests."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.exercises import tiny_course
from wslab.cli import main
from wslab.lab import lesson_command
from wslab.lab.lesson_command import LessonProblem, seed_of
from wslab.lab.progress import ProgressStore

Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "home").mkdir()
    monkeypatch.chdir(tmp_path / "home")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(lesson_command, "bundled_course", tiny_course)


def lesson(*arguments: str) -> int:
    return main(["lesson", *arguments])


def progress(tmp_path: Path) -> ProgressStore:
    store = ProgressStore(tmp_path / "state" / "wslab", "tiny")
    store.load()
    return store


FILE = Path("wslab-work/tiny-client/client.py")


def test_starting_copies_and_never_overwrites(capsys: Captured) -> None:
    assert lesson("start", "tiny-client") == 0
    told = capsys.readouterr()
    assert FILE.is_file()
    assert f"wrote {FILE}" in told.err
    assert "Step 1 of 2: Send your word" in told.out
    assert "wslab lesson run tiny-client --watch" in told.err.replace("\n", " ")
    FILE.write_text("mine\n")
    assert lesson("start", "tiny-client") == 0
    assert "is there already and stays as it is" in capsys.readouterr().err.replace("\n", " ")
    assert FILE.read_text() == "mine\n"


def test_a_lesson_of_the_lab_has_nothing_to_copy(capsys: Captured) -> None:
    assert lesson("start", "tiny-app") == 0
    assert "wslab --lesson tiny-app in the app" in capsys.readouterr().err.replace("\n", " ")
    assert lesson("reset", "tiny-app", "--yes") == 2
    assert lesson("solution", "tiny-app") == 2


@pytest.mark.parametrize("command", ["start", "run", "hint", "solution", "reset"])
def test_an_unknown_lesson(command: str, capsys: Captured) -> None:
    assert lesson(command, "nope") == 2
    err = capsys.readouterr().err
    assert "there is no lesson 'nope'" in err
    assert "tiny-client" in err


def test_a_folder_that_cannot_be_written(tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "taken").write_text("a file")
    assert lesson("start", "tiny-client", "--folder", str(tmp_path / "taken")) == 3
    assert "taken" in capsys.readouterr().err


def test_hints_one_at_a_time(tmp_path: Path, capsys: Captured) -> None:
    assert lesson("hint", "tiny-client") == 0
    assert capsys.readouterr().out.startswith("hint 1 of 3 for step 1")
    assert lesson("hint", "tiny-client", "--step", "closed") == 0
    assert "hint 1 of 1 for step 2" in capsys.readouterr().out
    assert lesson("hint", "tiny-client", "--step", "closed") == 1
    assert "no further hint" in capsys.readouterr().err
    assert lesson("hint", "tiny-client", "--step", "nope") == 2
    assert "it has echoed, closed" in capsys.readouterr().err
    known = progress(tmp_path).progress.lesson("tiny-client")
    assert (known.step("echoed").hints, known.step("closed").hints) == (1, 1)


def test_the_solution_is_closed_until_it_is_open(tmp_path: Path, capsys: Captured) -> None:
    assert lesson("solution", "tiny-client") == 1
    assert "the solution opens when" in capsys.readouterr().err
    lesson("start", "tiny-client")
    FILE.write_text("")
    assert lesson("run", "tiny-client") == 1
    assert lesson("run", "tiny-client") == 1
    for _ in range(3):
        lesson("hint", "tiny-client")
    capsys.readouterr()
    assert lesson("solution", "tiny-client") == 0
    solution = tiny_course().lesson("tiny-client").folder / "solution" / "client.py"
    assert capsys.readouterr().out == solution.read_text()
    assert FILE.read_text() == ""
    assert progress(tmp_path).progress.lesson("tiny-client").helped


def test_a_reset_asks_and_keeps_the_old_file(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    lesson("start", "tiny-client")
    FILE.write_text("mine\n")
    monkeypatch.setattr(sys, "stdin", None)
    assert lesson("reset", "tiny-client") == 2
    assert "add --yes" in capsys.readouterr().err
    assert FILE.read_text() == "mine\n"
    assert lesson("reset", "tiny-client", "--yes") == 0
    (kept,) = Path("wslab-work/tiny-client/.wslab/trash").iterdir()
    assert (kept / "client.py").read_text() == "mine\n"
    assert "TODO" in FILE.read_text()


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"\n", 1), (b"n\n", 1)])
def test_what_is_answered_on_a_terminal_counts(answer: bytes, code: int) -> None:
    main(["lesson", "start", "tiny-client"])
    work = Path("work")
    subprocess.run(
        [sys.executable, "-m", "wslab", "lesson", "start", "p1-echo-client", "--folder", "work"], check=True
    )
    (work / "client.py").write_text("mine\n")
    leader, follower = pty.openpty()
    try:
        os.write(leader, answer)
        done = subprocess.run(
            [sys.executable, "-m", "wslab", "lesson", "reset", "p1-echo-client", "--folder", "work"],
            stdin=follower,
            stderr=subprocess.PIPE,
            check=False,
        )
    finally:
        os.close(leader)
        os.close(follower)
    assert done.returncode == code
    assert b"y/N" in done.stderr
    assert ((work / "client.py").read_text() == "mine\n") is (code == 1)


def test_options_that_do_not_fit(capsys: Captured) -> None:
    assert lesson("run", "tiny-app", "--watch") == 2
    assert "--watch is for exercises" in capsys.readouterr().err
    assert lesson("run", "tiny-client", "--seed", "x") == 2
    assert "seed 'x' is not a whole number" in capsys.readouterr().err
    with pytest.raises(LessonProblem):
        seed_of("-1")
    assert seed_of("17") == 17
    assert seed_of(None) is None
