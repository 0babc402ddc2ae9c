"""Lessons and exercises through the real app, by its keys."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.support.demo import Demo
from tests.support.lab_app import NARROW, a_lab
from tests.support.waiting import until


async def test_a_step_ticks_the_view_stays_and_n_goes_on() -> None:
    async with a_lab(NARROW) as lab:
        await lab.sees("▸ 1/4 Press c")
        await lab.connected()
        await lab.sees("✓ 1/4 Press c: passed")
        await lab.leave_line()
        await lab.press("n")
        await lab.sees("▸ 2/4", "a Close frame from you")
        await lab.press("d")
        await lab.sees("✓ 2/4")
        progress = lab.app.lab_screen.learner.progress.lesson("p1-connect")
        assert progress.step("opened").passed is not None


async def test_free_play_ticks_nothing() -> None:
    async with a_lab(NARROW) as lab:
        await lab.press("f")
        await lab.sees("free play")
        await lab.connected()
        assert lab.app.lab_screen.learner.session is not None
        assert lab.app.lab_screen.learner.session.active == 0


async def test_a_lesson_is_gone_on_with_after_a_restart() -> None:
    async with a_lab(NARROW) as lab:
        await lab.sees("▸ 1/4 Press c")
        await lab.connected()
        await lab.sees("passed")
    async with a_lab(NARROW, bench=Demo().bench) as lab:
        await lab.sees("▸ 2/4")
        assert "✓ 1." in lab.app.lab_screen.pages.lesson._page


async def test_an_exercise_runs_at_each_save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        await lab.sees("x begins this exercise")
        await lab.press("x")
        exercise = lab.app.lab_screen.learner.exercise
        assert exercise is not None
        await until(lambda: exercise.outcome is not None, "the first run", timeout=60)
        await lab.sees("✗ 1/")
        await until(lambda: "The last run" in lab.app.lab_screen.pages.lesson._page, "the report")
        await lab.press("h")
        await until(lambda: "Hint 1" in lab.app.lab_screen.pages.lesson._page, "the hint")
        exercise.file.write_bytes((exercise.lesson.folder / "solution" / "client.py").read_bytes())
        await until(lambda: exercise.passed, "the solution to pass", timeout=60)
        await lab.sees("✓ exercise passed")
        learner = lab.app.lab_screen.learner
        await until(
            lambda: learner.store.load() and "p1-echo-client" in learner.finished, "the pass to be kept"
        )


async def test_without_an_editor_the_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        await lab.press("e")
        await until(lambda: any("set EDITOR" in toast for toast in lab.toasts), "what to do")


async def test_where_the_folder_cannot_be_made_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "wslab-work").write_text("in the way")
    (tmp_path / "wslab-work").chmod(stat.S_IRUSR)
    async with a_lab(NARROW, lesson="p1-echo-client") as lab:
        await lab.press("x")
        await lab.told("wslab-work")
