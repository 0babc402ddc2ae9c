"""Parts of checks that something wrong would pass without, and parts that nothing tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.check_events import close, in_order, message
from tests.support.lint_pack import write_pack
from wslab.lab.course_files import load_course
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.clause_rules import Clause, clauses, untested
from wslab.lab.lint.findings import Rule
from wslab.lab.lint.replay import Trace
from wslab.lab.steps import parse_steps
from wslab.wire.events import Direction, Event, Opcode

SEED = Seed(3)
WORD = str(SEED.values["word"])
STEPS: list[dict[str, Any]] = [
    {
        "id": "sent",
        "expect": [{"on": "message", "dir": "c>s", "op": "TEXT", "text": "$seed.word", "save": "it"}],
    },
    {
        "id": "closed",
        "expect": [{"on": "close", "conn": "$it.conn"}],
        "never": [{"on": "close", "code": 1001}],
    },
]


def trace(name: str, *events: Event) -> Trace:
    return Trace(name, SEED, tuple(in_order(*events)), 0.0)


def known(*traces: Trace) -> dict[str, tuple[str, ...]]:
    return {f"{each.step} {each.place}": each.killers for each in clauses(parse_steps(STEPS), traces)}


def test_without_wrong_ways_nothing_is_tested() -> None:
    assert known() == {
        "sent expect[1].dir": (),
        "sent expect[1].op": (),
        "sent expect[1].text": (),
        "closed expect[1].conn": (),
        "closed never[1]": (),
        "closed never[1].code": (),
    }


def test_each_wrong_way_tests_what_alone_stops_it() -> None:
    found = known(
        trace("bytes", message(WORD, opcode=Opcode.BINARY)),
        trace("other", message("other")),
        trace("theirs", message(WORD, Direction.S2C)),
        trace("both", message("other", opcode=Opcode.BINARY)),
        trace("leaves", message(WORD), close(1001)),
    )
    assert found == {
        "sent expect[1].dir": ("theirs",),
        "sent expect[1].op": ("bytes",),
        "sent expect[1].text": ("other",),
        "closed expect[1].conn": (),
        # Without it the goodbye that is forbidden is as good as any other.
        "closed never[1]": ("leaves",),
        "closed never[1].code": (),
    }


def test_a_way_that_passes_the_step_tests_nothing_of_it() -> None:
    assert not any(known(trace("right", message(WORD), close(1000))).values())


def test_what_nothing_tests_is_a_finding_at_its_place(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-server")
    parts = [Clause("sent", "expect[1].op", ("bytes",)), Clause("sent", "hold", ())]
    [one] = untested(lesson, parts)
    assert one.rule is Rule.CLAUSE
    assert one.where == f"{lesson.folder / 'lesson.toml'}: step sent: hold"


NARROW: list[dict[str, Any]] = [
    {
        "id": "sent",
        "expect": [{"on": "message", "text": "$seed.word"}],
        "never": [{"on": "close", "code": 1001}],
        "hold": "5s",
    }
]


def test_a_field_of_never_is_needed_where_without_it_what_is_right_would_not_pass() -> None:
    steps = parse_steps(NARROW)
    wrong = [trace("leaves", message(WORD), close(1001))]
    right = [trace("right", close(1000), message(WORD)), trace("also right", message(WORD))]

    def known_of(*rights: Trace) -> dict[str, tuple[str, ...]]:
        return {each.place: each.killers for each in clauses(steps, wrong, rights)}

    assert known_of(*right)["never[1].code"] == ("right",)
    assert known_of(right[1])["never[1].code"] == ()
    assert known_of()["never[1]"] == ("leaves",)


def test_what_is_said_of_a_field_of_never_fits_it(tmp_path: Path) -> None:
    lesson = load_course(write_pack(tmp_path)).lesson("lint-server")
    [one] = untested(lesson, [Clause("sent", "never[1].code", ())])
    assert "what is right passes the step without it as well" in str(one)
