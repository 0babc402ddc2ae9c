from __future__ import annotations

from textual.app import App

from tests.support.bench import new_bench
from wslab.tui.pictures import screen_text
from wslab.tui.screens.target_screen import TargetScreen

CHOICES = (("/echo", "The bundled one."), ("wss://echo.websocket.org", "A public one."))


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.chosen: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(TargetScreen(CHOICES, "/echo", new_bench().check), self.chosen.append)


async def test_a_choice_from_the_list() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("down", "down", "enter")
        assert app.chosen == ["wss://echo.websocket.org"]


async def test_what_is_typed_replaces_what_was() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"ws://127.0.0.1:9/x", "enter")
        assert app.chosen == ["ws://127.0.0.1:9/x"]


async def test_a_wrong_url_stays_and_says_what_is_wrong() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"ftp://x", "enter")
        await pilot.pause()
        assert app.chosen == []
        assert "ws://" in screen_text(app)
        assert isinstance(app.screen, TargetScreen)


async def test_escape_changes_nothing() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press("escape")
        assert app.chosen == [None]


async def test_a_path_of_a_server_by_its_name_and_of_one_there_is_not() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"mpqt:/mqtt", "enter")
        await pilot.pause()
        assert app.chosen == []
        assert "there is no server 'mpqt'" in screen_text(app)
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(*"mqtt:/mqtt", "enter")
        assert app.chosen == ["mqtt:/mqtt"]
