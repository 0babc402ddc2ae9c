"""What is kept of runs, hints and solutions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.exercises import tiny_course
from wslab.lab.exercise import Attempt
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.lesson_run import Seed
from wslab.lab.progress_data import check_hash
from wslab.lab.steps import Status, Verdict

COURSE = tiny_course()
LESSON = COURSE.lesson("tiny-client")

PASSED = Attempt(Seed(1), (Verdict(Status.PASSED),) * 2, True, step=1)
FIRST = Attempt(Seed(2), (Verdict(Status.PASSED), Verdict(Status.FAILED, say="other-code")), False, step=1)
NONE = Attempt(Seed(3), (Verdict(Status.PENDING),) * 2, False, step=0)
UNKNOWN = Attempt(Seed(4), (), False, unknown_reason="no server")


@pytest.fixture
def record(tmp_path: Path) -> LessonRecord:
    return LessonRecord(COURSE, LESSON, tmp_path / "state")


def test_a_pass_is_kept_by_step_and_lesson(record: LessonRecord, tmp_path: Path) -> None:
    record.opened()
    record.ran([PASSED, PASSED], True)
    again = LessonRecord(COURSE, LESSON, tmp_path / "state")
    known = again.known
    assert again.store.progress.current == "tiny-client"
    assert known.finished is not None
    assert known.attempts == 1
    for step in LESSON.steps:
        assert known.step(step.id).passed is not None
        assert known.step(step.id).seed == "1"
        assert not known.step(step.id).earlier_check(check_hash(step))
    assert [entry.verdict for entry in record.log.read().attempts] == ["passed", "passed"]


def test_a_step_is_passed_when_every_attempt_got_past_it(record: LessonRecord) -> None:
    record.ran([PASSED, NONE], False)
    assert record.known.step("echoed").passed is None
    record.ran([PASSED, FIRST], False)
    assert record.known.step("echoed").passed is not None
    assert record.known.step("closed").passed is None
    assert record.known.finished is None
    assert record.known.attempts == 2
    assert record.log.read().attempts[-1].say == "other-code"


def test_a_run_without_a_verdict_is_not_counted(record: LessonRecord) -> None:
    record.ran([UNKNOWN], False)
    assert record.known.attempts == 0
    record.ran([UNKNOWN, PASSED], False)
    assert record.known.finished is None
    assert record.log.read().attempts[0].verdict == "unknown"


def test_which_step_a_learner_is_at(record: LessonRecord) -> None:
    assert record.open_step() == 0
    assert record.open_step(FIRST) == 1
    record.ran([FIRST], False)
    assert record.open_step() == 1
    record.ran([PASSED], True)
    assert record.open_step() == 1


def test_hints_come_one_by_one_and_are_kept(record: LessonRecord, tmp_path: Path) -> None:
    assert record.hints_left(0) == 3
    assert record.next_hint(0) == (1, "Look at what `connect` gives you.")
    again = LessonRecord(COURSE, LESSON, tmp_path / "state")
    assert again.next_hint(0) == (2, "It has `send` and `recv`.")
    assert again.hints_left(0) == 1
    assert again.next_hint(0) is not None
    assert again.next_hint(0) is None


def test_when_the_solution_opens(record: LessonRecord) -> None:
    assert "3 more hints and 2 more failed runs" in record.why_closed()
    record.ran([NONE], False)
    record.ran([NONE], False)
    assert record.why_closed().endswith("after 3 more hints")
    for _ in range(3):
        record.next_hint(0)
    assert record.why_closed() == ""
    record.solution_opened()
    assert record.known.helped


def test_it_is_open_once_the_lesson_was_passed_and_then_no_help(record: LessonRecord) -> None:
    record.ran([PASSED], True)
    assert record.why_closed() == ""
    record.solution_opened()
    assert not record.known.helped


def test_what_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    record = LessonRecord(COURSE, LESSON, tmp_path / "state")
    record.ran([PASSED], True)
    assert len(record.problems) == 2
    assert all(str(tmp_path) in text or "progress" in text for text in record.problems)
