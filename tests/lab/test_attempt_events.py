from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.support.bench import a_bench
from tests.support.check_events import in_order, tcp
from tests.support.exercises import program, tiny
from tests.support.traffic import a_frame
from wslab.i18n import set_language, spoken
from wslab.lab.attempt_events import ACTION, attempt_events
from wslab.lab.exercise import Attempt, ExerciseRunner
from wslab.lab.lesson_run import Seed
from wslab.lab.referee import FIRST_EVENTS, LAST_EVENTS
from wslab.wire.events import Event, Frame, Opcode, Ui
from wslab.wire.handshake_events import opening_among

LESSON = tiny("client")
FLOOD = """
    import asyncio, os
    from websockets.asyncio.client import connect

    async def main():
        async with connect(os.environ["WSLAB_URL"]) as connection:
            for number in range(2000):
                await connection.send(b"no word")

    asyncio.run(main())
"""


def attempt(events: list[Event], **options: object) -> Attempt:
    return Attempt(Seed(4711), (), events=tuple(events), began=5.0, wall=1e9, seconds=2.0, **options)  # type: ignore[arg-type]


def lines(events: list[Event]) -> list[str]:
    return [event.detail for event in events if isinstance(event, Ui)]


@pytest.mark.parametrize(
    ("options", "verdict"),
    [
        ({"passed": True, "step": 1}, "passed"),
        ({"passed": False, "step": 1}, "failed at step 2 of 2"),
        ({"passed": False, "unknown_reason": "no server"}, "no verdict"),
    ],
)
def test_two_lines_say_whose_events_stand_between_them(options: dict[str, object], verdict: str) -> None:
    seen = in_order(tcp("open"), a_frame(1), tcp("fin"))
    head, *between, end = attempt_events(LESSON, attempt(seen, **options))
    assert between == seen
    assert head == Ui(0, 5.0, 1e9, 0, ACTION, f"client.py, attempt with seed 4711: {verdict}")
    assert end == Ui(0, 7.0, 1e9 + 2, 0, ACTION, "end of the attempt, after 2 s")


def test_where_nothing_was_on_the_wire_one_line_says_so() -> None:
    assert lines(attempt_events(LESSON, attempt([], passed=False))) == [
        "client.py, attempt with seed 4711: failed at step 1 of 2; nothing was on the wire"
    ]


def test_what_was_not_kept_is_told_where_it_is_missing() -> None:
    kept = in_order(*(a_frame(1) for _ in range(FIRST_EVENTS + LAST_EVENTS)))
    found = attempt_events(LESSON, attempt(kept, passed=False, left_out=12_345))
    assert lines(found)[1:2] == ["events that were not kept: 12,345"]
    assert isinstance(found[1 + FIRST_EVENTS], Ui)
    assert [event for event in found if not isinstance(event, Ui)] == kept


def test_the_lines_are_said_in_the_language_in_use() -> None:
    texts = lines(attempt_events(LESSON, attempt(in_order(a_frame(1)), passed=False)))
    texts += lines(attempt_events(LESSON, attempt([], passed=True)))
    set_language("ja")
    assert all(spoken(text) != text for text in texts)


async def test_a_flood_stays_a_thousand_rows_and_says_how_many_are_missing(tmp_path: Path) -> None:
    runner = ExerciseRunner(LESSON)
    try:
        seen = await asyncio.wait_for(runner.attempt(program(tmp_path / "work", FLOOD), Seed(7)), 60)
    finally:
        await runner.close()
    async with a_bench() as bench:
        shown = bench.insert(attempt_events(LESSON, seen))
        assert len(shown) == FIRST_EVENTS + LAST_EVENTS + 3
        sent = [event for event in shown if isinstance(event, Frame) and event.opcode == Opcode.BINARY]
        assert len(sent) < 2000
        assert seen.left_out > 1000
        judged, request, response, _body = opening_among(shown, sent[0].conn)
        assert judged is not None
        assert judged.ok
        assert None not in (request, response)
        assert abs(shown[0].wall - shown[1].wall) < 60, "the lines have the time of the attempt"
