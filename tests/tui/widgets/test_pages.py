from __future__ import annotations

from collections.abc import Iterable

import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen

from tests.support.demo import Demo
from tests.support.wire_streams import fixed_clock, request
from wslab.tui.widgets import pages as pages_module
from wslab.tui.widgets.client_view import ClientView
from wslab.tui.widgets.pages import NARROW, TABS, Pages
from wslab.wire.connection import ConnectionReader
from wslab.wire.events import Direction, Event
from wslab.wire.handshake_events import Opening


class Host(App[None]):
    CSS_PATH = "../../../src/wslab/tui/screens/lab_screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.demo = Demo().opened().talked()

    def compose(self) -> ComposeResult:
        yield Pages(
            self.demo.bench.journal, 10, ClientView(lambda _name: None, lambda _name: None, id="pane-client")
        )


def names(pages: Pages) -> list[str]:
    return [tab.id or "" for tab in pages.query("#tabs Tab") if tab.display]


async def in_front(app: App[None], narrow: bool) -> Pages:
    screen: Screen[object] = app.screen
    screen.set_class(narrow, NARROW)
    pages = app.query_one(Pages)
    pages.settle()
    return pages


@pytest.mark.parametrize("narrow", [True, False])
async def test_log_and_statistics_are_tabs_only_where_it_is_narrow(narrow: bool) -> None:
    app = Host()
    async with app.run_test() as pilot:
        pages = await in_front(app, narrow)
        await pilot.pause()
        assert names(pages) == [name for name in TABS if narrow or name not in {"log", "stats"}]


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize("name", [name for name in TABS if name != "stats"])
async def test_every_page_can_be_entered_by_keyboard(name: str, narrow: bool) -> None:
    app = Host()
    async with app.run_test() as pilot:
        pages = await in_front(app, narrow)
        pages.enter(name)
        await pilot.pause()
        assert app.focused is not None
        place = "frame-log" if name == "log" else f"pane-{name}"
        assert any(node.id == place for node in app.focused.ancestors_with_self)


async def test_a_row_that_is_chosen_is_taken_apart() -> None:
    app = Host()
    async with app.run_test() as pilot:
        pages = await in_front(app, False)
        pages.log_view.focus()
        await pilot.press("up", "enter")
        await pilot.pause()
        assert pages.query_one("#tabs").active == "frame"  # type: ignore[attr-defined]
        assert app.focused is pages.log_view


async def test_widening_leaves_a_tab_that_is_no_longer_there() -> None:
    app = Host()
    async with app.run_test() as pilot:
        pages = await in_front(app, True)
        pages.enter("log")
        await pilot.pause()
        await in_front(app, False)
        await pilot.pause()
        assert pages.query_one("#tabs").active == "lesson"  # type: ignore[attr-defined]


async def test_the_handshake_is_that_of_the_row_and_else_of_the_connection_under_study(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    searched: list[int] = []
    search = pages_module.opening_among

    def counted(events: Iterable[Event], conn: int) -> Opening:
        searched.append(conn)
        return search(events, conn)

    monkeypatch.setattr(pages_module, "opening_among", counted)
    app = Host()
    async with app.run_test(size=(120, 40)) as pilot:
        pages = await in_front(app, False)
        bench = app.demo.bench
        reader = ConnectionReader(1, fixed_clock())
        refusal = b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno chat\r\n"
        theirs = reader.receive(Direction.C2S, request()) + reader.receive(Direction.S2C, refusal)
        shown = bench.insert(theirs)
        pages.log_view.flush()
        pages.show_handshake(*bench.handshake)
        under_study = (bench.handshake, False)
        assert pages.handshake._shown == under_study, "the log follows, whatever its newest row"
        pages.log_view.focus()
        await pilot.press("up")
        await pilot.pause()
        (judged, asked, answer, body), of_row = pages.handshake._shown
        assert of_row
        assert (asked, answer, body) == tuple(shown)
        assert judged is not None
        assert judged.status == 404
        # The connection under study goes on, and the row is still looked at.
        pages.show_handshake(*bench.handshake)
        assert pages.handshake._shown[1]
        pages.log_view.goto(shown[0].seq - 1)
        await pilot.pause()
        assert pages.handshake._shown == under_study, "a row of the connection under study"
        pages.log_view.goto(shown[1].seq)
        await pilot.pause()
        assert pages.handshake._shown[1]
        pages.log_view.follow()
        await pilot.pause()
        assert pages.handshake._shown == under_study
        assert len(searched) == 1, "a long log is searched once for a connection"
