"""The bundled servers beside the log: state, port, connections, CPU and memory."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from wslab.lab.supervisor import ServerStatus
from wslab.tui.widgets.top_bar import server_text
from wslab.units import format_duration, format_size


class ServerList(Widget):
    """One or two lines a server; the second only while it runs."""

    DEFAULT_CSS = """
    ServerList { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="server-list")
        self._statuses: tuple[ServerStatus, ...] = ()

    def show(self, statuses: tuple[ServerStatus, ...]) -> None:
        """Show these servers."""
        if statuses != self._statuses:
            self.refresh(layout=[s.state for s in statuses] != [s.state for s in self._statuses])
            self._statuses = statuses

    def render(self) -> Content:
        """Return the list."""
        lines = ["[$text-muted]servers[/]"]
        for status in self._statuses:
            lines.append(server_text(status))
            if status.state == "ready":
                lines.append(
                    f"  [$text-muted]up {format_duration(status.uptime or 0)} · {status.connections} open[/]"
                )
                lines.append(
                    f"  [$text-muted]cpu {status.cpu or 0:.0f} % · {format_size(status.memory or 0)}[/]"
                )
        return Content("\n").join(Content.from_markup(line) for line in lines)
