"""Asks before something that is not undone by pressing the key again."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from wslab.i18n import _
from wslab.tui.safe_text import visible

YES, NO = "yes", "no"


class ConfirmScreen(ModalScreen[bool]):
    """A question that is answered with yes or no. Whoever presses a key too many has said no.

    Args:
        question: what is asked.
        yes: what happens then.
        no: what happens otherwise.
    """

    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > Vertical {
        width: 76;
        max-width: 96%;
        height: auto;
        max-height: 96%;
        background: $surface;
        border: round $accent;
        padding: 0 1;
    }
    ConfirmScreen Static { height: auto; margin-bottom: 1; }
    ConfirmScreen OptionList { height: auto; background: $surface; &, &:focus { border: none; } }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes", id="confirm-yes"),
        Binding("n,escape", "dismiss(False)", "No", id="confirm-no"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question = question
        self._yes = yes
        self._no = no

    def compose(self) -> ComposeResult:
        """Show the question over its two answers, the cautious one first."""
        with Vertical() as box:
            box.border_subtitle = _("y yes · n no · esc back")
            yield Static(visible(self._question), markup=False)
            yield OptionList(Option(f"n  {self._no}", id=NO), Option(f"y  {self._yes}", id=YES), markup=False)

    @on(OptionList.OptionSelected)
    def choose(self, event: OptionList.OptionSelected) -> None:
        """Take the chosen answer."""
        self.dismiss(event.option_id == YES)
