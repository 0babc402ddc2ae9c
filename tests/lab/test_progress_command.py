"""`wslab progress` as its users run it."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from tests.support.packs import copy_pack
from tests.support.terminal import Terminal
from wslab.lab.course_files import load_course
from wslab.lab.pack_shelf import PackShelf
from wslab.lab.progress import ProgressStore
from wslab.lab.progress_command import former_ids
from wslab.lab.progress_data import Progress, check_hash
from wslab.lab.progress_form import LAST_TIME, dump_progress
from wslab.wire.clock import Clock

WSLAB = (sys.executable, "-m", "wslab.cli", "progress")


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for state of which nothing is known yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("TZ", "UTC")
    return tmp_path / "xdg" / "wslab"


def run(*arguments: str | Path, data: bytes = b"") -> tuple[int, str, str]:
    done = subprocess.run([*WSLAB, *arguments], input=data, capture_output=True, timeout=60, check=False)
    out, err = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in err
    return done.returncode, out, err


def learn(state: Path) -> ProgressStore:
    first, second = (step.id for step in load_course().lesson("p1-echo").steps[:2])
    store = ProgressStore(state, clock=Clock(wall=lambda: 86_400))
    store.set_current("p1-echo")
    store.attempted("p1-echo", [first])
    store.hint_shown("p1-echo", first, 3)
    store.step_passed("p1-echo", first, check="aa")
    store.attempted("p1-echo", [second])
    store.step_passed("p1-echo", "gone", check="aa")
    store.set_current("p1-states")
    store.lesson_finished("p1-states")
    store.helped("p1-close-codes")
    store.attempted("p9-gone")
    return store


@pytest.mark.parametrize("command", [(), ("show",)], ids=["", "show"])
def test_a_new_learner_sees_every_lesson(state: Path, command: tuple[str, ...]) -> None:
    code, out, err = run(*command)
    assert (code, err) == (0, "")
    head, *rows = out.splitlines()
    assert head.split() == ["lesson", "and", "step", "state", "attempts", "hints", "help"]
    assert [row.split() for row in rows] == [
        [lesson.id, "not", "opened", "–", "–"] for lesson in load_course().lessons
    ]
    assert not state.exists()


def test_what_is_known_is_shown(state: Path) -> None:
    learn(state)
    code, out, err = run()
    assert (code, err) == (0, "")
    rows = [" ".join(row.split()) for row in out.splitlines()]
    steps = [step.id for step in load_course().lesson("p1-echo").steps]
    place = rows.index(f"p1-echo 1 of {len(steps)} steps 2 –")
    assert rows[place + 1] == f"{steps[0]} passed 1970-01-02 00:00, by earlier checks 1 3 with help"
    assert rows[place + 2] == f"{steps[1]} not passed 1 – –"
    gone = rows[place + 1 + len(steps)]
    assert gone == "gone passed 1970-01-02 00:00, not in the lesson any more – – –"
    assert "▸ p1-states finished 1970-01-02 00:00 – –" in rows
    assert any(row.startswith("p1-close-codes 0 of") and row.endswith("with help") for row in rows)
    assert rows[-1] == "p9-gone not in the course any more 1 –"


def test_a_pass_on_the_present_checks_has_no_mark(state: Path) -> None:
    step = load_course().lesson("p1-echo").steps[0]
    store = ProgressStore(state, clock=Clock(wall=lambda: 86_400))
    store.step_passed("p1-echo", step.id, check=check_hash(step))
    rows = [" ".join(row.split()) for row in run()[1].splitlines()]
    assert f"{step.id} passed 1970-01-02 00:00 – – –" in rows


def test_progress_in_a_pack_is_shown_by_its_name_or_folder(state: Path, tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "pack")
    ProgressStore(state, "small", clock=Clock(wall=lambda: 86_400)).lesson_finished("hi")
    PackShelf(state).add(folder)
    for command in (("--pack", "small"), ("--pack", "small", "show"), ("show", "--pack", str(folder))):
        code, out, err = run(*command)
        assert (code, err) == (0, "")
        assert " ".join(out.splitlines()[1].split()) == "hello finished 1970-01-02 00:00 – –"
    code, out, err = run("--pack", "smol")
    assert (code, out) == (3, "")
    assert "there is no pack 'smol'; there are: small" in err


def test_the_last_day_there_is_can_be_shown(state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Kiritimati")
    ProgressStore(state, clock=Clock(wall=lambda: LAST_TIME)).lesson_finished("p1-echo")
    assert run()[0] == 0


def test_progress_goes_to_another_machine_and_is_joined_there(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(state)
    file = tmp_path / "mine.json"
    assert run("export", file) == (0, "", "")
    code, out, err = run("export")
    assert (code, out, err) == (0, file.read_text(), "")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other"))
    other = ProgressStore(tmp_path / "other" / "wslab")
    other.step_passed("p1-echo", "other", check="bb")
    assert run("import", file) == (0, "", "wslab: 2 steps passed that were not passed here; 3 in all\n")
    assert run("import", "-", data=file.read_bytes())[2] == (
        "wslab: 0 steps passed that were not passed here; 3 in all\n"
    )
    lesson = other.load().lesson("p1-echo")
    assert lesson.step("gone").passed == 86_400
    assert lesson.step("other").check == "bb"


def test_an_export_never_writes_over_a_file(state: Path, tmp_path: Path) -> None:
    learn(state)
    (tmp_path / "mine").write_text("precious")
    code, _out, err = run("export", tmp_path / "mine")
    assert code == 1
    assert "exists already and is left as it is" in err
    assert (tmp_path / "mine").read_text() == "precious"
    assert run("export", tmp_path / "no" / "mine")[0] == 1


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (b"\xff", "not UTF-8"),
        (json.dumps({"format": 2}).encode(), "written by a newer wslab"),
        (dump_progress("other", Progress()).encode(), "the progress of another course"),
        (json.dumps({"format": 1, "course": "\x1b[2J\u202e"}).encode(), "\\x1b[2J\\u202e"),
        (json.dumps({"format": 1, "course": "wslab", "lessons": {"../../x": {}}}).encode(), "'../../x'"),
        (b"[" * 1_000_000, "too deep"),
        (b" " * 10_000_000, "bytes"),
    ],
)
def test_a_file_that_is_refused_changes_nothing(state: Path, data: bytes, says: str) -> None:
    store = learn(state)
    before = store.file.read_bytes()
    code, out, err = run("import", "-", data=data)
    assert (code, out) == (1, "")
    assert err.startswith("wslab: - was not taken in: ")
    assert says in err
    assert not any(unicodedata.category(letter) in ("Cc", "Cf") for letter in err.rstrip("\n"))
    assert store.file.read_bytes() == before


def test_a_file_that_is_not_there_is_named(state: Path, tmp_path: Path) -> None:
    assert run("import", tmp_path / "no") == (
        1,
        "",
        f"wslab: {tmp_path / 'no'} can't be read: No such file or directory\n",
    )
    assert run("import", tmp_path)[2].endswith("Is a directory\n")


def test_a_lesson_is_forgotten_only_when_that_is_meant(state: Path) -> None:
    store = learn(state)
    code, out, err = run("reset", "p1-echo")
    assert (code, out) == (1, "")
    assert "--yes" in err
    assert store.load().lesson("p1-echo").attempts
    assert run("reset", "p1-echo", "--yes") == (0, "", "wslab: p1-echo is as new\n")
    assert "p1-echo" not in store.load().lessons
    assert run("reset", "p1-echo", "--yes") == (0, "", "wslab: nothing is known of p1-echo yet\n")
    assert run("reset", "p9-gone", "--yes")[0] == 0
    code, _out, err = run("reset", "p1-ecko", "--yes")
    assert code == 2
    assert "'p1-ecko': the lessons are p1-connect, p1-echo" in err


@pytest.mark.terminal
@pytest.mark.parametrize(
    ("answer", "forgotten"), [("y\r", True), ("n\r", False), ("\r", False), ("\x04", False)]
)
def test_at_a_terminal_reset_asks(state: Path, answer: str, forgotten: bool) -> None:
    store = learn(state)
    with Terminal([*WSLAB, "reset", "p1-echo"]) as terminal:
        terminal.wait_for("Forget p1-echo, with 2 steps passed? [y/N]")
        terminal.type(answer)
        assert terminal.wait() == (0 if forgotten else 1)
    assert ("p1-echo" not in store.load().lessons) is forgotten


def test_a_newer_file_is_shown_and_told_of(state: Path) -> None:
    store = learn(state)
    newer = store.file.read_text().replace('"format": 1', '"format": 2')
    store.file.write_text(newer)
    code, out, err = run()
    assert code == 1
    assert "passed 1970-01-02" in out
    assert "written by a newer wslab" in err
    for command in (("reset", "p1-echo", "--yes"), ("export",)):
        code, out, err = run(*command)
        assert (code, out) == (1, "")
        assert "written by a newer wslab" in err
    assert run("import", "-", data=dump_progress("wslab", Progress("p1-echo")).encode())[0] == 1
    assert store.file.read_text() == newer


def test_a_damaged_file_is_told_of(state: Path) -> None:
    learn(state).file.write_bytes(b"{")
    code, out, err = run()
    assert code == 0
    assert "not opened" in out
    assert "It is kept as progress.json.bak" in err
    assert (state / "progress.json.bak").read_bytes() == b"{"


def test_every_lesson_has_its_former_ids() -> None:
    course = load_course()
    assert former_ids(course).keys() == {lesson.id for lesson in course.lessons}
