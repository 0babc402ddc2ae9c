"""A recorded attempt judged once more: by its own times, and as far as time goes on."""

from __future__ import annotations

from typing import Any

from tests.support.check_events import close, in_order, message
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.replay import Trace, replay
from wslab.lab.steps import Status, Step, parse_steps

SEED = Seed(3)
WORD = str(SEED.values["word"])
SENT: dict[str, Any] = {"id": "sent", "expect": [{"on": "message", "dir": "c>s", "text": "$seed.word"}]}
CLOSED: dict[str, Any] = {"id": "closed", "expect": [{"on": "close", "code": 1000}], "hold": "2s"}


def steps(*tables: dict[str, Any]) -> tuple[Step, ...]:
    return parse_steps(list(tables))


def trace(until: float | None = None) -> Trace:
    return Trace("it", SEED, tuple(in_order(message("no"), message(WORD), close(1000))), 0.5, until)


def test_each_step_is_judged_in_its_turn_and_it_is_known_when_it_was_passed() -> None:
    found = replay(steps(SENT, CLOSED | {"hold": "1ms"}), trace())
    assert found.statuses == (Status.PASSED, Status.PASSED)
    assert found.decided == (2, 3)
    assert (found.current, found.error) == (1, None)


def test_time_goes_on_after_the_last_event_unless_it_was_over_then() -> None:
    assert replay(steps(SENT, CLOSED), trace()).passes(1)
    assert not replay(steps(SENT, CLOSED), trace(until=4.9)).passes(1)
    assert replay(steps(SENT, CLOSED), trace(until=5.1)).passes(1)


def test_what_had_to_come_in_time_did_not_once_nothing_comes() -> None:
    late = {"id": "late", "expect": [{"on": "close", "code": 1001, "within": "9s"}]}
    assert replay(steps(late), trace()).statuses == (Status.FAILED,)
    assert replay(steps(late), trace(until=8)).statuses == (Status.PENDING,)


def test_only_the_first_events_are_seen_where_a_count_says_so() -> None:
    found = replay(steps(SENT, CLOSED), trace(), count=2)
    assert found.statuses == (Status.PASSED, Status.PENDING)
    assert replay(steps(SENT, CLOSED), trace(), count=1).statuses == (Status.PENDING, Status.PENDING)
