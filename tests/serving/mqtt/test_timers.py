"""Deadlines as data."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from wslab.serving.mqtt.timers import Timers

steps = st.lists(
    st.tuples(st.sampled_from(["set", "clear", "take"]), st.integers(0, 5), st.integers(0, 30)), max_size=60
)


@given(steps)
def test_they_are_those_of_a_plain_table(played: list[tuple[str, int, int]]) -> None:
    timers: Timers[int] = Timers()
    table: dict[int, float] = {}
    for what, thing, due in played:
        if what == "set":
            timers.set(thing, due)
            table[thing] = due
        elif what == "clear":
            timers.clear(thing)
            table.pop(thing, None)
        else:
            taken = timers.take(due)
            expected = {each: at for each, at in table.items() if at <= due}
            assert set(taken) == set(expected)
            assert [expected[each] for each in taken] == sorted(expected.values())
            table = {each: at for each, at in table.items() if at > due}
        assert timers.next() == min(table.values(), default=math.inf)


def test_infinity_is_no_deadline() -> None:
    timers: Timers[str] = Timers()
    timers.set("a", 1)
    timers.set("a", math.inf)
    assert timers.next() == math.inf
    assert timers.take(1e9) == []


def test_what_moves_away_often_takes_no_more_room() -> None:
    timers: Timers[int] = Timers()
    for number in range(10_000):
        timers.set(1, number)
    assert len(timers._heap) == 1
    for number in range(10_000):
        timers.set(number, 5.0)
        timers.clear(number)
    assert len(timers._heap) < 100
