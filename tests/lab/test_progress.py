"""Progress in a file: what happened is in it, whoever else writes it, and whatever becomes of the writer."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.progress_examples import PROGRESS
from tests.support.progress_worker import LESSON, MOMENTS
from wslab import __version__
from wslab.lab import safe_file
from wslab.lab.progress import ProgressStore
from wslab.lab.progress_data import Progress, merge
from wslab.lab.progress_form import ProgressError, dump_progress, parse_progress
from wslab.wire.clock import Clock

ROOT = Path(__file__).resolve().parents[2]


def at(wall: float) -> Clock:
    return Clock(wall=lambda: wall)


def kept(folder: Path) -> Progress:
    """Read the file as another session does, and be sure that there is nothing to complain of."""
    store = ProgressStore(folder)
    found = store.load()
    assert (store.problem, store.notice) == (None, None)
    return found


def worker(folder: Path, name: str, count: int, moment: str | None = None) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.progress_worker", str(folder), name, str(count)]
    return subprocess.Popen(
        command + ([moment] if moment else []),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Have the lock, as a session that was stopped in the middle of a write."""
    with safe_file.locked(folder / "progress.json.lock", 0):
        yield


def test_nothing_is_known_and_nothing_written_at_first(tmp_path: Path) -> None:
    assert kept(tmp_path / "state") == Progress()
    assert not (tmp_path / "state").exists()


def test_what_happened_is_known_to_the_next_session(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "state"
    store = ProgressStore(folder, clock=at(100))
    store.set_current("p1-echo")
    store.set_language("ja")
    store.attempted("p1-echo", ["sent", "echoed"])
    store.hint_shown("p1-echo", "sent", 2)
    store.step_passed("p1-echo", "sent", check="aa", seed="abcdefgh")
    store.hint_shown("p1-echo", "echoed", 3)
    store.attempted("p1-echo", ["sent"])
    ProgressStore(folder, clock=at(200)).step_passed("p1-echo", "echoed", check="bb", seed="x")
    ProgressStore(folder, clock=at(300)).lesson_finished("p1-echo")
    ProgressStore(folder, clock=at(400)).lesson_finished("p1-echo")
    found = kept(folder)
    lesson = found.lesson("p1-echo")
    assert (found.current, found.lang) == ("p1-echo", "ja")
    assert (lesson.opened, lesson.attempts, lesson.finished, lesson.helped) == (100, 2, 300, False)
    sent, echoed = lesson.step("sent"), lesson.step("echoed")
    assert (sent.passed, sent.attempts, sent.hints, sent.helped) == (100, 2, 2, False)
    assert (sent.check, sent.seed, sent.engine) == ("aa", "abcdefgh", __version__)
    assert (echoed.passed, echoed.attempts, echoed.hints, echoed.helped) == (200, 1, 3, True)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_opened_solution_is_help_until_the_lesson_is_finished(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path)
    store.step_passed("a", "one", check="aa")
    store.helped("a")
    store.step_passed("a", "two", check="aa")
    store.lesson_finished("b")
    store.helped("b")
    found = kept(tmp_path)
    assert (found.lesson("a").helped, found.lesson("b").helped) == (True, False)
    assert (found.lesson("a").step("one").helped, found.lesson("a").step("two").helped) == (False, True)


def test_a_pass_survives_a_change_of_the_checks(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path, clock=at(100))
    step = store.step_passed("a", "one", check="old").lesson("a").step("one")
    assert step.passed == 100
    assert step.earlier_check("new")
    ProgressStore(tmp_path, clock=at(200)).step_passed("a", "one", check="new")
    step = kept(tmp_path).lesson("a").step("one")
    assert (step.passed, step.checked) == (100, 200)
    assert not step.earlier_check("new")


def test_a_lesson_that_is_reset_is_as_new(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path, former={"a": ("old-a",), "b": ()})
    ProgressStore(tmp_path).step_passed("old-a", "one", check="aa")
    store.step_passed("b", "one", check="aa")
    assert store.load().lesson("a").step("one").passed
    store.reset("a")
    assert kept(tmp_path).lessons.keys() == {"b"}


def test_every_course_has_a_file_of_its_own(tmp_path: Path) -> None:
    ProgressStore(tmp_path).step_passed("a", "one", check="aa")
    pack = ProgressStore(tmp_path, "my-pack")
    assert pack.load() == Progress()
    pack.set_current("b")
    assert {path.name for path in tmp_path.glob("*.json")} == {"progress.json", "progress-my-pack.json"}
    assert kept(tmp_path).lessons.keys() == {"a"}


@pytest.mark.parametrize("bad", ["", "..", "../x", "A", "a/b"])
def test_an_id_that_could_not_be_read_back_is_never_written(tmp_path: Path, bad: str) -> None:
    store = ProgressStore(tmp_path)
    for act in (
        lambda: ProgressStore(tmp_path, bad),
        lambda: store.set_current(bad),
        lambda: store.set_language(bad),
        lambda: store.attempted(bad),
        lambda: store.attempted("a", [bad]),
        lambda: store.step_passed("a", bad, check="aa"),
        lambda: store.step_passed("a", "one", check="a b"),
        lambda: store.step_passed("a", "one", check="aa", seed="\n"),
        lambda: store.hint_shown("a", bad, 1),
        lambda: store.hint_shown("a", "one", 0),
        lambda: store.helped(bad),
        lambda: store.reset(bad),
    ):
        with pytest.raises(ValueError, match="must be"):
            act()
    assert list(tmp_path.iterdir()) == []


# Renamed lessons


def test_a_renamed_lesson_keeps_its_progress_and_is_moved_with_the_next_write(tmp_path: Path) -> None:
    old = ProgressStore(tmp_path, clock=at(100))
    old.set_current("p1-hello")
    old.step_passed("p1-hello", "one", check="aa")
    former = {"p1-echo": ("p1-hello",), "p1-states": ()}
    store = ProgressStore(tmp_path, former=former)
    before = store.file.read_bytes()
    found = store.load()
    assert found.current == "p1-echo"
    assert found.lesson("p1-echo").step("one").passed == 100
    assert store.file.read_bytes() == before
    store.set_current("p1-states")
    assert kept(tmp_path).lessons.keys() == {"p1-echo", "p1-states"}
    assert kept(tmp_path).lesson("p1-echo") == found.lesson("p1-echo")


def test_an_older_wslab_beside_loses_nothing_of_a_renamed_lesson(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path, former={"new": ("old",)})
    store.step_passed("new", "one", check="aa")
    ProgressStore(tmp_path).step_passed("old", "two", check="aa")
    assert store.attempted("new").lesson("new").steps.keys() == {"one", "two"}
    assert kept(tmp_path).lessons.keys() == {"new"}


# Several sessions


@pytest.mark.parametrize("sessions", [2, 4])
def test_sessions_at_once_lose_nothing(tmp_path: Path, sessions: int) -> None:
    count = 25
    workers = [worker(tmp_path, f"w{number}", count) for number in range(sessions)]
    for one in workers:
        out, err = one.communicate(timeout=100)
        assert (one.returncode, err, len(out.splitlines())) == (0, "", count)
    steps = kept(tmp_path).lesson(LESSON).steps
    assert steps.keys() == {f"w{one}-{number}" for one in range(sessions) for number in range(count)}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["progress.json", "progress.json.lock"]


def test_threads_of_one_session_lose_nothing(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path)

    def attempt() -> None:
        for _ in range(10):
            store.attempted("a")

    threads = [threading.Thread(target=attempt) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert kept(tmp_path).lesson("a").attempts == 40


def test_what_another_session_did_is_seen_with_the_next_change(tmp_path: Path) -> None:
    one, other = ProgressStore(tmp_path), ProgressStore(tmp_path)
    one.set_current("a")
    other.reset("a")
    assert one.step_passed("b", "one", check="aa").lessons.keys() == {"b"}


def test_a_session_that_was_stopped_in_a_write_costs_nothing(tmp_path: Path) -> None:
    ProgressStore(tmp_path).set_current("a")
    store = ProgressStore(tmp_path, patience=0.02)
    with held(tmp_path):
        assert store.step_passed("b", "one", check="aa").lessons.keys() == {"a", "b"}
        assert store.problem == (
            "progress is not being kept: another session has held "
            f"{tmp_path / 'progress.json.lock'} for 0.02 s"
        )
        assert kept(tmp_path).lessons.keys() == {"a"}
        assert store.load().lessons.keys() == {"a", "b"}
    assert store.flush().lesson("b").step("one").passed
    assert store.problem is None
    assert kept(tmp_path).lesson("b").step("one").passed
    before = store.file.stat().st_mtime_ns
    store.flush()
    assert store.file.stat().st_mtime_ns == before


# Sessions that are killed


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_session_that_dies_at_the_worst_moment_loses_nothing(tmp_path: Path, moment: str) -> None:
    dying = worker(tmp_path, "w", 3, moment)
    out, err = dying.communicate(timeout=60)
    assert (dying.returncode, err, out.split()) == (-signal.SIGKILL, "", ["w-0", "w-1"])
    expected = {"w-0", "w-1", *(("w-2",) if moment == "after" else ())}
    assert kept(tmp_path).lesson(LESSON).steps.keys() == expected
    ProgressStore(tmp_path).step_passed(LESSON, "next", check="aa")
    assert kept(tmp_path).lesson(LESSON).steps.keys() == expected | {"next"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["progress.json", "progress.json.lock"]


def test_sessions_that_are_killed_at_any_moment_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged = set()
    chance = random.Random(7)
    for number in range(12):
        dying = worker(tmp_path, f"w{number}", 10_000)
        assert dying.stdout is not None
        for _ in range(chance.randrange(1, 30)):
            acknowledged.add(dying.stdout.readline().strip())
        dying.kill()
        out, err = dying.communicate(timeout=60)
        assert err == ""
        # A line that was cut off by the end was not acknowledged.
        acknowledged.update(line.strip() for line in out.splitlines(keepends=True) if line.endswith("\n"))
        assert dying.returncode == -signal.SIGKILL
        assert acknowledged <= kept(tmp_path).lesson(LESSON).steps.keys()
    assert "" not in acknowledged
    assert not list(tmp_path.glob("*.bak*"))


# Files that are not as they were left


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"\x00" * 100, b'{"format": 1, "course": "other", "lessons": {}}']
)
def test_a_damaged_file_is_set_aside_and_never_over_another(tmp_path: Path, damage: bytes) -> None:
    for number, backup in enumerate(("progress.json.bak", "progress.json.bak-2")):
        store = ProgressStore(tmp_path)
        content = damage + b" " * number
        store.file.write_bytes(content)
        assert store.load() == Progress()
        assert store.problem is None
        assert store.notice is not None
        assert f"It is kept as {backup}, and progress starts anew." in store.notice
        assert (tmp_path / backup).read_bytes() == content
        assert not store.file.exists()
    store = ProgressStore(tmp_path)
    store.file.write_bytes(damage)
    store.step_passed("a", "one", check="aa")
    assert store.notice is not None
    assert "progress.json.bak-3" in store.notice
    assert kept(tmp_path).lesson("a").step("one").passed


def test_a_newer_file_is_shown_and_never_touched(tmp_path: Path) -> None:
    ProgressStore(tmp_path, clock=at(100)).step_passed("a", "one", check="aa")
    file = tmp_path / "progress.json"
    newer = file.read_text().replace('"format": 1', '"format": 2, "stars": [5]')
    file.write_text(newer)
    store = ProgressStore(tmp_path, former={"new-a": ("a",)})
    assert store.load().lesson("new-a").step("one").passed == 100
    assert store.problem is not None
    assert "format is 2, written by a newer wslab" in store.problem
    assert store.set_current("b").current == "b"
    assert store.step_passed("b", "one", check="aa").lessons.keys() == {"new-a", "b"}
    assert store.problem is not None
    assert file.read_text() == newer
    assert not list(tmp_path.glob("*.bak*"))
    file.write_text(newer.replace('"format": 2, "stars": [5]', '"format": 1'))
    store.flush()
    assert kept(tmp_path).lessons.keys() == {"new-a", "b"}


def test_a_file_that_is_no_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "progress.json").mkdir()
    store = ProgressStore(tmp_path)
    assert store.load() == Progress()
    assert store.problem is not None
    assert store.problem.startswith(
        f"progress can't be read and is not being kept: {store.file}: Is a directory"
    )
    assert store.set_current("a").current == "a"
    assert store.problem.startswith("progress is not being kept: ")
    assert (tmp_path / "progress.json").is_dir()


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    store = ProgressStore(tmp_path / "state")
    assert store.load() == Progress()
    store.set_current("a")
    assert store.step_passed("a", "one", check="aa").lesson("a").step("one").passed
    assert store.problem is not None
    assert str(tmp_path / "state") in store.problem
    (tmp_path / "state").unlink()
    store.attempted("a")
    assert store.problem is None
    assert kept(tmp_path / "state").lesson("a").step("one").passed
    assert kept(tmp_path / "state").current == "a"


def test_a_folder_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    """In a process without privileges: to root no folder is read-only."""
    ProgressStore(tmp_path).set_current("a")
    tmp_path.chmod(0o755)
    (tmp_path / "progress.json").chmod(0o644)
    code = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from wslab.lab.progress import ProgressStore\n"
        "if os.getuid() == 0: os.setuid(65534)\n"
        "store = ProgressStore(Path('.'))\n"
        "print(store.load().current, store.problem)\n"
        "print(store.set_current('b').current, store.problem)\n"
        "print(sorted(store.load().lessons))\n"
    )
    mode = 0o755 if os.getuid() == 0 else 0o555
    tmp_path.chmod(mode)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    tmp_path.chmod(0o755)
    assert done.stderr == ""
    first, second, third = done.stdout.splitlines()
    assert first == "a None"
    assert second.startswith("b progress is not being kept: progress.json")
    assert second.endswith("Permission denied")
    assert third == "['a', 'b']"
    assert kept(tmp_path).current == "a"


def test_a_full_disk_is_told_and_what_was_kept_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ProgressStore(tmp_path)
    store.set_current("a")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        assert store.attempted("a").lesson("a").attempts == 1
        assert store.attempted("a").lesson("a").attempts == 2
        assert store.problem == "progress is not being kept: No space left on device"
        assert kept(tmp_path).lesson("a").attempts == 0
    assert store.attempted("a").lesson("a").attempts == 3
    assert store.problem is None
    assert kept(tmp_path).lesson("a").attempts == 3


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_handle: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    store = ProgressStore(tmp_path)
    store.set_current("a")
    assert store.problem == "progress is not being kept: No locks available"


# Export and import


def fresh(root: Path) -> Path:
    return root / f"{len(list(root.iterdir()))}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stores")


@given(mine=PROGRESS)
def test_what_is_exported_is_imported_elsewhere(root: Path, mine: Progress) -> None:
    text = dump_progress("wslab", mine)
    store = ProgressStore(fresh(root))
    assert store.import_(text) == mine
    assert parse_progress("wslab", store.export()) == mine
    assert store.import_(store.export()) == mine
    assert kept(store.file.parent) == mine


@given(mine=PROGRESS, other=PROGRESS, twice=st.booleans())
def test_an_import_is_a_merge(root: Path, mine: Progress, other: Progress, twice: bool) -> None:
    store = ProgressStore(fresh(root))
    store.import_(dump_progress("wslab", mine))
    for _ in range(1 + twice):
        assert store.import_(dump_progress("wslab", other)) == merge(mine, other)


def test_an_import_by_former_ids_goes_to_the_present_ones(tmp_path: Path) -> None:
    old = ProgressStore(tmp_path / "old", clock=at(50))
    old.step_passed("old", "one", check="aa")
    store = ProgressStore(tmp_path / "new", former={"new": ("old",)}, clock=at(100))
    store.step_passed("new", "one", check="aa")
    store.import_(old.export())
    found = kept(tmp_path / "new")
    assert found.lessons.keys() == {"new"}
    assert found.lesson("new").step("one").passed == 50


def test_an_import_in_place_of_what_was_known_leaves_a_copy_of_that(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path)
    store.set_current("a")
    before = store.file.read_bytes()
    store.import_(dump_progress("wslab", Progress("b")), merged=False)
    assert kept(tmp_path) == Progress("b")
    assert (tmp_path / "progress.json.bak").read_bytes() == before


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"format": 2}), dump_progress("other", Progress())])
def test_an_import_that_is_refused_changes_nothing(tmp_path: Path, text: str) -> None:
    store = ProgressStore(tmp_path)
    store.set_current("a")
    before = store.file.read_bytes()
    with pytest.raises(ProgressError):
        store.import_(text)
    assert store.file.read_bytes() == before


def test_a_peek_touches_nothing(tmp_path: Path) -> None:
    store = ProgressStore(tmp_path)
    assert store.peek() == Progress()
    assert not list(tmp_path.iterdir())
    store.set_language("ja")
    assert ProgressStore(tmp_path).peek().lang == "ja"
    store.file.write_text("no progress")
    assert ProgressStore(tmp_path).peek() == Progress()
    assert store.file.read_text() == "no progress"
