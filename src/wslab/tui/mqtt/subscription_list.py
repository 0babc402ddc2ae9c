"""The subscriptions, with what the broker granted. Enter takes one back."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from wslab.i18n import _, language
from wslab.lab.mqtt.client import Subscribed
from wslab.tui.mqtt.status_text import subscription_lines


class SubscriptionList(OptionList):
    """Two lines a subscription. Choosing one says which, by its place, to whoever listens."""

    DEFAULT_CSS = """
    SubscriptionList {
        height: 1fr;
        border: none;
        padding: 0;
        background: $surface;
        scrollbar-size-vertical: 1;
        &:focus { border: none; background-tint: $foreground 4%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Unsubscribe", id="subscriptions-enter"),
    ]

    def __init__(self, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id, markup=False, compact=True)
        self._shown: object = None
        self._filters: list[str] = []

    def show(self, subscriptions: dict[str, Subscribed]) -> None:
        """Show these. Nothing is done where nothing changed."""
        state = (tuple(subscriptions.values()), language())
        if state == self._shown:
            return
        self._shown = state
        at = self.highlighted
        self._filters = list(subscriptions)
        if subscriptions:
            lines = map(subscription_lines, subscriptions.values())
            self.set_options([Option(Text(f"{name}\n  {what}", overflow="fold")) for name, what in lines])
            self.highlighted = min(at or 0, len(self._filters) - 1)
        else:
            self.set_options([Option(Text(_("no subscriptions")), disabled=True)])

    def topic_filter(self, place: int) -> str:
        """Return the topic filter of a line."""
        return self._filters[place]
