"""A connection over which nothing is sent, to a real server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.lint_pack import write_pack
from tests.support.packs import LOUD, agreed_source
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.idle import idle_trace
from wslab.wire.events import Direction, Frame, Http, Message, Opcode, State


async def test_it_sees_what_the_server_does_by_itself_and_nothing_of_ours(tmp_path: Path) -> None:
    lesson = replace(load_course(write_pack(tmp_path)).lesson("lint-app"), path="/ping?every=50ms")
    trace = await idle_trace(lesson, Seed(1), seconds=1.0)
    sent = [each for each in trace.events if isinstance(each, Frame) and each.direction is Direction.C2S]
    assert sent
    assert all(each.opcode == Opcode.PONG for each in sent)
    assert not any(isinstance(each, Message) and each.direction is Direction.C2S for each in trace.events)
    assert trace.events[0].t >= trace.began


async def test_a_connection_that_is_refused_is_seen_as_well(tmp_path: Path) -> None:
    lesson = replace(load_course(write_pack(tmp_path)).lesson("lint-app"), path="/auth")
    trace = await idle_trace(lesson, Seed(1), seconds=0.01)
    assert any(isinstance(each, Http) and "401" in each.start_line for each in trace.events)
    assert [each.code for each in trace.events if isinstance(each, State)][-1] == 401


async def test_a_server_of_the_course_is_started_with_the_options_of_the_lesson(tmp_path: Path) -> None:
    source = agreed_source(LOUD, tmp_path)
    trace = await idle_trace(source.course.lesson("shout"), Seed(1), seconds=0.01, guests=source.servers)
    assert any(isinstance(each, Http) and "101" in each.start_line for each in trace.events)
