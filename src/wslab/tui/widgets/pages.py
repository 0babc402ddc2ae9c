"""Log, statistics and tabs. Where there is no room for all, log and statistics are tabs like the others."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static, Tab, Tabs

from wslab.i18n import N_, _
from wslab.lab.journal import Journal
from wslab.lab.subprotocols import Subprotocols
from wslab.tui.widgets.client_view import ClientView
from wslab.tui.widgets.code_view import CodeView
from wslab.tui.widgets.frame_log import FrameLog
from wslab.tui.widgets.frame_view import FrameView
from wslab.tui.widgets.handshake_view import HandshakeView
from wslab.tui.widgets.lesson_view import LessonView
from wslab.tui.widgets.server_log_view import ServerLogView
from wslab.tui.widgets.stats_panel import StatsPanel
from wslab.wire.events import Event
from wslab.wire.handshake_events import NO_OPENING, Opening, opening_among

NARROW = "-narrow"
"""The class of a screen that has room for one column only."""
TABS: dict[str, str] = {
    "log": N_("Log"),
    "lesson": N_("Lesson"),
    "stats": N_("Stats"),
    "frame": N_("Frame"),
    "handshake": N_("Handshake"),
    "code": N_("Code"),
    "server": N_("Server log"),
    "client": N_("Client"),
}
ABOVE = ("log", "stats")
"""What stands above the tabs, and is a tab of its own where the screen is narrow."""


class Pages(Vertical):
    """Everything there is to read about the connection and the lesson.

    Args:
        journal: what the log shows.
        fps: repaints of the log a second.
        client: the page with the controls of a protocol.
    """

    def __init__(self, journal: Journal, fps: float, client: ClientView) -> None:
        super().__init__(id="pages", classes="-tab-other")
        self.log_view = FrameLog(journal, fps=fps, id="frame-log")
        self.stats = StatsPanel(id="stats-panel")
        self.lesson = LessonView(id="pane-lesson")
        self.frame = FrameView(id="pane-frame")
        self.handshake = HandshakeView(id="pane-handshake")
        self._under_study: Opening = NO_OPENING
        self._of_row: tuple[int, Opening] = 0, NO_OPENING
        self._subprotocols = Subprotocols(journal)
        self.code = CodeView(id="pane-code")
        self.server_log = ServerLogView(id="pane-server")
        self.client = client
        self._tabs = Tabs(
            *(Tab(_(title), id=name) for name, title in TABS.items()), active="lesson", id="tabs"
        )
        self._log_status = Static(id="log-status", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out log and statistics side by side, the tabs, and the pages under them."""
        with Horizontal(id="upper"):
            with Vertical(id="log-pane"):
                yield self.log_view
                yield self._log_status
            with Vertical(id="stats-pane"):
                yield self.stats
        yield self._tabs
        with ContentSwitcher(initial="pane-lesson", id="lower"):
            yield self.lesson
            yield self.frame
            yield self.handshake
            yield self.code
            yield self.server_log
            yield self.client

    def retranslate(self) -> None:
        """Say the same in the language that is in use now."""
        for name, title in TABS.items():
            self._tabs.query_one(f"#{name}", Tab).label = Content(_(title))
        # As where the colours change: no row is as it was drawn.
        self.log_view.notify_style_update()
        self.log_view.flush()

    @property
    def narrow(self) -> bool:
        """Whether there is room for one column only."""
        return self.screen.has_class(NARROW)

    @property
    def front(self) -> str:
        """The name of the tab in front."""
        return self._tabs.active

    def turn_to(self, name: str) -> None:
        """Bring a page to the front; the focus stays where it is."""
        if self.narrow or name not in ABOVE:
            self._tabs.active = name

    def enter(self, name: str) -> None:
        """Bring a page to the front and give it the keyboard."""
        self.turn_to(name)
        page: Widget = {"log": self.log_view, "stats": self.stats}.get(name) or self.query_one(
            f"#pane-{name}"
        )
        target = next((each for each in (page, *page.query("*")) if each.can_focus), None)
        if target is None:
            return
        if all(node.display for node in target.ancestors_with_self):
            target.focus()
        else:  # It is still behind another page.
            self.call_after_refresh(target.focus)

    def reenter(self) -> None:
        """Give the keyboard to the page in front, or to the log where that is in view anyway."""
        self.enter(self._tabs.active if self.narrow else "log")

    def on_mount(self) -> None:
        """Keep the line under the log true."""
        self.watch(self.log_view, "status", self._show_log_status)

    def _show_log_status(self, status: str) -> None:
        # One line whatever it says: the screen need not be laid out anew, which takes longer than all else.
        self._log_status.update(status, layout=False)
        if self.log_view.following:
            self.handshake.show(*self._under_study)

    def show_handshake(self, *opening: *Opening) -> None:
        """Show the handshake of the connection under study, unless the cursor is at a row of another one."""
        self._under_study = opening
        self._choose_handshake()

    def _choose_handshake(self) -> None:
        row = None if self.log_view.following else self.log_view.current
        request = self._under_study[1]
        if row is not None and row.conn and (request is None or request.conn != row.conn):
            opening = self._opening_of(row.conn)
            if opening != NO_OPENING:
                self.handshake.show(*opening, of_row=True)
                return
        self.handshake.show(*self._under_study)

    def _opening_of(self, conn: int) -> Opening:
        # The log may be long, and the cursor goes from row to row of one connection.
        known, opening = self._of_row
        if known != conn or opening[0] is None:
            journal = self.log_view.journal
            opening = opening_among(journal.slice(journal.first, journal.total), conn)
            self._of_row = conn, opening
        return opening

    def settle(self) -> None:
        """Arrange the tabs for the present width of the screen."""
        for name in ABOVE:
            if self.narrow:
                self._tabs.show(name)
            else:
                self._tabs.hide(name)
        if not self.narrow and self._tabs.active in ABOVE:
            self._tabs.active = "lesson"

    @on(FrameLog.Highlighted)
    def show_event(self, event: FrameLog.Highlighted) -> None:
        """Keep the Frame tab at the row under the cursor, and the Handshake tab at its connection."""
        self._show_in_frame_tab(event.event)
        self._choose_handshake()

    @on(FrameLog.Selected)
    def open_event(self, event: FrameLog.Selected) -> None:
        """Open the row in the Frame tab; where the log stays in view, so does the cursor in it."""
        self._show_in_frame_tab(event.event)
        if self.narrow:
            self.enter("frame")
        else:
            self.turn_to("frame")

    def _show_in_frame_tab(self, event: Event) -> None:
        journal = self.log_view.journal
        self.frame.show(event, journal.around(event), self._subprotocols.of(event))

    @on(Tabs.TabActivated)
    def show_tab(self, event: Tabs.TabActivated) -> None:
        """Bring the tab's content to the front."""
        name = event.tab.id or "lesson"
        if name not in ABOVE:
            self.query_one("#lower", ContentSwitcher).current = f"pane-{name}"
        shown = name if name in ABOVE else "other"
        # All at once: each change styles everything that is in here.
        self.update_classes(
            {"-tab-client": name == "client"}
            | {f"-tab-{place}": place == shown for place in ("log", "stats", "other")}
        )
