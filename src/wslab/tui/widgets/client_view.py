"""The Client tab: which protocol the next connection speaks, what was agreed on, and its controls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from wslab.i18n import _
from wslab.lab.protocols import PROTOCOLS, RAW
from wslab.tui.widgets.connection_info import ConnectionInfo
from wslab.tui.widgets.protocol_panel import ProtocolPanel
from wslab.wire.handshake import Handshake


class ClientView(Vertical):
    """A row of protocols, what the connection agreed on, and the controls of the protocol that is chosen.

    Args:
        choose: is called with the name of a protocol when it is chosen, before its controls are made.
        controls: makes the controls of a protocol; None where it is spoken by hand.
    """

    DEFAULT_CSS = """
    ClientView { height: 1fr; }
    ClientView > Tabs { height: 1; }
    ClientView > Tabs Underline { display: none; }
    ClientView > Tabs Tab { height: 1; padding: 0 1; }
    ClientView > Tabs Tab.-active { text-style: bold reverse; }
    ClientView > Tabs:focus Tab.-active {
        color: $block-cursor-foreground;
        background: $block-cursor-background;
    }
    ClientView > ContentSwitcher { height: 1fr; }
    ClientView .by-hand { padding: 1; }
    """

    def __init__(
        self,
        choose: Callable[[str], None],
        controls: Callable[[str], ProtocolPanel | None],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._choose = choose
        self._controls = controls
        self._tabs = Tabs(*(Tab(_(each.title), id=_tab(name)) for name, each in PROTOCOLS.items()))
        self._front = RAW.name
        self._panels: dict[str, ProtocolPanel | None] = {}
        self._aimed: dict[str, str] = {}
        """The target that each panel was told last."""
        self._making = asyncio.Lock()
        """Held while controls are being made."""
        self.info = ConnectionInfo(id="connection-info")

    def compose(self) -> ComposeResult:
        """Lay them out under each other."""
        yield self._tabs
        yield self.info
        with ContentSwitcher(initial="by-hand"):
            yield Static(_by_hand(), id="by-hand", classes="by-hand", markup=False)

    @property
    def panel(self) -> ProtocolPanel | None:
        """The controls in front; None where the protocol is spoken by hand."""
        return self._panels.get(self._front)

    def select(self, name: str) -> None:
        """Bring a protocol to the front, as its tab does."""
        if self._tabs.is_mounted:
            self._tabs.active = _tab(name)

    def enter(self) -> None:
        """Give the keyboard to the controls in front."""
        if self.panel is not None:
            target = next((each for each in self.panel.query("*") if each.focusable), None)
            if target is not None:
                target.focus()

    async def ready(self) -> None:
        """Wait until the controls in front can be used: a key can come while they are being made."""
        async with self._making:
            pass

    def aim(self, target: str) -> None:
        """Tell the controls in front what the next connect goes to, where that has changed."""
        # What somebody wrote over it since stays.
        if self.panel is not None and self._aimed.get(self._front) != target:
            self._aimed[self._front] = target
            self.panel.aim(target)

    def show(
        self, target: str, url: str, offers: Sequence[str], handshake: Handshake | None, live: bool
    ) -> None:
        """Show what the connection agreed on, as `ConnectionInfo.show`, and what is new in the controls."""
        if not self.display:
            return
        self.info.show(target, url, offers, handshake, live=live)
        self.aim(target)
        if self.panel is not None:
            self.panel.refresh_shown()

    @on(Tabs.TabActivated)
    async def show_protocol(self, event: Tabs.TabActivated) -> None:
        """Choose the protocol and show its controls."""
        event.stop()
        name = self._front = self._tabs.active.removeprefix(_tab(""))
        async with self._making:
            self._choose(name)
            if name not in self._panels:
                panel = self._panels[name] = self._controls(name)
                if panel is not None:
                    panel.id = f"panel-{name}"
                    await self.query_one(ContentSwitcher).mount(panel)
        shown = "by-hand" if self._panels[name] is None else f"panel-{name}"
        self.query_one(ContentSwitcher).current = shown

    def retranslate(self) -> None:
        """Say the same in the language in use now."""
        for name, each in PROTOCOLS.items():
            self.query_one(f"#{_tab(name)}", Tab).label = Content(_(each.title))
        self.query_one("#by-hand", Static).update(_by_hand())


def _tab(name: str) -> str:
    return f"protocol-{name}"


def _by_hand() -> str:
    raw = PROTOCOLS["raw"]
    return "\n\n".join(
        (
            _(raw.note),
            _(
                "The line at the bottom sends a message, /binary and /file bytes, /ping, /close and /raw "
                "everything else. /subprotocol, /compression, /header and /limit hold from the next connect."
            ),
            _(
                "Choose GraphQL, MQTT or binary with the arrow keys: c then connects to the bundled server "
                "that speaks it, or to the URL you named with o."
            ),
        )
    )
