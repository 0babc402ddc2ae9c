"""The step that is judged, in view whatever else is read."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content
from textual.widgets import Static

Build = Callable[[int], Content]
"""Makes the text for a width in cells."""


class StepPanel(Static):
    """A few lines above the composer: ticks, what is waited for, what a mistake means."""

    DEFAULT_CSS = """
    StepPanel {
        height: auto;
        max-height: 5;
        padding: 0 1;
        background: $panel;
        &.-empty { display: none; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False, classes="-empty")
        self._shown: object = None
        self._build: Build | None = None

    def show(self, build: Build | None) -> None:
        """Show what ``build`` makes; nothing where there is none."""
        self._build = build
        text = build(self._room) if build is not None else None
        self.set_class(text is None, "-empty")
        shown = None if text is None else (text.plain, tuple(text.spans))
        if text is not None and shown != self._shown:
            self.update(text)
        self._shown = shown

    @property
    def _room(self) -> int:
        """Cells of a line. Hidden, it has no width of its own, but will be as wide as the screen."""
        return (self.size.width or self.app.size.width) - 2

    def on_resize(self) -> None:
        """Say it anew for another width."""
        self.show(self._build)

    def retranslate(self) -> None:
        """Say it anew in another language."""
        self.show(self._build)
