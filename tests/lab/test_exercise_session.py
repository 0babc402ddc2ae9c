"""A sitting at an exercise, with real programs and real servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.exercises import tiny, tiny_course
from tests.support.waiting import until
from wslab.lab.exercise import ExerciseRunner
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.workspace import Workspace
from wslab.tasks import spawn


@asynccontextmanager
async def sitting(folder: Path) -> AsyncGenerator[ExerciseSession]:
    lesson = tiny("client")
    assert lesson.exercise is not None
    record = LessonRecord(tiny_course(), lesson, folder / "state")
    space = Workspace(lesson.folder / "start", folder / "work", lesson.exercise.entry)
    session = ExerciseSession(lesson, record, ExerciseRunner(lesson), space)
    try:
        yield session
    finally:
        await session.close()


async def test_it_runs_when_it_is_begun_and_whenever_the_file_is_saved(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        told = []
        session.listen(lambda: told.append(session.running))
        assert not session.watching
        assert session.report(80) == []
        copied = await session.start()
        assert copied.new
        assert session.watching
        await until(lambda: session.outcome is not None, "the first run", timeout=60)
        assert not session.passed
        assert any("Step 1" in line for line in session.report(80))
        assert session.place == 0

        solution = session.lesson.folder / "solution" / session.file.name
        session.file.write_bytes(solution.read_bytes())
        await until(lambda: session.passed, "the solution to pass", timeout=60)
        assert any("passed" in line for line in session.report(80))
        assert True in told
        again = await session.start()
        assert not again.new


async def test_hints_are_those_of_the_step_to_work_on(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        assert session.hints == ()
        assert await session.hint()
        first = session.lesson.text().steps[session.lesson.steps[0].id].hints[0]
        assert session.hints == (first,)
        while await session.hint():
            pass
        assert len(session.hints) == len(session.lesson.text().steps[session.lesson.steps[0].id].hints)


async def test_a_new_run_breaks_the_one_before_off(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        await session.start()
        session.file.write_text("import time\ntime.sleep(60)\n")
        await session.run()
        assert session.running
        session.file.write_text("")
        await session.run()
        await until(lambda: session.outcome is not None and not session.running, "a verdict", timeout=60)
        assert not session.passed


async def test_however_often_it_is_asked_for_one_run_goes_on(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        await session.start()
        session.file.write_text("import time\ntime.sleep(60)\n")
        asked = [spawn(session.run(), f"run {number}") for number in range(5)]
        await asyncio.wait(asked)
        await until(lambda: programs(tmp_path), "the program", timeout=60)
        asked = [spawn(session.run(), f"run {number}") for number in range(3)]
        await asyncio.sleep(0)
    assert not programs(tmp_path)
    await asyncio.wait(asked)


def programs(folder: Path) -> list[psutil.Process]:
    """Return the processes that run in a folder."""
    return [child for child in psutil.Process().children(recursive=True) if folder in runs_in(child).parents]


def runs_in(process: psutil.Process) -> Path:
    try:
        return Path(process.cwd())
    except psutil.Error:
        return Path()  # it has ended meanwhile


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("in the way")
    async with sitting(tmp_path) as session:
        with pytest.raises(Exception, match="work"):
            await session.start()
