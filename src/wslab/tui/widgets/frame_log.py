"""The log of frames or messages: the newest rows, or those where the learner stopped to look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message as TextualMessage
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollTo
from textual.strip import Strip
from textual.timer import Timer

from wslab.lab.journal import Journal, JournalView
from wslab.lab.logfilter import Level, LogFilter, payload_as_text, searchable
from wslab.tui.widgets.log_rows import (
    Columns,
    Piece,
    columns_for,
    fit,
    header,
    mark_matches,
    row,
    row_text,
)
from wslab.tui.widgets.log_search import LogSearch
from wslab.wire.events import Event, Frame, Message

_BUDGET = 0.02
"""Seconds that filtering and searching may each take of one tick."""

_HEADER_FROM = 6
"""Lines that the log needs to spend one on the names of its columns."""

_CURSOR = "▸"


class FrameLog(ScrollView, can_focus=True, inherit_bindings=False):
    """Rows of a journal, drawn only where they are seen.

    The log either *follows*, showing the newest rows, or is *paused*. Paused, nothing moves: new rows are
    counted and the page that is shown stays as it is even when the journal lets its events go.

    What comes in costs nothing here. `flush`, called ``fps`` times a second, looks at what is new and asks
    for one repaint.
    """

    DEFAULT_CSS = """
    FrameLog {
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 4%; }
        & > .frame-log--head { color: $text-muted; text-style: underline; }
        & > .frame-log--number, & > .frame-log--time, & > .frame-log--rule { color: $text-muted; }
        & > .frame-log--sent { color: $text-accent; text-style: bold; }
        & > .frame-log--received { color: $text-success; text-style: bold; }
        & > .frame-log--length { color: $text-muted; }
        & > .frame-log--flag { color: $text-warning; }
        & > .frame-log--violation { color: $text-error; text-style: bold; }
        & > .frame-log--system { color: $text-primary; text-style: bold; }
        & > .frame-log--error { color: $text-error; text-style: bold; }
        & > .frame-log--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
        & > .frame-log--match { text-style: reverse; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "frame-log--head",
        "frame-log--number",
        "frame-log--time",
        "frame-log--rule",
        "frame-log--sent",
        "frame-log--received",
        "frame-log--length",
        "frame-log--flag",
        "frame-log--payload",
        "frame-log--violation",
        "frame-log--system",
        "frame-log--error",
        "frame-log--cursor",
        "frame-log--match",
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_follow", "Follow / pause", id="log-follow"),
        Binding("enter", "select", "Inspect", id="log-inspect"),
        Binding("up", "move(-1)", "Older", id="log-up", show=False),
        Binding("down", "move(1)", "Newer", id="log-down", show=False),
        Binding("pageup", "move_page(-1)", "Page up", id="log-page-up", show=False),
        Binding("pagedown", "move_page(1)", "Page down", id="log-page-down", show=False),
        Binding("home", "oldest", "Oldest", id="log-oldest", show=False),
        Binding("end", "follow", "Newest", id="log-newest", show=False),
        Binding("n", "next_match", "Next match", id="log-next-match", show=False),
        Binding("N", "previous_match", "Previous match", id="log-previous-match", show=False),
    ]

    class Highlighted(TextualMessage):
        """The cursor moved to a row."""

        def __init__(self, frame_log: FrameLog, event: Event) -> None:
            super().__init__()
            self.frame_log = frame_log
            self.event = event

        @property
        def control(self) -> FrameLog:
            """The log."""
            return self.frame_log

    class Selected(Highlighted):
        """A row was chosen, by Enter or a double click."""

    class StatusChanged(TextualMessage):
        """The line that says what the log shows changed."""

        def __init__(self, frame_log: FrameLog, text: str) -> None:
            super().__init__()
            self.frame_log = frame_log
            self.text = text

        @property
        def control(self) -> FrameLog:
            """The log."""
            return self.frame_log

    def __init__(
        self,
        journal: Journal,
        fps: float = 10,
        *,
        log_filter: LogFilter | None = None,
        name: str | None = None,
        id: str | None = None,  # noqa: A002
        classes: str | None = None,
    ) -> None:
        """Show a journal.

        Args:
            journal: where the events are. The log never changes it.
            fps: repaints a second at most.
            log_filter: what to show; everything on the frames level unless told otherwise.
            name: name of the widget.
            id: id of the widget in the DOM.
            classes: CSS classes of the widget.
        """
        super().__init__(name=name, id=id, classes=classes)
        self.journal = journal
        self._view = JournalView(journal, log_filter)
        self._fps = fps
        self._timer: Timer | None = None
        self._search: LogSearch | None = None
        self._seen: tuple[object, ...] = ()
        self._status = ""
        self._columns = Columns(0, 4, 0, 5, " ")
        self._palette: dict[str, Style] = {}
        self._strips: dict[tuple[int, bool], Strip] = {}
        self._following = True
        # Rows from `_start` up to but not including `_end` can be scrolled to. Following, both are brought up
        # to date by every flush; paused, `_start` stays and `_end` moves on only when the learner moves.
        self._start = self._end = 0
        self._cursor = 0
        # Paused, the page that is shown, by row: its events are to stay whatever the journal lets go.
        self._page: dict[int, tuple[int, Event]] = {}
        self._cursor_index: int | None = None

    # What the app asks and tells

    @property
    def fps(self) -> float:
        """Repaints a second at most."""
        return self._fps

    @fps.setter
    def fps(self, fps: float) -> None:
        self._fps = fps
        if self._timer is not None:
            self._timer.stop()
            self._timer = self.set_interval(1 / fps, self.flush)

    @property
    def following(self) -> bool:
        """Whether the newest rows are shown."""
        return self._following

    @property
    def log_filter(self) -> LogFilter:
        """What is shown."""
        return self._view.filter

    @property
    def level(self) -> Level:
        """`frames` or `messages`."""
        return self._view.filter.level

    @level.setter
    def level(self, level: Level) -> None:
        self.set_filter(self._view.filter.with_level(level))

    @property
    def current(self) -> Event | None:
        """The event under the cursor: the newest one while following. None where there are no rows."""
        held = self._lookup(self._end - 1 if self._following else self._cursor)
        return held[1] if held else None

    @property
    def status_text(self) -> str:
        """What the log shows and what not: `following · 12 of 20 rows · filter > TEXT`."""
        view = self._view
        parts = ["following" if self._following else "paused"]
        if self.level != "frames":
            parts.append(self.level)
        of = f" of {view.level_held:,}" if view.filter.narrows else ""
        parts.append(f"{'last ' if view.first else ''}{view.held:,}{of} row{'' if view.held == 1 else 's'}")
        if not self._following:
            if view.total > self._end:
                parts.append(f"{view.total - self._end:,} new")
            if view.first > self._start:
                parts.append(f"{view.first - self._start:,} dropped")
        if view.filter.narrows:
            parts.append(f"filter {view.filter}")
        if view.behind:
            parts.append(f"{view.behind:,} still to filter")
        if view.skipped:
            parts.append(f"{view.skipped:,} events came too fast to filter")
        if self._search is not None:
            if self._search.running:
                parts.append(f"searching /{self._search.pattern}/")
            elif self._search.failed:
                parts.append(f"no match for /{self._search.pattern}/")
            else:
                parts.append(f"search /{self._search.pattern}/")
        return " · ".join(parts)

    def set_filter(self, log_filter: LogFilter) -> None:
        """Show something else. Paused, the cursor stays on its event or goes to the next one that is left."""
        if log_filter == self._view.filter:
            return
        held = None if self._following else self._lookup(self._cursor)
        self._cursor_index = held[0] if held else None
        self._view = JournalView(self.journal, log_filter)
        self._strips.clear()
        self._page.clear()
        if self._search is not None:
            self._search.stop()
        self.flush()

    def toggle_follow(self) -> None:
        """Pause, or follow again."""
        if self._following:
            self._pause()
            self._tell_cursor()
        else:
            self.follow()

    def follow(self) -> None:
        """Show the newest rows from now on."""
        self._following = True
        self._page.clear()
        self._seen = ()
        self.flush()

    def goto(self, seq: int) -> bool:
        """Pause at the event with this number.

        Returns:
            Whether it has a row. Where it has none, the cursor goes to the next one that has.
        """
        self._view.catch_up(_BUDGET)
        if not self._view.held:
            return False
        self._pause()
        self._move_to(min(self._view.row_with_seq(seq), self._view.total - 1), centre=True)
        return self.current is not None and self.current.seq == seq

    def search(self, pattern: str) -> None:
        """Look for a pattern, and pause where it is found.

        Following, that is at the newest match; paused, at the next one. An empty pattern ends the search.

        Raises:
            ValueError: the pattern is not a regular expression; the message says why.
        """
        self._search = LogSearch(pattern) if pattern else None
        self._strips.clear()
        self.refresh()
        if self._following:
            self._find(self._view.total - 1, -1)
        else:
            self._find(self._cursor, 1)

    def next_match(self) -> None:
        """Go to the next newer row that matches, after the newest to the oldest."""
        self._find((self._view.total - 1 if self._following else self._cursor) + 1, 1)

    def previous_match(self) -> None:
        """Go to the next older row that matches, after the oldest to the newest."""
        self._find((self._view.total if self._following else self._cursor) - 1, -1)

    def selected_text(self) -> str | None:
        """The current row as plain text, not cut, or None where there is none."""
        return None if self.current is None else row_text(self.current)

    def payload_text(self) -> str | None:
        """What the current row's event carries, as far as it was kept. None where there is no row.

        It is text as it came, or hexadecimal. Unlike everything that is drawn this holds what the network
        sent: it is for a clipboard or a file.
        """
        event = self.current
        if isinstance(event, Frame | Message):
            text = payload_as_text(event)
            return event.preview.hex(" ") if text is None else text
        return None if event is None else searchable(event)

    def lines(self) -> Iterator[str]:
        """Every row that the filter lets through as plain text, oldest first, for saving."""
        self._view.catch_up(1.0)
        return map(row_text, self._view.events())

    def flush(self) -> None:
        """Look at what came since the last time, and repaint where something changed."""
        view = self._view
        view.catch_up(_BUDGET)
        if self._search is not None and self._search.running:
            self._found(self._search.go_on(view, _BUDGET))
        seen = (view, view.first, view.total, view.level_held)
        if seen != self._seen:
            self._seen = seen
            if self._following:
                self._show_newest()
            elif self._cursor_index is not None or not self._page:
                self._place_cursor()
        self._tell_status()

    # Where rows are

    @property
    def _head(self) -> int:
        """Lines above the rows."""
        return 1 if self.size.height >= _HEADER_FROM else 0

    @property
    def _page_height(self) -> int:
        return max(1, self.size.height - self._head)

    @property
    def _top(self) -> int:
        """The row on the first line."""
        if self._following:
            return max(self._start, self._end - self._page_height)
        return self._start + round(self.scroll_y)

    def _lookup(self, number: int) -> tuple[int, Event] | None:
        """Return index and event of a row, or None where it is gone."""
        kept = self._page.get(number)
        if kept is not None:
            return kept
        index = self._view.index_of(number)
        event = None if index is None else self.journal.get(index)
        return None if index is None or event is None else (index, event)

    def _show_newest(self) -> None:
        view = self._view
        self._start, self._end = view.first, view.total
        self._lay_out()
        # A new height means a new layout of the screen. Following, it only sizes the scroll bar.
        height = self.virtual_size.height
        wanted = view.held + self._head
        if wanted < 4 * self.size.height or not height * 7 <= wanted * 8 <= height * 9:
            self._set_height(wanted)
        if self.scroll_y != self.max_scroll_y:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        self.refresh()

    def _set_height(self, height: int) -> None:
        size = Size(self.scrollable_content_region.width, height)
        if size != self.virtual_size:
            self.virtual_size = size

    def _lay_out(self) -> None:
        newest = self._lookup(self._end - 1)
        columns = columns_for(self.scrollable_content_region.width, newest[1].seq if newest else 0)
        if columns != self._columns:
            self._columns = columns
            self._strips.clear()
            self.refresh()

    def _pause(self) -> None:
        if not self._following:
            return
        top = self._top
        self._following = False
        self._cursor = self._end - 1
        self._open_up(top)

    def _open_up(self, top: int) -> None:
        """Let rows up to the newest be scrolled to, with ``top`` on the first line."""
        self._end = self._view.total
        self._lay_out()
        self._set_height(self._end - self._start + self._head)
        self.scroll_to(y=top - self._start, animate=False, force=True)
        self._keep_page()
        self.refresh()

    def _keep_page(self) -> None:
        top = self._top
        page = {}
        for number in {*range(top, min(top + self._page_height, self._end)), self._cursor}:
            held = self._lookup(number)
            if held is not None:
                page[number] = held
        self._page = page

    def _place_cursor(self) -> None:
        """Find the cursor's place in the rows of a new filter, or in what is left after clearing."""
        view = self._view
        index = self._cursor_index or 0
        if not view.behind:
            self._cursor_index = None
            if not view.held:
                self.follow()
                return
        self._start, self._end = view.first, view.total
        self._cursor = max(view.first, min(view.row_at(index), view.total - 1))
        self._page.clear()
        self._open_up(self._cursor - self._page_height // 2)
        self._tell_cursor()

    def _move_to(self, number: int, *, centre: bool = False) -> None:
        """Move the cursor to a row, paused, and bring it into view."""
        first, last = self._view.first, self._view.total - 1
        if number not in self._page:
            # Rows between the page and the oldest one held may be gone: there is nothing to stop at.
            oldest = min(self._page, default=first)
            number = (
                min(max(number, first), last) if number >= self._cursor else max(number, min(first, oldest))
            )
            if self._lookup(number) is None:
                number = first
        if self._lookup(number) is None:
            return
        self._cursor = number
        top = self._top
        height = self._page_height
        if centre and not top <= number < top + height:
            top = number - height // 2
        self._open_up(max(min(top, number), number - height + 1))
        self._tell_cursor()
        self._tell_status()

    # Searching

    def _find(self, number: int, direction: int) -> None:
        if self._search is not None:
            self._search.start(self._view, number, direction)
            self._found(self._search.go_on(self._view, _BUDGET))
        self._tell_status()

    def _found(self, number: int | None) -> None:
        if number is not None:
            self._pause()
            self._move_to(number, centre=True)

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Draw one line: the names of the columns or a row."""
        base = self.rich_style
        if y < self._head:
            return self._strip(header(self._columns), base)
        number = self._top + y - self._head
        if number >= self._end:
            return Strip.blank(self._columns.width, base)
        held = self._lookup(number)
        if held is None:
            return self._strip(fit([Piece("      · no longer held ·", "rule")], self._columns.width), base)
        index, event = held
        at_cursor = not self._following and number == self._cursor
        strip = self._strips.get((index, at_cursor))
        if strip is None:
            if len(self._strips) > 8 * self._page_height:
                self._strips.clear()
            pieces = row(event, self._columns)
            if self._search is not None:
                pieces = mark_matches(pieces, self._search.regex)
            if at_cursor:
                pieces[0] = Piece(_CURSOR + pieces[0].text[1:], "number")
            strip = self._strips[index, at_cursor] = self._strip(pieces, base, at_cursor)
        return strip

    def _strip(self, pieces: list[Piece], base: Style, at_cursor: bool = False) -> Strip:
        segments = []
        for text, role, match in pieces:
            style = base + self._style(role)
            if at_cursor:
                style += self._style("cursor")
            segments.append(Segment(text, style + self._style("match") if match else style))
        padding = base + self._style("cursor") if at_cursor else base
        return Strip(segments).adjust_cell_length(self._columns.width, padding)

    def _style(self, role: str) -> Style:
        style = self._palette.get(role)
        if style is None:
            style = self.get_component_rich_style(f"frame-log--{role}", partial=True)
            self._palette[role] = style
        return style

    # What Textual tells

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours."""
        super().notify_style_update()
        self._palette.clear()
        self._strips.clear()

    def on_mount(self) -> None:
        """Start to look for changes."""
        self._timer = self.set_interval(1 / self._fps, self.flush)

    def on_resize(self) -> None:
        """Lay the rows out anew."""
        if self._following:
            self._show_newest()
        else:
            self._open_up(max(min(self._top, self._cursor), self._cursor - self._page_height + 1))

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Hold on to the page that is shown now."""
        super().watch_scroll_y(old_value, new_value)
        if not self._following and round(old_value) != round(new_value):
            self._keep_page()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Pause before the wheel scrolls back."""
        self._pause()
        self._tell_status()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Let the wheel reach what is new."""
        if not self._following:
            self._open_up(self._top)

    def on_scroll_to(self, message: ScrollTo) -> None:
        """Pause where the scroll bar is dragged to."""
        if self._following and message.y is not None:
            # Following, the bar stands for about as many rows as there are: only the share of it counts.
            share = message.y / max(1, self.max_scroll_y)
            self._pause()
            message.y = share * self.max_scroll_y
            self._tell_status()

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row; choose it by a double click."""
        number = self._top + event.y - self._head
        if event.y >= self._head and number < self._end and self._lookup(number) is not None:
            self._pause()
            self._move_to(number)
            if event.chain == 2:
                self.action_select()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys for matches work only while there is something to look for."""
        return self._search is not None or action not in ("next_match", "previous_match")

    action_toggle_follow = toggle_follow
    action_follow = follow
    action_next_match = next_match
    action_previous_match = previous_match

    def action_select(self) -> None:
        """Choose the current row."""
        self._pause()
        if self.current is not None:
            self.post_message(self.Selected(self, self.current))
        self._tell_status()

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        if not self._following:
            bottom = min(self._top + self._page_height, self._end) - 1
            if not self._top <= self._cursor <= bottom:
                # The wheel left the cursor behind: go on from what is seen.
                self._cursor = max(self._top, min(self._cursor, bottom))
        self._pause()
        self._move_to(self._cursor + rows)

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * self._page_height)

    def action_oldest(self) -> None:
        """Move the cursor to the oldest row."""
        self._pause()
        self._page.clear()
        self._move_to(self._view.first)

    def _tell_cursor(self) -> None:
        if self.current is not None:
            self.post_message(self.Highlighted(self, self.current))

    def _tell_status(self) -> None:
        text = self.status_text
        if text != self._status:
            self._status = text
            self.post_message(self.StatusChanged(self, text))
