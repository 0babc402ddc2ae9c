"""Lessons done by other processes, several by one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from tests.support.lint_pack import APP, APP_ID, write_pack
from tests.support.packs import LOUD, copy_pack
from tests.support.waiting import until
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import Place
from wslab.lab.packs import load_pack
from wslab.tasks import spawn, stop
from wslab.tui.drive_pool import DrivePool
from wslab.wire.events import Direction, Message

SEED = Seed(5)


def workers() -> list[psutil.Process]:
    return [
        each for each in psutil.Process().children() if "wslab.tui.drive_worker" in " ".join(each.cmdline())
    ]


@pytest.fixture
async def pool() -> AsyncIterator[DrivePool]:
    async with DrivePool() as made:
        yield made
    assert workers() == []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    root = write_pack(tmp_path)
    return Place(root, load_course(root).lesson(APP_ID))


def kept() -> set[str]:
    return {entry.name for entry in Path(os.environ["XDG_STATE_HOME"], "wslab").iterdir()}


async def test_one_process_does_many_lessons_in_its_language_and_leaves_no_trace(
    pool: DrivePool, place: Place
) -> None:
    before = kept()
    for lang, seed in (("ja", SEED), ("ja", Seed(6)), ("en", SEED)):
        driven = await pool(place, lang, seed)
        assert (driven.failure, driven.where, driven.fault) == ("", "", "")
        assert (driven.lang, driven.seed) == (lang, seed)
        said = [
            each for each in driven.events if isinstance(each, Message) and each.direction is Direction.C2S
        ]
        assert [each.preview.decode() for each in said] == [seed.values["word"]]
        assert 0 < driven.began <= driven.events[0].t
    assert len(workers()) == 2
    assert kept() == before


async def test_a_script_that_is_none_is_a_failure_of_the_lesson_and_starts_nothing(
    pool: DrivePool, place: Place
) -> None:
    assert place.course is not None
    (place.course / APP / "drive.toml").write_text("format = 7")
    driven = await pool(place, "en", SEED)
    assert "format is 7" in driven.failure
    assert workers() == []


async def test_a_process_that_dies_costs_its_own_lesson(pool: DrivePool, place: Place) -> None:
    dying, other = (spawn(pool(place, "en", SEED), name) for name in ("dying", "other"))
    await until(lambda: len(workers()) == 2, "the processes")
    first, _second = sorted(workers(), key=lambda each: each.pid)
    first.kill()
    assert [each.fault.partition(":")[0] for each in (await dying, await other)] == [
        "the app ended with -9",
        "",
    ]
    assert (await pool(place, "en", SEED)).fault == ""
    assert len(workers()) == 1


async def test_what_goes_wrong_in_the_lab_is_told_with_its_last_lines(pool: DrivePool, place: Place) -> None:
    driven = await pool(place, "xx", SEED)
    assert driven.fault.startswith("the app ended with 1: ")
    assert "there is no language 'xx'" in driven.fault
    assert workers() == []


async def test_a_lesson_that_takes_too_long_is_the_lab_s_fault_and_leaves_no_process(place: Place) -> None:
    async with DrivePool(patience=0.1) as pool:
        driven = await pool(place, "en", SEED)
        assert driven.fault == "the app was still running after 0.1 s"
        assert workers() == []


async def test_a_drive_that_is_given_up_leaves_no_process(pool: DrivePool, place: Place) -> None:
    driving = spawn(pool(place, "en", SEED), "drive")
    await until(workers, "the process")
    await stop(driving)
    assert workers() == []


async def test_what_is_no_answer_is_the_lab_s_fault(
    pool: DrivePool, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A process that greets before it answers, as something imported by Python may do.
    (tmp_path / "sitecustomize.py").write_text("print('hello', flush=True)\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert "did not say what came of it" in (await pool(place, "en", SEED)).fault
    assert workers() == []


async def test_a_lesson_with_a_server_of_its_pack_is_driven(pool: DrivePool, tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    driven = await pool(Place(folder, load_pack(folder).course.lesson("shout")), "en", SEED)
    assert (driven.failure, driven.fault) == ("", "")
    assert any(isinstance(event, Message) and event.preview == b"HELLO!!" for event in driven.events)
