"""The end of a mutant, whatever it is, and recordings. More is in the tests of what uses both."""

from __future__ import annotations

from pathlib import Path

from tests.support.lint_pack import write_pack
from wslab.lab.course import Mutant
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.findings import Rule
from wslab.lab.lint.mutant_rules import judge_death, judge_recording, message_of
from wslab.lab.lint.replay import Trace
from wslab.lab.verdict import Status, Verdict

PASSED = Verdict(Status.PASSED)
TOLD = Verdict(Status.PENDING, "an echo", say="other", reason="because")


def test_it_dies_at_its_step_and_is_told_why(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-app")
    mutant = Mutant("it", "sent", "other", ("no",))
    assert list(judge_death(lesson, mutant, "here", [PASSED, TOLD], 1)) == []
    for verdicts, step, said in (
        ([PASSED, PASSED], 1, "here: it passes; it must die at step sent"),
        ([TOLD, TOLD], 0, "here: it dies at step open: other (more); it must die at step sent"),
        ([PASSED, Verdict(Status.PENDING)], 1, "here: it is told nothing (more); it must be told other"),
    ):
        [found] = judge_death(lesson, mutant, "here", verdicts, step, " (more)")
        assert found.rule is Rule.MUTANT
        assert str(found).endswith(said)


def test_what_a_learner_is_told_is_the_best_there_is() -> None:
    assert message_of(TOLD) == "other"
    assert message_of(Verdict(Status.FAILED, "an echo", reason="because")) == "because"
    assert message_of(Verdict(Status.PENDING, "an echo")) == "an echo"


def test_a_recording_comes_to_what_was_judged(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-app")
    nothing = Trace("it", Seed(1), (), 0.0)
    assert judge_recording(lesson, nothing, "here", [Status.PENDING, Status.PENDING]) is None
    torn = judge_recording(lesson, nothing, "here", [Status.PASSED, Status.PENDING])
    assert torn is not None
    assert torn.rule is Rule.UNKNOWN
    assert "judged as passed, pending, and what was recorded of it as pending, pending" in str(torn)
