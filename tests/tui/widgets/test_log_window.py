"""Which rows are shown: following, paused, filtered, under a flood."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.support.traffic import frames
from wslab.lab.journal import Journal
from wslab.lab.logfilter import LogFilter
from wslab.tui.widgets.log_search import LogSearch
from wslab.tui.widgets.log_window import LogWindow, status_text
from wslab.wire.events import Direction


def a_window(rows: int, capacity: int = 20_000, height: int = 10) -> LogWindow:
    window = LogWindow(Journal(capacity))
    window.resize(height)
    feed(window, rows)
    return window


def feed(window: LogWindow, rows: int) -> None:
    window.journal.append(frames(window.journal.total, rows))
    window.catch_up(60)


def test_following_shows_the_newest() -> None:
    window = a_window(25)
    assert list(window.page) == list(range(15, 25))
    assert window.current == frames(24, 1)[0]
    feed(window, 3)
    assert list(window.page) == list(range(18, 28))


def test_a_page_that_is_not_full_starts_at_the_top() -> None:
    window = a_window(4)
    assert list(window.page) == [0, 1, 2, 3]
    window.pause()
    assert list(window.page) == [0, 1, 2, 3]
    feed(window, 2)
    assert list(window.page) == [0, 1, 2, 3]
    assert window.new == 2


def looks(window: LogWindow, *rows: int) -> list[bool]:
    """Feed rows and look, so many times; return which looks rested."""
    rested = []
    for number in rows:
        feed(window, number)
        rested.append(window.rests())
        if not rested[-1]:
            window.drawn()
    return rested


def test_of_pages_that_race_past_one_of_three_is_drawn() -> None:
    assert looks(a_window(0), 3, 21, 21, 21, 21, 20, 21) == [False, False, True, True, False, False, False]


def test_when_a_race_is_over_the_last_page_is_drawn() -> None:
    window = a_window(0)
    assert looks(window, 25, 25, 0, 0, 0) == [False, True, True, False, False]
    assert list(window.page)[-1] == 49


def test_what_is_asked_for_never_rests() -> None:
    window = a_window(25)
    assert not window.rests()
    window.drawn()
    feed(window, 25)
    window.follow()
    assert not window.rests()
    window.pause()
    feed(window, 100)
    assert not window.rests()


def test_paused_the_page_and_its_events_stay() -> None:
    window = a_window(90, capacity=100)
    window.pause()
    shown = {number: window.lookup(number) for number in window.page}
    feed(window, 1000)

    assert {number: window.lookup(number) for number in window.page} == shown
    assert window.new == 1000
    assert window.dropped == window.journal.first
    assert window.current == frames(89, 1)[0]
    window.follow()
    assert window.current == frames(1089, 1)[0]
    assert window.lookup(85) is None


def test_a_move_turns_the_page_no_more_than_it_must() -> None:
    window = a_window(100)
    window.move_to(95)
    assert window.top == 90
    window.move_to(80)
    assert window.top == 80
    window.move_to(85)
    assert window.top == 80
    window.move_to(20, centre=True)
    assert window.top == 15
    window.move_to(24, centre=True)
    assert window.top == 15
    window.move(-1000)
    assert (window.cursor, window.top) == (0, 0)
    window.move(1000)
    assert (window.cursor, window.top) == (99, 90)


def test_a_move_starts_from_what_is_seen() -> None:
    window = a_window(100)
    window.pause()
    window.show(40)
    window.move(-1)
    assert window.cursor == 48


def test_a_smaller_page_keeps_the_cursor() -> None:
    window = a_window(100, height=30)
    window.move_to(75)
    window.resize(3)
    assert window.cursor in window.page
    window.resize(0)
    assert window.height == 1


def test_a_filter_keeps_the_place() -> None:
    window = a_window(100)
    window.move_to(51)
    window.change_filter(LogFilter(Direction.C2S))
    window.catch_up(60)
    assert window.current == frames(52, 1)[0]
    assert not window.following


def test_a_filter_that_takes_long_finds_its_place_in_the_end() -> None:
    window = a_window(5000)
    window.move_to(3000)
    window.change_filter(LogFilter(pattern="hello"))
    window.catch_up(0)
    assert window.view.unfinished
    assert "still to filter" in status_text(window)
    assert not window.following
    while window.view.unfinished:
        window.catch_up(0)
    assert window.current == frames(3000, 1)[0]


def test_a_filter_without_rows_follows() -> None:
    window = a_window(100)
    window.pause()
    window.change_filter(LogFilter(pattern="nowhere"))
    window.catch_up(60)
    assert window.following
    assert list(window.page) == []
    assert window.current is None


def test_clearing_follows_again() -> None:
    window = a_window(100)
    window.move_to(5)
    window.journal.clear()
    window.catch_up(60)
    assert window.following
    assert list(window.page) == []


def test_a_flood_between_two_looks_is_counted() -> None:
    window = a_window(0, capacity=100)
    for _ in range(50):
        window.journal.append(frames(window.journal.total, 90))
    window.catch_up(60)
    assert window.view.total == 4500
    assert window.view.skipped == 0


def test_what_a_pattern_had_no_time_for_is_said() -> None:
    window = a_window(0, capacity=100)
    window.change_filter(LogFilter(pattern="hello"))
    for _ in range(50):
        window.journal.append(frames(window.journal.total, 90))
    window.catch_up(60)
    assert window.view.skipped == window.journal.first
    assert f"{window.journal.first:,} events came too fast to filter" in status_text(window)


def test_a_closed_window_is_told_nothing() -> None:
    window = a_window(0, capacity=100)
    window.close()
    window.journal.append(frames(0, 1000))
    assert window.view.total == 0


def test_the_status() -> None:
    window = a_window(20)
    assert status_text(window) == "following · 20 rows"
    window.change_filter(LogFilter.parse("> TEXT", "messages"))
    window.catch_up(60)
    assert status_text(window) == "following · messages · 0 of 0 rows · filter > TEXT"
    window.change_filter(LogFilter(pattern="\x1b[2J\\[".removesuffix("[2J\\[") + "x" * 100))
    window.catch_up(60)
    assert "\x1b" not in status_text(window)
    assert len(status_text(window)) < 100
    search = LogSearch("needle")
    assert status_text(window, search).endswith(" · search /needle/")
    search.start(window.view, 0, 1)
    assert status_text(window, search).endswith(" · searching /needle/")
    search.go_on(window.view, 60)
    assert not search.running


class AnyUse(RuleBasedStateMachine):
    """Whatever a learner does under whatever traffic: the page is what it says."""

    def __init__(self) -> None:
        super().__init__()
        self.window = a_window(0, capacity=40, height=5)

    @rule(count=st.integers(0, 120))
    def traffic(self, count: int) -> None:
        feed(self.window, count)

    @rule(count=st.integers(0, 120))
    def unseen_traffic(self, count: int) -> None:
        self.window.journal.append(frames(self.window.journal.total, count))

    @rule(rows=st.integers(-50, 50))
    def move(self, rows: int) -> None:
        before = self.window.cursor
        following = self.window.following
        self.window.move(rows)
        if not following and rows > 0 and before in self.window.page:
            assert self.window.cursor >= min(before, self.window.end - 1)

    @rule(row=st.integers(0, 400), centre=st.booleans())
    def move_to(self, row: int, centre: bool) -> None:
        self.window.move_to(row, centre=centre)
        if self.window.current is not None:
            assert self.window.cursor in self.window.page

    @rule(top=st.integers(-10, 400))
    def scroll(self, top: int) -> None:
        if not self.window.following:
            self.window.show(top)

    @rule()
    def oldest(self) -> None:
        self.window.move_to_oldest()

    @rule()
    def follow(self) -> None:
        self.window.follow()

    @rule()
    def pause(self) -> None:
        self.window.pause()

    @rule()
    def clear(self) -> None:
        self.window.journal.clear()
        self.window.catch_up(60)

    @rule(height=st.integers(0, 12))
    def resize(self, height: int) -> None:
        self.window.resize(height)

    @rule(text=st.sampled_from(["", ">", "<", "hello", "PING"]))
    def change_filter(self, text: str) -> None:
        self.window.change_filter(LogFilter.parse(text))
        self.window.catch_up(60)

    @invariant()
    def the_page_lies_within_what_can_be_scrolled_to(self) -> None:
        window = self.window
        assert window.start <= window.top
        assert window.end <= window.view.total
        assert len(window.page) <= window.height
        assert window.new >= 0
        assert len(window._page) <= window.height + 1

    @invariant()
    def rows_show_rising_events(self) -> None:
        shown = [held for number in self.window.page if (held := self.window.lookup(number))]
        assert shown == sorted(shown, key=lambda held: held[0])
        for index, event in shown:
            assert event.seq == index
            assert self.window.view.filter.matches(event)


TestAnyUse = AnyUse.TestCase
TestAnyUse.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
