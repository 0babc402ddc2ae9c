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
        lines = ["[$foreground-muted]servers[/]"]
        for status in self._statuses:
            lines.append(server_text(status))
            if status.state == "ready":
                facts = [f"up {format_duration(status.uptime or 0)}"]
                if status.connections is not None:
                    facts.append(f"{status.connections} open")
                lines.append(f"  [$foreground-muted]{' · '.join(facts)}[/]")
                lines.append(f"  [$foreground-muted]pid {status.pid}[/]")
                if status.cpu is not None and status.memory is not None:
                    usage = f"cpu {status.cpu:.0f} % · {format_size(status.memory)}"
                    lines.append(f"  [$foreground-muted]{usage}[/]")
        return Content("\n").join(Content.from_markup(line) for line in lines)
