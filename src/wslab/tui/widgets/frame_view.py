"""The Frame tab: whatever is selected in the log, taken apart and explained."""

from __future__ import annotations

from functools import partial

from wslab.tui.widgets.event_text import event_lines
from wslab.tui.widgets.seen import UNSEEN
from wslab.tui.widgets.text_view import TextView
from wslab.wire.decoding.around import NOTHING, Around
from wslab.wire.events import Event


class FrameView(TextView):
    """Draws one event: a frame bit by bit and in layers, a message in layers, anything else in words."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        """Start with nothing selected."""
        super().__init__(partial(event_lines, None), id=id, classes=classes)
        self.event: Event | None = None
        self._seen = UNSEEN

    def show(self, event: Event | None, belongs: Around = NOTHING, subprotocol: str | None = None) -> None:
        """Show an event, None where nothing is selected. The same again changes nothing.

        Args:
            event: the event.
            belongs: what was seen of the message that it belongs to.
            subprotocol: what its connection agreed on.
        """
        seen = self._seen._replace(belongs=belongs, subprotocol=subprotocol)
        if event is self.event and seen == self._seen:
            return
        same, self.event, self._seen = event is self.event, event, seen
        self._tell(stay=same)

    @property
    def decoding(self) -> str:
        """By what messages are read, one of `CHOICES` of `wslab.wire.decoding.choosing`."""
        return self._seen.choice

    def decode_as(self, choice: str) -> None:
        """Read messages by something else from now on."""
        self._seen = self._seen._replace(choice=choice)
        self._tell()

    def _tell(self, *, stay: bool = False) -> None:
        build = partial(event_lines, self.event, seen=self._seen)
        if stay:
            self.redraw(build)
        else:
            self.draw(build)
