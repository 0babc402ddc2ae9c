"""Keeps what the lab's screen shows of the connection true: state, statistics, what was agreed on."""

from __future__ import annotations

from collections.abc import Callable

from textual.screen import Screen

from wslab.lab.connection_view import LIVE
from wslab.lab.workbench import Workbench
from wslab.tui.bench_state import bench_state
from wslab.tui.widgets.pages import Pages
from wslab.tui.widgets.server_list import ServerList
from wslab.tui.widgets.state_line import StateLine
from wslab.tui.widgets.stats_panel import StatsLine
from wslab.wire.events import Event, Http, State

STATS_HZ = 3
"""Repaints of the statistics a second."""


class LabDisplay:
    """Shows a workbench.

    Args:
        screen: where the widgets are, once it is mounted.
        workbench: what is shown.
        pages: its pages.
        show_servers: is called as often as the statistics are shown.
    """

    def __init__(
        self, screen: Screen[None], workbench: Workbench, pages: Pages, show_servers: Callable[[], None]
    ) -> None:
        self._screen = screen
        self._bench = workbench
        self._pages = pages
        self._show_servers = show_servers
        self._rtt: float | None = None

    def start(self) -> None:
        """Show what there is, and from now on whatever changes."""
        self._bench.listen(self.observe)
        self._screen.set_interval(1 / STATS_HZ, self.show_statistics)
        self.show_state()

    def observe(self, event: Event) -> None:
        """Show at once what changes the state; a listener of the workbench."""
        # The last events come while the screen is being taken down.
        if not self._screen.is_running:
            return
        if isinstance(event, State | Http):
            self.show_state()
        self._pages.server_log.observe((event,))

    def show_state(self) -> None:
        """Show the state of the connection and its handshake."""
        self._screen.query_one(StateLine).show(bench_state(self._bench, self._rtt))
        self._pages.show_handshake(*self._bench.handshake)
        self._show_client()

    def show_statistics(self) -> None:
        """Show the statistics and what the servers do; several times a second."""
        self._show_client()
        snapshot = self._bench.statistics.snapshot()
        self._pages.stats.show(snapshot)
        self._screen.query_one(StatsLine).show(snapshot)
        self._rtt = snapshot.rtt
        self._screen.query_one(StateLine).show(bench_state(self._bench, self._rtt))
        self._screen.query_one(ServerList).show(self._bench.supervisor.statuses())
        self._show_servers()

    def _show_client(self) -> None:
        bench = self._bench
        live = bench.view.phase in LIVE
        offers = bench.settings.subprotocols
        self._pages.client.show(bench.target, bench.view.url, offers, bench.handshake[0], live)
