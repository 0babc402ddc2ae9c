"""A box to tick, one row high, that says by a sign whether it is ticked and not by a colour."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wslab.i18n import _


class Tick(Widget, can_focus=True):
    """`[x] label` or `[ ] label`; enter, space or a click changes it.

    Args:
        label: what is ticked, for `_`.
        id: id of the widget.
        ticked: whether it is at first.
    """

    DEFAULT_CSS = """
    Tick {
        width: auto;
        height: 1;
        margin-right: 2;
        &:focus { text-style: bold reverse; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "tick", "Tick", show=False, id="tick"),
    ]

    ticked: reactive[bool] = reactive(False, layout=False)

    class Changed(Message):
        """Somebody ticked the box, or took the tick away."""

        def __init__(self, tick: Tick) -> None:
            super().__init__()
            self.tick = tick

        @property
        def control(self) -> Tick:
            """The box."""
            return self.tick

    def __init__(self, label: str, *, id: str, ticked: bool = False) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._label = label
        self.set_reactive(Tick.ticked, ticked)

    def render(self) -> Content:
        """Return the sign and the label."""
        return Content(f"[{'x' if self.ticked else ' '}] {_(self._label)}")

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        self.refresh(layout=True)

    def action_tick(self) -> None:
        """Tick the box, or take the tick away."""
        self.ticked = not self.ticked
        self.post_message(self.Changed(self))

    def on_click(self, event: events.Click) -> None:
        """Do what the keys do."""
        event.stop()
        self.action_tick()
