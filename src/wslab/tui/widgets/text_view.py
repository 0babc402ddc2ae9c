"""A view that draws lines of text for the width it has and scrolls them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

Build = Callable[[int], list[Content]]
"""Makes the lines for a width in cells."""

MIN_WIDTH = 46
"""Cells for which lines are laid out at least. Where there are fewer, lines are folded."""


class TextView(VerticalScroll, can_focus=True):
    """A scrolling view of lines that depend on its width.

    Its component classes are the styles that `wslab.tui.widgets.text_blocks` and the builders name. What a
    colour says is always said in words too.
    """

    DEFAULT_CSS = """
    TextView {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
    }
    TextView > Static {
        width: 100%;
        height: auto;
        text-wrap: nowrap;
        text-overflow: fold;
    }
    TextView .text--muted { text-style: dim; }
    TextView .text--strong { text-style: bold; }
    TextView .text--heading { color: $text-primary; text-style: bold; }
    TextView .text--note { color: $text-accent; }
    TextView .text--bad { color: $text-error; text-style: bold; }
    TextView .text--good { color: $text-success; }
    TextView .text--fin { color: $text-success; }
    TextView .text--rsv { text-style: italic; }
    TextView .text--opcode { color: $text-primary; text-style: bold; }
    TextView .text--mask { color: $text-warning; }
    TextView .text--length { color: $text-accent; }
    TextView .text--extended { color: $text-accent; }
    TextView .text--key { color: $text-warning; }
    TextView .text--payload { color: $text-secondary; }
    TextView .text--code { color: $text-error; }
    TextView .text--reason { color: $text-secondary; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text--muted", "text--strong", "text--heading", "text--note", "text--bad", "text--good",
        "text--fin", "text--rsv", "text--opcode", "text--mask", "text--length", "text--extended",
        "text--key", "text--payload", "text--code", "text--reason",
    }  # fmt: skip
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "scroll_down", "Scroll down", show=False, id="text-down"),
        Binding("k", "scroll_up", "Scroll up", show=False, id="text-up"),
    ]

    def __init__(self, build: Build, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start with something to show.

        Args:
            build: makes the lines for a width.
            id: id of the widget.
            classes: CSS classes of the widget.
        """
        super().__init__(id=id, classes=classes)
        self._build = build
        self._drawn_width = 0

    def compose(self) -> ComposeResult:
        """Make the one child that holds the text."""
        yield Static(markup=False)

    def draw(self, build: Build) -> None:
        """Show something else, from its top."""
        self._build = build
        self._drawn_width = 0
        self.scroll_home(animate=False)
        self._draw()

    def redraw(self, build: Build) -> None:
        """Show something else, and stay where the reader is."""
        self._build = build
        self._drawn_width = 0
        self._draw()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now, and stay where the reader is."""
        self._drawn_width = 0
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the lines out again where the width has changed."""
        self._draw()

    def _draw(self) -> None:
        # Before the first layout there is no width, and no child while the view is being made or taken down.
        # The resize that follows brings it here again.
        width = self.scrollable_content_region.width
        if not width or not self.children or width == self._drawn_width:
            return
        self._drawn_width = width
        self.query_one(Static).update(Content("\n").join(self._build(max(width, MIN_WIDTH))))
