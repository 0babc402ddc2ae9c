"""The ring of events and the rows that filters make of it."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.check_events import proto
from tests.support.traffic import a_frame, a_message, a_state, frames
from wslab.lab.journal import Journal, JournalView
from wslab.lab.logfilter import LogFilter, is_row
from wslab.wire.decoding.around import NOTHING, Around
from wslab.wire.events import Direction, Event, Opcode

SLACK = 1.5
"""Old events go in blocks, so that there can be somewhat more than the capacity."""


def test_events_keep_their_index() -> None:
    journal = Journal(100)
    events = frames(1, 1000)
    for start in range(0, 1000, 7):
        journal.append(events[start : start + 7])

    assert journal.total == 1000
    assert 1000 - 100 * SLACK <= journal.first <= 900
    for index in range(journal.first, journal.total):
        assert journal.get(index) is events[index]
    assert journal.get(journal.first - 1) is None
    assert journal.get(1000) is None
    assert journal.get(-1) is None
    assert journal.slice(0, 2000) == events[journal.first :]
    assert journal.slice(995, 997) == events[995:997]


def test_a_million_frames_take_no_more_room_than_a_few_thousand() -> None:
    journal = Journal(2000, byte_budget=10_000_000)
    view = JournalView(journal, LogFilter(Direction.C2S))
    batch = [event for pair in zip(frames(1, 500), map(a_message, range(500)), strict=True) for event in pair]
    for number in range(2000):
        journal.append(batch)
        assert journal.total - journal.first <= 2000 * SLACK
        if number % 3 == 0:
            view.catch_up(None)
            assert view.held <= journal.total - journal.first
    assert journal.total == 2_000_000
    assert view.total > 300_000


def test_one_batch_of_any_size_is_bounded() -> None:
    journal = Journal(100)
    journal.append(frames(1, 10_000))

    assert journal.total == 10_000
    assert journal.total - journal.first <= 100 * SLACK


def test_bytes_are_bounded_as_well_as_events() -> None:
    journal = Journal(10_000, byte_budget=1_000_000)
    for number in range(200):
        journal.append(frames(number * 50, 50, b"x" * 4096))
        assert journal.held_bytes <= 1_000_000

    held = sum(len(event.preview) for event in journal.slice(0, journal.total))  # type: ignore[union-attr]
    assert held - journal.held_bytes < 512 * 4096
    assert journal.total - journal.first > 100


def test_text_of_other_events_counts_too() -> None:
    journal = Journal(10_000, byte_budget=100_000)
    for number in range(1000):
        journal.append([a_state(number, why="y" * 10_000), a_frame(number)])

    assert journal.total == 2000
    assert journal.held_bytes <= 100_000
    assert journal.first > 0


def test_bytes_held_are_those_of_what_is_held() -> None:
    journal = Journal(64)
    sizes = itertools.cycle([0, 10, 300])
    for number in range(500):
        journal.append([a_frame(number, b"x" * next(sizes))])
    held: list[Event] = journal.slice(0, journal.total)
    looked_at = len(held) - len(held) % 8  # a block of so small a journal has 8 events

    assert journal.held_bytes in {
        sum(len(event.preview) for event in held[:count])  # type: ignore[union-attr]
        for count in range(looked_at - 8, len(held) + 1)
    }


def test_indices_go_on_after_clearing() -> None:
    journal = Journal(100)
    view = JournalView(journal)
    journal.append(frames(1, 30))
    view.catch_up()
    journal.clear()

    assert (journal.first, journal.total, journal.held_bytes) == (30, 30, 0)
    assert view.catch_up()
    assert view.held == 0
    journal.append([a_frame(31)])
    view.catch_up()
    assert (view.first, view.total) == (30, 31)
    assert view.event(30) == a_frame(31)


@pytest.mark.parametrize(("capacity", "budget"), [(0, 1), (1, 0), (-5, 100)])
def test_a_journal_without_room_is_refused(capacity: int, budget: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Journal(capacity, budget)


def test_even_a_tiny_journal_holds_the_newest() -> None:
    journal = Journal(1)
    for seq in range(5):
        journal.append([a_frame(seq)])
        assert journal.get(seq) == a_frame(seq)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 5), max_size=40), max_size=12),
    st.integers(1, 60),
    st.sampled_from(
        [
            LogFilter(),
            LogFilter(level="messages"),
            LogFilter(Direction.S2C),
            LogFilter(opcodes=frozenset({Opcode.PING})),
            LogFilter(pattern="el"),
            LogFilter(Direction.C2S, frozenset({1}), "h", "messages"),
        ]
    ),
    st.sets(st.integers(0, 11)),
)
def test_a_view_shows_what_a_look_at_every_event_would(
    batches: list[list[int]], capacity: int, log_filter: LogFilter, catch_up_after: set[int]
) -> None:
    numbers = itertools.count()
    makers = [
        a_frame,
        lambda seq: a_frame(seq, direction=Direction.S2C),
        lambda seq: a_frame(seq, b"ping", opcode=Opcode.PING),
        a_message,
        a_state,
        lambda seq: a_frame(seq, b"other"),
    ]
    journal = Journal(capacity)
    view = JournalView(journal, log_filter)
    for number, batch in enumerate(batches):
        journal.append([makers[kind](next(numbers)) for kind in batch])
        if number in catch_up_after:
            view.catch_up(None)
    view.catch_up(None)

    held = journal.slice(journal.first, journal.total)
    level = [event for event in held if is_row(event, log_filter.level)]
    expected = [event for event in level if log_filter.matches(event)]
    assert list(view.events()) == expected
    assert view.held == len(expected)
    assert view.level_held == len(level)
    assert view.behind == 0
    for row, event in zip(range(view.first, view.total), expected, strict=True):
        assert view.event(row) is event
        assert view.row_with_seq(event.seq) == row
        index = view.index_of(row)
        assert index is not None
        assert view.row_at(index) == row


def test_catching_up_stops_when_its_time_is_up_and_goes_on_later() -> None:
    seconds = itertools.count()
    journal = Journal(10_000)
    journal.append(frames(0, 1000))
    view = JournalView(journal, LogFilter(pattern="hello"), monotonic=lambda: next(seconds))

    assert view.catch_up(budget=3)
    assert 0 < view.held < 1000
    assert view.behind == 1000 - view.held
    while view.behind:
        assert view.catch_up(budget=3)
    assert view.held == 1000
    assert not view.catch_up()


def test_what_went_by_unseen_is_counted() -> None:
    journal = Journal(100)
    view = JournalView(journal)
    journal.append(frames(0, 1000))
    view.catch_up()

    assert view.skipped == journal.first
    assert view.held == view.total == 1000 - journal.first


def test_a_view_made_late_starts_with_what_is_held() -> None:
    journal = Journal(100)
    journal.append(frames(0, 1000))
    view = JournalView(journal, LogFilter(Direction.C2S))
    view.catch_up()

    assert view.skipped == 0
    assert [event.seq for event in view.events()] == [
        seq for seq in range(journal.first, 1000) if seq % 2 == 0
    ]


def test_rows_that_are_gone_are_not_shown() -> None:
    journal = Journal(8)
    view = JournalView(journal)
    journal.append(frames(0, 8))
    view.catch_up()
    journal.append(frames(8, 50))

    assert view.event(0) is None
    assert list(view.events()) == []
    view.catch_up()
    assert view.index_of(0) is None
    assert view.event(view.total - 1) == frames(57, 1)[0]
    assert view.row_with_seq(10_000) == view.total
    assert view.row_with_seq(0) == view.first


def test_what_belongs_to_an_event_is_found_as_long_as_it_is_held() -> None:
    journal = Journal(100)
    frame, message, unit = a_frame(1), a_message(2), proto(b"x")._replace(seq=3)
    journal.append([frame, message, unit])

    assert journal.around(frame) == Around((frame,), message, (unit,))
    assert journal.around(unit) == journal.around(message)
    assert journal.around(a_frame(1)) == NOTHING
    journal.clear()
    assert journal.around(frame) == NOTHING
