"""Findings about what programs of an exercise came to."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.check_events import at, close, message
from tests.support.lint_pack import write_pack
from wslab.lab.course import Lesson, Mutant
from wslab.lab.course_files import load_course
from wslab.lab.exercise import Attempt
from wslab.lab.lesson_run import LessonRun, Seed
from wslab.lab.lint.exercise_rules import judge_runs, killed
from wslab.lab.lint.exercise_runs import Case, Kind, Ran
from wslab.lab.referee import Ending
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event, Opcode

SEED = Seed(1)
WORD = str(SEED.values["word"])
ECHO = message(WORD, Direction.S2C)
BYE = close(1000, direction=Direction.S2C)
BYTES = message(WORD, Direction.S2C, Opcode.BINARY)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load_course(write_pack(tmp_path)).lesson("lint-server")


def ran(lesson: Lesson, kind: Kind, *events: Event, mutant: Mutant | None = None, **changes: Any) -> Ran:
    """What came of a program after which these events were seen."""
    seen = [at(event, number) for number, event in enumerate(events, 1)]
    run = LessonRun(lesson.steps, SEED, Clock(lambda: 0.0), you=Direction.S2C)
    run.observe(seen)
    attempt = Attempt(SEED, run.verdicts, run.passed, tuple(seen), step=run.current, ending=Ending.EXITED)
    return Ran(Case(kind, f"{kind}/it.py", None, SEED, mutant), replace(attempt, **changes))


def found(lesson: Lesson, *runs: Ran) -> list[str]:
    return [
        str(each).removeprefix("error ").replace(f"{lesson.folder}/", "") for each in judge_runs(lesson, runs)
    ]


def test_a_solution_has_to_pass(lesson: Lesson) -> None:
    assert found(lesson, ran(lesson, Kind.SOLUTION, ECHO, BYE)) == []
    [line] = found(lesson, ran(lesson, Kind.SOLUTION, ECHO, traceback=("  File", "ValueError: no")))
    assert line.startswith("[solution] solution/it.py: with seed 1 it is pending at step closed: ")
    assert line.endswith("(ValueError: no); the solution must pass with every seed")


def test_a_start_has_to_run_and_to_stay_at_the_first_step(lesson: Lesson) -> None:
    assert found(lesson, ran(lesson, Kind.START)) == []
    assert found(lesson, ran(lesson, Kind.START, ECHO)) == [
        "[start] start/it.py: it passes echoed; the learner must have something to do at the first step"
    ]
    [line] = found(lesson, ran(lesson, Kind.START, traceback=("NameError: x",)))
    assert line == "[start] start/it.py: (NameError: x); it must run without an error"
    mute = ran(lesson, Kind.START)
    verdicts = tuple(replace(each, waiting_for="") for each in mute.attempt.verdicts)
    [line] = found(lesson, replace(mute, attempt=replace(mute.attempt, verdicts=verdicts)))
    assert "it gets no message" in line


def test_a_mutant_has_to_die_where_and_how_it_is_said(lesson: Lesson) -> None:
    dies = Mutant("it.py", "echoed", "bytes")
    good = ran(lesson, Kind.MUTANT, BYTES, mutant=dies)
    assert killed(lesson, good)
    assert found(lesson, good) == []
    cases = [
        (ran(lesson, Kind.MUTANT, ECHO, BYE, mutant=dies), "it passes; it must die at step echoed"),
        (ran(lesson, Kind.MUTANT, ECHO, mutant=dies), "it dies at step closed"),
        (ran(lesson, Kind.MUTANT, mutant=dies), "it is told nothing; it must be told bytes"),
        (
            ran(lesson, Kind.MUTANT, BYTES, mutant=replace(dies, says=None)),
            "it is told bytes; it must be told nothing",
        ),
    ]
    for one, said in cases:
        [line] = found(lesson, one)
        assert said in line
        assert not killed(lesson, one)


def test_nothing_else_may_pass(lesson: Lesson) -> None:
    assert found(lesson, ran(lesson, Kind.CHEAT, ECHO)) == []
    [line] = found(lesson, ran(lesson, Kind.CHEAT, ECHO, BYE))
    assert line.startswith("[cheat] lesson.toml: cheat/it.py passes")


def test_faults_of_the_lab_are_no_fault_of_the_lesson(lesson: Lesson) -> None:
    broken = ran(
        lesson, Kind.MUTANT, mutant=Mutant("it.py", "echoed", None), unknown_reason="no server", verdicts=()
    )
    assert found(lesson, broken) == [
        "[unknown] mutant/it.py: no server; run the check again: the lab failed, not the lesson"
    ]
    assert not killed(lesson, broken)
    # What was recorded has to be what was judged.
    torn = ran(lesson, Kind.SOLUTION, ECHO, BYE, events=())
    [line] = found(lesson, torn)
    assert "[unknown] solution/it.py: the wire was judged as passed, passed, and what was recorded" in line
