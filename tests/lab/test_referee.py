"""When an attempt is over: as soon as it is decided, and never by waiting for a clock that need not be waited for."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.lesson_run import Seed
from wslab.lab.referee import Ending, Referee, Trace
from wslab.lab.steps import Status, parse_steps
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Direction, Event, Message, Tcp

ECHO = {"id": "echo", "expect": [{"on": "message", "dir": "s>c", "text": "hi"}]}
HELD = {**ECHO, "hold": "60s", "never": [{"on": "close"}]}
LATE = {"id": "late", "expect": [{"on": "message", "dir": "s>c", "text": "more", "within": "50s"}]}


def referee(steps: Sequence[Any], timeout: float = 30, grace: float = 0.02) -> Referee:
    return Referee(parse_steps(list(steps)), Seed(1), Clock(), timeout, grace=grace)


def message(text: str) -> Message:
    now = Clock().monotonic()
    return Message(
        next(NUMBERS), now, 0, 1, Direction.S2C, 1, 1, now, len(text), len(text), False, text.encode(), ()
    )


NUMBERS = itertools.count(1)


async def test_it_is_over_when_it_is_decided() -> None:
    one = referee([ECHO])
    over = spawn(one.until_over(lambda: False), "over")
    one.observe([message("no"), message("hi")])
    assert await over is Ending.DECIDED
    assert one.run.passed
    assert len(one.trace.events()) == 2


async def test_it_is_over_when_the_program_has_ended_and_the_wire_is_quiet() -> None:
    one = referee([ECHO])
    ended = False
    over = spawn(one.until_over(lambda: ended), "over")
    one.observe([message("no")])
    ended = True
    one.wake()
    assert await over is Ending.EXITED
    assert not one.decided


async def test_what_comes_after_the_program_still_counts() -> None:
    one = referee([ECHO], grace=5)
    over = spawn(one.until_over(lambda: True), "over")
    one.observe([message("no")])
    one.observe([message("hi")])
    assert await over is Ending.DECIDED


async def test_it_is_over_when_its_time_is_up() -> None:
    assert await referee([ECHO], timeout=0.02).until_over(lambda: False) is Ending.TIMEOUT


async def test_a_hold_that_nothing_can_break_any_more_needs_no_waiting() -> None:
    one = referee([HELD])
    one.observe([message("hi")])
    assert await one.until_over(lambda: True) is Ending.EXITED
    one.play_out()
    assert one.verdicts()[0].status is Status.PASSED


async def test_what_had_to_come_within_a_time_has_not_come() -> None:
    one = referee([HELD, LATE])
    one.observe([message("hi")])
    one.play_out()
    assert [verdict.status for verdict in one.verdicts()] == [Status.PASSED, Status.FAILED]
    assert one.active == 1


async def test_playing_out_what_waits_for_no_time_changes_nothing() -> None:
    one = referee([ECHO])
    one.play_out()
    assert one.verdicts()[0].status is Status.PENDING


async def test_listeners_hear_what_was_judged() -> None:
    one = referee([ECHO])
    heard: list[tuple[int, bool]] = []
    one.listen(lambda events: heard.append((len(events), one.run.passed)))
    one.observe([message("hi")])
    assert heard == [(1, True)]


async def test_waiting_for_a_condition() -> None:
    one = referee([ECHO, LATE])
    waiting = spawn(one.until(lambda: one.active == 1, 30), "until")
    one.observe([message("hi")])
    assert await waiting
    assert not await one.until(lambda: False, 0.01)
    one.observe([message("more")])
    assert not await one.until(lambda: False, 30)
    assert one.decided


async def test_an_error_of_the_judge_is_unknown() -> None:
    one = referee([ECHO])
    broken: Any = object()
    one.run.observe([broken])
    if one.error is None:
        # What is no event at all is passed over; an event that cannot be read is not.
        one.run.observe([message("hi")._replace(preview=broken, length=1)])
    assert one.unknown
    assert one.decided
    assert await one.until_over(lambda: False) is Ending.DECIDED


@given(st.lists(st.integers(0, 9), max_size=20), st.integers(0, 6), st.integers(0, 6))
def test_a_trace_keeps_the_start_and_the_end(batches: list[int], first: int, last: int) -> None:
    trace = Trace(first, last)
    every: list[Event] = []
    for size in batches:
        events = [Tcp(len(every) + n, 0, 0, 1, "open", None, "") for n in range(size)]
        trace.add(events)
        every += events
    assert trace.left_out == max(0, len(every) - first - last)
    if len(every) <= first + last:
        assert list(trace.events()) == every
    else:
        assert list(trace.events()) == every[:first] + (every[-last:] if last else [])
