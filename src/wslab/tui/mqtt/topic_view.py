"""The topics as a tree that fills while one looks at it: only what is in view is drawn."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from wslab.lab.mqtt.topics import TopicNode, TopicTree
from wslab.tui.mqtt.topic_rows import header_line, node_line, shown_nodes


class TopicView(ScrollView, can_focus=True, inherit_bindings=False):
    """A line a level. The cursor stays at its topic whatever comes above it."""

    DEFAULT_CSS = """
    TopicView {
        width: 1fr;
        height: 1fr;
        background: $surface;
        color: $foreground;
        overflow-x: hidden;
        overflow-y: scroll;
        scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 4%; }
        & > .topic-view--head { color: $text-muted; text-style: underline; }
        & > .topic-view--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: bold;
        }
    }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"topic-view--head", "topic-view--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "fold", "Open or shut", id="topics-toggle"),
        Binding("up", "move(-1)", "Up", show=False, id="topics-up"),
        Binding("down", "move(1)", "Down", show=False, id="topics-down"),
        Binding("pageup", "move_page(-1)", "Page up", show=False, id="topics-page-up"),
        Binding("pagedown", "move_page(1)", "Page down", show=False, id="topics-page-down"),
        Binding("home", "move(-1000000)", "First", show=False, id="topics-first"),
        Binding("end", "move(1000000)", "Last", show=False, id="topics-last"),
        Binding("left", "shut", "Shut, or go up a level", show=False, id="topics-shut"),
        Binding("right", "open", "Open", show=False, id="topics-open"),
    ]

    class Highlighted(Message):
        """The cursor is at another topic."""

    def __init__(self, tree: TopicTree, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._tree = tree
        self._shut: set[TopicNode] = set()
        self._lines: list[TopicNode] = []
        self._places: dict[TopicNode, int] = {}
        self._cursor: TopicNode | None = None
        self._seen = -1

    @property
    def current(self) -> TopicNode | None:
        """The topic under the cursor; None where there is none."""
        return self._cursor

    def refresh_shown(self) -> None:
        """Look at what came; nothing is done where nothing did."""
        if self._tree.version != self._seen:
            self._seen = self._tree.version
            self._lay_out()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return a line: the names of the columns, or a topic."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._strip(header_line(width), "topic-view--head", width)
        number = y - 1 + self.scroll_offset.y
        if number >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        node = self._lines[number]
        style = "topic-view--cursor" if node is self._cursor else ""
        return self._strip(node_line(node, node in self._shut, width), style, width)

    def action_fold(self) -> None:
        """Show what is under a topic, or no longer."""
        if self._cursor is not None and self._cursor.children:
            self._shut ^= {self._cursor}
            self._lay_out()

    def action_open(self) -> None:
        """Show what is under a topic."""
        if self._cursor in self._shut:
            self.action_fold()

    def action_shut(self) -> None:
        """Hide what is under a topic; go to the level above where there is nothing to hide."""
        node = self._cursor
        if node is None:
            return
        if node.children and node not in self._shut:
            self.action_fold()
        elif node.above is not None:
            self._go_to(node.above)

    def action_move(self, lines: int) -> None:
        """Move the cursor by lines."""
        if self._lines:
            place = self._places.get(self._cursor, 0) if self._cursor else 0
            self._go_to(self._lines[max(0, min(len(self._lines) - 1, place + lines))])

    def action_move_page(self, pages: int) -> None:
        """Move the cursor by pages."""
        self.action_move(pages * max(1, self._room))

    def on_click(self, event: events.Click) -> None:
        """Move the cursor to a line; open or shut it by a double click."""
        number = event.y - 1 + self.scroll_offset.y
        if event.y and number < len(self._lines):
            self._go_to(self._lines[number])
            if event.chain == 2:
                self.action_fold()

    def on_resize(self) -> None:
        """Lay the lines out anew."""
        self._lay_out()

    @property
    def _room(self) -> int:
        """Lines for topics."""
        return self.scrollable_content_region.height - 1

    def _lay_out(self) -> None:
        before = self._cursor
        self._lines = shown_nodes(self._tree, self._shut)
        self._places = {node: place for place, node in enumerate(self._lines)}
        while self._cursor is not None and self._cursor not in self._places:
            self._cursor = self._cursor.above
        if self._cursor is None and self._lines:
            self._cursor = self._lines[0]
        known = self._tree.find
        self._shut = {node for node in self._shut if known(node.topic) is node}
        # One line more: the names of the columns stand over what is scrolled.
        self.virtual_size = Size(self.scrollable_content_region.width, len(self._lines) + 1)
        self.refresh()
        if self._cursor is not before:
            self.post_message(self.Highlighted())

    def _go_to(self, node: TopicNode) -> None:
        self._cursor = node
        place, top, room = self._places[node], self.scroll_offset.y, self._room
        if place < top:
            self.scroll_to(y=place, animate=False)
        elif place >= top + room:
            self.scroll_to(y=place - room + 1, animate=False)
        self.refresh()
        self.post_message(self.Highlighted())

    def _strip(self, text: str, style: str, width: int) -> Strip:
        look = self.get_component_rich_style(style) if style else self.rich_style
        return Strip([Segment(text, look)]).adjust_cell_length(width, look)
