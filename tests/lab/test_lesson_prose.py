"""The prose of a lesson as lines."""

from __future__ import annotations

from pathlib import Path

from rich.cells import cell_len

from tests.support.exercises import tiny, tiny_course
from wslab.lab.lesson_prose import head_lines, hint_lines, step_lines, task_lines
from wslab.lab.lesson_record import LessonRecord

VALUES = {"seed.word": "abcdefgh"}


def test_the_task_of_an_exercise() -> None:
    lines = task_lines(tiny("client"), 60)
    assert lines[0] == "A client  (1 min · RFC 6455 5.6)"
    assert "Edit client.py." in lines
    assert "Step 2 of 2: Say goodbye" in lines
    assert not any("Look at what" in line for line in lines)
    assert all(cell_len(line) <= 60 for line in lines)


def test_a_step_with_its_values() -> None:
    assert step_lines(tiny("app"), 1, 60, VALUES) == ["Step 2 of 2: Ping", "  Send a ping with abcdefgh."]
    assert head_lines(tiny("app"), 60)[-2] == "Use the lab itself."


def test_hints_until_there_are_none(tmp_path: Path) -> None:
    course = tiny_course()
    record = LessonRecord(course, course.lesson("tiny-app"), tmp_path)
    first = hint_lines(record, 1, 60, VALUES)
    assert first == ["hint 1 of 3 for step 2: Ping", "  A ping is no message."]
    hint_lines(record, 1, 60, VALUES)
    assert hint_lines(record, 1, 60, VALUES) == ["hint 3 of 3 for step 2: Ping", "  Type /ping abcdefgh."]
    assert hint_lines(record, 1, 60, VALUES) is None
