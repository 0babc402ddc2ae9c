from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen

from tests.support.demo import Demo
from wslab.tui.widgets.pages import NARROW, TABS, Pages


class Host(App[None]):
    CSS_PATH = "../../../src/wslab/tui/screens/lab_screen.tcss"

    def __init__(self) -> None:
        super().__init__()
        self.demo = Demo().opened().talked()

    def compose(self) -> ComposeResult:
        yield Pages(self.demo.bench.journal, 10)


def names(pages: Pages) -> list[str]:
    return [tab.id or "" for tab in pages.query("Tab") if tab.display]


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
