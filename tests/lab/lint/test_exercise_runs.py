"""What is run of an exercise, and that it really is."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support.exercises import tiny
from tests.support.lint_pack import write_pack
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.exercise_runs import Case, ExerciseRuns, Kind, cases_of
from wslab.lab.lint.replay import replay
from wslab.wire.events import Direction, Message


def test_everything_that_belongs_to_an_exercise_is_run(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-server")
    cases = cases_of(lesson)
    assert [(each.kind, each.name) for each in cases] == [
        (Kind.CHEAT, "a server that does nothing"),
        (Kind.CHEAT, "a program that exits with 0"),
        (Kind.CHEAT, "an empty program"),
        (Kind.START, "start/server.py"),
        (Kind.MUTANT, "mutants/bytes.py"),
        (Kind.MUTANT, "mutants/other.py"),
        (Kind.MUTANT, "mutants/code.py"),
        (Kind.MUTANT, "mutants/no_goodbye.py"),
        (Kind.SOLUTION, "solution/server.py"),
        (Kind.SOLUTION, "solution/server.py"),
    ]
    assert len({each.seed for each in cases if each.kind is Kind.SOLUTION}) == 2
    assert sum(each.kind is Kind.SOLUTION for each in cases_of(lesson, 5)) == 5


async def test_programs_are_run_and_their_traces_can_be_judged_again(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-server")
    wanted = [
        each
        for each in cases_of(lesson)
        if each.name in ("mutants/bytes.py", "an empty program", "solution/server.py")
    ]
    runs = ExerciseRuns(lesson, asyncio.Semaphore(2))
    ran = await runs.run(wanted)
    assert [each.case for each in ran] == wanted
    assert runs.runs == 4
    assert [each.attempt.passed for each in ran] == [False, False, True, True]
    for each in ran:
        trace = each.trace(lesson)
        assert trace.you is Direction.S2C
        assert trace.began == each.attempt.began
        live = tuple(verdict.status for verdict in each.attempt.verdicts)
        assert replay(lesson.steps, trace).statuses == live
    words = {event.preview for each in ran[2:] for event in each.attempt.events if isinstance(event, Message)}
    assert words == {str(each.case.seed.values["word"]).encode() for each in ran[2:]}


async def test_a_client_that_only_connects_is_judged_when_its_time_is_up() -> None:
    lesson = tiny("client")
    [idle] = [each for each in cases_of(lesson) if each.idle]
    [ran] = await ExerciseRuns(lesson, asyncio.Semaphore(1)).run([idle])
    assert ran.attempt.step == 0
    assert not ran.attempt.passed
    trace = ran.trace(lesson)
    assert lesson.exercise is not None
    assert trace.until == trace.began + lesson.exercise.timeout


async def test_an_answer_may_be_a_text_or_a_folder_or_the_start_itself(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-server")
    cases = [
        Case(Kind.CHEAT, "text", "print('text')", Seed(1)),
        Case(Kind.START, "start", None, Seed(1)),
    ]
    ran = await ExerciseRuns(lesson, asyncio.Semaphore(2)).run(cases)
    assert ran[0].attempt.output == ("text",)
    assert "nothing yet" in ran[1].attempt.output[0]
