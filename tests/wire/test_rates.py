from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.rates import HISTORY, SLICES, Rate, RateMeter

START = 5_000.0
STEPS = st.lists(
    st.tuples(
        st.one_of(
            st.just(0.0), st.floats(0, 0.3), st.floats(0, 3), st.sampled_from([0.125, 1.0, 59.0, 61.0, 500.0])
        ),
        st.integers(0, 1000),
    ),
    min_size=1,
    max_size=60,
)


def run(steps: list[tuple[float, int]], settle_every: int) -> tuple[RateMeter, list[tuple[float, int]]]:
    """Feed a meter as the statistics do: report totals only when the time leaves the span."""
    meter, total, t, low, high = RateMeter(2), 0, START, 0.0, 0.0
    events: list[tuple[float, int]] = []
    for number, (gap, size) in enumerate(steps):
        t += gap
        if not low <= t < high:
            low, high = meter.advance(t, (len(events), total))
        events.append((t, size))
        total += size
        if number % settle_every == 0:
            meter.settle((len(events), total))
    meter.settle((len(events), total))
    return meter, events


def expected(events: list[tuple[float, int]], now: float) -> Rate:
    last = math.floor(now * SLICES)
    recent = sum(size for t, size in events if last - SLICES <= math.floor(t * SLICES) < last)
    history = tuple(
        sum(size for t, size in events if math.floor(t) == second)
        for second in range(math.floor(now) - HISTORY, math.floor(now))
    )
    full = min(HISTORY, math.floor(now) - math.floor(events[0][0]))
    return Rate(recent, sum(history) / full if full > 0 else 0.0, history)


@given(STEPS, st.floats(0, 70), st.integers(1, 9))
def test_rates_equal_a_naive_count(steps: list[tuple[float, int]], wait: float, settle_every: int) -> None:
    meter, events = run(steps, settle_every)
    now = events[-1][0] + wait
    frames, sizes = meter.rates(now)
    assert sizes == expected(events, now)
    assert frames == expected([(t, 1) for t, _ in events], now)


def test_before_the_first_event_everything_is_zero() -> None:
    meter = RateMeter(1)
    meter.settle((0,))
    (rate,) = meter.rates(START)
    assert (rate.second, rate.minute, sum(rate.history), len(rate.history)) == (0, 0, 0, HISTORY)


def test_a_steady_flow_gives_the_same_rate_for_the_second_and_the_minute() -> None:
    meter, _ = run([(0.125, 50)] * (8 * 90), 3)
    (_, sizes) = meter.rates(START + 90)
    assert sizes.second == 400
    assert sizes.minute == 400
    assert set(sizes.history) == {400}


def test_a_young_connection_is_averaged_over_its_own_age() -> None:
    meter, _ = run([(0.125, 50)] * 16, 3)
    (_, sizes) = meter.rates(START + 2.125)
    assert sizes.minute == 400 - 25
    assert sizes.history[-2:] == (350, 400)


def test_a_pause_brings_the_rates_down_to_zero() -> None:
    meter, _ = run([(0.1, 50)] * 40, 3)
    assert meter.rates(START + 5.5)[1].second == 0
    assert meter.rates(START + 60)[1].minute > 0
    late = meter.rates(START + 65)[1]
    assert (late.second, late.minute, sum(late.history)) == (0, 0, 0)


def test_events_that_come_late_count_for_the_time_they_carry() -> None:
    meter = RateMeter(1)
    meter.advance(START + 3, (0,))
    meter.advance(START + 2, (10,))
    meter.advance(START + 3, (14,))
    meter.settle((15,))
    (rate,) = meter.rates(START + 4)
    assert rate.history[-2:] == (4, 11)
    assert rate.second == 11


def test_events_older_than_all_that_is_kept_change_no_newer_second() -> None:
    meter = RateMeter(1)
    meter.advance(START, (0,))
    meter.advance(START - 64, (10,))
    meter.settle((99,))
    (rate,) = meter.rates(START + 1)
    assert sum(rate.history) == 10
