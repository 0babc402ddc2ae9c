"""The results of one operation, or the notes of the connection, as they come in."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wslab.lab.graphql.client import GraphqlClient
from wslab.lab.graphql.notes import Notebook
from wslab.lab.graphql.operation import Operation
from wslab.tui.copying import copy_lines
from wslab.tui.graphql.result_text import (
    Line,
    dropped_lines,
    end_lines,
    notebook_lines,
    result_lines,
)
from wslab.tui.graphql.spans import ROLES, json_spans


class ResultView(ScrollView, can_focus=True):
    """Follows what is new as long as its end is in view.

    Only what came since the last time is laid out; all of it where the width or the language changes.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        *(f"result--{role}" for role in (*ROLES, "head", "good", "bad", "muted")),
    }  # fmt: skip
    DEFAULT_CSS = """
    ResultView {
        padding: 0 1;
        overflow: hidden scroll;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 8%; }
        .result--head { color: $foreground; }
        .result--good { color: $text-success; }
        .result--bad { color: $text-error; text-style: bold; }
        .result--muted { color: $foreground-muted; }
        .result--key { color: $text-primary; }
        .result--string { color: $text-success; }
        .result--number { color: $text-accent; }
        .result--literal { color: $text-accent; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy_results", "Copy", id="graphql-copy", tooltip="Copy the results in view"),
    ]

    def __init__(self, client: GraphqlClient, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._client = client
        self.operation: Operation | None = None
        """Whose results are shown; those of the connection where None."""
        self._heights: deque[int] = deque()
        self._body: list[Line] = []
        self._head: list[Line] = []
        self._tail: list[Line] = []
        self._last = 0
        self._noted: tuple[Notebook, int] | None = None
        self._width = 0
        self._following = True

    def show(self, operation: Operation | None) -> None:
        """Show another operation, or the connection, from its end."""
        self.operation = operation
        self._following = True
        self._forget()
        self.refresh_shown()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self._forget()
        self.refresh_shown()

    def on_resize(self, event: events.Resize) -> None:
        """Lay everything out anew where the width has changed."""
        self.refresh_shown()
        if self._following:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)

    @property
    def _room(self) -> int:
        """Cells of a line: of the size it had last, which is still true behind another page."""
        return self.outer_size.width - self.gutter.width

    @property
    def lines(self) -> list[Line]:
        """All lines, seen or not."""
        return [*self._head, *self._body, *self._tail]

    def refresh_shown(self) -> None:
        """Take in what is new."""
        width = self._room
        if width < 1:
            return  # It is not laid out yet.
        if width != self._width:
            self._forget()
            self._width = width
        before = self._head, self._tail
        gone, new = self._take_in(width)
        if not (gone or new) and before == (self._head, self._tail):
            return
        top = self.scroll_offset.y
        self.virtual_size = Size(width, len(self._head) + len(self._body) + len(self._tail))
        if self._following:
            self.scroll_to(y=self.max_scroll_y, animate=False, force=True)
        elif gone:
            self.scroll_to(y=max(0, top - gone), animate=False, force=True)
        self.refresh()

    def _take_in(self, width: int) -> tuple[int, int]:
        """Return how many lines have gone from the top, and whether any have come."""
        operation = self.operation
        if operation is None:
            notebook = self._client.notebook
            told = notebook, notebook.counts.notes
            if told == self._noted:
                return 0, 0
            self._noted = told
            self._body, self._head, self._tail = notebook_lines(notebook, width), [], []
            return 0, 1
        before = len(self._body)
        first = operation.results[0].number if operation.results else operation.received + 1
        gone = 0
        while self._heights and self._last - len(self._heights) + 1 < first:
            gone += self._heights.popleft()
        del self._body[:gone]
        for result in operation.results:
            if result.number > self._last:
                lines = result_lines(result, width)
                self._heights.append(len(lines))
                self._body += lines
                self._last = result.number
        self._head = dropped_lines(operation, width)
        self._tail = end_lines(operation, width)
        return gone, len(self._body) + gone - before

    def _forget(self) -> None:
        self._heights.clear()
        self._body, self._head, self._tail = [], [], []
        self._last = 0
        self._noted = None
        self._width = 0

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow what is new where its end is in view, else stay."""
        super().watch_scroll_y(old_value, new_value)
        self._following = new_value >= self.max_scroll_y

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        number = y + self.scroll_offset.y
        width = self._room
        base = self.rich_style
        for part in (self._head, self._body, self._tail):
            if number < len(part):
                return Strip(self._segments(part[number], base)).adjust_cell_length(width, base)
            number -= len(part)
        return Strip.blank(width, base)

    def _segments(self, line: Line, base: Style) -> list[Segment]:
        segments = [Segment(line.lead, base + self._style("muted"))] if line.lead else []
        if line.role != "json":
            return [*segments, Segment(line.text, base + self._style(line.role))]
        at = 0
        for start, end, role in json_spans(line.whole):
            start, end = max(0, start - line.start), min(len(line.text), end - line.start)
            if start < end:
                segments.append(Segment(line.text[at:start], base))
                segments.append(Segment(line.text[start:end], base + self._style(role)))
                at = end
        return [*segments, Segment(line.text[at:], base)]

    def _style(self, role: str) -> Style:
        return self.get_component_rich_style(f"result--{role}", partial=role != "muted")

    def text(self) -> str:
        """Return all that is shown, to copy it: results as JSON, else the notes."""
        if self.operation is None:
            return "".join(f"{line.lead}{line.text}\n" for line in self._body)
        return "".join(f"{result.text}\n" for result in self.operation.results)

    def action_copy_results(self) -> None:
        """Copy what is shown to the clipboard of the terminal."""
        copy_lines(self, self.text())
