"""The bundled servers beside the log: state, port, connections, CPU and memory."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content
from textual.widget import Widget

from wslab.i18n import _
from wslab.lab.supervisor import ServerStatus
from wslab.tui.widgets.top_bar import server_text
from wslab.units import format_duration, format_size


class ServerList(Widget):
    """A line a server, and what its process does while it runs."""

    DEFAULT_CSS = """
    ServerList { height: auto; padding: 0 1; }
    """

    def __init__(self) -> None:
        super().__init__(id="server-list")
        self._lines: tuple[str, ...] = ()

    def show(self, statuses: tuple[ServerStatus, ...]) -> None:
        """Show these servers."""
        lines = tuple(_lines(statuses))
        if lines != self._lines:
            self.refresh(layout=len(lines) != len(self._lines))
            self._lines = lines

    def render(self) -> Content:
        """Return the list."""
        return Content("\n").join(map(Content.from_markup, self._lines))


def _lines(statuses: tuple[ServerStatus, ...]) -> Iterator[str]:
    """Return markup for all servers, line by line."""
    yield f"[$foreground-muted]{_('servers')}[/]"
    for status in statuses:
        yield server_text(status)
        if status.state == "ready":
            seconds = int(status.uptime or 0)
            facts = [_("up {time}").format(time=format_duration(seconds) if seconds else "0 s")]
            if status.connections is not None:
                facts.append(_("{count} open").format(count=status.connections))
            yield f"  [$foreground-muted]{' · '.join(facts)}[/]"
            yield f"  [$foreground-muted]pid {status.pid}[/]"
            if status.cpu is not None and status.memory is not None:
                yield f"  [$foreground-muted]cpu {status.cpu:.0f} % · {format_size(status.memory)}[/]"
