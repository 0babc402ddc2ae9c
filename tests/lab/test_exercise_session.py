"""A sitting at an exercise, with real programs and real servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.exercises import programs, tiny, tiny_course
from tests.support.waiting import until
from wslab.lab.exercise import ExerciseRunner, Outcome
from wslab.lab.exercise_session import ExerciseSession
from wslab.lab.lesson_record import LessonRecord
from wslab.lab.progress_data import LessonProgress
from wslab.lab.workspace import Workspace, WorkspaceError
from wslab.tasks import spawn


@asynccontextmanager
async def sitting(folder: Path, name: str = "client") -> AsyncGenerator[ExerciseSession]:
    lesson = tiny(name)
    assert lesson.exercise is not None
    record = LessonRecord(tiny_course(), lesson, folder / "state")
    space = Workspace(lesson.folder / "start", folder / "work", lesson.exercise.entry)
    session = ExerciseSession(lesson, record, ExerciseRunner(lesson), space)
    try:
        yield session
    finally:
        await session.close()


async def test_it_runs_once_when_it_is_begun_and_whenever_the_file_is_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Path] = []
    run = ExerciseRunner.run

    async def counted(runner: ExerciseRunner, folder: Path, *given: object) -> Outcome:
        runs.append(folder)
        return await run(runner, folder)

    monkeypatch.setattr(ExerciseRunner, "run", counted)
    async with sitting(tmp_path) as session:
        told = []
        session.listen(lambda: told.append(session.running))
        assert not session.watching
        assert not session.begun
        assert session.report(80) == []
        copied = await session.start()
        assert copied.new
        assert session.watching
        assert session.begun
        await session.run()
        await until(lambda: session.outcome is not None, "the first run", timeout=60)
        assert not session.passed
        assert not session.passed_before
        assert any("Step 1" in line for line in session.report(80))
        assert session.place == 0

        solution = session.lesson.folder / "solution" / session.file.name
        new = session.file.with_suffix(".new")
        new.write_bytes(solution.read_bytes())
        new.replace(session.file)
        await until(lambda: session.passed, "the solution to pass", timeout=60)
        assert any("passed" in line for line in session.report(80))
        assert True in told
        again = await session.start()
        assert not again.new
        await session.reset()
        await until(lambda: session.outcome is not None, "the run after the reset", timeout=60)
        assert len(runs) == 3
    async with sitting(tmp_path) as session:
        assert session.passed_before
        assert not session.passed


async def test_hints_are_those_of_the_step_to_work_on(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        assert session.hints == ()
        assert await session.hint()
        first = session.lesson.text().steps[session.lesson.steps[0].id].hints[0]
        assert session.hints == (first,)
        while await session.hint():
            pass
        assert len(session.hints) == len(session.lesson.text().steps[session.lesson.steps[0].id].hints)


async def test_hints_asked_for_at_the_same_time_are_different_ones(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        assert len(session.lesson.text().steps["echoed"].hints) >= 2
        assert await asyncio.gather(session.hint(), session.hint()) == [True, True]
        assert len(session.hints) == 2


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


async def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "work").write_text("in the way")
    async with sitting(tmp_path) as session:
        with pytest.raises(Exception, match="work"):
            await session.start()


HANGS = "import time\ntime.sleep(60)\n"


async def test_a_reset_keeps_the_old_file_and_what_comes_of_the_new_one_counts(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        await session.start()
        session.file.write_text(HANGS)
        await session.run()
        await until(lambda: programs(tmp_path), "the program", timeout=60)
        kept = await session.reset()
        assert kept is not None
        assert kept == session.kept
        assert kept.is_relative_to(session.folder)
        assert (kept / session.file.name).read_text() == HANGS
        assert session.file.read_bytes() == (session.lesson.folder / "start" / session.file.name).read_bytes()
        assert session.outcome is None
        await until(lambda: session.outcome is not None and not session.running, "the new run", timeout=60)
        assert any("Step 1" in line for line in session.report(80))


async def test_a_reset_before_the_exercise_is_begun_runs_nothing(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        assert await session.reset() is None
        assert session.file.exists()
        assert not session.watching
        assert not session.running


async def test_a_reset_that_fails_loses_nothing(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        await session.start()
        session.file.write_text("mine = 1\n")
        (session.folder / ".wslab").write_text("in the way")
        with pytest.raises(WorkspaceError, match="trash"):
            await session.reset()
        assert session.file.read_text() == "mine = 1\n"
        assert session.kept is None


async def test_the_solution_opens_after_hints_and_failed_runs_and_is_recorded_as_help(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        assert "hint" in await session.open_solution()
        while await session.hint():
            pass
        await session.start()
        why = await session.open_solution()
        assert "2 more failed runs" in why or "1 more failed run" in why
        assert not session.solution
        assert not known(session, tmp_path).helped
        for _ in range(2):
            session.outcome = None
            await session.run()
            await until(lambda: session.outcome is not None, "a failed run", timeout=60)
        assert await session.open_solution() == ""
        assert [source.name for source in session.solution] == [session.file.name]
        assert session.own is not None
        assert session.own.text == session.file.read_text()
        assert known(session, tmp_path).helped
        # The learner's file beside it goes along with what was run last.
        session.file.write_text("x = 1\n")
        await until(lambda: session.own is not None and session.own.text == "x = 1\n", "the file", timeout=60)


async def test_after_a_pass_the_solution_is_open_and_no_help(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        await session.start()
        session.file.write_text((session.lesson.folder / "solution" / session.file.name).read_text())
        await until(lambda: session.passed, "the pass", timeout=60)
        assert await session.open_solution() == ""
        assert not known(session, tmp_path).helped


def known(session: ExerciseSession, folder: Path) -> LessonProgress:
    """Return what is kept on the disk."""
    return LessonRecord(tiny_course(), session.lesson, folder / "state").known


async def test_who_has_left_hears_nothing_and_nothing_begins(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        told = []
        session.listen(lambda: told.append(1))
        starting = spawn(session.start(), "start")
        session.leave()
        assert (await starting).new, "files that were on their way are there"
        await session.run()
        await session.reset()
        assert (told, session.watching, session.running) == ([], False, False)
    assert not programs(tmp_path)


async def test_whatever_is_under_way_when_it_is_closed_ends(tmp_path: Path) -> None:
    async with sitting(tmp_path) as session:
        await session.start()
        session.file.write_text(HANGS)
        await until(lambda: programs(tmp_path), "the program", timeout=60)
        session.leave()
        await asyncio.wait(
            [
                spawn(each, "at the end")
                for each in (session.run(), session.reset(), session.close(), session.run())
            ]
        )
        assert not session.running
        assert not programs(tmp_path)
