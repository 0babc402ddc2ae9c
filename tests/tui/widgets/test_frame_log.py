"""The log as a learner uses it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterable

import pytest
from rich.cells import cell_len
from textual import events
from textual.app import App, ComposeResult
from textual.geometry import Offset
from textual.pilot import Pilot

from tests.support.traffic import a_frame, a_message, a_state, frames
from tests.support.waiting import until
from wslab.lab.journal import Journal
from wslab.lab.logfilter import LogFilter
from wslab.tui.widgets.frame_log import FrameLog
from wslab.wire.events import Direction, Event, Opcode


class Host(App[None]):
    """An app that is nothing but a log. The log looks for changes only when a test says so."""

    def __init__(self, capacity: int) -> None:
        super().__init__()
        self.journal = Journal(capacity)
        self.log_widget = FrameLog(self.journal, fps=0.001)
        self.highlighted: list[int] = []
        self.selected: list[int] = []
        self.statuses: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.log_widget

    def on_frame_log_selected(self, message: FrameLog.Selected) -> None:
        self.selected.append(message.event.seq)

    def on_frame_log_highlighted(self, message: FrameLog.Highlighted) -> None:
        self.highlighted.append(message.event.seq)

    def on_mount(self) -> None:
        self.watch(self.log_widget, "status", lambda status: self.statuses.append(status))


class Bench:
    """A log on the bench: feed it, press keys, read its lines."""

    def __init__(self, host: Host, pilot: Pilot[None]) -> None:
        self.host = host
        self.pilot = pilot
        self.log = host.log_widget

    async def feed(self, events: Iterable[Event]) -> None:
        """Take in events and let the log look."""
        self.host.journal.append(list(events))
        self.log.flush()
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    def lines(self) -> list[str]:
        """What is drawn, the header aside, without empty lines and without the room on the right."""
        lines = [self.log.render_line(y).text.rstrip() for y in range(self.log.size.height)]
        return [line for line in lines[1:] if line]

    def numbers(self) -> list[int]:
        """The numbers of the rows that are drawn."""
        return [int(line[1:].split(maxsplit=1)[0].rstrip("!")) for line in self.lines()]

    def at_cursor(self) -> int | None:
        """The number of the row that the cursor is drawn at."""
        for line in self.lines():
            if line.startswith("▸"):
                return int(line[1:].split(maxsplit=1)[0].rstrip("!"))
        return None


@contextlib.asynccontextmanager
async def bench(
    capacity: int = 20_000, width: int = 80, height: int = 11, rows: int = 0
) -> AsyncIterator[Bench]:
    """A focused log with a header and ten lines for rows, unless told otherwise."""
    host = Host(capacity)
    async with host.run_test(size=(width, height)) as pilot:
        host.log_widget.focus()
        made = Bench(host, pilot)
        await made.feed(frames(1, rows))
        yield made


async def test_the_newest_rows_are_shown() -> None:
    async with bench(rows=3) as log:
        assert log.numbers() == [1, 2, 3]
        assert log.log.status_text == "following · 3 rows"
        await log.feed(frames(4, 30))
        assert log.numbers() == list(range(24, 34))
        assert log.log.status_text == "following · 33 rows"
        assert log.host.statuses[-1] == "following · 33 rows"


async def test_a_size_that_came_without_a_resize_is_seen_at_the_next_look() -> None:
    async with bench(rows=30) as log:
        for height in (7, 12):
            # As where the log is laid out twice while it comes up: it is told of the first size alone.
            log.log._window.resize(height)
            log.log.flush()
            assert log.numbers() == list(range(21, 31))


async def test_an_empty_log_takes_every_key() -> None:
    async with bench() as log:
        await log.press("space", "up", "down", "pageup", "home", "end", "enter", "n", "N", "space")
        assert log.lines() == []
        assert not log.log.goto(5)
        assert log.log.selected_text() is None
        assert log.log.payload_text() is None
        assert log.log.current is None
        assert log.host.selected == log.host.highlighted == []
        log.log.follow()
        assert log.log.status_text == "following · 0 rows"


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_every_line_is_exactly_as_wide_as_the_log(width: int) -> None:
    nasty = [
        "\x1b[2J\x1b]0;pwned\x07",
        "日本語" * 40,
        "👨‍👩‍👧👍🏽🇯🇵" * 20,
        "e\u0301" * 90,
        "\u202eשלום" * 30,
        "\t\r\n\0",
    ]
    events = [
        *(
            a_frame(n, text.encode(), violations=["6455#5.1 client frame not masked"])
            for n, text in enumerate(nasty)
        ),
        *(a_frame(10 + n, text.encode()) for n, text in enumerate(nasty)),
        a_state(20, why="日本\x1b[1m" * 50),
    ]
    async with bench(width=width, height=24) as log:
        await log.feed(events)
        for moves in range(len(events)):
            for y in range(log.log.size.height):
                strip = log.log.render_line(y)
                assert strip.cell_length == log.log.scrollable_content_region.width
                assert sum(cell_len(segment.text) for segment in strip) == strip.cell_length
                assert all(character.isprintable() for character in strip.text)
            await log.press("up") if moves < 3 else None


async def test_nothing_changed_means_nothing_is_done() -> None:
    async with bench(rows=20) as log:
        repaints: list[object] = []
        log.log.refresh = lambda *args, **kwargs: repaints.append(args) or log.log  # type: ignore[method-assign, func-returns-value]
        log.log.flush()
        assert repaints == []
        await log.feed(frames(21, 1))
        assert repaints != []


async def test_following_a_flood_leaves_the_layout_alone() -> None:
    async with bench(capacity=2000, rows=4000) as log:
        heights = set()
        for start in range(4000, 30_000, 700):
            await log.feed(frames(start, 700))
            heights.add(log.log.virtual_size.height)
            assert log.numbers()[-1] == start + 699
        assert len(heights) == 1


async def test_paused_nothing_moves_and_what_is_new_is_counted() -> None:
    async with bench(rows=30) as log:
        await log.press("space")
        assert not log.log.following
        before = log.numbers()
        assert before == list(range(21, 31))
        await log.feed(frames(31, 12))
        assert log.numbers() == before
        assert log.log.status_text == "paused · 42 rows · 12 new"
        await log.press("space")
        assert log.numbers() == list(range(33, 43))
        assert log.log.following


async def test_paused_the_page_stays_even_when_its_events_are_dropped() -> None:
    async with bench(capacity=100, rows=50) as log:
        await log.press("space", "up", "up")
        before = log.lines()
        await log.feed(frames(51, 1000))
        assert log.host.journal.first > 50
        assert log.lines() == before
        dropped = log.host.journal.first
        assert log.log.status_text.endswith(f"· 1,000 new · {dropped:,} dropped")
        assert log.log.current == frames(48, 1)[0]
        # Below the page the next row that is left is the oldest one held.
        await log.press("down", "down", "down")
        assert log.at_cursor() == dropped + 1
        await log.press("up")
        assert log.at_cursor() == dropped + 1
        await log.press("home")
        assert log.at_cursor() == dropped + 1
        await log.press("pageup")
        assert log.at_cursor() == dropped + 1


async def test_what_is_gone_is_said_to_be_gone() -> None:
    async with bench(capacity=100, rows=90) as log:
        await log.press("space")
        await log.feed(frames(91, 1000))
        log.log.scroll_to(y=0, animate=False)
        await log.pilot.pause()
        assert set(log.lines()) == {"      · no longer held ·"}


async def test_keys_move_the_cursor() -> None:
    async with bench(rows=100) as log:
        await log.press("up")
        assert not log.log.following
        assert log.at_cursor() == 99
        await log.press("pageup")
        assert log.at_cursor() == 89
        await log.press("home")
        assert log.at_cursor() == 1
        assert log.numbers() == list(range(1, 11))
        await log.press("up")
        assert log.at_cursor() == 1
        await log.press("pagedown", "down")
        assert log.at_cursor() == 12
        assert log.host.highlighted == [99, 89, 1, 1, 11, 12]
        await log.press("end")
        assert log.log.following
        assert log.at_cursor() is None


async def test_moving_down_reaches_what_came_while_paused() -> None:
    async with bench(rows=20) as log:
        await log.press("space")
        await log.feed(frames(21, 2))
        await log.press("down", "down", "down")
        assert log.at_cursor() == 22
        assert log.log.status_text == "paused · 22 rows"


async def test_enter_selects() -> None:
    async with bench(rows=20) as log:
        await log.press("enter")
        assert log.host.selected == [20]
        assert not log.log.following
        await log.press("up", "enter")
        assert log.host.selected == [20, 19]


async def test_the_mouse_selects_too() -> None:
    async with bench(rows=5) as log:
        await log.pilot.click(FrameLog, offset=(10, 2))
        assert log.at_cursor() == 2
        assert log.host.selected == []
        await log.pilot.click(FrameLog, offset=(10, 0))
        await log.pilot.click(FrameLog, offset=(10, 9))
        assert log.at_cursor() == 2
        await log.pilot.click(FrameLog, offset=(10, 4), times=2)
        assert log.host.selected == [4]


def wheel(log: FrameLog, kind: type[events.MouseEvent]) -> None:
    """Turn the wheel over the log."""
    log.post_message(kind(log, 5, 5, 0, 0, 0, False, False, False))


async def test_the_wheel_pauses() -> None:
    async with bench(rows=100) as log:
        wheel(log.log, events.MouseScrollDown)
        await log.pilot.pause()
        assert log.log.following
        wheel(log.log, events.MouseScrollUp)
        await log.pilot.pause()
        assert not log.log.following
        last = log.numbers()[-1]
        assert last < 100
        await log.press("up")
        assert log.at_cursor() == last - 1


async def test_the_wheel_reaches_what_came_while_paused() -> None:
    async with bench(rows=30) as log:
        await log.press("space")
        await log.feed(frames(31, 50))
        for _ in range(40):
            wheel(log.log, events.MouseScrollDown)
        await log.pilot.pause()
        assert log.numbers()[-1] == 80
        assert log.log.status_text == "paused · 80 rows"


async def test_dragging_the_scroll_bar_pauses() -> None:
    async with bench(rows=1000, height=24) as log:
        bar = log.log.vertical_scrollbar
        await log.pilot.mouse_down(bar, offset=Offset(0, 23))
        await log.pilot.hover(bar, offset=Offset(0, 11))
        await log.pilot.mouse_up(bar, offset=Offset(0, 11))
        await until(lambda: 300 < log.numbers()[0] < 700, "the middle of the log")
        assert not log.log.following


async def test_a_click_above_the_handle_pauses() -> None:
    async with bench(rows=1000, height=24) as log:
        await log.pilot.click(log.log.vertical_scrollbar, offset=(0, 1))
        assert not log.log.following
        await until(lambda: log.numbers()[0] < 970, "the page before")


async def test_a_log_that_is_not_shown_takes_everything_too() -> None:
    journal = Journal()
    log = FrameLog(journal)
    journal.append(frames(1, 30))
    log.level = "messages"
    log.set_filter(LogFilter(Direction.C2S))
    assert log.status_text == "following · 15 of 30 rows · filter >"
    async with bench(rows=5) as shown:
        shown.log.display = False
        await shown.feed(frames(6, 5))
        shown.log.level = "messages"
        shown.log.level = "frames"
        shown.log.display = True
        await shown.pilot.pause()
        assert shown.numbers() == list(range(1, 11))


async def test_a_filter_leaves_out_rows_and_says_so() -> None:
    async with bench(rows=20) as log:
        log.log.set_filter(LogFilter.parse("> TEXT"))
        assert log.numbers() == list(range(2, 21, 2))
        assert log.log.status_text == "following · 10 of 20 rows · filter > TEXT"
        await log.feed([a_frame(21), a_frame(22, opcode=Opcode.PING)])
        assert log.numbers()[-1] == 21
        assert log.log.status_text == "following · 11 of 22 rows · filter > TEXT"
        log.log.set_filter(LogFilter())
        assert log.numbers()[-1] == 22


async def test_a_filter_keeps_the_cursor_where_it_can() -> None:
    async with bench(rows=40) as log:
        log.log.goto(21)
        log.log.set_filter(LogFilter(Direction.C2S))
        assert log.log.current == frames(22, 1)[0]
        assert log.at_cursor() == 22
        log.log.set_filter(LogFilter())
        assert log.at_cursor() == 22


async def test_a_filter_that_leaves_nothing() -> None:
    async with bench(rows=40) as log:
        log.log.goto(21)
        log.log.set_filter(LogFilter(pattern="nowhere"))
        assert log.lines() == []
        assert log.log.status_text == "following · 0 of 40 rows · filter /nowhere/"
        await log.press("up", "enter")


async def test_levels() -> None:
    async with bench() as log:
        await log.feed([a_frame(1, fin=False), a_frame(2, opcode=0), a_message(3, frames=2), a_state(4)])
        assert log.numbers() == [1, 2, 4]
        log.log.level = "messages"
        assert log.numbers() == [3, 4]
        assert log.log.level == "messages"
        assert log.log.status_text == "following · messages · 2 rows"


async def test_goto() -> None:
    async with bench(rows=100) as log:
        assert log.log.goto(37)
        assert log.at_cursor() == 37
        await log.pilot.pause()
        assert log.host.highlighted == [37]
        assert log.log.goto(40)
        assert log.at_cursor() == 40
        assert not log.log.goto(1000)
        assert log.at_cursor() == 100
        assert log.log.goto(1)
        assert log.at_cursor() == 1


async def test_searching_goes_from_match_to_match() -> None:
    async with bench(rows=20) as log:
        await log.feed(
            [a_frame(21, b"needle one"), *frames(22, 40), a_frame(62, b"needle two"), *frames(63, 40)]
        )
        log.log.search("needle")
        assert log.at_cursor() == 62
        assert any(
            segment.text == "needle" and segment.style is not None and segment.style.reverse
            for y in range(log.log.size.height)
            for segment in log.log.render_line(y)
        )
        await log.press("n")
        assert log.at_cursor() == 21
        await log.press("n")
        assert log.at_cursor() == 62
        await log.press("N")
        assert log.at_cursor() == 21
        assert log.log.status_text == "paused · 102 rows · search /needle/"
        log.log.search("haystack")
        assert log.at_cursor() == 21
        assert log.log.status_text == "paused · 102 rows · no match for /haystack/"
        log.log.search("")
        await log.press("n")
        assert log.log.status_text == "paused · 102 rows"


async def test_a_pattern_that_is_none_changes_nothing() -> None:
    async with bench(rows=20) as log:
        with pytest.raises(ValueError, match="is not a regular expression"):
            log.log.search("(")
        assert log.log.status_text == "following · 20 rows"


async def test_copying_and_saving() -> None:
    async with bench() as log:
        await log.feed(
            [a_frame(1, b"long " * 50), a_frame(2, b"\x01\x02", opcode=Opcode.BINARY), a_state(3, why="why")]
        )
        log.log.goto(1)
        assert log.log.payload_text() == "long " * 50
        assert (log.log.selected_text() or "").endswith("> TEXT       250  " + "long " * 49 + "long")
        log.log.goto(2)
        assert log.log.payload_text() == "01 02"
        log.log.goto(3)
        assert log.log.payload_text() == "OPEN why"
        lines = list(log.log.lines())
        assert len(lines) == 3
        assert lines[2].endswith("● OPEN by server why")


async def test_clearing_the_journal_empties_the_log() -> None:
    async with bench(rows=40) as log:
        await log.press("up")
        log.host.journal.clear()
        log.log.flush()
        assert log.lines() == []
        await log.feed(frames(41, 2))
        assert log.numbers() == [41, 42]


async def test_a_new_size_keeps_the_cursor_in_view() -> None:
    async with bench(rows=100, width=120, height=30) as log:
        log.log.goto(50)
        await log.pilot.resize_terminal(60, 8)
        assert log.at_cursor() == 50
        assert len(log.numbers()) == 7
        await log.press("space")
        await log.pilot.resize_terminal(80, 24)
        assert log.numbers() == list(range(78, 101))


async def test_a_theme_redraws() -> None:
    async with bench(rows=3) as log:
        before = log.log.render_line(1)
        log.host.theme = "textual-light"
        await log.pilot.pause()
        assert log.log.render_line(1) != before
        assert log.log.render_line(1).text == before.text


@pytest.mark.parametrize("theme", ["textual-light", "textual-dark"])
async def test_every_word_can_be_read(theme: str) -> None:
    async with bench() as log:
        log.host.theme = theme
        await log.feed([a_frame(1, fin=False, violations=["6455#5.1 x"]), a_state(2, why="why")])
        for y in range(3):
            for segment in log.log.render_line(y):
                style = segment.style
                assert style is not None
                assert style.color is not None
                assert style.bgcolor is not None
                ink, paper = (sum(color.get_truecolor()) / 3 for color in (style.color, style.bgcolor))
                assert abs(ink - paper) > 50, segment


async def test_the_log_looks_by_itself() -> None:
    async with bench() as log:
        log.log.fps = 100
        log.host.journal.append(frames(1, 5))
        await until(lambda: log.host.statuses[-1:] == ["following · 5 rows"], "the log to look")
        assert log.log.fps == 100
