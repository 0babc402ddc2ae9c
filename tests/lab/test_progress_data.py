"""What one record says after something happened, and what two say together."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given

from tests.support.progress_examples import LESSONS, PROGRESS, steps
from wslab.lab.progress_data import (
    LessonProgress,
    Progress,
    StepProgress,
    adopt_former,
    check_hash,
    merge,
    merge_lessons,
    merge_steps,
    pass_step,
    show_hint,
)
from wslab.lab.steps import Step


def passed(at: float, check: str = "aa", solved: bool = False) -> StepProgress:
    return pass_step(StepProgress(), at, check, "seed", "1.0", solved)


def test_the_hash_of_checks_is_one_of_what_decides() -> None:
    expect = {"on": "message", "dir": "c>s", "text": "$seed.word"}
    never = {"on": "close", "dir": "c>s", "say": "too-early"}
    seen = {"seen": {"on": "message", "op": "BINARY"}, "say": "not-text"}

    def hashed(**table: object) -> str:
        return check_hash(Step.parse({"id": "one", **table}, "step"))

    whole = hashed(expect=[expect], never=[never], hold="1s", diagnose=[seen])
    assert re.fullmatch("[0-9a-f]{16}", whole)
    assert (
        hashed(hold="1s", never=[never | {"say": "other"}], expect=[dict(reversed(expect.items()))]) == whole
    )
    others = [
        hashed(expect=[expect], never=[never]),
        hashed(expect=[expect], hold="1s"),
        hashed(expect=[expect | {"dir": "s>c"}], never=[never], hold="1s"),
        hashed(expect=[expect, expect], never=[never], hold="1s"),
    ]
    assert len({whole, *others}) == 5


def test_the_first_pass_stays_the_first() -> None:
    step = passed(5)
    assert (step.passed, step.checked, step.check, step.seed, step.engine) == (5, 5, "aa", "seed", "1.0")
    assert pass_step(step, 9, "aa", "other", "2.0", False) == step


def test_a_pass_on_other_checks_is_kept_and_marked_until_they_are_passed_too() -> None:
    step = passed(5)
    assert not step.earlier_check("aa")
    assert step.earlier_check("bb")
    step = pass_step(step, 9, "bb", "other", "2.0", True)
    assert not step.earlier_check("bb")
    assert (step.passed, step.checked, step.seed, step.engine, step.helped) == (5, 9, "other", "2.0", False)
    assert not StepProgress().earlier_check("bb")


def test_only_the_third_hint_is_help_and_only_before_the_pass() -> None:
    step = show_hint(StepProgress(), 2)
    assert (step.hints, step.helped) == (2, False)
    assert not pass_step(step, 5, "aa", "", "", False).helped
    step = show_hint(step, 3)
    assert (step.hints, step.helped) == (3, True)
    assert show_hint(step, 1).hints == 3
    assert pass_step(step, 5, "aa", "", "", False).helped
    assert not show_hint(passed(5), 3).helped


def test_an_opened_solution_is_help() -> None:
    assert passed(5, solved=True).helped


def test_what_was_looked_at_elsewhere_after_the_pass_is_no_help() -> None:
    here, there = passed(5), show_hint(StepProgress(), 3)
    assert not merge_steps(here, there).helped
    assert merge_steps(here, passed(3, solved=True)).helped
    assert not merge_steps(here, passed(7, solved=True)).helped
    assert merge_steps(here, passed(5, solved=True)).helped


def test_the_newest_check_counts() -> None:
    merged = merge_steps(passed(5, "old"), passed(7, "new"))
    assert (merged.passed, merged.checked, merged.check) == (5, 7, "new")


def test_the_own_lesson_and_language_win() -> None:
    one, other = Progress("p1-echo", None), Progress("p1-states", "ja")
    assert (merge(one, other).current, merge(one, other).lang) == ("p1-echo", "ja")
    assert merge(other, one).current == "p1-states"


@given(PROGRESS, PROGRESS)
def test_nothing_is_lost_in_a_merge(one: Progress, other: Progress) -> None:
    merged = merge(one, other)
    assert merged.lessons.keys() == one.lessons.keys() | other.lessons.keys()
    for part in (one, other):
        for lesson_id, lesson in part.lessons.items():
            whole = merged.lesson(lesson_id)
            assert whole.attempts >= lesson.attempts
            assert lesson.finished is None or whole.finished is not None
            for step_id, step in lesson.steps.items():
                assert whole.step(step_id).attempts >= step.attempts
                assert whole.step(step_id).hints >= step.hints
                if step.passed is not None:
                    assert whole.step(step_id).passed <= step.passed  # type: ignore[operator]


@given(PROGRESS, PROGRESS)
def test_a_merge_a_second_time_changes_nothing(one: Progress, other: Progress) -> None:
    merged = merge(one, other)
    assert merge(merged, other) == merge(merged, one) == merge(merged, merged) == merged


@given(PROGRESS, PROGRESS, PROGRESS)
def test_the_order_of_merges_does_not_matter(one: Progress, other: Progress, third: Progress) -> None:
    assert merge(one, other).lessons == merge(other, one).lessons
    assert merge(merge(one, other), third) == merge(one, merge(other, third))


@given(LESSONS, steps())
def test_nothing_is_nothing_to_merge_with(lesson: LessonProgress, step: StepProgress) -> None:
    assert merge_lessons(lesson, LessonProgress()).steps == lesson.steps
    assert merge_steps(StepProgress(), replace(step, passed=1, checked=1)).passed == 1


def test_a_renamed_lesson_keeps_what_it_had() -> None:
    old = LessonProgress(opened=3, attempts=2).with_step("one", passed(4))
    new = LessonProgress(opened=8, attempts=1).with_step("two", passed(9))
    progress = Progress("p1-hello").with_lesson("p1-hello", old).with_lesson("p1-echo", new)
    found = adopt_former(progress, {"p1-echo": ("p1-hi", "p1-hello")})
    assert found.current == "p1-echo"
    assert found.lessons.keys() == {"p1-echo"}
    assert found.lesson("p1-echo") == merge_lessons(old, new)
    assert adopt_former(found, {"p1-echo": ("p1-hi", "p1-hello")}) == found


def test_an_id_in_use_is_nobodys_former_one() -> None:
    progress = Progress("p1-echo").with_lesson("p1-echo", LessonProgress(attempts=1))
    assert adopt_former(progress, {"p1-states": ("p1-echo",), "p1-echo": ()}) == progress


def test_a_forgotten_lesson_leaves_the_others() -> None:
    progress = Progress("a").with_lesson("a", LessonProgress(1)).with_lesson("b", LessonProgress(2))
    assert progress.without_lesson("a").lessons.keys() == {"b"}
    assert progress.without_lesson("c") == progress
