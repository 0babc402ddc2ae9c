"""The log of attempts: every line is there once, whatever is torn and whoever writes beside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.attempts import Attempt, AttemptLog, Attempts
from wslab.wire.clock import Clock


def attempt(step: str = "one", verdict: str = "failed", say: str = "") -> Attempt:
    return Attempt("wslab", "p1-echo", step, verdict, "abcdefgh", say, 1.5)


def test_an_attempt_is_a_line(tmp_path: Path) -> None:
    log = AttemptLog(tmp_path / "state", Clock(wall=lambda: 100))
    log.add(attempt(say="binary-is-not-text"))
    log.add(attempt(verdict="passed"))
    first, second = log.file.read_text().splitlines()
    assert json.loads(first) == {
        "course": "wslab",
        "lesson": "p1-echo",
        "step": "one",
        "verdict": "failed",
        "seed": "abcdefgh",
        "say": "binary-is-not-text",
        "seconds": 1.5,
        "wall": 100,
    }
    assert json.loads(second)["verdict"] == "passed"
    found = log.read()
    assert [one.verdict for one in found.attempts] == ["failed", "passed"]
    assert found.attempts[0] == Attempt(
        "wslab", "p1-echo", "one", "failed", "abcdefgh", "binary-is-not-text", 1.5, 100
    )
    assert found.skipped == 0
    assert log.file.stat().st_mode & 0o777 == 0o600


def test_nothing_is_a_log_too(tmp_path: Path) -> None:
    assert AttemptLog(tmp_path / "state").read() == Attempts((), 0)
    assert not (tmp_path / "state").exists()


def test_a_torn_line_costs_only_itself(tmp_path: Path) -> None:
    log = AttemptLog(tmp_path)
    log.add(attempt("one"))
    log.add(attempt("two"))
    log.file.write_bytes(log.file.read_bytes()[:-7])
    assert [one.step for one in log.read().attempts] == ["one"]
    assert log.read().skipped == 1
    log.add(attempt("three"))
    assert [one.step for one in log.read().attempts] == ["one", "three"]
    assert log.read().skipped == 1


@pytest.mark.parametrize(
    "line",
    [
        b"{}",
        b"[]",
        b"7",
        b"\xff",
        b"[" * 10_000,
        json.dumps({"course": "a", "lesson": "b", "step": "c", "verdict": "fine"}).encode(),
        b'{"course":"a","lesson":"b","step":"c","verdict":"passed","seed":"","say":"","seconds":NaN,"wall":1}',
        b'{"course":"a","lesson":"b","step":7,"verdict":"passed","seed":"","say":"","seconds":1,"wall":1}',
        b'{"course":"a","lesson":"b","step":"c","verdict":"passed","seed":"","say":"","seconds":1,"wall":'
        + b"9" * 400
        + b"}",
    ],
)
def test_a_line_that_is_none_is_counted(tmp_path: Path, line: bytes) -> None:
    log = AttemptLog(tmp_path)
    log.add(attempt("one"))
    with log.file.open("ab") as file:
        file.write(line + b"\n")
    log.add(attempt("two"))
    assert [one.step for one in log.read().attempts] == ["one", "two"]
    assert log.read().skipped == 1


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    log = AttemptLog(folder)
    log.file.write_bytes(data)
    log.add(attempt("last"))
    found = log.read()
    assert found.attempts[-1].step == "last"
    assert found.skipped == sum(1 for line in data.split(b"\n") if line)


def test_the_log_is_bounded_and_keeps_the_newest(tmp_path: Path) -> None:
    log = AttemptLog(tmp_path, largest=1000)
    for number in range(100):
        log.add(attempt(f"s{number}", say="x" * 1000))
        assert log.file.stat().st_size < 1000 + 500
    assert sum(path.stat().st_size for path in tmp_path.glob("*.jsonl")) < 3000
    steps = [one.step for one in log.read().attempts]
    assert steps == [f"s{number}" for number in range(100 - len(steps), 100)]
    assert 2 < len(steps) < 100
    assert len(log.read().attempts[0].say) == 200


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "attempts.jsonl").mkdir()
    with pytest.raises(OSError, match="attempts"):
        AttemptLog(tmp_path).add(attempt())


WRITER = """
import sys
from pathlib import Path
from wslab.lab.attempts import Attempt, AttemptLog
log = AttemptLog(Path(sys.argv[1]), largest=20_000)
for number in range(50):
    log.add(Attempt("wslab", "p1-echo", f"{sys.argv[2]}-{number}", "failed"))
"""


def test_sessions_at_once_do_not_mix_their_lines(tmp_path: Path) -> None:
    """Also while they put full files aside: of 200 lines the two files hold all."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in "abcd"]
    for writer in writers:
        assert (writer.communicate(timeout=60)[1], writer.returncode) == (b"", 0)
    found = AttemptLog(tmp_path).read()
    assert found.skipped == 0
    assert {one.step for one in found.attempts} == {
        f"{name}-{number}" for name in "abcd" for number in range(50)
    }
    assert len(found.attempts) == 200
    assert (tmp_path / "attempts.1.jsonl").exists()
