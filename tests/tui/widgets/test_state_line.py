from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.support.figures import plain, screen_text
from tests.support.waiting import until
from wslab.tui.widgets.state_line import PATH, StateLine, StateView, state_lines
from wslab.wire.events import Phase

URL = "ws://127.0.0.1:8080/"
OPEN = StateView(
    Phase.OPEN, (Phase.CONNECTING, Phase.OPEN), url=URL, extensions=("permessage-deflate",),
    since_seconds=42, rtt=0.0004,
)  # fmt: skip
CLOSED = replace(OPEN, phase=Phase.CLOSED, visited=PATH, code=1000, why="bye")
BROKEN = replace(
    OPEN,
    phase=Phase.CLOSED,
    visited=(Phase.CONNECTING, Phase.OPEN, Phase.CLOSED),
    code=1006,
    why="the TCP connection ended without a Close frame",
    note="connecting again in 3 s (2 of 5)",
)
REFUSED = StateView(
    Phase.ERROR, (Phase.CONNECTING, Phase.ERROR), url=URL, why="connection refused: nothing listens on port 8080"
)  # fmt: skip


def text(view: StateView, width: int, height: int) -> list[str]:
    return [plain(line) for line in state_lines(view, width, height)]


@pytest.mark.parametrize(
    ("view", "lines"),
    [
        (StateView(), ["○ DISCONNECTED   CONNECTING ━▶ OPEN ━▶ CLOSING ━▶ CLOSED", "no connection yet"]),
        (StateView(url=URL), ["○ DISCONNECTED   CONNECTING ━▶ OPEN ━▶ CLOSING ━▶ CLOSED", URL]),
        (
            StateView(Phase.CONNECTING, (Phase.CONNECTING,), url=URL),
            ["● CONNECTING ━▶ OPEN ━▶ CLOSING ━▶ CLOSED", URL],
        ),
        (
            OPEN,
            [
                "✓ CONNECTING ━▶ ● OPEN ━▶ CLOSING ━▶ CLOSED   00:42   rtt 0.4 ms",
                URL + "   subprotocol –   permessage-deflate",
            ],
        ),
        (
            replace(OPEN, subprotocol="chat.v2", extensions=()),
            [
                "✓ CONNECTING ━▶ ● OPEN ━▶ CLOSING ━▶ CLOSED   00:42   rtt 0.4 ms",
                URL + "   subprotocol chat.v2   no extensions",
            ],
        ),
        (
            CLOSED,
            [
                "✓ CONNECTING ━▶ ✓ OPEN ━▶ ✓ CLOSING ━▶ ● CLOSED   1000 normal closure: bye   00:42",
                URL + "   subprotocol –   permessage-deflate",
            ],
        ),
        (
            BROKEN,
            [
                "✓ CONNECTING ━▶ ✓ OPEN ━▶ (CLOSING) ━▶ ● CLOSED   00:42",
                "1006 abnormal closure: the TCP connection ended without a Cl…   ↻ connecting again in 3 s (2 of 5)",
            ],
        ),
        (
            REFUSED,
            ["✓ CONNECTING ━▶ ✗ ERROR   connection refused: nothing listens on port 8080", URL],
        ),
    ],
)
def test_two_lines(view: StateView, lines: list[str]) -> None:
    assert text(view, 98, 2) == lines


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (StateView(), "○DISCONNECTED   CONNECTING ━ OPEN ━ CLOSING ━ CLOSED"),
        (OPEN, "✓CONNECTING ━ ●OPEN ━ CLOSING ━ CLOSED   00:42"),
        (CLOSED, "✓CONNECTING ━ ✓OPEN ━ ✓CLOSING ━ ●CLOSED   1000 normal closure: bye   00:42"),
        (BROKEN, "●CLOSED   1006 abnormal closure: the TCP…   ↻ connecting again in 3 s (2 of 5)"),
        (REFUSED, "✓CONNECTING ━ ✗ERROR   connection refused: nothing listens on port 8080"),
    ],
)
def test_one_line(view: StateView, line: str) -> None:
    assert text(view, 78, 1) == [line]


def test_an_explanation_that_names_its_code_is_not_told_twice() -> None:
    view = replace(BROKEN, why="closed by the server with 1006", note="")
    assert "   closed by the server with 1006" in text(view, 120, 2)[0]


def test_a_phase_is_told_apart_without_colour() -> None:
    for phase in Phase:
        view = replace(OPEN, phase=phase, visited=(Phase.CONNECTING, Phase.OPEN, phase))
        for height in (1, 2):
            told = text(view, 98, height)[0]
            assert sum(told.count(sign) for sign in "●○✗") == 1
            assert phase.name in told[told.index(next(sign for sign in "●○✗" if sign in told)) :]


VIEWS = st.builds(
    StateView,
    phase=st.sampled_from(Phase),
    visited=st.lists(st.sampled_from(Phase), max_size=5).map(tuple),
    why=st.text(max_size=80),
    code=st.none() | st.integers(0, 65535),
    url=st.text(max_size=60),
    subprotocol=st.none() | st.text(max_size=20),
    extensions=st.lists(st.text(max_size=20), max_size=2).map(tuple),
    since_seconds=st.none() | st.floats(0, 1e6),
    rtt=st.none() | st.floats(0, 100),
    note=st.text(max_size=40),
)


@given(VIEWS, st.integers(0, 120), st.integers(0, 3))
def test_whatever_is_to_be_told_fits_and_is_safe_to_draw(view: StateView, width: int, height: int) -> None:
    lines = text(view, width, height)
    assert len(lines) == (min(2, height) if width else 0)
    for line in lines:
        assert cell_len(line) <= width
        assert line.isprintable() or line.replace("\u3000", "").isprintable()


class Host(App[None]):
    """Holds a state line, and a line below it that must stay where it is."""

    def compose(self) -> ComposeResult:
        yield StateLine()
        yield Static("below")


async def test_transitions_are_shown_as_they_happen() -> None:
    app = Host()
    async with app.run_test(size=(100, 5)):
        line = app.query_one(StateLine)
        for view in (StateView(), REFUSED, OPEN, CLOSED, BROKEN):
            line.show(view)
            expected = [" " + told for told in text(view, 98, 2)]
            await until(lambda: screen_text(app)[:2] == expected, f"{view.phase}")  # noqa: B023
            assert screen_text(app)[2] == "below"


async def test_nothing_is_drawn_where_the_text_stays_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Host()
    async with app.run_test(size=(100, 5)):
        line = app.query_one(StateLine)
        line.show(OPEN)
        await until(lambda: "OPEN" in screen_text(app)[0], "the first drawing")
        drawn: list[object] = []
        monkeypatch.setattr(line, "refresh", lambda *args, **options: drawn.append(args))
        line.show(replace(OPEN, since_seconds=42.9, rtt=0.000401))
        assert not drawn
        line.show(replace(OPEN, since_seconds=43))
        assert len(drawn) == 1
        monkeypatch.undo()


@pytest.mark.parametrize(("width", "height"), [(80, 1), (120, 2)])
async def test_an_auto_height_takes_one_line_on_a_narrow_screen(width: int, height: int) -> None:
    class Auto(Host):
        CSS = "StateLine { height: auto; }"

    app = Auto()
    async with app.run_test(size=(width, 5)):
        line = app.query_one(StateLine)
        line.show(OPEN)
        await until(lambda: "●" in screen_text(app)[0], "the state on the screen")
        assert line.size.height == height
        assert screen_text(app)[height] == "below"


async def test_text_from_the_network_is_neither_markup_nor_an_escape() -> None:
    app = Host()
    async with app.run_test(size=(120, 5)):
        view = replace(CLOSED, why="[red]x[/]\x1b[2J\n", url="ws://h/[b]", subprotocol="a\x07b")
        app.query_one(StateLine).show(view)
        await until(lambda: "[red]x[/]␛[2J␊" in screen_text(app)[0], "the reason as text")
        assert "ws://h/[b]   subprotocol a␇b" in screen_text(app)[1]
