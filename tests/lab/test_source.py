"""Where a course comes from: full ids, folders for work that nobody shares, and code that has to be agreed to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.packs import LOUD, SMALL, agreed_source, copy_pack
from wslab.bundled import SERVERS
from wslab.lab.course_files import load_course
from wslab.lab.exercise import Attempt
from wslab.lab.lesson_run import Seed
from wslab.lab.packs import NotAgreedError, PackTrust, load_pack
from wslab.lab.source import Source
from wslab.lab.workspace import assemble

BUNDLED = Source(load_course())
ID = "p1-echo-client"


def loud(folder: Path, state: Path, *, agree: bool = True) -> Source:
    copy_pack(folder, "loud", LOUD)
    return agreed_source(folder, state) if agree else Source.of(load_pack(folder), PackTrust(state))


def test_what_lessons_are_called_and_where_the_work_on_them_lies(tmp_path: Path) -> None:
    one, other = loud(tmp_path / "loud", tmp_path), agreed_source(SMALL, tmp_path)
    mine, theirs = one.course.lesson(ID), BUNDLED.course.lesson(ID)
    assert (one.name, one.full_id(mine)) == ("loud", "loud:p1-echo-client")
    assert (BUNDLED.name, BUNDLED.full_id(theirs)) == (None, ID)
    assert BUNDLED.work(theirs) == Path("wslab-work/p1-echo-client")
    assert one.work(mine) == Path("wslab-work/loud.p1-echo-client")
    assert one.work(mine, tmp_path) == tmp_path / "loud.p1-echo-client"
    assert other.work(other.course.lesson("hello")) == Path("wslab-work/small.hello")


def test_of_its_servers_it_has_those_that_lessons_name(tmp_path: Path) -> None:
    folder = copy_pack(tmp_path / "loud", "loud", LOUD)
    (folder / "servers" / "[b]helper.py").write_text("WORDS = 1\n")
    source = Source.of(load_pack(folder), PackTrust(tmp_path))
    assert source.servers.keys() == {"shout"}
    assert BUNDLED.servers == {}


def test_a_lesson_in_the_lab_needs_an_agreement_for_what_it_starts(tmp_path: Path) -> None:
    source = loud(tmp_path / "loud", tmp_path, agree=False)
    lesson = source.course.lesson("shout")
    for starts in (lesson, replace(lesson, server="basic"), replace(lesson, options=())):
        with pytest.raises(NotAgreedError, match="wslab lesson pack agree loud"):
            source.permit_lesson(starts)
    source.permit_lesson(replace(lesson, server="basic", options=()))
    BUNDLED.permit_lesson(replace(lesson, server="basic"))
    BUNDLED.permit()


async def attempt(source: Source, work: Path) -> Attempt:
    runner = source.runner(source.course.lesson(ID))
    try:
        return await runner.attempt(work, Seed(3))
    finally:
        await runner.close()


async def test_an_exercise_runs_against_the_packs_own_server_while_it_is_as_agreed(tmp_path: Path) -> None:
    source = loud(tmp_path / "loud", tmp_path)
    lesson = source.course.lesson(ID)
    work = tmp_path / "work"
    assemble(lesson.folder / "start", lesson.folder / "solution", "client.py", work)
    done = await attempt(source, work)
    assert done.passed, done
    (lesson.folder / "solution" / "client.py").write_text("changed")
    refused = await attempt(source, work)
    assert "nobody has agreed to run the code of loud" in refused.unknown_reason
    assert refused.events == ()


def test_a_bundled_exercise_has_the_bundled_servers() -> None:
    assert BUNDLED.course.lesson(ID).server in SERVERS
    assert BUNDLED.runner(BUNDLED.course.lesson(ID)).lesson.server == "basic"
