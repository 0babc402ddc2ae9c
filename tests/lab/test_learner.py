"""A learner in a course: one lesson after another, and what is written in the background."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.check_events import S2C, at, close, message
from tests.support.packs import LOUD, agreed_source
from tests.support.sittings import write_course
from wslab.lab.course_files import load_course
from wslab.lab.learner import Learner
from wslab.lab.lesson_run import Seed
from wslab.lab.source import Source
from wslab.wire.clock import Clock
from wslab.wire.events import Event

NUMBERS = itertools.count(1)


def a_learner(folder: Path, **options: object) -> Learner:
    course = folder / "course"
    if not course.exists():
        write_course(folder)
    return Learner(Source(load_course(course)), folder / "state", Clock(), seed=Seed(7), **options)  # type: ignore[arg-type]


def see(learner: Learner, *events: Event) -> None:
    assert learner.session is not None
    learner.session.run.observe([at(event, next(NUMBERS)) for event in events])


async def test_progress_is_written_and_read_by_the_next_learner(tmp_path: Path) -> None:
    learner = a_learner(tmp_path)
    kept = []
    learner.listen(lambda: kept.append(learner.progress))
    session = learner.sit_down(learner.lesson)
    assert session is not None
    word = str(session.seed.values["word"])
    assert (learner.begun, learner.finished) == (set(), set())
    see(learner, message(word))
    await learner.close()
    assert learner.begun == {"t-echo"}
    assert kept

    again = a_learner(tmp_path)
    assert again.begun == {"t-echo"}
    again.sit_down(again.lesson)
    see(again, message(word), message(word, S2C), close(1000))
    await again.close()
    assert (again.begun, again.finished) == (set(), {"t-echo"})
    assert again.session is None


async def test_it_goes_on_with_the_lesson_opened_last(tmp_path: Path) -> None:
    learner = Learner(Source(load_course()), tmp_path, Clock())
    assert learner.lesson.id == "p1-connect"
    learner.sit_down(learner.course.lesson("p1-states"))
    await learner.close()
    assert Learner(Source(load_course()), tmp_path, Clock()).lesson.id == "p1-states"


async def test_a_lesson_that_is_left_is_no_longer_judged(tmp_path: Path) -> None:
    learner = a_learner(tmp_path)
    first = learner.sit_down(learner.lesson)
    second = learner.sit_down(learner.lesson)
    assert first is not second
    assert first is not None
    assert first.run.paused
    await learner.close()


async def test_an_exercise_is_done_in_a_file(tmp_path: Path) -> None:
    learner = Learner(Source(load_course()), tmp_path, Clock())
    exercise = next(lesson for lesson in learner.course.lessons if lesson.mode == "exercise")
    assert learner.sit_down(exercise) is None
    await learner.close()
    assert Learner(Source(load_course()), tmp_path, Clock()).lesson.id == exercise.id


async def test_writes_come_one_after_the_other_and_a_failed_one_stops_none(tmp_path: Path) -> None:
    errors: list[Exception] = []
    learner = a_learner(tmp_path, report=errors.append)
    done: list[int] = []

    def fail() -> None:
        raise OSError("disk full")

    learner.keep(lambda: done.append(1))
    learner.keep(fail)
    learner.keep(lambda: done.append(2))
    await learner.close()
    assert done == [1, 2]
    assert [str(error) for error in errors] == ["disk full"]


async def test_where_nothing_can_be_kept_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("in the way")
    learner = a_learner(tmp_path)
    learner.sit_down(learner.lesson)
    await learner.close()
    assert learner.store.problem is not None


@pytest.mark.parametrize("current", ["gone", "t-echo"])
async def test_a_lesson_that_is_no_more_is_not_gone_on_with(tmp_path: Path, current: str) -> None:
    learner = a_learner(tmp_path)
    learner.store.set_current(current)
    assert a_learner(tmp_path).lesson.id == "t-echo"


async def test_the_lesson_of_a_phase_to_go_on_with(tmp_path: Path) -> None:
    learner = Learner(Source(load_course()), tmp_path, Clock())
    basics, protocols = learner.course.phases[:2]
    assert learner.lesson_of(basics) is basics.lessons[0]
    assert learner.lesson_of(protocols) is protocols.lessons[0]
    assert learner.lesson_of(replace(protocols, lessons=())) is None
    learner.store.set_current("gone")
    learner.store.lesson_finished("p1-connect")
    # The one opened last is no more: the first of the course stands for it.
    assert learner.lesson_of(basics) is basics.lessons[0]
    learner.store.set_current("p1-states")
    assert learner.lesson_of(basics) is learner.course.lesson("p1-states")
    others = replace(basics, lessons=basics.lessons[:2])
    assert learner.lesson_of(others) is basics.lessons[1]
    learner.store.lesson_finished("p1-echo")
    assert learner.lesson_of(others) is basics.lessons[0]


async def test_work_on_a_pack_lies_beside_that_on_a_bundled_lesson_of_its_id(tmp_path: Path) -> None:
    files = []
    for source in (Source(load_course()), agreed_source(LOUD, tmp_path)):
        learner = Learner(source, tmp_path, Clock(), work=tmp_path / "work")
        learner.sit_down(learner.course.lesson("p1-echo-client"))
        assert learner.exercise is not None
        await learner.exercise.start()
        files.append(learner.exercise.file)
        await learner.close()
    assert files == [
        tmp_path / "work" / name / "client.py" for name in ("p1-echo-client", "loud.p1-echo-client")
    ]
    assert files[0].read_text() != files[1].read_text()
