"""Lessons done in the real app by their keys."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.lab_app import a_lab
from tests.support.lint_pack import APP, APP_ID, plant, write_pack
from tests.support.waiting import until
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import Driven
from wslab.lab.source import Source
from wslab.tui.lesson_drive import (
    QuickPilot,
    clipped,
    do_lesson,
    from_json,
    read_script,
    to_json,
)
from wslab.tui.pilot_script import ScriptError

SEED = Seed(5)
WORD = str(SEED.values["word"])


def test_the_seed_stands_in_the_script(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson(APP_ID)
    assert read_script(lesson, SEED).steps[1].type == WORD
    (lesson.folder / "drive.toml").write_text("steps = 1")
    with pytest.raises(ScriptError, match="unknown key 'steps'"):
        read_script(lesson, SEED)


async def test_a_step_that_does_not_come_true_is_told_by_its_name(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    course = plant(
        root,
        f"{APP}/drive.toml",
        'press = ["c"]\nwait = { state = "open", text = ["esc"], within = "15s" }',
        'press = ["d"]\nwait = { state = "open", within = "100ms" }',
    )
    driven = await do_lesson(Source(course), course.lesson(APP_ID), SEED)
    assert driven.where == "step 1 (connect)"
    assert driven.failure.startswith("waited 0.1 s for state open")


async def test_a_footer_that_does_not_fit_is_noticed() -> None:
    async with a_lab((80, 24)) as lab:
        assert clipped(lab.app) == ""
        await lab.pilot.resize_terminal(30, 24)
        await until(lambda: clipped(lab.app), "a footer that is too long")
        assert clipped(lab.app).startswith("at 30 columns the footer has no room for ")


async def test_keys_come_in_order_also_those_with_names() -> None:
    async with a_lab((80, 24)) as lab:
        pilot = QuickPilot(lab.app)
        await pilot.press("i")
        await until(lambda: "composer" in lab.focus, "the line at the bottom")
        await pilot.press(*'/a "b" {c}: d=0|', "space", "x")
        composer = lab.app.lab_screen.query_one("#composer")
        await until(lambda: composer.value == '/a "b" {c}: d=0| x', "what was typed")  # type: ignore[attr-defined]


def test_what_came_of_it_goes_through_json() -> None:
    driven = Driven("en", SEED, "it failed", "step 1", began=1.5)
    assert from_json(to_json(driven), "en", SEED) == driven
    assert "did not say" in from_json("{", "en", SEED).fault
    assert "did not say" in from_json("{}", "en", SEED).fault
