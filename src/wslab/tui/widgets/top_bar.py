"""The first line of the screen: the lab, its four phases, and the servers that run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget

from wslab.i18n import _
from wslab.lab.course import Course

if TYPE_CHECKING:
    from wslab.lab.supervisor import ServerStatus


class TopBar(Widget):
    """Shows where in the course the learner is, and which bundled servers run."""

    DEFAULT_CSS = """
    TopBar {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
    }
    """

    def __init__(self, course: Course, phase: int) -> None:
        super().__init__(id="top-bar")
        self._course = course
        self._phase = phase
        self._servers = ""
        self._position = ""

    def show(self, servers: tuple[ServerStatus, ...], position: str) -> None:
        """Show the state of the servers and the place in the course, such as `Echo 2/6`."""
        # Of a status little is shown here, and what is not, such as its CPU, changes all the time.
        markup = "  ".join(map(server_text, servers))
        if (markup, position) != (self._servers, self._position):
            self._servers = markup
            self._position = position
            self.refresh()

    def render(self) -> Content:
        """Return the line for the present width."""
        width = self.content_size.width
        right = Content.from_markup(self._servers)
        for titles in (self._all_phases(), self._this_phase()):
            left = Content.from_markup("[b $accent]wslab[/]  " + titles)
            space = width - left.cell_length - right.cell_length
            if space >= 1:
                return left + Content(" " * space) + right
        return Content.from_markup("[b $accent]wslab[/]  ") + right

    def _all_phases(self) -> str:
        names = []
        for phase in self._course.phases:
            name = f"{phase.number} {phase.title}"
            action = f"@click=app.phase({phase.number})"
            names.append(
                f"[{action}][b u]{name}[/][/]"
                if phase.number == self._phase
                else f"[$foreground-muted][{action}]{name}[/][/]"
            )
        return "  ".join(names)

    def _this_phase(self) -> str:
        phase = self._course.phases[self._phase - 1]
        return f"[b]{phase.number} {phase.title}[/]" + (f" › {self._position}" if self._position else "")


def server_text(status: ServerStatus) -> str:
    """Return markup for one server: a sign, its name and its port."""
    sign, colour = {
        "ready": ("●", "$success"),
        "starting": ("◌", "$warning"),
        "stopping": ("◌", "$warning"),
        "failed": ("✗", "$error"),
        "crashed": ("✗", "$error"),
    }.get(status.state, ("○", "$foreground-muted"))
    port = str(status.port) if status.state == "ready" else _(status.state.value)
    return f"{status.name} [{colour}]{sign}[/] {port}"
