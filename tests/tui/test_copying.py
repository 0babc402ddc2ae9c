"""Copying lines, and what is said of it."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from wslab.tui.copying import LARGEST_COPY, copy_lines


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield Static("shown")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\ntwo\n", "copied 2 lines, if the terminal allows it"),
        ("x" * LARGEST_COPY + "\n", f"copied 1 lines, the first {LARGEST_COPY} characters, if the terminal"),
    ],
)
async def test_lines_are_copied_up_to_a_limit_that_is_told(text: str, said: str) -> None:
    app = Host()
    async with app.run_test(notifications=True) as pilot:
        copy_lines(app.query_one(Static), text)
        await pilot.pause()
        assert app.clipboard == text[:LARGEST_COPY]
        assert [each.message[: len(said)] for each in app._notifications] == [said]
