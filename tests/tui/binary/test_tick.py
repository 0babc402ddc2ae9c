from __future__ import annotations

from textual import on
from textual.app import App, ComposeResult

from wslab.i18n import set_language
from wslab.tui.binary.tick import Tick
from wslab.tui.pictures import screen_text


class TickApp(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[bool] = []

    def compose(self) -> ComposeResult:
        yield Tick("CHECKSUM", id="one")
        yield Tick("damage one chunk", id="two", ticked=True)

    @on(Tick.Changed)
    def hear(self, event: Tick.Changed) -> None:
        assert event.control is event.tick
        self.heard.append(event.tick.ticked)


async def test_it_is_ticked_by_keys_and_by_the_mouse_and_says_so_by_a_sign() -> None:
    app = TickApp()
    async with app.run_test(size=(40, 5)) as pilot:
        assert screen_text(app).split("\n")[:2] == ["[ ] CHECKSUM", "[x] damage one chunk"]
        await pilot.press("enter")
        assert screen_text(app).startswith("[x] CHECKSUM")
        await pilot.press("space")
        assert screen_text(app).startswith("[ ] CHECKSUM")
        await pilot.click("#two")
        assert app.heard == [True, False, False]


async def test_what_is_set_by_the_program_is_not_told() -> None:
    app = TickApp()
    async with app.run_test(size=(40, 5)) as pilot:
        app.query_one("#one", Tick).ticked = True
        await pilot.pause()
        assert screen_text(app).startswith("[x] CHECKSUM")
        assert app.heard == []
        set_language("ja")
        app.query_one("#two", Tick).retranslate()
        await pilot.pause()
        assert "damage one chunk" not in screen_text(app)
