from __future__ import annotations

import itertools

from wslab.wire.clock import Clock


def test_stamps_are_numbered_and_timed_by_what_was_injected() -> None:
    times = iter([1.0, 2.0])
    clock = Clock(monotonic=lambda: next(times), wall=lambda: 1e9)
    assert clock.stamp() == (1, 1.0, 1e9)
    assert clock.stamp() == (2, 2.0, 1e9)


def test_the_real_clock_never_goes_back() -> None:
    clock = Clock()
    stamps = [clock.stamp() for _ in range(1000)]
    assert [n for n, _, _ in stamps] == list(range(1, 1001))
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(stamps))
