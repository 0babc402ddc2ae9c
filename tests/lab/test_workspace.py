"""The learner's folder: copied once, never overwritten, and kept when it is begun anew."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.workspace import (
    FAILURES_BEFORE,
    HINTS_BEFORE,
    Workspace,
    WorkspaceError,
    assemble,
    files_in,
    why_closed,
)

NOW = datetime.datetime(2026, 11, 24, 7, 30, 5, tzinfo=datetime.UTC)


@pytest.fixture
def space(tmp_path: Path) -> Workspace:
    start = tmp_path / "start"
    (start / "parts").mkdir(parents=True)
    (start / "client.py").write_text("# TODO\n")
    (start / "parts" / "words.txt").write_text("a\n")
    (start / "__pycache__").mkdir()
    (start / "__pycache__" / "client.pyc").write_bytes(b"x")
    (start / ".client.py.swp").write_bytes(b"x")
    return Workspace(start, tmp_path / "work" / "p1-echo", "client.py")


def test_the_start_is_copied(space: Workspace) -> None:
    copied = space.copy()
    assert copied.new == ("client.py", "parts/words.txt")
    assert copied.there == ()
    assert space.file.read_text() == "# TODO\n"
    assert sorted(path.name for path in space.folder.rglob("*")) == ["client.py", "parts", "words.txt"]


def test_what_is_there_stays(space: Workspace) -> None:
    space.copy()
    space.file.write_text("mine\n")
    (space.folder / "parts" / "words.txt").unlink()
    copied = space.copy()
    assert copied.new == ("parts/words.txt",)
    assert copied.there == ("client.py",)
    assert space.file.read_text() == "mine\n"


def test_a_link_that_leads_nowhere_is_not_written_through(space: Workspace, tmp_path: Path) -> None:
    space.folder.mkdir(parents=True)
    space.file.symlink_to(tmp_path / "elsewhere.py")
    assert "client.py" in space.copy().there
    assert not (tmp_path / "elsewhere.py").exists()


def test_a_folder_that_cannot_be_made(space: Workspace) -> None:
    space.folder.parent.mkdir(parents=True)
    space.folder.write_text("a file")
    (space.start / "parts" / "words.txt").unlink()
    with pytest.raises(WorkspaceError, match="p1-echo"):
        space.copy()


def test_a_reset_keeps_the_old_files(space: Workspace) -> None:
    space.copy()
    space.file.write_text("mine\n")
    (space.folder / "notes.txt").write_text("my own\n")
    trash = space.reset(NOW)
    assert trash == space.folder / ".wslab" / "trash" / "20261124-073005"
    assert (trash / "client.py").read_text() == "mine\n"
    assert (trash / "parts" / "words.txt").read_text() == "a\n"
    assert space.file.read_text() == "# TODO\n"
    assert (space.folder / "notes.txt").read_text() == "my own\n"


def test_two_resets_in_one_second_lose_nothing(space: Workspace) -> None:
    space.copy()
    space.file.write_text("first\n")
    first = space.reset(NOW)
    space.file.write_text("second\n")
    second = space.reset(NOW)
    assert first is not None
    assert second is not None
    assert (first / "client.py").read_text() == "first\n"
    assert (second / "client.py").read_text() == "second\n"


def test_a_reset_of_nothing_is_a_start(space: Workspace) -> None:
    assert space.reset(NOW) is None
    assert space.file.read_text() == "# TODO\n"


def test_an_answer_is_put_over_the_start(space: Workspace, tmp_path: Path) -> None:
    solution = tmp_path / "solution"
    solution.mkdir()
    (solution / "client.py").write_text("solved\n")
    file = assemble(space.start, solution, "client.py", tmp_path / "one")
    assert file.read_text() == "solved\n"
    assert (tmp_path / "one" / "parts" / "words.txt").read_text() == "a\n"
    (tmp_path / "mutant.py").write_text("wrong\n")
    file = assemble(space.start, tmp_path / "mutant.py", "client.py", tmp_path / "two")
    assert file == tmp_path / "two" / "client.py"
    assert file.read_text() == "wrong\n"
    with pytest.raises(WorkspaceError, match=r"none\.py"):
        assemble(space.start, tmp_path / "none.py", "client.py", tmp_path / "three")


def test_a_lesson_without_a_start(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="there is no folder"):
        list(files_in(tmp_path / "none"))


@pytest.mark.parametrize(
    ("passed", "hints", "there", "failed", "missing"),
    [
        (True, 0, 3, 0, ""),
        (False, 3, 3, 2, ""),
        (False, 1, 1, 2, ""),
        (False, 0, 0, 2, ""),
        (False, 2, 3, 2, "1 more hint"),
        (False, 1, 3, 1, "2 more hints and 1 more failed run"),
        (False, 3, 3, 0, "2 more failed runs"),
    ],
)
def test_when_the_solution_opens(passed: bool, hints: int, there: int, failed: int, missing: str) -> None:
    why = why_closed(passed=passed, hints=hints, hints_there=there, failed_runs=failed)
    if missing:
        assert why.endswith(f"or after {missing}")
    else:
        assert why == ""


@given(st.booleans(), st.integers(0, 5), st.integers(0, 3), st.integers(0, 5))
def test_trying_more_never_closes_it(passed: bool, hints: int, there: int, failed: int) -> None:
    def closed(hints: int, failed: int) -> bool:
        return bool(why_closed(passed=passed, hints=hints, hints_there=there, failed_runs=failed))

    assert closed(hints, failed) >= closed(hints + 1, failed)
    assert closed(hints, failed) >= closed(hints, failed + 1)
    assert not closed(HINTS_BEFORE, FAILURES_BEFORE)
