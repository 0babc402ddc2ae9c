"""The page and the line of an exercise, in each of its states."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.support.exercises import tiny
from wslab.lab.course import Lesson
from wslab.lab.exercise import Attempt, Outcome
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.lesson_run import Seed
from wslab.lab.solution import Source
from wslab.tui.widgets.exercise_text import (
    exercise_page,
    exercise_text,
    fenced,
    hints_heading,
    solution_heading,
)


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
    solution: tuple[Source, ...] = ()
    own: Source | None = None
    kept: Path | None = None
    passed_before: bool = False
    begun: bool = False

    @property
    def passed(self) -> bool:
        return self.outcome is not None and self.outcome.passed

    def report(self, _width: int) -> list[str]:
        return list(self.lines)


def state(**values: Any) -> ExerciseSession:
    return cast(ExerciseSession, State(**values))


def shown(**values: Any) -> tuple[str, str]:
    session = state(**values)
    return exercise_text(session).plain, exercise_page(session)


def outcome(passed: bool = False, unknown: str = "") -> Outcome:
    return Outcome((Attempt(Seed(1), (), passed, unknown_reason=unknown),))


def test_before_it_is_begun_the_line_says_how_to() -> None:
    line, page = shown()
    assert line == "x begins this exercise: you edit work/client.py"
    assert page.startswith("# ")
    assert "The last run" not in page


def test_when_it_is_opened_again_the_line_says_how_far_it_is() -> None:
    assert shown(begun=True)[0] == "x goes on with this exercise: you edit work/client.py"
    passed = "✓ exercise passed  n: next lesson · "
    assert shown(begun=True, passed_before=True)[0] == (
        passed + "x goes on with this exercise: you edit work/client.py"
    )
    # The work may be in another folder.
    assert shown(passed_before=True)[0] == passed + "x begins this exercise: you edit work/client.py"
    assert shown(watching=True, passed_before=True)[0].startswith("save work/client.py to run it")


def test_while_it_is_watched_or_run_the_line_says_so() -> None:
    assert shown(watching=True)[0] == (
        "save work/client.py to run it · e edits it · x runs it · h hint · v solution · b begin anew"
    )
    assert shown(watching=True, running=True)[0] == "running work/client.py …"


def test_the_line_names_the_step_that_failed_and_the_page_has_the_report() -> None:
    line, page = shown(outcome=outcome(), lines=("✗ Step 1 of 2", "```", "\x1b[2Jgone"))
    assert line.startswith("✗ 1/")
    assert line.endswith("save work/client.py to run it again · h hint · v solution · b begin anew")
    report = page.split("## The last run")[1]
    assert report.strip() == "````text\n✗ Step 1 of 2\n```\n␛[2Jgone\n````"
    assert "rows 7 to 9." in exercise_page(state(outcome=outcome(), lines=("✗",)), range(7, 10))


def test_a_pass_and_a_fault_of_the_lab_are_told_apart() -> None:
    assert shown(outcome=outcome(passed=True))[0] == (
        "✓ exercise passed  n: next lesson · v solution · b begin anew"
    )
    assert shown(outcome=outcome(unknown="no server"))[0].startswith("? no verdict")


def test_hints_stand_on_the_page() -> None:
    page = shown(hints=("Look\ncloser.",))[1]
    assert f"## {hints_heading()}\n\n> **Hint 1** Look\n> closer." in page


def test_the_solution_stands_under_the_learners_own_file() -> None:
    own = Source("client.py", "print(1)\n# ```\n\tx = 1\x1b[2J")
    page = shown(own=own, solution=(Source("client.py", "print(2)"),))[1]
    assert page.endswith(
        "## Your file\n\n````python\nprint(1)\n# ```\n    x = 1␛[2J\n````\n\n"
        f"## {solution_heading()}\n\n```python\nprint(2)\n```"
    )
    page = shown(own=Source("a", "x", whole=False), solution=(Source("a", "1"), Source("b", "2")))[1]
    assert "*… more of it was left out*" in page
    assert "```text\nb\n```" in page


def test_where_the_old_files_are_stays_on_the_page() -> None:
    assert (
        "```text\nthe old files are in work/.wslab/trash/1\n```" in shown(kept=Path("work/.wslab/trash/1"))[1]
    )


@given(st.text(alphabet="`~ab\n\t\x1b\u202e #>-|é", max_size=60))
def test_nothing_breaks_out_of_a_fence(text: str) -> None:
    fence, *after = MarkdownIt().parse(f"{fenced(text)}\n\n## end")
    assert (fence.type, fence.info) == ("fence", "text")
    assert [token.type for token in after] == ["heading_open", "inline", "heading_close"]
    assert all(line.isprintable() for line in fence.content.splitlines())
    assert len(fence.content.split("\n")) - 1 == len(text.splitlines())
