"""Asks which WebSocket to connect to."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from wslab.i18n import _, spoken


class TargetScreen(ModalScreen[str | None]):
    """Choose a service or type a URL. The result is the target, or None where the learner changed their mind.

    Args:
        choices: target, and what to say of it.
        current: the target as it is now.
        check: raises ValueError for what can't be connected to.
    """

    DEFAULT_CSS = """
    TargetScreen { align: center middle; }
    TargetScreen > Vertical {
        width: 76;
        max-width: 96%;
        height: auto;
        max-height: 96%;
        background: $surface;
        border: round $accent;
        padding: 0 1;
    }
    TargetScreen Input { margin: 0; }
    TargetScreen OptionList { height: auto; max-height: 14; border: none; background: $surface; }
    TargetScreen Static { height: auto; color: $error; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Back", id="target-back"),
        Binding("down", "app.focus_next", "List", show=False, id="target-list"),
    ]

    def __init__(
        self, choices: tuple[tuple[str, str], ...], current: str, check: Callable[[str], object]
    ) -> None:
        super().__init__()
        self._choices = choices
        self._current = current
        self._check = check

    def compose(self) -> ComposeResult:
        """Show a line for a URL over the list of known ones."""
        with Vertical() as box:
            box.border_title = _("connect to")
            box.border_subtitle = _("enter connects · down to the list · esc back")
            yield Input(
                self._current,
                placeholder=_("ws://… or wss://…, a /path or server:/path"),
                select_on_focus=True,
            )
            yield Static("", id="target-error")
            yield OptionList(*(Option(_entry(*choice), id=choice[0]) for choice in self._choices))

    @on(Input.Submitted)
    def check(self, event: Input.Submitted) -> None:
        """Take the typed target, or say what is wrong with it."""
        target = event.value.strip()
        if target:
            try:
                self._check(target)
            except ValueError as error:
                self.query_one("#target-error", Static).update(spoken(str(error)))
                return
        if target:
            self.dismiss(target)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take the chosen target."""
        self.dismiss(event.option_id)


def _entry(target: str, note: str) -> Text:
    return Text.assemble((target, "bold"), f"\n  {note}")
