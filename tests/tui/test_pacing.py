from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wslab.tui.pacing import BEAT, CALM_BEATS, SLOWEST, Pacer


def test_beats_in_time_keep_the_rate() -> None:
    pacer = Pacer(10)
    assert not any(pacer.beat(n * BEAT) for n in range(1000))
    assert pacer.rate == 10


def test_a_late_beat_halves_the_rate_down_to_the_slowest() -> None:
    pacer = Pacer(10)
    pacer.beat(0)
    assert pacer.beat(0.3)
    assert pacer.rate == 5
    for n in range(2, 20):
        pacer.beat(n * 0.3)
    assert pacer.rate == SLOWEST


def test_calm_brings_the_rate_back_but_never_above_what_was_asked_for() -> None:
    pacer = Pacer(10)
    pacer.beat(0)
    pacer.beat(1)
    now = 1.0
    rates = []
    for _ in range(CALM_BEATS * 3):
        now += BEAT
        pacer.beat(now)
        rates.append(pacer.rate)
    assert rates[CALM_BEATS - 2] == 5
    assert rates[-1] == 10


@given(st.lists(st.floats(0, 10), max_size=50), st.integers(1, 60))
def test_the_rate_stays_between_its_bounds(gaps: list[float], fps: int) -> None:
    pacer = Pacer(fps)
    now = 0.0
    for gap in gaps:
        now += gap
        before = pacer.rate
        assert pacer.beat(now) == (pacer.rate != before)
        assert min(SLOWEST, fps) <= pacer.rate <= fps
