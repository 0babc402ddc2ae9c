"""Findings about lessons done in the app, from what was seen of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.check_events import at, close, http, message, state
from tests.support.lint_pack import APP, plant, write_pack
from wslab.lab.course import Lesson
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.app_rules import (
    behind,
    judge_drive,
    judge_idle,
    judge_windows,
    segments,
    told_apart,
    trace_of,
)
from wslab.lab.lint.drive import Driven
from wslab.lab.lint.findings import Rule
from wslab.lab.lint.replay import Trace
from wslab.wire.events import Direction, Event, Phase

SEED = Seed(1)
WORD = str(SEED.values["word"])
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


def test_a_lesson_that_its_keys_pass_is_fine(lesson: Lesson) -> None:
    assert list(judge_drive(lesson, driven(message(WORD)))) == []
    assert list(judge_windows(lesson, driven(message(WORD)), idle())) == []


def test_what_went_wrong_in_the_app_is_told_with_its_place(lesson: Lesson) -> None:
    [one] = judge_drive(lesson, replace(driven(), failure="waited 5 s", where="step 2 (the word)"))
    assert one.rule is Rule.DRIVE
    assert f"{APP}/drive.toml: en: step 2 (the word): waited 5 s; its keys must pass" in str(one)
    [one] = judge_drive(lesson, replace(driven(), fault="the app ended with 1"))
    assert one.rule is Rule.UNKNOWN


def test_a_step_must_not_be_passed_by_waiting(tmp_path: Path) -> None:
    root = write_pack(tmp_path)
    wanted = '{ on = "message", dir = "c>s", text = "$seed.word" }'
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


def test_what_was_done_for_each_step_is_cut_out(lesson: Lesson) -> None:
    first, second = segments(lesson, driven(message("no"), message(WORD), message("after")))
    assert (len(first.events), len(second.events)) == (2, 3)
    assert second.name == "lint-app: sent"
    assert second.began == second.events[0].t


def test_parts_of_checks_are_counted_that_tell_something_real_apart(lesson: Lesson) -> None:
    seen = driven(message(WORD))
    assert told_apart(lesson, seen, []) == (4, 0)
    theirs = Trace("theirs", SEED, numbered(message(WORD, Direction.S2C)), 1.0)
    assert told_apart(lesson, seen, [theirs]) == (4, 1)
    other = Trace("other", SEED, numbered(message("other")), 1.0)
    assert told_apart(lesson, seen, [theirs, other]) == (4, 2)


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
