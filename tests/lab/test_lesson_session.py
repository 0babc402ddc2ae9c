"""A sitting at a lesson: steps in view, hints, mistakes, and what is kept of it all."""

from __future__ import annotations

from pathlib import Path

from tests.support.check_events import S2C, close, message
from tests.support.sittings import Sitting
from wslab.lab.lesson_session import LessonSession, first_open
from wslab.lab.progress_data import check_hash
from wslab.lab.steps import Status
from wslab.wire.events import Opcode


def test_steps_tick_and_the_view_stays_until_it_is_asked_to_move(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    session = sitting.session
    assert (session.active, session.view, session.view_passed) == (0, 0, False)
    sitting.see(message(sitting.word))
    assert (session.active, session.view, session.view_passed) == (1, 0, True)
    assert sitting.told
    assert session.advance()
    assert (session.view, session.view_passed) == (1, False)
    assert not session.advance()
    sitting.see(message(sitting.word, S2C), close(1000))
    assert session.finished
    assert session.advance()
    assert session.view == 2


def test_what_is_passed_is_kept_with_its_check_and_its_seed(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message("something else"), message(sitting.word), message(sitting.word, S2C))
    sitting.session.close()

    known = sitting.store.progress.lesson("t-echo")
    step = known.step("sent")
    assert step.passed is not None
    assert (step.check, step.seed, step.attempts) == (check_hash(sitting.lesson.steps[0]), "7", 1)
    assert (known.step("closed").passed, known.finished) == (None, None)
    assert known.step("closed").attempts == 1
    assert [(each.step, each.verdict) for each in sitting.log.read().attempts] == [
        ("sent", "passed"),
        ("back", "passed"),
    ]
    assert sitting.store.progress.current == "t-echo"


def test_the_last_step_finishes_the_lesson(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message(sitting.word), message(sitting.word, S2C), close(1000))
    assert sitting.store.progress.lesson("t-echo").finished is not None


def test_a_step_that_failed_begins_anew_and_tells_by_what(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    session = sitting.session
    sitting.see(message(sitting.word), close(1001))
    assert session.failure is not None
    assert session.failure.status is Status.FAILED
    assert session.said == "Closed with 1001."
    assert session.verdict.status is Status.PENDING
    assert [each.verdict for each in sitting.log.read().attempts] == ["passed", "failed"]
    assert sitting.log.read().attempts[1].say == "closed"
    sitting.see(message(sitting.word, S2C))
    assert session.failure is None
    assert session.active == 2


def test_a_mistake_is_explained_while_the_step_goes_on(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message("x", opcode=Opcode.BINARY))
    assert sitting.session.said == "You sent *BINARY*, not text."
    sitting.see(message(sitting.word))
    assert sitting.session.said == ""


def test_hints_come_one_by_one_and_are_remembered(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    session = sitting.session
    assert (session.hints, session.hints_left) == ((), 2)
    assert session.hint()
    assert session.hints == ("Look at the **bottom**.",)
    assert session.hint()
    assert session.hints[1] == f"It is `{sitting.word}`."
    assert not session.hint()
    assert sitting.store.progress.lesson("t-echo").step("sent").hints == 2
    again = sitting.sit()
    assert len(again.hints) == 2


def test_free_play_is_not_judged(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    session = sitting.session
    assert not session.toggle_judging()
    sitting.see(message(sitting.word))
    assert session.active == 0
    assert session.toggle_judging()
    sitting.see(message(sitting.word))
    assert session.active == 1


def test_a_sitting_goes_on_where_the_one_before_ended(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message(sitting.word), message(sitting.word, S2C))
    sitting.session.close()
    again = sitting.sit()
    assert (again.first, again.active, again.view) == (2, 2, 2)
    assert again.passed(0)
    assert not again.passed(2)
    sitting.see(close(1000))
    assert again.finished
    # A lesson that is done begins at its start.
    assert sitting.sit().first == 0


def test_a_step_that_refers_to_an_earlier_one_begins_there(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    sitting.see(message(sitting.word))
    known = sitting.store.progress.lesson("t-echo")
    assert known.step("sent").passed is not None
    assert first_open(sitting.lesson, known) == 0


def test_an_error_of_the_lab_is_reported_and_counts_for_nothing(tmp_path: Path, monkeypatch: object) -> None:
    errors: list[Exception] = []
    sitting = Sitting(tmp_path, report=errors.append)
    run = sitting.session.run

    def broken(_event: object) -> None:
        raise RuntimeError("a bug")

    run._active._judge = broken  # type: ignore[union-attr, method-assign]
    sitting.see(message(sitting.word))
    assert [str(error) for error in errors] == ["a bug"]
    assert sitting.session.verdict.status is Status.UNKNOWN
    assert sitting.log.read().attempts == ()
    sitting.session.again()
    sitting.see(message(sitting.word))
    assert sitting.session.active == 1


def test_after_its_end_a_sitting_tells_nothing(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    session: LessonSession = sitting.session
    session.close()
    told = sitting.told
    sitting.see(message(sitting.word))
    assert (sitting.told, session.active) == (told, 0)
