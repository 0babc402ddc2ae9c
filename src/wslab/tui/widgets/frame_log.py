"""The log of frames or messages: the newest rows, or those where the learner stopped to look."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, get_args

from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message as TextualMessage
from textual.reactive import var
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollTo
from textual.strip import Strip
from textual.timer import Timer

from wslab.lab.journal import Journal
from wslab.lab.logfilter import Level, LogFilter, carried_text
from wslab.lab.subprotocols import Subprotocols
from wslab.tui.widgets.log_paint import LogPainter
from wslab.tui.widgets.log_rows import Role, row_text
from wslab.tui.widgets.log_search import LogSearch
from wslab.tui.widgets.log_window import LogWindow, status_text
from wslab.wire.events import Event

_BUDGET = 0.02
"""Seconds that filtering and searching may each take of one tick."""

_BUDGET_FOR_SAVING = 1.0
"""Seconds that filtering may take before the rows are saved."""

_HEADER_FROM = 6
"""Lines that the log needs to spend one on the names of its columns."""


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
        & > .frame-log--sent { color: $text-primary; text-style: bold; }
        & > .frame-log--received { color: $text-success; text-style: bold; }
        & > .frame-log--length { color: $text-muted; }
        & > .frame-log--flag { color: $text-warning; }
        & > .frame-log--violation { color: $text-error; text-style: bold; }
        & > .frame-log--system { color: $text-secondary; text-style: bold; }
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
        f"frame-log--{name}" for name in (*get_args(Role), "cursor", "match")
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_follow", "Follow", id="log-follow", tooltip="Follow or pause"),
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

    class Told(TextualMessage):
        """Anything the log tells."""

        def __init__(self, frame_log: FrameLog) -> None:
            super().__init__()
            self.frame_log = frame_log

        @property
        def control(self) -> FrameLog:
            """The log."""
            return self.frame_log

    class Highlighted(Told):
        """The cursor moved to a row."""

        def __init__(self, frame_log: FrameLog, event: Event) -> None:
            super().__init__(frame_log)
            self.event = event

    class Selected(Highlighted):
        """A row was chosen, by Enter or a double click."""

    status: var[str] = var("")
    """What the log shows and what not, as it is drawn: `following · 12 of 20 rows · filter > TEXT`.

    It is watched and not told by a message: on its way up, a message misses the repaint of the rows.
    """

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
        self._window = LogWindow(journal, log_filter)
        self._painter = LogPainter(self._style_of, Subprotocols(journal).of)
        self._fps = fps
        self._timer: Timer | None = None
        self._search: LogSearch | None = None
        self._seen: tuple[object, ...] = ()

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
        return self._window.following

    @property
    def log_filter(self) -> LogFilter:
        """What is shown."""
        return self._window.view.filter

    @property
    def level(self) -> Level:
        """`frames` or `messages`."""
        return self.log_filter.level

    @level.setter
    def level(self, level: Level) -> None:
        self.set_filter(self.log_filter.with_level(level))

    @property
    def current(self) -> Event | None:
        """The event under the cursor: the newest one while following. None where there are no rows."""
        return self._window.current

    @property
    def status_text(self) -> str:
        """The status as it is at this moment."""
        return status_text(self._window, self._search)

    def set_filter(self, log_filter: LogFilter) -> None:
        """Show something else. Paused, the cursor stays on its event or goes to the next one that is left."""
        if log_filter != self.log_filter:
            if self._search is not None:
                self._search.stop()
            self._window.change_filter(log_filter)
            self.flush()
            self._tell_cursor()

    def toggle_follow(self) -> None:
        """Pause, or follow again."""
        if self.following:
            self._window.pause()
            self._moved()
        else:
            self.follow()

    def follow(self) -> None:
        """Show the newest rows from now on."""
        self._window.follow()
        self._seen = ()
        self.flush()

    def goto(self, seq: int) -> bool:
        """Pause at the event with this number.

        Returns:
            Whether it has a row. Where it has none, the cursor goes to the next one that has.
        """
        self._window.catch_up(_BUDGET)
        view = self._window.view
        self._window.move_to(min(view.row_with_seq(seq), view.total - 1), centre=True)
        self._moved()
        return self.current is not None and self.current.seq == seq

    def search(self, pattern: str) -> None:
        """Look for a pattern, and pause where it is found.

        Following, that is at the newest match; paused, at the next one. An empty pattern ends the search.

        Raises:
            ValueError: the pattern is not a regular expression; the message says why.
        """
        self._search = LogSearch(pattern) if pattern else None
        self._painter.search_for(self._search.regex if self._search else None)
        self.refresh_bindings()
        self.refresh()
        if self.following:
            self._find(self._window.end - 1, -1)
        else:
            self._find(self._window.cursor, 1)

    def next_match(self) -> None:
        """Go to the next newer row that matches, after the newest to the oldest."""
        self._find(self._window.end if self.following else self._window.cursor + 1, 1)

    def previous_match(self) -> None:
        """Go to the next older row that matches, after the oldest to the newest."""
        self._find(self._window.end - 1 if self.following else self._window.cursor - 1, -1)

    def selected_text(self) -> str | None:
        """The current row as plain text, not cut, or None where there is none."""
        return None if self.current is None else row_text(self.current)

    def payload_text(self) -> str | None:
        """What the current row's event carries, as far as it was kept. None where there is no row.

        It is text as it came, or hexadecimal. Unlike everything that is drawn this holds what the network
        sent: it is for a clipboard or a file.
        """
        return None if self.current is None else carried_text(self.current)

    def lines(self) -> Iterator[str]:
        """Every row that the filter lets through as plain text, oldest first, for saving."""
        self._window.catch_up(_BUDGET_FOR_SAVING)
        return map(row_text, self._window.view.events())

    def flush(self) -> None:
        """Look at what came since the last time, and repaint where something changed."""
        window = self._window
        window.catch_up(_BUDGET)
        if self._search is not None and self._search.running:
            self._found(self._search.go_on(window.view, _BUDGET))
        # Where the log comes up while what is below it grows, its last size may come without a Resize.
        resized = bool(self.size) and window.resize(self.size.height - self._head)
        if resized or (self._shown() != self._seen and not window.rests()):
            self._show()
        self._tell_status()

    def _shown(self) -> tuple[object, ...]:
        window = self._window
        return window.view, window.start, window.end, window.top, window.following

    @property
    def _head(self) -> int:
        """Lines above the rows."""
        return 1 if self.size.height >= _HEADER_FROM else 0

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the lines in a region."""
        # Textual works this style out from every ancestor: once for all lines is enough.
        self._painter.draw_on(self.rich_style)
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw one line: the names of the columns or a row."""
        window, painter = self._window, self._painter
        if y < self._head:
            return painter.header()
        number = window.top + y - self._head
        if number >= window.end:
            return painter.blank()
        held = window.lookup(number)
        if held is None:
            return painter.gone()
        return painter.row(*held, at_cursor=not window.following and number == window.cursor)

    def _show(self) -> None:
        """Bring scroll bar and screen in line with the window."""
        window = self._window
        self._seen = self._shown()
        window.drawn()
        if not self.size:
            return  # Not on the screen: it is laid out when it gets there.
        newest = window.lookup(window.end - 1)
        width = self.scrollable_content_region.width
        self._painter.lay_out(width, newest[1].seq if newest else 0)
        height = window.end - window.start + self._head
        if window.following:
            # A new height means a new layout of the screen, and all it does here is to size the scroll bar.
            drawn = self.virtual_size.height
            if height < 4 * self.size.height or not 7 * drawn <= 8 * height <= 9 * drawn:
                self.virtual_size = Size(width, height)
            if self.scroll_y != self.max_scroll_y:
                self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        else:
            top = window.top
            self.virtual_size = Size(width, height)
            self.scroll_to(y=top - window.start, animate=False, force=True)
        self.refresh()

    def _style_of(self, name: str) -> Style:
        # Muted colours depend on what is behind them. A cursor and a match go over whatever they find.
        over = name in ("cursor", "match")
        return self.get_component_rich_style(f"frame-log--{name}", partial=over)

    action_toggle_follow = toggle_follow
    action_follow = follow
    action_next_match = next_match
    action_previous_match = previous_match

    def action_select(self) -> None:
        """Choose the current row."""
        self._window.pause()
        self._show()
        if self.current is not None:
            self.post_message(self.Selected(self, self.current))
        self._tell_status()

    def action_move(self, rows: int) -> None:
        """Move the cursor by rows."""
        self._window.move(rows)
        self._moved()

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * self._window.height)

    def action_oldest(self) -> None:
        """Move the cursor to the oldest row."""
        self._window.move_to_oldest()
        self._moved()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys for matches work only while there is something to look for."""
        return self._search is not None or action not in ("next_match", "previous_match")

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to the row; choose it by a double click."""
        number = self._window.top + event.y - self._head
        if event.y >= self._head and number < self._window.end and self._window.lookup(number) is not None:
            self._window.move_to(number)
            self._moved()
            if event.chain == 2:
                self.action_select()

    def on_mouse_scroll_up(self) -> None:
        """Pause before the wheel scrolls back."""
        self._pause_to_scroll()

    def on_mouse_scroll_down(self) -> None:
        """Let the wheel reach what is new."""
        if not self.following:
            self._window.show(self._window.top)
            self._show()

    def on_scroll_up(self) -> None:
        """Pause before a click above the scroll bar's handle turns the page."""
        self._pause_to_scroll()

    def on_scroll_to(self, message: ScrollTo) -> None:
        """Pause where the handle of the scroll bar is dragged to."""
        if self.following and message.y is not None:
            # Following, the bar stands for about as many rows as there are: only the share of it counts.
            share = message.y / max(1, self.max_scroll_y)
            self._pause_to_scroll()
            message.y = share * self.max_scroll_y

    def _pause_to_scroll(self) -> None:
        if self.following:
            self._window.pause()
            self._moved()

    def _find(self, number: int, direction: int) -> None:
        if self._search is not None:
            self._search.start(self._window.view, number, direction)
            self._found(self._search.go_on(self._window.view, _BUDGET))
        self._tell_status()

    def _found(self, number: int | None) -> None:
        if number is not None:
            self._window.move_to(number, centre=True)
            self._moved()

    def _moved(self) -> None:
        self._show()
        self._tell_cursor()
        self._tell_status()

    def _tell_cursor(self) -> None:
        if not self.following and self.current is not None:
            self.post_message(self.Highlighted(self, self.current))

    def _tell_status(self) -> None:
        self.status = self.status_text

    def on_mount(self) -> None:
        """Start to look for changes."""
        self._timer = self.set_interval(1 / self._fps, self.flush)

    def on_unmount(self) -> None:
        """Let go of the journal, which may live on."""
        self._window.close()

    def on_resize(self) -> None:
        """Lay the rows out anew."""
        self._window.resize(self.size.height - self._head)
        self._show()

    def notify_style_update(self) -> None:
        """Forget what was drawn in the old colours."""
        super().notify_style_update()
        self._painter.forget()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Turn to the page that is scrolled to."""
        super().watch_scroll_y(old_value, new_value)
        window = self._window
        if not window.following and window.start + round(new_value) != window.top:
            window.show(window.start + round(new_value))
            self.refresh()
