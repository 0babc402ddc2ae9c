"""Shows the bytes of the message that is being written, and keeps those of the edited field in view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from wslab.lab.binary.assembled import Assembled
from wslab.lab.binary.damage import Damage
from wslab.tui.binary.byte_text import byte_lines, bytes_in_row, row_of


class Bytes(Widget):
    """Rows of bytes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "bytes--plain", "bytes--other", "bytes--focus", "bytes--damaged", "bytes--muted",
    }  # fmt: skip
    DEFAULT_CSS = """
    Bytes {
        height: auto;
        text-wrap: nowrap;
        & > .bytes--plain { color: $foreground; }
        & > .bytes--other { color: $text-secondary; }
        & > .bytes--focus { color: $text-primary; text-style: bold underline; }
        & > .bytes--damaged { color: $text-error; text-style: bold reverse; }
        & > .bytes--muted { color: $foreground-muted; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._lines: Sequence[Content] = ()

    def show(self, lines: Sequence[Content]) -> None:
        """Show these lines; nothing is drawn where they are the same."""
        if lines == self._lines:
            return
        more = len(lines) != len(self._lines)
        self._lines = lines
        self.refresh(layout=more)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines."""
        return len(self._lines)

    def render(self) -> Content:
        """Return the lines."""
        return Content("\n").join(self._lines)


class ByteView(VerticalScroll, can_focus=True):
    """The bytes, to be scrolled where there are many."""

    DEFAULT_CSS = """
    ByteView {
        scrollbar-size-vertical: 1;
        scrollbar-gutter: stable;
        &:focus { background-tint: $foreground 5%; }
    }
    """

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._assembled: Assembled | None = None
        self._focus = ""
        self._damage: Damage | None = None

    def compose(self) -> ComposeResult:
        """Make the one child that is scrolled."""
        yield Bytes()

    def show(self, assembled: Assembled, focus: str, damage: Damage | None) -> None:
        """Show a message; the edited field or the damaged byte comes into view when it is another."""
        moved = (focus and focus != self._focus) or (damage and damage != self._damage)
        self._assembled, self._focus, self._damage = assembled, focus, damage
        self._draw()
        if moved:
            self.call_after_refresh(self._bring)

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        """Lay the rows out again."""
        self._draw()

    def _draw(self) -> None:
        width = self.scrollable_content_region.width
        if self._assembled is None or not width or not self.children:
            return
        self.query_one(Bytes).show(byte_lines(self._assembled, width, self._focus, self._damage))

    def _bring(self) -> None:
        width = self.scrollable_content_region.width
        if self._assembled is None or not width:
            return
        at = row_of(self._assembled, self._focus, width)
        # Where a byte is to be damaged, none is edited.
        row = at if self._focus or not self._damage else self._damage.offset // bytes_in_row(width)
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if not top <= row < top + height:
            self.scroll_to(y=max(0, row - height // 2), animate=False)
