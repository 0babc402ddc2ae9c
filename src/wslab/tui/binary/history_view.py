"""Everything that went to and fro, the newest at the bottom."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wslab.i18n import N_, _
from wslab.lab.binary.history import Entry, History
from wslab.tui.binary.history_text import clock_time, entry_text
from wslab.tui.widgets.text_blocks import wrap

NOTHING_YET = N_("Nothing was sent and nothing has come yet.")
_INDENT = len("00:00:00  ")


class HistoryView(ScrollView, can_focus=True):
    """A paragraph for each message. It follows what comes as long as its end is in view; `end` resumes it.

    Args:
        history: what it shows.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "history--time", "history--sent", "history--received", "history--error", "history--note",
    }  # fmt: skip
    DEFAULT_CSS = """
    HistoryView {
        height: 1fr;
        overflow-y: scroll;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 5%; }
        & > .history--time { color: $text-muted; }
        & > .history--sent { color: $foreground; }
        & > .history--received { color: $text-secondary; }
        & > .history--error { color: $text-error; }
        & > .history--note { color: $text-accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("end", "follow", "Follow", show=False, id="history-follow", tooltip="Go to the newest line"),
    ]

    def __init__(self, history: History, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._history = history
        self._blocks: list[tuple[Entry, list[str]]] = []
        self._lines: list[tuple[str, str, str]] = []
        """Time, style and text of every row."""
        self._total = 0
        self._width = 0

    def look(self) -> None:
        """Take over what is new, if anybody can see it; cheap where nothing is."""
        width = self.scrollable_content_region.width - _INDENT
        if not self.is_on_screen or width < 1:
            return
        if width != self._width or self._history.total < self._total:
            self._blocks.clear()
            self._total = 0
            self._width = width
        elif self._history.total == self._total:
            return
        self._take()

    def _take(self) -> None:
        following = self.is_vertical_scroll_end
        kept = len(self._history)
        new = min(self._history.total - self._total, kept)
        self._total = self._history.total
        for index in range(kept - new, kept):
            entry = self._history[index]
            self._blocks.append((entry, wrap(entry_text(entry), self._width)))
        fallen = sum(len(lines) for _entry, lines in self._blocks[:-kept]) if len(self._blocks) > kept else 0
        del self._blocks[:-kept]
        self._lines = [
            (clock_time(entry) if at == 0 else "", _style(entry), text)
            for entry, lines in self._blocks
            for at, text in enumerate(lines)
        ]
        self.virtual_size = Size(self._width + _INDENT, len(self._lines))
        if following:
            self.scroll_end(animate=False, immediate=True)
        else:
            # What is being read stays where it is while old lines fall away above it.
            self.scroll_to(y=max(0, self.scroll_offset.y - fallen), animate=False, immediate=True)
        self.refresh()

    def on_show(self) -> None:
        """Catch up with what came while nobody could see it."""
        self.look()

    def on_resize(self, event: events.Resize) -> None:
        """Wrap the paragraphs anew."""
        self.look()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self._width = 0
        self.look()

    def action_follow(self) -> None:
        """Go to the newest line and stay there."""
        self.scroll_end(animate=False)

    def render_line(self, y: int) -> Strip:
        """Return one row of what is in view."""
        width = self.scrollable_content_region.width
        style = self.rich_style
        row = self.scroll_offset.y + y
        if row >= len(self._lines):
            text = _(NOTHING_YET) if row == 0 else ""
            return Strip([Segment(text, style)]).adjust_cell_length(width, style)
        when, part, text = self._lines[row]
        segments = [
            Segment(f"{when:<{_INDENT}}", self.get_component_rich_style("history--time")),
            Segment(text, self.get_component_rich_style(part)),
        ]
        return Strip(segments).adjust_cell_length(width, style)


def _style(entry: Entry) -> str:
    if entry.error:
        return "history--error"
    return {">": "history--sent", "<": "history--received"}.get(entry.arrow, "history--note")
