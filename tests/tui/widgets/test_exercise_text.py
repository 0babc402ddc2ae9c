"""The page and the line of an exercise, in each of its states."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from tests.support.exercises import tiny
from wslab.lab.course import Lesson
from wslab.lab.exercise import Attempt, Outcome
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.lesson_run import Seed
from wslab.tui.widgets.exercise_text import exercise_page, exercise_text


@dataclass
class State:
    """What is shown of a sitting."""

    lesson: Lesson = field(default_factory=lambda: tiny("client"))
    file: Path = Path("work/client.py")
    running: bool = False
    watching: bool = False
    outcome: Outcome | None = None
    hints: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return self.outcome is not None and self.outcome.passed

    def report(self, _width: int) -> list[str]:
        return list(self.lines)


def shown(**state: Any) -> tuple[str, str]:
    session = cast(ExerciseSession, State(**state))
    return exercise_text(session).plain, exercise_page(session)


def outcome(passed: bool = False, unknown: str = "") -> Outcome:
    return Outcome((Attempt(Seed(1), (), passed, unknown_reason=unknown),))


def test_before_it_is_begun_the_line_says_how_to() -> None:
    line, page = shown()
    assert line == "x begins this exercise: you edit work/client.py"
    assert page.startswith("# ")
    assert "The last run" not in page


def test_while_it_is_watched_or_run_the_line_says_so() -> None:
    assert shown(watching=True)[0] == "save work/client.py to run it · e edits it · x runs it"
    assert shown(watching=True, running=True)[0] == "running work/client.py …"


def test_the_line_names_the_step_that_failed_and_the_page_has_the_report() -> None:
    line, page = shown(outcome=outcome(), lines=("✗ Step 1 of 2", "```", "\x1b[2Jgone"))
    assert line.startswith("✗ 1/")
    assert line.endswith("save work/client.py to run it again · h hint")
    report = page.split("## The last run")[1]
    assert "✗ Step 1 of 2\n'''\n␛[2Jgone\n```" in report


def test_a_pass_and_a_fault_of_the_lab_are_told_apart() -> None:
    assert shown(outcome=outcome(passed=True))[0] == "✓ exercise passed  n: next lesson"
    assert shown(outcome=outcome(unknown="no server"))[0].startswith("? no verdict")


def test_hints_stand_on_the_page() -> None:
    assert "> **Hint 1** Look\n> closer." in shown(hints=("Look\ncloser.",))[1]
