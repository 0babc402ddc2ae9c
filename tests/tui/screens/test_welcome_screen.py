from __future__ import annotations

import pytest
from textual.app import App

from wslab.tui.screens.welcome_screen import WelcomeScreen


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[bool | None] = []

    def on_mount(self) -> None:
        self.push_screen(WelcomeScreen(), self.answers.append)


@pytest.mark.parametrize(("key", "answer"), [("c", True), ("x", False), ("escape", False), ("enter", False)])
async def test_c_connects_and_any_other_key_closes_the_page(key: str, answer: bool) -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.answers == [answer]
