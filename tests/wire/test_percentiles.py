from __future__ import annotations

import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.percentiles import LARGEST, RELATIVE_ERROR, SMALLEST, Histogram

DURATIONS = st.one_of(
    st.floats(SMALLEST, LARGEST, allow_nan=False, exclude_max=True),
    st.floats(-7, 4.99).map(lambda exponent: 10.0**exponent),
    st.sampled_from([SMALLEST, 1e-6, 1e-3, 0.5, 1.0, 2.0, 60.0]),
)


def nearest_rank(values: list[float], fraction: float) -> float:
    return sorted(values)[max(1, math.ceil(fraction * len(values))) - 1]


def close(estimate: float | None, exact: float) -> bool:
    # The last digits of log() and exp() may move a sample that lies on the edge of its bucket.
    return estimate is not None and abs(estimate - exact) <= exact * RELATIVE_ERROR * (1 + 1e-9)


@given(st.lists(DURATIONS, min_size=1, max_size=60), st.floats(0, 1))
def test_percentiles_are_within_the_promised_error(values: list[float], fraction: float) -> None:
    histogram = Histogram()
    histogram.extend(values)
    assert close(histogram.percentile(fraction), nearest_rank(values, fraction))


@given(st.lists(DURATIONS, min_size=1, max_size=40), st.data())
def test_batches_do_not_matter_and_the_exact_parts_are_exact(
    values: list[float], data: st.DataObject
) -> None:
    whole, parts = Histogram(), Histogram()
    whole.extend(values)
    cut = data.draw(st.integers(0, len(values)))
    parts.extend(values[:cut])
    parts.times()
    parts.extend(values[cut:])
    times = whole.times()
    assert times is not None
    assert times == parts.times()
    assert (times.count, times.last, times.minimum, times.maximum) == (
        len(values), values[-1], min(values), max(values),
    )  # fmt: skip
    assert close(times.p50, nearest_rank(values, 0.5))
    assert close(times.p95, nearest_rank(values, 0.95))


def test_without_samples_there_is_no_answer() -> None:
    histogram = Histogram()
    histogram.extend([])
    assert histogram.times() is None
    assert histogram.percentile(0.5) is None


@pytest.mark.parametrize("value", [0.0, -1.0, 1e-9, LARGEST, 1e9, math.nextafter(LARGEST, 0), SMALLEST])
def test_durations_at_and_beyond_the_ends_stay_between_the_extremes(value: float) -> None:
    histogram = Histogram()
    histogram.extend([value, value])
    assert histogram.percentile(0.5) == pytest.approx(value, rel=RELATIVE_ERROR)


def test_the_summary_follows_new_samples() -> None:
    histogram = Histogram()
    histogram.extend([1.0])
    first = histogram.times()
    assert histogram.times() is first
    histogram.extend([3.0])
    second = histogram.times()
    assert second is not None
    assert (second.count, second.last, second.maximum) == (2, 3.0, 3.0)


def test_memory_does_not_grow_with_the_number_of_samples() -> None:
    histogram = Histogram()
    before = sys.getsizeof(histogram._buckets)
    for step in range(200):
        histogram.extend([10 ** (step / 20 - 5)] * 500)
    assert sys.getsizeof(histogram._buckets) == before
    assert before < 16_384
    times = histogram.times()
    assert times is not None
    assert times.count == 100_000
