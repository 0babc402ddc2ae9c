"""Steps in words: what they wait for, their clauses with ticks, and why they failed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.check_events import C2S
from wslab.lab.step_clauses import Step
from wslab.lab.step_words import Progress, StepWords
from wslab.lab.verdict import Status

CLOSE = {"on": "close", "dir": "c>s"}
TEXT = {"on": "message", "op": "TEXT"}


def words(progress: Progress, **clauses: Any) -> StepWords:
    return StepWords(Step.parse({"id": "a", **clauses}, "s"), {}, C2S, progress)


@pytest.mark.parametrize(
    ("clauses", "progress", "waiting"),
    [
        ({"expect": [CLOSE, TEXT]}, Progress(0, True, (), ()), "a Close frame from you"),
        ({"expect": [CLOSE, TEXT]}, Progress(1, True, (), ()), "a TEXT message"),
        (
            {"expect": [CLOSE | {"within": "2s"}]},
            Progress(0, True, (), ()),
            "a Close frame from you, within 2 s",
        ),
        ({"any": [CLOSE, TEXT]}, Progress(0, False, (), ()), "a Close frame from you or a TEXT message"),
        ({"count": [{"match": TEXT, "n": 3}]}, Progress(0, True, (1,), ()), "3 × a TEXT message (1 so far)"),
        (
            {"count": [{"match": TEXT, "n": "3.."}]},
            Progress(0, True, (0,), ()),
            "3 or more × a TEXT message (0 so far)",
        ),
        (
            {"count": [{"match": TEXT, "n": "3..5"}]},
            Progress(0, True, (2,), ()),
            "3 to 5 × a TEXT message (2 so far)",
        ),
        (
            {"distinct": [{"match": TEXT, "by": "text", "n": 2}]},
            Progress(0, True, (), (1,)),
            "2 × a TEXT message, each with another text (1 so far)",
        ),
        ({"expect": [CLOSE], "hold": "300ms"}, Progress(1, True, (), ()), "all that for 300 ms"),
    ],
)
def test_what_is_waited_for(clauses: dict[str, Any], progress: Progress, waiting: str) -> None:
    assert words(progress, **clauses).waiting_for()[1] == waiting


def test_every_clause_has_its_tick() -> None:
    shown = words(
        Progress(1, False, (2, 1), (2,)),
        expect=[CLOSE, TEXT],
        any=[CLOSE],
        count=[{"match": TEXT, "n": "..5"}, {"match": TEXT, "n": 2}],
        distinct=[{"match": TEXT, "by": "text", "n": 2}],
        never=[{"on": "tcp", "what": "reset"}],
        hold="1s",
    )

    assert [tuple(tick) for tick in shown.ticks(Status.PENDING, None)] == [
        ("a Close frame from you", True),
        ("a TEXT message", False),
        ("a Close frame from you", False),
        ("at most 5 × a TEXT message (2 so far)", True),
        ("2 × a TEXT message (1 so far)", False),
        ("2 × a TEXT message, each with another text (2 so far)", True),
        ("never a TCP connection that breaks", True),
        ("all that for 1 s", False),
    ]
    assert [tick.met for tick in shown.ticks(Status.FAILED, shown.step.never[0])][6:] == [False, False]
    assert shown.ticks(Status.PASSED, None)[-1].met


@pytest.mark.parametrize(
    ("clause", "value", "reason"),
    [
        ("never", None, "this came, and must not: a Close frame from you"),
        ("within", None, "this did not come within 2 s: a Close frame from you"),
        ("count", 3, "more than 3 of these came: a Close frame from you"),
        ("distinct", "a", '"a" came twice: a Close frame from you'),
    ],
)
def test_why_a_step_failed(clause: str, value: Any, reason: str) -> None:
    shown = words(Progress(0, True, (), ()), expect=[CLOSE | {"within": "2s"}])

    assert shown.reason(clause, shown.step.expect[0], value) == reason


def test_progress_meets_a_step_once_every_clause_is() -> None:
    step = words(
        Progress(0, True, (), ()),
        expect=[CLOSE],
        any=[TEXT],
        count=[{"match": TEXT, "n": 2}],
        distinct=[{"match": TEXT, "by": "text", "n": 2}],
    ).step

    assert Progress(1, True, (2,), (2,)).meets(step)
    for short in (
        Progress(0, True, (2,), (2,)),
        Progress(1, False, (2,), (2,)),
        Progress(1, True, (1,), (2,)),
        Progress(1, True, (2,), (1,)),
    ):
        assert not short.meets(step)
