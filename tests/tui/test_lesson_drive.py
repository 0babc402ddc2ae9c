"""Lessons done in the real app by their keys, here and in a process of their own."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import psutil
import pytest

from tests.support.lab_app import a_lab
from tests.support.lint_pack import APP, APP_ID, plant, write_pack
from tests.support.packs import LOUD, copy_pack
from tests.support.waiting import until
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import Driven, Place
from wslab.lab.packs import load_pack
from wslab.lab.source import Source
from wslab.tasks import spawn
from wslab.tui.lesson_drive import (
    QuickPilot,
    clipped,
    do_lesson,
    drive_lesson,
    from_json,
    read_script,
    to_json,
)
from wslab.tui.pilot_script import ScriptError
from wslab.wire.events import Direction, Message

SEED = Seed(5)
WORD = str(SEED.values["word"])


@pytest.fixture(autouse=True)
def _fast_loop() -> None:
    # Debugging asyncio makes each of an app's thousand callbacks ten times as slow.
    try:
        asyncio.get_running_loop().set_debug(False)
    except RuntimeError:
        return


def place(root: Path) -> Place:
    return Place(root, load_course(root).lesson(APP_ID))


def test_the_seed_stands_in_the_script(tmp_path: Path) -> None:
    lesson = place(write_pack(tmp_path)).lesson
    assert read_script(lesson, SEED).steps[1].type == WORD
    (lesson.folder / "drive.toml").write_text("steps = 1")
    with pytest.raises(ScriptError, match="unknown key 'steps'"):
        read_script(lesson, SEED)


async def test_a_lesson_is_done_in_a_process_that_leaves_no_trace(tmp_path: Path) -> None:
    before = _kept()
    driven = await drive_lesson(place(write_pack(tmp_path)), "ja", SEED)
    assert (driven.failure, driven.where, driven.fault) == ("", "", "")
    assert (driven.lang, driven.seed) == ("ja", SEED)
    said = [each for each in driven.events if isinstance(each, Message) and each.direction is Direction.C2S]
    assert [each.preview for each in said] == [WORD.encode()]
    assert 0 < driven.began <= driven.events[0].t
    assert _kept() == before


def _kept() -> set[str]:
    return {entry.name for entry in Path(os.environ["XDG_STATE_HOME"], "wslab").iterdir()}


async def test_a_script_that_is_none_is_a_failure_of_the_lesson(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    (root / APP / "drive.toml").write_text("format = 7")
    driven = await drive_lesson(place(root), "en", SEED)
    assert "format is 7" in driven.failure


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


async def test_a_drive_that_is_given_up_leaves_no_process(tmp_path: Path) -> None:
    driving = spawn(drive_lesson(place(write_pack(tmp_path)), "en", SEED), "drive")
    children = psutil.Process().children
    await until(lambda: any("lesson_drive" in " ".join(each.cmdline()) for each in children()), "the process")
    driving.cancel()
    await asyncio.wait([driving])
    assert not any("lesson_drive" in " ".join(each.cmdline()) for each in children())


def test_what_came_of_it_goes_through_json() -> None:
    driven = Driven("en", SEED, "it failed", "step 1", began=1.5)
    assert from_json(to_json(driven), "en", SEED) == driven
    assert "did not say" in from_json("{", "en", SEED).fault
    assert "did not say" in from_json("{}", "en", SEED).fault


async def test_a_lesson_with_a_server_of_its_pack_is_driven(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    driven = await drive_lesson(Place(folder, load_pack(folder).course.lesson("shout")), "en", SEED)
    assert (driven.failure, driven.fault) == ("", "")
    assert any(isinstance(event, Message) and event.preview == b"HELLO!!" for event in driven.events)
