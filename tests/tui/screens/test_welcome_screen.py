from __future__ import annotations

import pytest
from textual.app import App

from wslab.tui.screens.welcome_screen import NAMED, TEXT, WelcomeScreen


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.answers: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(WelcomeScreen(), self.answers.append)


@pytest.mark.parametrize(
    ("key", "answer"),
    [("c", "c"), ("question_mark", "question_mark"), ("o", "o"), ("x", ""), ("escape", ""), ("enter", "")],
)
async def test_any_key_closes_the_page_and_those_it_names_go_on(key: str, answer: str) -> None:
    app = Host()
    async with app.run_test() as pilot:
        await pilot.press(key)
        assert app.answers == [answer]


def test_the_page_says_what_its_keys_do() -> None:
    shown = {"question_mark": "?", "f2": "F2"}
    for key in NAMED:
        assert shown.get(key, key) in TEXT or key == "f1"
