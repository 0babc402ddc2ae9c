"""The Client tab: choosing a protocol, by keyboard alone, and what is shown of it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Button

from tests.support.waiting import until
from wslab.i18n import SOURCE, set_language
from wslab.tui.pictures import screen_text
from wslab.tui.retranslate import retranslate
from wslab.tui.widgets.client_view import ClientView
from wslab.tui.widgets.protocol_panel import ProtocolPanel


class Controls(ProtocolPanel):
    def __init__(self, name: str) -> None:
        super().__init__()
        self.protocol = name
        self.times = 0
        self.aims: list[str] = []

    def compose(self) -> ComposeResult:
        yield Button(f"act on {self.protocol}")

    def aim(self, target: str) -> None:
        self.aims.append(target)

    def refresh_shown(self) -> None:
        self.times += 1


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str] = []
        self.made: list[str] = []

    def compose(self) -> ComposeResult:
        yield ClientView(self.chosen.append, self.controls)

    def controls(self, name: str) -> ProtocolPanel | None:
        self.made.append(name)
        return None if name == "raw" else Controls(name)


@pytest.mark.parametrize("size", [(80, 16), (120, 20)])
async def test_a_protocol_is_chosen_with_the_arrow_keys(size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        view = app.query_one(ClientView)
        await pilot.press("tab")
        assert "Nothing but WebSocket" in screen_text(app)
        assert view.panel is None
        await pilot.press("right", "right")
        await pilot.pause()
        assert app.chosen == ["raw", "graphql", "mqtt"]
        assert "act on mqtt" in screen_text(app)
        assert "act on graphql" not in screen_text(app)
        await pilot.press("left", "right")
        await pilot.pause()
        assert app.made == ["raw", "graphql", "mqtt"]  # what was there is kept
        view.show("mqtt:/mqtt", "", (), None, False)
        assert isinstance(view.panel, Controls)
        assert view.panel.times == 1
        for target in ("mqtt:/mqtt", "/other"):
            view.aim(target)
        assert view.panel.aims == ["mqtt:/mqtt", "/other"]
        await pilot.press("tab")
        assert isinstance(app.focused, Button)


async def test_controls_that_are_being_made_are_waited_for() -> None:
    app = Host()
    async with app.run_test(size=(80, 16)) as pilot:
        view = app.query_one(ClientView)
        await pilot.pause()
        view.select("mqtt")
        await until(lambda: view.panel is not None, "controls")
        assert view.panel is not None
        await view.ready()
        assert view.panel.query(Button)


async def test_the_language_changes_in_place() -> None:
    app = Host()
    async with app.run_test(size=(80, 16)) as pilot:
        view = app.query_one(ClientView)
        view.show("/echo", "", (), None, False)
        set_language("ja")
        try:
            retranslate(app.screen)
            view.show("/echo", "", (), None, False)
            await pilot.pause()
            text = screen_text(app)
        finally:
            set_language(SOURCE)
        assert "Nothing but WebSocket" not in text
        assert "next connect" not in text
