"""One learner in several courses: one sitting at a time, and progress where each course has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.packs import LOUD, SMALL, agreed_source, with_bundled
from wslab.lab.learners import Learners
from wslab.lab.progress import ProgressStore
from wslab.wire.clock import Clock


@pytest.fixture
def learners(tmp_path: Path) -> Learners:
    sources = with_bundled(agreed_source(LOUD, tmp_path), agreed_source(SMALL, tmp_path))
    return Learners(sources, tmp_path, Clock())


async def test_progress_is_kept_for_each_course_by_itself(learners: Learners, tmp_path: Path) -> None:
    kept: list[str] = []
    learners.listen(lambda: kept.append("kept"))
    assert (learners.here, learners.pack) == (learners.main, None)
    for name in ("p1-echo-client", "loud:p1-echo-client", "small:hi"):
        learner, lesson = learners.find(name)
        learners.move(learner)
        learners.here.sit_down(lesson)
    assert learners.pack == "small"
    await learners.close()
    assert kept
    for pack, current in (("wslab", "p1-echo-client"), ("loud", "p1-echo-client"), ("small", "hello")):
        assert ProgressStore(tmp_path, pack).load().current == current
    assert ProgressStore(tmp_path).load().lessons.keys() == {"p1-echo-client"}


async def test_who_moves_leaves_the_lesson_of_before(learners: Learners) -> None:
    session = learners.here.sit_down(learners.here.course.lessons[0])
    assert session is not None
    learners.move(learners.here)
    assert learners.here.session is session
    loud, lesson = learners.find("loud:shout")
    learners.move(loud)
    assert session.run.paused
    assert learners.main.session is None
    assert learners.here.sit_down(lesson) is not None
    await learners.close()
    assert learners.here.session is None


def test_what_is_not_there_is_said(learners: Learners) -> None:
    with pytest.raises(KeyError, match="there is no lesson 'loud:hello'"):
        learners.find("loud:hello")
