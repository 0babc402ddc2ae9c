"""What a bundled server says: its log lines and its standard error."""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Iterable
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from wslab.i18n import N_, _, spoken
from wslab.tui.safe_text import visible
from wslab.wire.events import Event, Proc

CAPACITY = 2000
"""Lines that are kept."""
WIDEST = 500
"""Characters of a line that are shown."""
NOTHING_YET = N_("No server has said anything yet.")
_TROUBLE = frozenset({"stderr", "failed"})
_TIME_WIDTH = len("00:00:00  ")

REFRESH = 0.2
"""Seconds between two looks at what came."""


class ServerLogView(ScrollView, can_focus=True):
    """The last lines of one server, the newest at the bottom.

    It follows what comes as long as its end is in view. Scrolling up stops that; `end` resumes it.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "server-log--time",
        "server-log--line",
        "server-log--error",
    }

    DEFAULT_CSS = """
    ServerLogView {
        height: 1fr;
        overflow-y: scroll;
        &:focus { background-tint: $foreground 5%; }
        & > .server-log--time { color: $text-muted; }
        & > .server-log--line { color: $foreground; }
        & > .server-log--error { color: $text-error; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "end", "follow", "Follow", show=False, id="server-log-follow", tooltip="Go to the newest line"
        ),
    ]

    def __init__(self, *, capacity: int = CAPACITY, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._lines: deque[tuple[Proc, str]] = deque(maxlen=capacity)
        self._total = 0
        self._drawn = 0
        self._width = 0

    def observe(self, events: Iterable[Event]) -> None:
        """Add what servers said and did; a sink for events. What is not of a process is passed over."""
        for event in events:
            if type(event) is Proc:
                self._lines.append((event, self._line(event)))
                self._total += 1

    def _line(self, event: Proc) -> str:
        line = f"{event.server}  {visible(readable(event), WIDEST)}"
        self._width = max(self._width, _TIME_WIDTH + cell_len(line))
        return line

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        lines = [(event, self._line(event)) for event, _line in self._lines]
        self._lines.clear()
        self._lines.extend(lines)

    @property
    def dropped(self) -> int:
        """How many of the oldest lines are not kept any more."""
        return self._total - len(self._lines)

    def text(self) -> str:
        """Return every line that is kept, to copy or save it."""
        return "".join(f"{_clock(event)}  {line}\n" for event, line in self._lines)

    def on_mount(self) -> None:
        """Start to look for new lines."""
        self.set_interval(REFRESH, self._look)
        self._look()

    def on_show(self) -> None:
        """Catch up at once with what came while nobody could see it."""
        self._look()

    def action_follow(self) -> None:
        """Go to the newest line and stay there."""
        self.scroll_end(animate=False, x_axis=False)

    def render_line(self, y: int) -> Strip:
        """Return one row of what is in view."""
        left, top = self.scroll_offset
        width = self.scrollable_content_region.width
        style = self.rich_style
        row = top + y
        if row >= len(self._lines):
            text = _(NOTHING_YET) if row == 0 else ""
            return Strip([Segment(text, style)]).crop_extend(left, left + width, style)
        event, line = self._lines[row]
        part = "server-log--error" if event.what in _TROUBLE else "server-log--line"
        segments = [
            Segment(f"{_clock(event)}  ", self.get_component_rich_style("server-log--time")),
            Segment(line, self.get_component_rich_style(part)),
        ]
        return Strip(segments).crop_extend(left, left + width, style).apply_offsets(left, row)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the text that was selected with the mouse."""
        return selection.extract(self.text()), "\n"

    def _look(self) -> None:
        """Take over what came, if anybody can see it."""
        new = self._total - self._drawn
        if not new or not self.is_on_screen:
            return
        following = self.is_vertical_scroll_end
        before = self.virtual_size.height
        self._drawn = self._total
        self.virtual_size = Size(self._width, len(self._lines))
        if following:
            self.scroll_end(animate=False, immediate=True, x_axis=False)
        else:
            # What is being read stays where it is while old lines fall away above it.
            fallen = before + new - len(self._lines)
            self.scroll_to(y=max(0, self.scroll_offset.y - fallen), animate=False, immediate=True)
        self.refresh()


def readable(event: Proc) -> str:
    """Return what a server said or did in one line: a log line's JSON as `event key=value …`."""
    if event.what != "log":
        what = _(event.what)
        return f"{what}: {spoken(event.text)}" if event.text else what
    try:
        fields = json.loads(event.text)
    except ValueError:
        return event.text
    if not isinstance(fields, dict) or not isinstance(fields.get("event"), str):
        return event.text
    words = [fields.pop("event")]
    level = fields.pop("level", "info")
    if level != "info":
        words.insert(0, f"{level}:")
    fields.pop("time", None)
    words += [
        f"{key}={value if isinstance(value, str) else json.dumps(value)}" for key, value in fields.items()
    ]
    return " ".join(words)


def _clock(event: Proc) -> str:
    return time.strftime("%H:%M:%S", time.localtime(event.wall))
