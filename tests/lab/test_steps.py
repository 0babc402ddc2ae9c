"""One attempt at one step, clause by clause, and held against a plain reading of the same clauses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.check_events import (
    C2S,
    FEW_KINDS,
    S2C,
    STREAMS,
    at,
    close,
    in_order,
    message,
    proc,
    state,
    ui,
)
from tests.support.traffic import a_frame
from wslab.lab.steps import Status, Step, StepRun, Verdict
from wslab.wire.events import Event, Opcode, Phase
from wslab.wire.patterns import Pattern
from wslab.wire.predicates import Earlier

SEED = {"seed": {"word": "tobimaku", "hex": "746f62696d616b75", "number": 1234}}
SENT = {"on": "message", "dir": "c>s", "save": "sent"}
BACK = {"on": "message", "dir": "s>c", "hex": "$sent.hex"}
CLOSE = {"on": "close"}
TEXT = {"on": "message", "op": "TEXT"}


def run_of(**clauses: Any) -> StepRun:
    return StepRun(Step.parse({"id": "a", **clauses}, "s"), SEED, 0.0)


def judged(events: Sequence[Event], **clauses: Any) -> tuple[Status, int | None]:
    """How a step stands after events, and which one decided."""
    run = run_of(**clauses)
    run.observe(events)
    return run.status, run.verdict.seq


PENDING, PASSED, FAILED = Status.PENDING, Status.PASSED, Status.FAILED


def test_expect_takes_events_in_order_with_others_between() -> None:
    events = in_order(message("a", S2C), message("a"), ui("send"), message("b", S2C), message("a", S2C))

    assert judged(events[:4], expect=[SENT, BACK]) == (PENDING, None)
    assert judged(events, expect=[SENT, BACK]) == (PASSED, 5)


def test_one_event_meets_one_pattern_of_expect() -> None:
    events = in_order(close(1000), close(1000))

    assert judged(events[:1], expect=[CLOSE, CLOSE]) == (PENDING, None)
    assert judged(events, expect=[CLOSE, CLOSE]) == (PASSED, 2)


def test_any_takes_one_of_several() -> None:
    assert judged(in_order(message("a")), any=[CLOSE, TEXT]) == (PASSED, 1)
    assert judged(in_order(close(1000)), any=[CLOSE, TEXT]) == (PASSED, 1)
    assert judged(in_order(state(Phase.OPEN)), any=[CLOSE, TEXT]) == (PENDING, None)


def test_what_any_saves_can_be_referred_to() -> None:
    run = run_of(any=[{"on": "close", "code": 1000, "save": "x"}, {"on": "close", "save": "x"}])
    run.observe(in_order(close(1001)))

    assert run.saved["x"] == in_order(close(1001))[0]


def test_count_takes_so_many() -> None:
    three = in_order(message("a"), message("b"), message("c"))

    assert judged(three[:2], count=[{"match": TEXT, "n": "3.."}]) == (PENDING, None)
    assert judged(three, count=[{"match": TEXT, "n": "3.."}]) == (PASSED, 3)
    assert judged(three, count=[{"match": TEXT, "n": 2}]) == (PASSED, 2)
    assert judged(three, count=[{"match": TEXT, "n": 2}], expect=[CLOSE]) == (FAILED, 3)
    assert judged(three[:2], count=[{"match": TEXT, "n": 2}], hold="9s") == (PENDING, 2)
    assert judged(three, count=[{"match": TEXT, "n": 2}], hold="9s") == (FAILED, 3)
    assert judged([*three, at(close(1000), 4)], count=[{"match": TEXT, "n": "..3"}], expect=[CLOSE]) == (
        PASSED,
        4,
    )


def test_distinct_takes_so_many_of_which_no_two_are_alike() -> None:
    clause = [{"match": TEXT, "by": "text", "n": 2}]

    assert judged(in_order(message("a"), message("b")), distinct=clause) == (PASSED, 2)
    assert judged(in_order(message("a"), message("a")), distinct=clause) == (FAILED, 2)
    assert judged(in_order(message("a"), message("b"), message("a")), distinct=clause, hold="9s") == (
        FAILED,
        3,
    )
    unmasked = [a_frame(1, direction=S2C)] * 3
    keys = [{"match": {"on": "frame"}, "by": "key", "n": 2}]
    assert judged(in_order(*unmasked), distinct=keys) == (PENDING, None)


def test_never_fails_and_says_why() -> None:
    never = [{"on": "close", "code": "!1000", "say": "closed-early"}]
    run = run_of(expect=[SENT], never=never)
    run.observe(in_order(close(1000), close(1002, "no\x07"), message("a")))

    verdict = run.verdict
    assert (verdict.status, verdict.seq, verdict.say) == (FAILED, 2, "closed-early")
    assert (verdict.values["code"], verdict.values["reason"]) == ("1002", "no\\x07")
    assert verdict.reason == "this came, and must not: a Close frame with code anything but 1000"
    assert verdict.waiting_for == ""


def test_an_event_that_must_not_come_fails_even_where_it_is_wanted() -> None:
    assert judged(in_order(close(1002)), expect=[CLOSE], never=[{"on": "close", "code": 1002}]) == (FAILED, 1)


def test_within_counts_from_the_match_before_or_from_the_start() -> None:
    expect = [SENT, BACK | {"within": "2s"}]
    back = message("a", S2C)

    assert judged([at(message("a"), 1, 9.0), at(back, 2, 11.0)], expect=expect) == (PASSED, 2)
    assert judged([at(message("a"), 1, 9.0), at(back, 2, 11.01)], expect=expect) == (FAILED, None)
    assert judged([at(close(1000), 1, 2.0)], expect=[CLOSE | {"within": "2s"}]) == (PASSED, 1)
    assert judged([at(close(1000), 1, 2.1)], expect=[CLOSE | {"within": "2s"}]) == (FAILED, None)


def test_within_of_other_clauses_counts_from_the_start() -> None:
    late = [at(message("a"), 1, 1.0), at(message("b"), 2, 3.0)]
    quick = TEXT | {"within": "2s"}

    assert judged(late, count=[{"match": quick, "n": 2}]) == (FAILED, None)
    assert judged(late, count=[{"match": quick, "n": "1.."}], expect=[CLOSE]) == (PENDING, None)
    assert judged(late, distinct=[{"match": quick, "by": "text", "n": 2}]) == (FAILED, None)
    assert judged(late[1:], any=[quick, CLOSE]) == (PENDING, None)
    assert judged([*late[1:], at(close(1000), 3)], any=[quick, CLOSE]) == (PASSED, 3)
    assert judged(late[1:], any=[quick, CLOSE | {"within": "1s"}]) == (FAILED, None)


def test_time_alone_runs_out() -> None:
    run = run_of(expect=[CLOSE | {"within": "2s"}])

    assert run.due() == 2.0
    assert not run.tick(1.9)
    assert run.tick(2.0)
    assert (run.status, run.decided_at, run.due()) == (FAILED, 2.0, None)
    assert run.verdict.reason == "this did not come within 2 s: a Close frame"
    assert not run.tick(9.0)


def test_hold_begins_once_all_is_met_and_passes_with_time() -> None:
    run = run_of(expect=[SENT], never=[CLOSE], hold="300ms")

    assert run.due() is None
    run.observe([at(message("a"), 1, 5.0)])
    assert (run.status, run.due()) == (PENDING, 5.3)
    assert run.verdict.waiting_for == "all that for 300 ms"
    assert not run.tick(5.2)
    assert run.tick(5.9)
    assert (run.status, run.decided_at) == (PASSED, 5.3)


def test_what_comes_during_hold_can_fail_and_what_comes_after_belongs_to_the_next_step() -> None:
    clauses: dict[str, Any] = {"expect": [SENT], "never": [CLOSE], "hold": "300ms"}

    assert judged([at(message("a"), 1, 5.0), at(close(1000), 2, 5.29)], **clauses) == (FAILED, 2)
    run = run_of(**clauses)
    # The last is of a kind that the step does not ask for: it tells the time all the same.
    assert run.observe([at(message("a"), 1, 5.0), at(proc("log"), 2, 5.2), at(proc("log"), 3, 5.3)]) == 2
    assert run.status is PASSED


def test_events_after_the_decision_are_not_taken() -> None:
    run = run_of(expect=[CLOSE])

    assert run.observe(in_order(message("a"), close(1000), close(1000))) == 2
    assert run.observe(in_order(close(1000))) == 0


def test_predicates_know_events_that_no_pattern_asks_for() -> None:
    ping, pong = a_frame(1, b"x", opcode=Opcode.PING), a_frame(1, b"x", opcode=Opcode.PONG, direction=S2C)
    answer = [{"on": "frame", "op": "PONG", "predicate": "answers-ping"}]

    assert judged(in_order(pong, ping, pong), expect=answer) == (PASSED, 3)
    earlier = Earlier(frozenset({"answers-ping"}))
    earlier.note(ping)
    run = StepRun(Step.parse({"id": "a", "expect": answer}, "s"), SEED, 0.0, earlier=earlier)
    run.observe(in_order(pong))
    assert run.status is PASSED


def test_the_verdict_says_what_is_waited_for_and_what_came_near() -> None:
    run = run_of(expect=[SENT | {"text": "$seed.word"}, BACK], never=[CLOSE], hold="1s")
    run.observe(in_order(message("other"), message("tobimaki")))

    verdict = run.verdict
    assert verdict.waiting_for == 'a message from you with "tobimaku"'
    assert [tuple(tick) for tick in verdict.clauses] == [
        ('a message from you with "tobimaku"', False),
        ("a message from the server with bytes as before", False),
        ("never a Close frame", True),
        ("all that for 1 s", False),
    ]
    assert verdict.nearest is not None
    assert verdict.nearest.event.seq == 2
    assert [tuple(miss) for miss in verdict.nearest.misses] == [("text", '"tobimaku"', '"tobimaki"')]

    run.observe([at(message("tobimaku"), 3)])
    verdict = run.verdict
    assert verdict.waiting_for == 'a message from the server with "tobimaku"'
    assert [tick.met for tick in verdict.clauses] == [True, False, True, False]
    # What met a clause is not near the next one, even though it lacks the direction alone.
    assert verdict.nearest is None


def test_a_passed_step_is_passed_for_good() -> None:
    run = run_of(expect=[CLOSE], never=[{"on": "message"}], diagnose=[{"seen": CLOSE, "say": "x"}])
    run.observe(in_order(close(1000)))
    verdict = run.verdict
    run.observe(in_order(message("a")))
    run.tick(1e9)

    assert run.verdict == verdict
    assert (verdict.status, verdict.say, verdict.nearest) == (PASSED, None, None)


DIAGNOSES = [
    {"seen": {"on": "message", "op": "BINARY"}, "say": "not-text"},
    {"seen": {"on": "message", "text": "~^p"}, "say": "no-ping"},
]


def test_the_diagnosis_is_the_first_that_fits_anything_seen() -> None:
    run = run_of(expect=[CLOSE], diagnose=DIAGNOSES)

    said = []
    for event in in_order(
        message("a"), message("ping"), message("pong"), message("x", opcode=2), message("p")
    ):
        run.observe([event])
        said.append((run.verdict.say, run.verdict.values.get("text")))
    assert said == [
        (None, None),
        ("no-ping", "ping"),
        ("no-ping", "pong"),
        ("not-text", "x"),
        ("not-text", "x"),
    ]


def test_a_mistake_is_told_of_the_last_thing_that_the_learner_did() -> None:
    run = run_of(expect=[CLOSE], diagnose=DIAGNOSES)
    said = []
    for event in in_order(message("x", opcode=2), message("ping"), message("a"), message("y", opcode=2)):
        run.observe([event])
        said.append((run.verdict.say, run.verdict.values.get("text")))
        run.act()
    assert said == [("not-text", "x"), ("no-ping", "ping"), ("no-ping", "ping"), ("not-text", "y")]

    run.observe(in_order(message("pong"), message("z", opcode=2), message("p")))
    assert (run.verdict.say, run.verdict.values.get("text")) == ("not-text", "z")


def test_a_mistake_is_forgotten_once_something_done_later_meets_a_clause() -> None:
    letters = [{"on": "message", "text": letter} for letter in "ab"]
    run = run_of(expect=[*letters, CLOSE], diagnose=DIAGNOSES)
    mistake, met, other, met_next = in_order(*map(message, ("ping", "a", "pong", "b")))
    run.observe([mistake, met])
    assert run.verdict.say == "no-ping"
    run.act()
    run.observe([other])
    run.act()
    run.observe([met_next])
    assert run.verdict.say is None

    again, once_more = in_order(message("pong"), message("a"))
    run.observe([again])
    assert run.verdict.say == "no-ping"
    run.act()
    run.observe([once_more])
    assert run.verdict.say is None


def test_a_diagnosis_explains_a_failure_that_says_nothing_itself() -> None:
    run = run_of(expect=[CLOSE | {"within": "9s"}], diagnose=DIAGNOSES)
    run.observe(in_order(message("ping")))
    run.tick(9.0)

    assert (run.status, run.verdict.say) == (FAILED, "no-ping")


def test_delay_puts_off_what_is_due() -> None:
    run = run_of(expect=[CLOSE | {"within": "2s"}])
    run.delay(10.0)
    assert run.due() == 12.0
    held = run_of(expect=[CLOSE], hold="1s")
    held.observe([at(close(1000), 1, 5.0)])
    held.delay(10.0)
    assert held.due() == 16.0


PATTERNS = st.fixed_dictionaries(
    {"on": st.sampled_from(["message", "close"])},
    optional={"conn": st.sampled_from([1, 2]), "dir": st.sampled_from(["c>s", "s>c"])},
)
TIMED = st.builds(
    lambda table, within: table if within is None else table | {"within": within},
    PATTERNS,
    st.sampled_from([None, None, "500ms", "1s"]),
)
COUNTS = st.builds(
    lambda match, n: {"match": match, "n": n}, PATTERNS, st.sampled_from([1, 2, "1..", "2..3", "..2", "3.."])
)
CLAUSES: dict[str, st.SearchStrategy[Any]] = {
    "any": st.lists(TIMED, min_size=1, max_size=2),
    "count": st.lists(COUNTS, min_size=1, max_size=2),
    "distinct": st.lists(
        st.builds(lambda match: {"match": match, "by": "conn", "n": 2}, PATTERNS), min_size=1, max_size=1
    ),
    "never": st.lists(PATTERNS.map(lambda table: table | {"conn": 3}), min_size=1, max_size=1),
    "hold": st.sampled_from(["250ms", "500ms"]),
    "diagnose": st.lists(
        PATTERNS.map(lambda table: {"seen": table, "say": table["on"]}), min_size=1, max_size=2
    ),
}


@st.composite
def any_step(draw: st.DrawFn) -> Step:
    """A step of one or more patterns to expect and at most two further clauses, so that often it can be met."""
    names = draw(st.lists(st.sampled_from(sorted(CLAUSES)), unique=True, max_size=2))
    clauses = {name: draw(CLAUSES[name]) for name in names}
    return Step.parse({"id": "a", "expect": draw(st.lists(TIMED, min_size=1, max_size=3)), **clauses}, "s")


STEPS = any_step()


def verdict_in_pieces(step: Step, events: Sequence[Event], cuts: Sequence[int], end: float) -> Verdict:
    run = StepRun(step, SEED, 0.0)
    bounds = [0, *sorted(cut % (len(events) + 1) for cut in cuts), len(events)]
    for start, stop in pairwise(bounds):
        run.observe(events[start:stop])
    run.tick(end)
    return run.verdict


@settings(max_examples=300)
@given(STEPS, FEW_KINDS | STREAMS, st.lists(st.integers(0, 40), max_size=6), st.sampled_from([0.0, 100.0]))
def test_how_events_are_cut_into_batches_changes_nothing(
    step: Step, events: list[Event], cuts: list[int], end: float
) -> None:
    assert verdict_in_pieces(step, events, cuts, end) == verdict_in_pieces(step, events, [], end)


def hits(pattern: Pattern, events: Sequence[Event]) -> list[Event]:
    return [event for event in events if pattern.match(event, SEED)]


def unmet(step: Step, events: Sequence[Event]) -> list[float]:
    """The time limit of each clause that is not met by events that all came in time, read from the start."""

    def limit(start: float, pattern: Pattern) -> float:
        return math.inf if pattern.within is None else start + pattern.within

    limits = []
    rest, since = list(events), 0.0
    for pattern in step.expect:
        found = hits(pattern, rest)
        if not found:
            limits.append(limit(since, pattern))
            break
        rest, since = rest[rest.index(found[0]) + 1 :], found[0].t
    if not any(event.t <= limit(0.0, pattern) for pattern in step.any_of for event in hits(pattern, events)):
        limits += [max(limit(0.0, pattern) for pattern in step.any_of)] if step.any_of else []
    for count in step.count:
        if len(hits(count.match, events)) < count.low:
            limits.append(limit(0.0, count.match))
    for distinct in step.distinct:
        if len({event.conn for event in hits(distinct.match, events)}) < distinct.n:
            limits.append(limit(0.0, distinct.match))
    return limits


def broken(step: Step, events: Sequence[Event]) -> bool:
    """Whether the last event is one too many."""
    counts = [(len(hits(count.match, events)), count.high) for count in step.count]
    values = [[event.conn for event in hits(distinct.match, events)] for distinct in step.distinct]
    return (
        any(hits(pattern, events[-1:]) for pattern in step.never)
        or any(high is not None and seen > high for seen, high in counts)
        or any(len(set(seen)) < len(seen) for seen in values)
    )


def plainly(step: Step, events: Sequence[Event], end: float) -> Status:
    """How a step stands at a time, read anew from the start for each event."""
    met_at = math.inf
    for place, event in enumerate(events):
        if event.t >= met_at + step.hold:
            return PASSED
        if met_at == math.inf and min(unmet(step, events[:place])) < event.t:
            return FAILED
        if broken(step, events[: place + 1]):
            return FAILED
        if met_at == math.inf and not unmet(step, events[: place + 1]):
            met_at = event.t
            if not step.hold:
                return PASSED
    if end >= met_at + step.hold:
        return PASSED
    return FAILED if met_at == math.inf and min(unmet(step, events)) <= end else PENDING


@settings(max_examples=300)
@given(STEPS, FEW_KINDS | STREAMS, st.sampled_from([0.0, 1.0, 100.0]))
def test_steps_against_a_plain_reading(step: Step, events: list[Event], more: float) -> None:
    end = (events[-1].t if events else 0.0) + more

    assert verdict_in_pieces(step, events, [], end).status is plainly(step, events, end)


@settings(max_examples=300)
@given(STEPS, FEW_KINDS | STREAMS)
def test_nothing_that_comes_raises_and_passed_stays_passed(step: Step, events: list[Event]) -> None:
    run = StepRun(step, SEED, 0.0)
    decided: Verdict | None = None
    for event in events:
        run.observe([event])
        verdict = run.verdict
        if decided is not None:
            assert verdict == decided
        if verdict.status is not PENDING:
            decided = verdict
        assert (run.status is PENDING) == bool(verdict.waiting_for)
        assert run.due() is None or run.status is PENDING


@pytest.mark.parametrize("you", [C2S, S2C])
def test_you_are_who_learns(you: Any) -> None:
    run = StepRun(Step.parse({"id": "a", "expect": [{"on": "close", "dir": "s>c"}]}, "s"), SEED, 0.0, you=you)

    assert run.verdict.waiting_for == (
        "a Close frame from you" if you is S2C else "a Close frame from the server"
    )
