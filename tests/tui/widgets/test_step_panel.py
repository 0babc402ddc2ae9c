"""The panel of the step that is judged."""

from __future__ import annotations

from pathlib import Path

from textual.app import App, ComposeResult

from tests.support.check_events import message
from tests.support.sittings import Sitting
from wslab.tui.pictures import screen_text
from wslab.tui.widgets.step_panel import StepPanel
from wslab.tui.widgets.step_text import step_text


class Stage(App[None]):
    def compose(self) -> ComposeResult:
        yield StepPanel(id="panel")

    @property
    def panel(self) -> StepPanel:
        return self.query_one(StepPanel)


async def test_it_shows_the_step_and_hides_where_there_is_none(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        assert not app.panel.display
        app.panel.show(lambda width: step_text(sitting.session, width))
        await pilot.pause()
        assert "▸ 1/3 Send your word" in screen_text(app)
        sitting.see(message(sitting.word))
        app.panel.show(lambda width: step_text(sitting.session, width))
        await pilot.pause()
        assert "✓ 1/3 Send your word: passed" in screen_text(app)
        app.panel.show(None)
        await pilot.pause()
        assert not app.panel.display


async def test_it_says_it_anew_for_another_width(tmp_path: Path) -> None:
    sitting = Sitting(tmp_path)
    app = Stage()
    async with app.run_test(size=(150, 24)) as pilot:
        app.panel.show(lambda width: step_text(sitting.session, width))
        await pilot.pause()
        assert "waiting for" not in screen_text(app)
        await pilot.resize_terminal(32, 12)
        await pilot.pause()
        assert "waiting for" in screen_text(app)
