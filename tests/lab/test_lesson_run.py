"""One attempt at a lesson: step after step, pauses, new attempts, and errors of the lab itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.lab.test_steps import STEPS
from tests.support.check_events import C2S, FEW_KINDS, S2C, STREAMS, at, close, in_order, message, proc, ui
from tests.support.traffic import a_frame
from tests.support.wire_streams import answer, request
from wslab.lab.lesson_run import LessonRun, Seed, report_error
from wslab.lab.steps import Status, Step, StepRun, parse_steps
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Event, Frame, Opcode
from wslab.wire.patterns import Pattern

PENDING, PASSED, FAILED, UNKNOWN = Status.PENDING, Status.PASSED, Status.FAILED, Status.UNKNOWN
SENT = {"id": "sent", "expect": [{"on": "message", "dir": "c>s", "save": "sent"}]}
BACK = {"id": "back", "expect": [{"on": "message", "dir": "s>c", "hex": "$sent.hex"}]}
CLOSED = {
    "id": "closed",
    "expect": [{"on": "close", "code": 1000}],
    "never": [{"on": "close", "code": "!1000"}],
}
SLOW = {"id": "slow", "expect": [{"on": "close", "within": "2s"}]}


class Bench:
    """A run whose time stands still until it is moved, and whatever it reports and tells."""

    def __init__(self, *tables: dict[str, Any], steps: Sequence[Step] | None = None) -> None:
        self.now = 0.0
        self.errors: list[Exception] = []
        self.told = 0
        clock = Clock(monotonic=lambda: self.now, wall=lambda: 0.0)
        self.run = LessonRun(steps or parse_steps(list(tables)), Seed(1), clock, report=self.errors.append)
        self.run.listen(self.tell)

    def tell(self) -> None:
        self.told += 1

    def break_with(self, monkeypatch: pytest.MonkeyPatch, kind: type, name: str) -> None:
        def broken(*_values: object) -> None:
            raise RuntimeError("a bug\x1b")

        monkeypatch.setattr(kind, name, broken)


def test_steps_become_active_one_after_the_other() -> None:
    bench = Bench(SENT, BACK, CLOSED)
    run = bench.run

    assert (run.current, run.statuses) == (0, (PENDING, PENDING, PENDING))
    # The echo that comes before the message is not the echo of it.
    run.observe(in_order(message("a", S2C), message("a")))
    assert (run.current, run.statuses) == (1, (PASSED, PENDING, PENDING))
    assert run.saved["sent"].seq == 2  # type: ignore[union-attr]
    run.observe([at(message("a", S2C), 3), at(close(1000), 4)])
    assert (run.current, run.passed, run.failed) == (2, True, False)
    assert [verdict.seq for verdict in run.verdicts] == [2, 3, 4]
    assert run.attempts == [1, 1, 1]


def test_a_lesson_is_judged_from_the_bytes_of_a_connection() -> None:
    word, key = str(Seed(1).values["word"]).encode(), b"\x37\xfa\x21\x3d"
    steps = parse_steps(
        [
            {
                "id": "open",
                "expect": [
                    {"on": "http", "dir": "c>s", "method": "GET", "header": {"upgrade": "websocket"}},
                    {"on": "http", "dir": "s>c", "status": 101, "predicate": "accepts-key"},
                ],
            },
            {
                "id": "echoed",
                "expect": [
                    {
                        "on": "frame",
                        "dir": "c>s",
                        "op": "TEXT",
                        "masked": True,
                        "text": "$seed.word",
                        "save": "sent",
                    },
                    {"on": "message", "dir": "s>c", "op": "TEXT", "hex": "$sent.hex"},
                ],
                "never": [{"on": "frame", "violations": "6455"}],
            },
            {"id": "closed", "expect": [{"on": "close", "dir": "c>s", "code": 1000, "first": True}]},
        ]
    )
    sent: list[tuple[Direction, bytes]] = [
        (C2S, request()),
        (S2C, answer()),
        (C2S, encode_frame(Opcode.TEXT, word, mask=key)),
        (S2C, encode_frame(Opcode.TEXT, word[:3], fin=False) + encode_frame(Opcode.CONT, word[3:])),
        (C2S, encode_frame(Opcode.CLOSE, close_body(1000), mask=key)),
    ]
    run = LessonRun(steps, Seed(1), Clock())
    reader = ConnectionReader(1, Clock())
    standing = []
    for direction, data in sent:
        run.observe(reader.receive(direction, data))
        standing.append((run.current, run.passed))
    assert standing == [(0, False), (1, False), (1, False), (2, False), (2, True)]

    unmasked = LessonRun(steps, Seed(1), Clock())
    reader = ConnectionReader(1, Clock())
    for direction, data in [*sent[:2], (C2S, encode_frame(Opcode.TEXT, word))]:
        unmasked.observe(reader.receive(direction, data))
    assert unmasked.statuses == (PASSED, FAILED, PENDING)


def test_what_the_learner_does_anew_is_for_the_step_that_is_judged() -> None:
    mistakes = [
        {"seen": {"on": "message", "op": "BINARY"}, "say": "not-text"},
        {"seen": {"on": "message", "text": "~^p"}, "say": "no-ping"},
    ]
    bench = Bench({**CLOSED, "diagnose": mistakes})
    bench.run.observe(in_order(message("x", opcode=2)))
    bench.run.pause()
    bench.run.act()
    bench.run.resume()
    bench.run.observe(in_order(message("ping")))
    assert bench.run.verdict.say == "not-text"

    bench.run.act()
    bench.run.observe(in_order(message("ping")))
    assert bench.run.verdict.say == "no-ping"


def test_what_a_line_still_brings_came_near_nothing_in_the_next_step() -> None:
    steps = [
        {"id": "said", "expect": [{"on": "message"}]},
        {"id": "left", "expect": [{"on": "close", "code": 1000}]},
    ]
    told, program = Bench(*steps), Bench(*steps)
    told.run.act()
    for bench in (told, program):
        bench.run.observe(in_order(message("a"), close(1001)))
    assert told.run.verdict.nearest is None
    assert program.run.verdict.nearest is not None

    told.run.act()
    told.run.observe(in_order(close(1001)))
    assert told.run.verdict.nearest is not None


def test_one_event_decides_one_step() -> None:
    bench = Bench(CLOSED, {**CLOSED, "id": "again"})
    bench.run.observe(in_order(close(1000)))
    assert bench.run.statuses == (PASSED, PENDING)
    bench.run.observe([at(close(1000), 2)])
    assert bench.run.passed


def test_the_time_of_a_step_begins_with_the_event_that_decided_the_one_before() -> None:
    bench = Bench(SENT, SLOW)
    bench.run.observe([at(message("a"), 1, 100.0)])
    assert bench.run.due() == 102.0

    bench.now = 101.9
    bench.run.tick()
    assert bench.run.statuses == (PASSED, PENDING)
    bench.now = 102.0
    bench.run.tick()
    assert (bench.run.failed, bench.run.due()) == (True, None)


def test_what_comes_after_a_hold_belongs_to_the_next_step_though_nobody_ticked() -> None:
    bench = Bench({**SENT, "hold": "300ms"}, {"id": "log", "expect": [{"on": "proc", "what": "log"}]})
    bench.run.observe([at(message("a"), 1, 5.0), at(proc("log"), 2, 5.2), at(proc("log"), 3, 5.4)])

    assert bench.run.passed
    assert bench.run.verdict.seq == 3


def test_ticks_pass_holds_and_start_the_next_step_when_the_hold_ended() -> None:
    bench = Bench({**SENT, "hold": "300ms"}, SLOW)
    bench.run.observe([at(message("a"), 1, 5.0)])
    bench.now = 5.4
    bench.run.tick()

    assert bench.run.statuses == (PASSED, PENDING)
    assert bench.run.due() == pytest.approx(7.3)
    # One tick that comes late decides both.
    late = Bench({**SENT, "hold": "300ms"}, SLOW)
    late.run.observe([at(message("a"), 1, 5.0)])
    late.now = 60.0
    late.run.tick()
    assert late.run.statuses == (PASSED, FAILED)


def test_a_failed_step_can_be_begun_anew_with_what_was_saved_before() -> None:
    bench = Bench(SENT, CLOSED, BACK)
    run = bench.run
    run.observe(in_order(message("a"), close(1002), close(1000)))

    assert (run.current, run.failed, run.statuses) == (1, True, (PASSED, FAILED, PENDING))
    assert run.restart_step()
    assert (run.failed, run.statuses, run.attempts) == (False, (PASSED, PENDING, PENDING), [1, 2, 0])
    run.observe([at(close(1000), 4), at(message("a", S2C), 5)])
    assert run.passed
    assert not run.restart_step()
    assert run.passed


def test_a_new_attempt_forgets_what_the_old_one_saved_and_starts_its_time() -> None:
    both = {"id": "both", "expect": [SENT["expect"][0], BACK["expect"][0] | {"within": "2s"}]}  # type: ignore[index, operator]
    bench = Bench(both)
    bench.run.observe([at(message("a"), 1, 1.0)])
    bench.now = 50.0
    bench.run.restart_step()

    assert "sent" not in bench.run.saved
    bench.run.observe([at(message("b"), 2, 50.5), at(message("b", S2C), 3, 51.0)])
    assert bench.run.passed


def test_free_play_is_not_judged_and_stops_the_time() -> None:
    bench = Bench(SLOW, CLOSED)
    run = bench.run
    bench.now = 1.0
    run.pause()
    run.pause()
    assert run.paused
    run.observe(in_order(close(1002), close(1000)))
    bench.now = 100.0
    run.tick()
    assert (run.statuses, run.due()) == ((PENDING, PENDING), None)
    run.resume()
    run.resume()
    assert (run.paused, run.due()) == (False, 101.0)
    run.observe([at(close(1000), 3, 100.5)])
    assert run.statuses == (PASSED, PENDING)


def test_a_step_can_be_begun_anew_while_paused() -> None:
    bench = Bench(SLOW)
    bench.now = 5.0
    bench.run.tick()
    bench.run.pause()
    bench.now = 10.0
    assert bench.run.restart_step()
    bench.run.observe([at(close(1000), 1, 10.0)])
    assert bench.run.statuses == (PENDING,)
    bench.now = 11.0
    bench.run.resume()
    assert bench.run.due() == 13.0


def test_listeners_hear_of_what_changes_once_for_each_batch() -> None:
    bench = Bench(SENT, SLOW)
    bench.run.observe(in_order(proc("log"), ui("send")))
    assert bench.told == 0
    bench.run.observe(in_order(message("a"), message("b"), message("c")))
    assert bench.told == 1
    bench.now = 60.0
    bench.run.tick()
    assert bench.told == 2
    bench.run.tick()
    bench.run.observe([at(close(1000), 4)])
    assert bench.told == 2
    bench.run.restart_step()
    bench.run.pause()
    bench.run.resume()
    assert bench.told == 5
    bench.run.unlisten(bench.tell)
    bench.run.pause()
    assert bench.told == 5


def test_a_listener_that_fails_breaks_nothing() -> None:
    bench = Bench(SENT, CLOSED)

    def fail() -> None:
        raise RuntimeError("a bug of the screen")

    bench.run.listen(fail)
    bench.run.listen(bench.tell)
    bench.run.observe(in_order(message("a")))

    assert bench.run.statuses == (PASSED, PENDING)
    assert [str(error) for error in bench.errors] == ["a bug of the screen"]
    assert bench.told == 2


def test_an_error_of_the_lab_is_unknown_reported_and_never_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(SENT, CLOSED)
    run = bench.run
    run.observe(in_order(message("a")))
    with monkeypatch.context() as broken:
        bench.break_with(broken, Pattern, "match")
        run.observe([at(close(1000), 2)])

    assert run.statuses == (PASSED, UNKNOWN)
    assert (run.failed, run.passed) == (False, False)
    assert [str(error) for error in bench.errors] == ["a bug\x1b"]
    assert run.verdict.reason == "RuntimeError: a bug\\x1b"
    run.observe([at(close(1002), 3)])
    run.tick()
    assert run.statuses == (PASSED, UNKNOWN)
    assert run.restart_step()
    run.observe([at(close(1000), 4)])
    assert run.passed


def test_an_error_while_time_passes_is_unknown_too(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(SLOW)
    bench.break_with(monkeypatch, StepRun, "tick")
    bench.run.tick()

    assert bench.run.statuses == (UNKNOWN,)
    assert len(bench.errors) == 1


def test_an_error_as_the_next_step_begins_leaves_the_passed_one_passed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bench = Bench(SENT, CLOSED)
    with monkeypatch.context() as broken:
        bench.break_with(broken, StepRun, "__init__")
        bench.run.observe(in_order(message("a")))

    assert bench.run.statuses == (PASSED, UNKNOWN)
    assert bench.run.restart_step()
    bench.run.observe([at(close(1000), 2)])
    assert bench.run.passed


def test_words_that_fail_leave_what_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(SENT)
    bench.run.observe(in_order(message("a")))
    bench.break_with(monkeypatch, Pattern, "describe")

    assert (bench.run.verdict.status, bench.run.verdict.status) == (PASSED, PASSED)
    assert "a bug" in bench.run.verdict.reason
    assert bench.run.passed
    assert len(bench.errors) == 1


def test_who_reports_may_fail_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def report(_error: Exception) -> None:
        raise RuntimeError("cannot report")

    run = LessonRun(parse_steps([SENT]), Seed(1), Clock(), report=report)
    monkeypatch.setattr(StepRun, "observe", lambda *_values: 1 // 0)
    run.observe(in_order(message("a")))

    assert run.statuses == (UNKNOWN,)
    assert "cannot report" in capsys.readouterr().err


def test_errors_are_reported_with_their_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise RuntimeError("a bug")
    except RuntimeError as error:
        report_error(error)

    said = capsys.readouterr().err
    assert "Traceback" in said
    assert "RuntimeError: a bug" in said


def test_a_lesson_has_a_step() -> None:
    with pytest.raises(ValueError, match="at least one step"):
        LessonRun([], Seed(1), Clock())


def test_predicates_know_what_came_in_steps_before() -> None:
    ping = {"id": "ping", "expect": [{"on": "frame", "op": "PING"}]}
    pong = {"id": "pong", "expect": [{"on": "frame", "op": "PONG", "predicate": "answers-ping"}]}
    sent = a_frame(1, b"x", opcode=Opcode.PING)
    bench = Bench(ping, pong)
    bench.run.observe(in_order(sent, a_frame(1, b"y", opcode=Opcode.PONG, direction=S2C)))
    assert bench.run.statuses == (PASSED, PENDING)
    bench.run.observe([at(a_frame(1, b"x", opcode=Opcode.PONG, direction=S2C), 3)])
    assert bench.run.passed


def test_a_finished_or_paused_run_and_kinds_not_asked_for_are_not_looked_at() -> None:
    class Untouchable(Sequence[Event]):
        def __getitem__(self, _index: Any) -> Any:
            raise AssertionError("looked at")

        def __len__(self) -> int:
            raise AssertionError("looked at")

    bench = Bench(SENT)
    bench.run.pause()
    bench.run.observe(Untouchable())
    bench.run.resume()
    run = bench.run._runs[0]
    run.observe([at(Frame(*range(14)), 1)] * 10)  # type: ignore[arg-type]
    assert run.changes == 0
    bench.run.observe(in_order(message("a")))
    bench.run.observe(Untouchable())
    assert bench.run.passed
    assert not bench.errors


LESSONS = st.lists(STEPS, min_size=1, max_size=3)


@given(LESSONS, FEW_KINDS | STREAMS, st.lists(st.integers(0, 40), max_size=6))
def test_how_events_are_cut_into_batches_changes_nothing(
    steps: list[Step], events: list[Event], cuts: list[int]
) -> None:
    whole, pieces = Bench(steps=steps), Bench(steps=steps)
    whole.run.observe(events)
    bounds = [0, *sorted(cut % (len(events) + 1) for cut in cuts), len(events)]
    for start, stop in pairwise(bounds):
        pieces.run.observe(events[start:stop])
    assert whole.run.verdicts == pieces.run.verdicts
    for bench in (whole, pieces):
        bench.now = 100.0
        bench.run.tick()
    assert whole.run.verdicts == pieces.run.verdicts
    assert whole.run.saved == pieces.run.saved
    assert not whole.errors + pieces.errors


ACTIONS = st.sampled_from(["pause", "resume", "restart_step", "tick"])


@given(LESSONS, FEW_KINDS | STREAMS, st.lists(st.tuples(st.integers(0, 40), ACTIONS), max_size=6))
def test_whatever_is_done_passed_stays_passed(
    steps: list[Step], events: list[Event], doings: list[tuple[int, str]]
) -> None:
    bench = Bench(steps=steps)
    run = bench.run
    passed = 0
    for place, event in enumerate(events):
        bench.now = event.t
        for when, doing in doings:
            if when == place:
                getattr(run, doing)()
        run.observe([event])
        statuses = run.statuses
        assert all(status is PASSED for status in statuses[:passed])
        assert all(status is PENDING for status in statuses[run.current + 1 :])
        passed = statuses.count(PASSED)
        assert run.passed == (passed == len(steps))
        assert run.current == min(passed, len(steps) - 1)
        assert all(verdict.status is status for verdict, status in zip(run.verdicts, statuses, strict=True))
    assert not bench.errors


@given(st.integers(0, 10**9))
def test_a_seed_gives_the_same_values_for_ever(number: int) -> None:
    values = Seed(number).values

    assert values == Seed(number).values
    assert re.fullmatch("([bdfghjkmnprstvz][aeiou]){4}", str(values["word"]))
    assert bytes.fromhex(str(values["hex"])).decode() == values["word"]
    assert 1000 <= int(values["number"]) <= 9999


def test_seeds_differ_and_are_those_of_every_version() -> None:
    assert len({Seed(number).values["word"] for number in range(200)}) == 200
    assert Seed(1).values == {
        "word": "kisuzefo",
        "hex": "6b6973757a65666f",
        "number": Seed(1).values["number"],
    }


def test_a_seed_is_filled_into_texts() -> None:
    word, number = Seed(1).values["word"], Seed(1).values["number"]

    assert (
        Seed(1).fill('frame text "{seed.word}" {seed.number} {other}')
        == f'frame text "{word}" {number} {{other}}'
    )
