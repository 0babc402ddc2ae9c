"""The controls of the lab's binary protocol: a builder, files, and everything that went to and fro."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from wslab.i18n import N_, _
from wslab.lab.binary.client import BinaryClient
from wslab.tui.binary.file_page import FilePage
from wslab.tui.binary.history_text import totals_text
from wslab.tui.binary.history_view import HistoryView
from wslab.tui.binary.message_page import MessagePage
from wslab.tui.widgets.protocol_panel import CarryOut, ProtocolPanel, Say

PAGES: dict[str, str] = {
    "message": N_("Message"),
    "file": N_("File"),
    "history": N_("Messages and answers"),
}
_TAB = "binary-tab-"
"""Begins the ids of the tabs."""


class BinaryPanel(ProtocolPanel):
    """Three pages: a message, a file, and the history. ctrl+t goes from one to the next.

    Args:
        client: what it shows and has send.
        say: tells the learner something in passing.
        carry_out: runs an action of the learner; what goes wrong is said.
        id: id of the widget.
    """

    DEFAULT_CSS = """
    BinaryPanel {
        height: 1fr;
        padding: 0 1;
        #binary-tabs { height: 1; }
        #binary-tabs Underline { display: none; }
        #binary-tabs Tab { height: 1; padding: 0 1; }
        #binary-tabs Tab.-active { text-style: bold reverse; }
        #binary-tabs:focus Tab.-active {
            color: $block-cursor-foreground;
            background: $block-cursor-background;
        }
        #binary-pages { height: 1fr; }
        #binary-pages > * { height: 1fr; }
        Button { min-width: 4; margin-right: 1; }
        #history-totals { height: auto; max-height: 2; color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+t", "next_page", "Next page", id="binary-next-page",
            tooltip="Go from the message to the file and to what was answered",
        ),
    ]  # fmt: skip

    def __init__(
        self,
        client: BinaryClient,
        say: Say,
        carry_out: CarryOut,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
    ) -> None:
        super().__init__(id=id)
        self._client = client
        self.message = MessagePage(client, carry_out, id="binary-message")
        self.file = FilePage(client, say, carry_out, id="binary-file")
        self.history = HistoryView(client.history, id="history")
        self._tabs = Tabs(*(Tab(_(title), id=_TAB + name) for name, title in PAGES.items()), id="binary-tabs")
        self._totals = Static(id="history-totals", markup=False)
        self._seen = -1

    def compose(self) -> ComposeResult:
        """Lay out the names of the pages over the one that is in front."""
        yield self._tabs
        with ContentSwitcher(initial="binary-message", id="binary-pages"):
            yield self.message
            yield self.file
            with Vertical(id="binary-history"):
                yield self._totals
                yield self.history

    def on_mount(self) -> None:
        """Show what there is."""
        self.refresh_shown()

    def retranslate(self) -> None:
        """Say the same in the language that is in use now. The pages are told by themselves."""
        for name, title in PAGES.items():
            self._tabs.query_one(f"#{_TAB}{name}", Tab).label = Content(_(title))
        self._seen = -1
        self.refresh_shown()

    def refresh_shown(self) -> None:
        """Show what the client has to say that is new; cheap where nothing is."""
        if self._client.version == self._seen or not self.is_mounted:
            return
        self._seen = self._client.version
        self.message.refresh_shown()
        self.file.refresh_shown()
        self._totals.update(totals_text(self._client.history))
        self.history.look()

    @on(Tabs.TabActivated)
    def turn(self, event: Tabs.TabActivated) -> None:
        """Bring a page to the front."""
        event.stop()
        self._turn_to((event.tab.id or "").removeprefix(_TAB))

    def _turn_to(self, name: str) -> None:
        self.query_one("#binary-pages", ContentSwitcher).current = f"binary-{name}"

    def action_next_page(self) -> None:
        """Go to the next page, and into it."""
        names = list(PAGES)
        name = names[(names.index(self._tabs.active.removeprefix(_TAB)) + 1) % len(names)]
        self._tabs.active = _TAB + name
        self._turn_to(name)  # at once: the tabs tell of it only later
        self.call_after_refresh(self._enter)

    def _enter(self) -> None:
        page = self.query_one("#binary-pages", ContentSwitcher).visible_content
        target = next((each for each in page.query("*") if each.focusable), None) if page else None
        if target is not None:
            target.focus()
