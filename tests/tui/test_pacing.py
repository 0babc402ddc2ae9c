from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wslab.tui.pacing import BEAT, BUSY_BEATS, BUSY_SHARE, CALM_BEATS, SLOWEST, Pacer


def test_beats_in_time_keep_the_rate() -> None:
    pacer = Pacer(10)
    assert not any(pacer.beat(n * BEAT, 0) for n in range(1000))
    assert pacer.rate == 10


def test_a_late_beat_halves_the_rate_down_to_the_slowest() -> None:
    pacer = Pacer(10)
    pacer.beat(0, 0)
    assert pacer.beat(0.3, 0)
    assert pacer.rate == 5
    for n in range(2, 20):
        pacer.beat(n * 0.3, 0)
    assert pacer.rate == SLOWEST


def test_calm_brings_the_rate_back_but_never_above_what_was_asked_for() -> None:
    pacer = Pacer(10)
    pacer.beat(0, 0)
    pacer.beat(1, 0)
    now = 1.0
    rates = []
    for _ in range(CALM_BEATS * 3):
        now += BEAT
        pacer.beat(now, 0)
        rates.append(pacer.rate)
    assert rates[CALM_BEATS - 2] == 5
    assert rates[-1] == 10


def test_a_busy_processor_brings_the_rate_down_to_a_share_of_it() -> None:
    pacer = Pacer(10)
    rates = []
    for n in range(BUSY_BEATS * 4 + 1):
        pacer.beat(n * BEAT, n * BEAT * 0.95)
        rates.append(pacer.rate)
    assert rates[BUSY_BEATS - 1] == 10  # a page that is opened takes as long
    assert rates[BUSY_BEATS] == 5
    assert rates[-1] == 10 * BUSY_SHARE


def test_half_a_processor_is_calm() -> None:
    pacer = Pacer(10)
    assert not any(pacer.beat(n * BEAT, n * BEAT / 2) for n in range(100))


def test_a_terminal_slower_than_the_share_stays_so_under_load() -> None:
    pacer = Pacer(10)
    now = 0.0
    for _ in range(8):
        now += 1
        pacer.beat(now, 0)
    for n in range(50):
        pacer.beat(now + n * BEAT, n * BEAT)
    assert pacer.rate == SLOWEST


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), max_size=50), st.integers(1, 60))
def test_the_rate_stays_between_its_bounds(beats: list[tuple[float, float]], fps: int) -> None:
    pacer = Pacer(fps)
    now = worked = 0.0
    for gap, share in beats:
        now += gap
        worked += gap * share
        before = pacer.rate
        assert pacer.beat(now, worked) == (pacer.rate != before)
        assert min(SLOWEST, fps) <= pacer.rate <= fps
