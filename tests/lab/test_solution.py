from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.exercises import tiny
from wslab.lab.course_files import load_course
from wslab.lab.solution import LARGEST, Source, own_source, solution_of
from wslab.lab.workspace import WorkspaceError


def test_every_exercise_of_the_course_has_one() -> None:
    for lesson in load_course().lessons:
        if lesson.exercise is not None:
            files = {source.name: source.text for source in solution_of(lesson)}
            assert files[lesson.exercise.entry].strip()


def test_a_lesson_without_one_says_so() -> None:
    with pytest.raises(WorkspaceError, match="solution"):
        solution_of(tiny("app"))


@given(st.binary(max_size=200))
def test_whatever_is_in_the_learners_file_is_text(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "client.py"
        file.write_bytes(data)
        assert own_source(file) == Source("client.py", data.decode("utf-8", "replace"))


def test_a_large_file_is_shown_in_part(tmp_path: Path) -> None:
    file = tmp_path / "client.py"
    file.write_text("#" * (LARGEST + 1))
    assert own_source(file) == Source("client.py", "#" * LARGEST, whole=False)


def test_a_file_that_cannot_be_read_is_not_shown(tmp_path: Path) -> None:
    assert own_source(tmp_path / "gone.py") is None
    assert own_source(tmp_path) is None
