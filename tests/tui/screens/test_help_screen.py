from __future__ import annotations

from textual.app import App
from textual.binding import Binding
from textual.containers import VerticalScroll

from wslab.lab.commands import COMMANDS
from wslab.tui.keys import LAB_KEYS
from wslab.tui.pictures import screen_text
from wslab.tui.screens.help_screen import HelpScreen
from wslab.tui.screens.lab_screen import LabScreen
from wslab.tui.widgets.frame_log import FrameLog


class Host(App[None]):
    def on_mount(self) -> None:
        self.push_screen(HelpScreen((("Keys", LabScreen.BINDINGS), ("Log", FrameLog.BINDINGS))))


async def test_every_key_and_every_command_is_there() -> None:
    app = Host()
    async with app.run_test(size=(110, 200)) as pilot:
        await pilot.pause()
        text = screen_text(app)
        for key in (*LAB_KEYS, *Binding.make_bindings(FrameLog.BINDINGS)):
            assert (key.tooltip or key.description) in text
        for spec in COMMANDS.values():
            assert spec.syntax in text


async def test_it_scrolls_and_closes_by_keyboard() -> None:
    app = Host()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("pagedown")
        await pilot.pause()
        await pilot.wait_for_animation()
        assert app.screen.query_one(VerticalScroll).scroll_y > 0
        await pilot.press("escape")
        assert not isinstance(app.screen, HelpScreen)
