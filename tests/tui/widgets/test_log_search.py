"""Searching the rows of the log."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.traffic import a_frame, frames
from wslab.lab.journal import Journal, JournalView
from wslab.tui.widgets.log_search import LogSearch


def a_view(payloads: list[bytes]) -> JournalView:
    journal = Journal()
    journal.append([a_frame(number, payload) for number, payload in enumerate(payloads)])
    view = JournalView(journal)
    view.catch_up(None)
    return view


@settings(deadline=None)
@given(st.lists(st.booleans(), max_size=60), st.integers(-5, 70), st.sampled_from([1, -1]))
def test_the_next_match_is_found_going_round(hits: list[bool], start: int, direction: int) -> None:
    view = a_view([b"needle" if hit else b"hay" for hit in hits])
    search = LogSearch("needle")
    search.start(view, start, direction)
    found = search.go_on(view, 60)

    assert not search.running
    rows = list(range(len(hits)))
    if direction < 0:
        rows.reverse()
    if 0 <= start < len(hits):
        at = rows.index(start)
        rows = rows[at:] + rows[:at]
    expected = next((number for number in rows if hits[number]), None)
    assert found == expected
    assert search.failed == (expected is None and bool(hits)) or not hits


def test_a_long_search_is_done_in_slices() -> None:
    view = a_view([b"hay"] * 1000 + [b"needle"])
    seconds = itertools.count()
    search = LogSearch("needle", monotonic=lambda: next(seconds))
    search.start(view, 0, 1)
    slices = 1
    while (found := search.go_on(view, 3)) is None:
        assert search.running
        slices += 1
    assert found == 1000
    assert slices > 5
    assert search.go_on(view, 3) is None


def test_a_search_can_be_given_up() -> None:
    view = a_view([b"needle"])
    search = LogSearch("needle")
    search.start(view, 0, 1)
    search.stop()
    assert search.go_on(view, 60) is None
    assert not search.failed


def test_rows_dropped_while_searching_do_no_harm() -> None:
    journal = Journal(100)
    journal.append(frames(0, 100))
    view = JournalView(journal)
    view.catch_up(None)
    seconds = itertools.count()
    search = LogSearch("needle", monotonic=lambda: next(seconds))
    search.start(view, 0, 1)
    search.go_on(view, 1)
    journal.append(frames(100, 1000))
    view.catch_up(None)
    while search.running:
        assert search.go_on(view, 1) is None
    assert search.failed


def test_a_bad_pattern_is_named() -> None:
    with pytest.raises(ValueError, match=r"'\(' is not a regular expression"):
        LogSearch("(")
