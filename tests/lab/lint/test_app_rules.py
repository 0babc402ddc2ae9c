"""Findings about lessons done in the app, from what was seen of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.check_events import at, close, http, message, state
from tests.support.lint_pack import APP, plant, write_pack
from wslab.lab.course import Lesson, Mutant
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import LessonRun, Seed
from wslab.lab.lint.app_rules import (
    behind,
    judge_drive,
    judge_idle,
    judge_played,
    judge_windows,
    trace_of,
)
from wslab.lab.lint.app_runs import Played
from wslab.lab.lint.drive import Driven
from wslab.lab.lint.findings import Rule
from wslab.lab.lint.replay import Trace
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event, Phase

SEED = Seed(1)
WORD = str(SEED.values["word"])
ECHO = message(WORD, Direction.S2C)
OPENING = (
    state(Phase.CONNECTING, "client"),
    http("HTTP/1.1 101 Switching Protocols", Direction.S2C),
    state(Phase.OPEN),
)


@pytest.fixture
def lesson(tmp_path: Path) -> Lesson:
    return load_course(write_pack(tmp_path)).lesson("lint-app")


def numbered(*events: Event, conn: int = 1) -> tuple[Event, ...]:
    return tuple(at(event, number, conn=conn) for number, event in enumerate(events, 1))


def driven(*events: Event) -> Driven:
    return Driven("en", SEED, events=numbered(*OPENING, *events))


def idle(*events: Event) -> Trace:
    return Trace("idle", SEED, numbered(*OPENING, *events), 0.0)


def played(lesson: Lesson, *events: Event, mutant: Mutant | None = None) -> Played:
    """What came of lines after which these events were seen."""
    seen = numbered(*events)
    run = LessonRun(lesson.steps, SEED, Clock(lambda: 0.0))
    run.observe(seen)
    return Played(mutant, Trace("it", SEED, seen, 0.0), run.verdicts, run.current)


def said(lesson: Lesson, each: Played) -> str:
    """What is found, on one line without the folder; empty where nothing is."""
    found = [str(one) for one in judge_played(lesson, each)]
    assert len(found) <= 1
    return "".join(found).replace(f"{lesson.folder}/", "").removeprefix("error ")


def test_a_lesson_that_its_keys_pass_is_fine(lesson: Lesson) -> None:
    assert list(judge_drive(lesson, driven(ECHO))) == []
    assert list(judge_windows(lesson, driven(ECHO), idle())) == []


def test_what_went_wrong_in_the_app_is_told_with_its_place(lesson: Lesson) -> None:
    [one] = judge_drive(lesson, replace(driven(), failure="waited 5 s", where="step 2 (the word)"))
    assert one.rule is Rule.DRIVE
    assert f"{APP}/drive.toml: en: step 2 (the word): waited 5 s; its keys must pass" in str(one)
    [one] = judge_drive(lesson, replace(driven(), fault="the app ended with 1"))
    assert one.rule is Rule.UNKNOWN


def test_a_step_must_not_be_passed_by_waiting(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    wanted = '{ on = "message", dir = "s>c", text = "$seed.word" }'
    course = plant(root, f"{APP}/lesson.toml", wanted, '{ on = "close", dir = "s>c" }')
    lesson = course.lesson("lint-app")
    bye = close(1001, direction=Direction.S2C)
    [one] = judge_windows(lesson, driven(bye), idle(bye))
    assert (one.rule, one.where.endswith("step sent")) == (Rule.WINDOW, True)
    assert list(judge_windows(lesson, driven(bye), idle())) == []
    [one] = judge_idle(lesson, idle(bye))
    assert one.rule is Rule.CHEAT
    assert list(judge_idle(lesson, idle())) == []


def test_a_recording_that_does_not_show_what_the_app_judged_is_the_lab_s_fault(lesson: Lesson) -> None:
    [one] = judge_windows(lesson, driven(), idle())
    assert one.rule is Rule.UNKNOWN
    assert "passes only 1 of its steps" in one.found


def test_other_events_come_behind_the_first_ones_in_order_and_over_the_right_connection() -> None:
    trace = trace_of(driven())
    goes_on = behind(trace, trace.events, Trace("x", SEED, numbered(message("a"), conn=7), 1.0))
    assert [event.conn for event in goes_on.events] == [1, 1, 1, 1]
    anew = behind(trace, trace.events, Trace("x", SEED, numbered(*OPENING, conn=7), 1.0))
    assert [event.conn for event in anew.events] == [1, 1, 1, 2, 2, 2]
    for each in (goes_on, anew):
        assert [event.seq for event in each.events] == sorted({event.seq for event in each.events})
        assert [event.t for event in each.events] == sorted(event.t for event in each.events)
    assert behind(trace, trace.events[:1], Trace("x", SEED, (), 0.0)).events == trace.events[:1]


def test_the_lines_of_solve_have_to_pass_every_step(lesson: Lesson) -> None:
    assert said(lesson, played(lesson, *OPENING, ECHO)) == ""
    stuck = played(lesson, *OPENING, message("no"))
    assert said(lesson, stuck) == (
        "[solution] lesson.toml: solve: at step sent its lines leave it pending: other; "
        "the lines of solve must pass every step"
    )
    assert "pending: other (/ping: not now);" in said(lesson, replace(stuck, refused="/ping: not now"))
    bare = replace(lesson, steps=tuple(replace(step, solve=()) for step in lesson.steps))
    assert "solve: step open has no lines;" in said(bare, played(bare))


def test_who_does_what_is_right_must_not_be_told_of_a_mistake(lesson: Lesson) -> None:
    told = replace(played(lesson, *OPENING, ECHO), told={1: "other"})
    assert said(lesson, told) == (
        "[solution] lesson.toml: solve: at step sent its lines are told other; "
        "who does what is right must not be told of a mistake"
    )


def test_a_mutant_in_the_app_has_to_die_where_and_how_it_is_said(lesson: Lesson) -> None:
    dies = Mutant("it", "sent", "other", ("no",))
    other = message("no")
    assert said(lesson, played(lesson, *OPENING, other, mutant=dies)) == ""
    cases = [
        (played(lesson, *OPENING, ECHO, mutant=dies), "it passes; it must die at step sent"),
        (
            played(lesson, other, mutant=dies),
            "it dies at step open: an HTTP answer with status 101",
        ),
        (played(lesson, *OPENING, mutant=dies), "it is told nothing; it must be told other"),
        (
            played(lesson, *OPENING, other, mutant=replace(dies, says=None)),
            "it is told other; it must be told nothing",
        ),
    ]
    for each, found in cases:
        assert said(lesson, each).startswith(f"[mutant] lesson.toml: mutant it: {found}")


def test_faults_of_the_lab_at_lines_are_no_fault_of_the_lesson(lesson: Lesson) -> None:
    assert "[unknown] lesson.toml: solve: no server" in said(
        lesson, replace(played(lesson), fault="no server")
    )
    torn = replace(played(lesson, *OPENING, ECHO), trace=Trace("it", SEED, (), 0.0))
    assert "judged as passed, passed, and what was recorded of it as pending, pending" in said(lesson, torn)
