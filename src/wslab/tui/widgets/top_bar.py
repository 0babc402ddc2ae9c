"""The first line of the screen: the lab, its four phases, and the servers that run."""

from __future__ import annotations

from textual.content import Content
from textual.widget import Widget

from wslab.i18n import _
from wslab.lab.course import Course, Phase
from wslab.lab.server_status import ServerState, ServerStatus
from wslab.tui.safe_text import visible


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

    def __init__(self, course: Course, phase: Phase, pack: str | None = None) -> None:
        super().__init__(id="top-bar")
        self._course = course
        self._phase = phase
        self._pack = pack
        self._servers = ""
        self._position = ""

    def show(
        self, servers: tuple[ServerStatus, ...], position: str, phase: Phase, pack: str | None = None
    ) -> None:
        """Show the state of the servers and the place in the course.

        Args:
            servers: those there are; where all are stopped only the first is shown, else none of those.
            position: the lesson, and which of the phase it is, such as `Echo 2/6`.
            phase: where the learner is.
            pack: the lesson pack that has the phase; None for the main course.
        """
        # Of a status little is shown here, and what is not, such as its CPU, changes all the time.
        # A line has no room for every server; what does not run stands in the list of all of them.
        there = [each for each in servers if each.state is not ServerState.STOPPED] or servers[:1]
        markup = "  ".join(map(server_text, there))
        place = (position, phase.id, pack)
        if (markup, place) != (self._servers, (self._position, self._phase.id, self._pack)):
            self._servers, self._position, self._phase, self._pack = markup, position, phase, pack
            self.refresh()

    def render(self) -> Content:
        """Return the line for the present width."""
        width = self.content_size.width
        right = Content.from_markup(self._servers)
        for titles in (self._all_phases(), self._this_phase()):
            left = Content.from_markup("[b $accent]wslab[/]  ") + titles
            space = width - left.cell_length - right.cell_length
            if space >= 1:
                return left + Content(" " * space) + right
        return Content.from_markup("[b $accent]wslab[/]  ") + right

    # What a pack calls itself must not become markup.

    def _all_phases(self) -> Content:
        names = []
        for phase in self._course.phases:
            here = self._pack is None and phase.number == self._phase.number
            markup = "[b u]$name[/]" if here else "[$foreground-muted]$name[/]"
            names.append(
                Content.from_markup(
                    f"[@click=app.phase({phase.number})]{markup}[/]",
                    name=f"{phase.number} {visible(phase.title)}",
                )
            )
        if self._pack is not None:
            names.append(Content.from_markup("[b u]$name[/]", name=self._pack))
        return Content("  ").join(names)

    def _this_phase(self) -> Content:
        number = self._phase.number if self._pack is None else f"{self._pack}:"
        name = Content.from_markup("[b]$name[/]", name=f"{number} {visible(self._phase.title)}")
        return name + (f" › {visible(self._position)}" if self._position else "")


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
