"""Keys and commands, from the bindings and the command table themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from wslab.i18n import N_, _
from wslab.lab.commands import COMMANDS
from wslab.wire.rawhelp import raw_help

INTRODUCTION = N_(
    "Letters are keys while the line at the bottom is not in use: esc leaves it, i returns to it."
)


class HelpScreen(ModalScreen[None]):
    """Every key and every command.

    Args:
        places: headings and the keys that stand under them.
    """

    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > VerticalScroll {
        width: 94%;
        max-width: 110;
        height: 94%;
        background: $surface;
        border: round $accent;
        padding: 0 1;
    }
    HelpScreen Static { height: auto; margin-bottom: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close", id="close-help"),
    ]

    def __init__(self, places: Iterable[tuple[str, Iterable[BindingType]]]) -> None:
        super().__init__()
        self._places = tuple(places)

    def compose(self) -> ComposeResult:
        """Lay out keys, commands and raw bytes one under the other."""
        with VerticalScroll() as scroll:
            scroll.border_title = _("keys and commands")
            scroll.border_subtitle = _("esc closes · up and down scroll")
            yield Static(_(INTRODUCTION))
            for heading, keys in self._places:
                yield Static(self._keys(heading, keys))
            yield Static(_commands())
            yield Static(Text(raw_help()))

    def _keys(self, heading: str, keys: Iterable[BindingType]) -> Table:
        table = _table(heading)
        for binding in Binding.make_bindings(keys):
            row = Text(_(binding.tooltip or binding.description))
            table.add_row(Text(self.app.get_key_display(binding), style="bold"), row)
        return table


def _commands() -> Table:
    table = _table(_("Commands of the line at the bottom"))
    for spec in COMMANDS.values():
        text = Text(_(spec.help))
        if spec.example:
            text.append(f"   {spec.example}", style="italic")
        table.add_row(Text(spec.syntax, style="bold"), text)
    return table


def _table(heading: str) -> Table:
    table = Table(
        box=None,
        show_header=False,
        title=heading,
        title_justify="left",
        title_style="bold underline",
        padding=(0, 2, 0, 0),
    )
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    return table
