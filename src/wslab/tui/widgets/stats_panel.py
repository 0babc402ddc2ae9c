"""The live statistics: a panel of many lines, and one line where there is no room for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from wslab.tui.widgets.stats_text import NARROWEST, Line, panel_lines, summary_line
from wslab.wire.statistics import Snapshot


class Figures(Widget):
    """What the panel and the line share: a snapshot, drawn anew only when its text changes."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "stats--head",
        "stats--label",
        "stats--number",
        "stats--graph",
        "stats--alarm",
    }

    DEFAULT_CSS = """
    Figures {
        text-wrap: nowrap;
        & > .stats--head { color: $foreground-muted; text-style: bold; }
        & > .stats--label { color: $foreground-muted; }
        & > .stats--number { color: $foreground; }
        & > .stats--graph { color: $primary; }
        & > .stats--alarm { color: $text-error; text-style: bold; }
    }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._snapshot: Snapshot | None = None
        self._drawn: Sequence[Line] = ()

    def show(self, snapshot: Snapshot) -> None:
        """Show these statistics. Nothing is drawn where the text stays the same."""
        self._snapshot = snapshot
        if self._lines() != self._drawn:
            self.refresh(layout=self.styles.is_auto_height)

    def _lines(self) -> Sequence[Line]:
        """Return the lines for the present size."""
        raise NotImplementedError

    def render(self) -> Content:
        """Return the lines for the present size as styled text."""
        self._drawn = self._lines()
        return Content("\n").join(
            Content.assemble(*((text, f".stats--{role}") for text, role in line)) for line in self._drawn
        )


class StatsPanel(Figures):
    """The statistics as a table.

    As many lines as its height allows, the most important ones; all of them where the height is ``auto``.
    """

    DEFAULT_CSS = """
    StatsPanel { height: 1fr; }
    """

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of lines, for a height of ``auto``."""
        if self._snapshot is None:
            return 0
        return len(panel_lines(self._snapshot, max(NARROWEST, width)))

    def _lines(self) -> Sequence[Line]:
        width, height = self.content_size
        if self._snapshot is None or not width:
            return ()
        return panel_lines(
            self._snapshot, max(NARROWEST, width), None if self.styles.is_auto_height else height
        )


class StatsLine(Figures):
    """The most important statistics on one line."""

    DEFAULT_CSS = """
    StatsLine { height: 1; }
    """

    def _lines(self) -> Sequence[Line]:
        width = self.content_size.width
        if self._snapshot is None or not width:
            return ()
        return (summary_line(self._snapshot, width),)
