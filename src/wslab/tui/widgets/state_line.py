"""The line that shows the state of the connection and how it came to be, transition by transition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from wslab.i18n import _, spoken
from wslab.tui.safe_text import ELLIPSIS, visible
from wslab.tui.widgets.stats_text import NOTHING, clock_time, spoken_time
from wslab.wire.closecodes import describe
from wslab.wire.events import Phase

Role = Literal["live", "ended", "past", "ahead", "error", "why", "note", "label", "value"]
Line = tuple[tuple[str, Role], ...]

PATH = (Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED)
"""The states of a connection in their order, those of the browser's WebSocket API (readyState 0 to 3)."""

TWO_LINES_FROM = 100
"""Columns of the screen from which two lines are taken where the height is ``auto``."""

_GAP = "   "
_WORTH_READING = 30
"""Cells of each explanation for which the path gives way to the present state alone."""
_FIGURE = 3
"""Rank from which a part is a figure."""
_CUT_TO = 10
"""Cells below which a part is left out rather than cut."""


@dataclass(frozen=True, slots=True)
class StateView:
    """What is to be shown of a connection. Text in it may come from the network; it is made safe here."""

    phase: Phase = Phase.DISCONNECTED
    visited: tuple[Phase, ...] = ()
    """The phases this connection went through, the present one last."""
    why: str = ""
    """Why it is in this phase, in one line; for a closed one the reason that came with the close code."""
    code: int | None = None
    """Close code of a closed connection."""
    url: str = ""
    subprotocol: str | None = None
    extensions: tuple[str, ...] = ()
    since_seconds: float | None = None
    """How long it has been open; once it is closed, how long it was."""
    rtt: float | None = None
    """Seconds from the latest Ping to its Pong."""
    note: str = ""
    """What comes next, such as `connecting again in 3 s (2 of 5)`."""


class _Part:
    """A part of a line."""

    __slots__ = ("cells", "least", "line", "rank")

    def __init__(self, rank: int, line: Line, *, can_be_cut: bool = False) -> None:
        self.rank = rank
        """The largest is left out first."""
        self.line = line
        self.cells = _cells(line)
        self.least = min(self.cells, _CUT_TO) if can_be_cut else self.cells


def state_lines(view: StateView, width: int, height: int) -> list[Line]:
    """Return the state as one or two lines of at most ``width`` cells.

    The first has the path, the time and the round trip, the second the URL and what was negotiated.
    An explanation that finds no room on the first line takes the place of the second.
    """
    if width <= 0 or height <= 0:
        return []
    wanted = sum(part.cells + len(_GAP) for part in _why_parts(view))
    if height == 1:
        reading = sum(min(part.cells + len(_GAP), _WORTH_READING) for part in _why_parts(view))
        path = _path(view, width - reading, ("━", ""))
        return [_join([_Part(0, path), *_why_parts(view), *_figures(view)[:1]], width)]
    path = _path(view, width, ("━▶", " "), ("━", ""))
    if _cells(path) + wanted <= width:
        return [_join([_Part(0, path), *_why_parts(view), *_figures(view)], width), _details(view, width)]
    return [_join([_Part(0, path), *_figures(view)], width), _join(_why_parts(view), width)]


def _path(view: StateView, width: int, *forms: tuple[str, str]) -> Line:
    """Return the path in the first form (arrow, gap after a sign) that fits, or the present state alone."""
    for arrow, gap in forms:
        line = _steps(view, f" {arrow} ", gap)
        if _cells(line) <= width:
            return line
    return (_step(view, view.phase, ""),)


def _steps(view: StateView, arrow: str, gap: str) -> Line:
    line: Line = ()
    for phase in _phases(view):
        if line and not (view.phase is Phase.DISCONNECTED and len(line) == 1):
            line += ((arrow, "label"),)
        elif line:
            line += ((_GAP, "label"),)
        line += (_step(view, phase, gap),)
    return line


def _phases(view: StateView) -> tuple[Phase, ...]:
    if view.phase is Phase.DISCONNECTED:
        return (Phase.DISCONNECTED, *PATH)
    if view.phase is Phase.ERROR:
        return (*(phase for phase in PATH if phase in view.visited), Phase.ERROR)
    return PATH


def _step(view: StateView, phase: Phase, gap: str) -> tuple[str, Role]:
    name = phase.name
    if phase is view.phase:
        if phase is Phase.ERROR:
            return (f"✗{gap}{name}", "error")
        if phase is Phase.DISCONNECTED:
            return (f"○{gap}{name}", "ended")
        return (f"●{gap}{name}", "ended" if phase is Phase.CLOSED else "live")
    if phase in view.visited:
        return (f"✓{gap}{name}", "past")
    if view.phase in PATH and PATH.index(phase) < PATH.index(view.phase):
        return (f"({name})", "ahead")  # passed over: a connection that broke was never CLOSING
    return (name, "ahead")


def _why_parts(view: StateView) -> list[_Part]:
    """Return why the connection is where it is, and what comes next."""
    why = visible(spoken(view.why))
    if view.code is not None and view.phase in (Phase.CLOSING, Phase.CLOSED) and str(view.code) not in why:
        why = f"{view.code} {describe(view.code, view.subprotocol).name}" + (f": {why}" if why else "")
    role: Role = "error" if view.phase is Phase.ERROR else "why"
    return [
        *([_Part(2, ((why, role),), can_be_cut=True)] if why else []),
        *([_Part(1, ((f"↻ {visible(spoken(view.note))}", "note"),), can_be_cut=True)] if view.note else []),
    ]


def _figures(view: StateView) -> list[_Part]:
    parts: list[_Part] = []
    if view.since_seconds is not None:
        parts.append(_Part(_FIGURE, ((clock_time(view.since_seconds), "value"),)))
    if view.rtt is not None and view.phase in (Phase.OPEN, Phase.CLOSING):
        parts.append(_Part(_FIGURE + 1, (("rtt ", "label"), (spoken_time(view.rtt), "value"))))
    return parts


def _details(view: StateView, width: int) -> Line:
    if not view.url:
        return _join([_Part(0, ((_("no connection yet"), "label"),), can_be_cut=True)], width)
    parts = [_Part(0, ((visible(view.url), "value"),), can_be_cut=True)]
    if Phase.OPEN in view.visited:
        subprotocol = visible(view.subprotocol) if view.subprotocol else NOTHING
        extensions = ", ".join(map(visible, view.extensions))
        parts += [
            _Part(1, ((_("subprotocol") + " ", "label"), (subprotocol, "value"))),
            _Part(2, ((extensions, "value") if extensions else (_("no extensions"), "label"),)),
        ]
    return _join(parts, width)


def _cells(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


def _join(parts: Sequence[_Part], width: int) -> Line:
    """Join parts to a line. Where room lacks, some are left out, and others cut that can be."""
    kept = sorted(parts, key=lambda part: part.rank)
    # A figure is not worth cutting an explanation for.
    while kept[1:] and kept[-1].rank >= _FIGURE and _sum(part.cells for part in kept) > width:
        kept.pop()
    while kept[1:] and _sum(part.least for part in kept) > width:
        kept.pop()
    spare = max(0, width - _sum(part.least for part in kept))
    rooms: dict[_Part, int] = {}
    for part in kept:
        more = min(spare, part.cells - part.least)
        rooms[part] = part.least + more
        spare -= more
    line: Line = ()
    for part in parts:
        if part in rooms:
            line += ((_GAP, "label"),) if line else ()
            line += _cut(part.line, min(rooms[part], width))
    return line


def _sum(cells: Iterable[int]) -> int:
    """Return the cells of parts with the gaps between them."""
    return sum(count + len(_GAP) for count in cells) - len(_GAP)


def _cut(line: Line, room: int) -> Line:
    cut: Line = ()
    for text, role in line:
        cells = cell_len(text)
        if cells > room:
            return (*cut, (set_cell_size(text, room - 1) + ELLIPSIS, role)) if room > 0 else cut
        cut += ((text, role),)
        room -= cells
    return cut


class StateLine(Widget):
    """State of the connection: two lines with all of it, or one short one where its height is 1."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "state--live",
        "state--ended",
        "state--past",
        "state--ahead",
        "state--error",
        "state--why",
        "state--note",
        "state--label",
        "state--value",
    }

    DEFAULT_CSS = """
    StateLine {
        height: 2;
        padding: 0 1;
        text-wrap: nowrap;
        & > .state--live { color: $text-success; text-style: bold; }
        & > .state--ended { color: $foreground; text-style: bold; }
        & > .state--past { color: $foreground; }
        & > .state--ahead { color: $foreground-muted; }
        & > .state--error { color: $text-error; text-style: bold; }
        & > .state--why { color: $text-warning; }
        & > .state--note { color: $text-accent; }
        & > .state--label { color: $foreground-muted; }
        & > .state--value { color: $foreground; }
    }
    """

    def __init__(
        self,
        *,
        id: str | None = None,  # noqa: A002 - Textual's own name
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._view = StateView()
        self._drawn: Sequence[Line] = ()

    def show(self, view: StateView) -> None:
        """Show this state. Nothing is drawn where the text stays the same."""
        self._view = view
        if self._lines() != self._drawn:
            self.refresh()

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines for a height of ``auto``: one where the screen has few columns."""
        return 2 if viewport.width >= TWO_LINES_FROM else 1

    def _lines(self) -> list[Line]:
        return state_lines(self._view, *self.content_size)

    def render(self) -> Content:
        """Return the lines for the present size as styled text."""
        self._drawn = self._lines()
        return Content("\n").join(
            Content.assemble(*((text, f".state--{role}") for text, role in line)) for line in self._drawn
        )
