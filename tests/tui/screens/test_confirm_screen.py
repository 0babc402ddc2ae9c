from __future__ import annotations

import pytest
from textual.app import App

from wslab.tui.pictures import screen_text
from wslab.tui.screens.confirm_screen import ConfirmScreen

QUESTION = "Begin [red]it[/] anew?\x1b[2J"


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[bool | None] = []

    def on_mount(self) -> None:
        self.push_screen(ConfirmScreen(QUESTION, "begin", "leave it"), self.answers.append)


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], False),
        (["escape"], False),
        (["enter"], False),
        (["down", "enter"], True),
        (["x", "b", "v", "q", "n"], False),
    ],
    ids=str,
)
@pytest.mark.parametrize("size", [(80, 24), (40, 10)])
async def test_it_is_answered_by_keys(keys: list[str], answer: bool, size: tuple[int, int]) -> None:
    app = Host()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        shown = screen_text(app)
        assert "Begin [red]it[/] anew?␛[2J" in shown
        assert "n  leave it" in shown
        assert "y  begin" in shown
        await pilot.press(*keys)
        assert app.answers == [answer]


async def test_it_is_answered_by_the_mouse() -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.click("OptionList", offset=(3, 1))
        assert app.answers == [True]
