"""The Frame tab: whatever is selected in the log, taken apart and explained."""

from __future__ import annotations

from functools import partial

from wslab.tui.widgets.event_text import event_lines
from wslab.tui.widgets.text_view import TextView
from wslab.wire.events import Event


class FrameView(TextView):
    """Draws one event: a frame bit by bit, a message with its payload, anything else in plain words."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start with nothing selected."""
        super().__init__(partial(event_lines, None), id=id, classes=classes)
        self.event: Event | None = None

    def show(self, event: Event | None) -> None:
        """Show an event, None where nothing is selected. The same event again changes nothing."""
        if event is self.event:
            return
        self.event = event
        self.draw(partial(event_lines, event))
