"""The line of keys: what it shows, and that it is made anew only where that changes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets._footer import FooterKey

from tests.support.waiting import until
from wslab.tui.widgets.key_line import KeyLine


class Part(Widget, can_focus=True):
    """Something to have the keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act"),
        Binding("h", "act", "Hidden", show=False),
    ]
    able = True

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.able or None if action == "act" else True


class Other(Widget, can_focus=True):
    """Something else, with another key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("b", "act", "Begin")]


class Keys(App[None]):
    """Two parts of a kind, another one, and the line."""

    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+q", "quit", "Quit", show=False)]

    def compose(self) -> ComposeResult:
        yield Part(id="one")
        yield Part(id="two")
        yield Other(id="three")
        yield KeyLine(show_command_palette=False)


@asynccontextmanager
async def running() -> AsyncGenerator[tuple[Keys, Pilot[None]]]:
    app = Keys()
    async with app.run_test() as pilot:
        yield app, pilot


def shown(app: Keys) -> list[str]:
    return [key.description for key in app.query(FooterKey)]


async def test_it_shows_the_keys_of_what_has_the_keyboard() -> None:
    async with running() as (app, _pilot):
        await until(lambda: shown(app) == ["Act"], "the key of the first")
        app.query_one("#three").focus()
        await until(lambda: shown(app) == ["Begin"], "the key of the third")
        app.query_one("#one").focus()
        await until(lambda: shown(app) == ["Act"], "the key of the first, again")


async def test_it_stays_as_it_is_where_the_keys_are_the_same() -> None:
    async with running() as (app, pilot):
        await until(lambda: shown(app) == ["Act"], "the key of the first")
        [before] = app.query(FooterKey)
        app.query_one("#two").focus()
        app.refresh_bindings()
        await pilot.pause()
        await pilot.pause()
        assert app.focused is app.query_one("#two")
        assert list(app.query(FooterKey)) == [before]


async def test_a_key_that_may_not_be_pressed_any_more_is_dim() -> None:
    async with running() as (app, _pilot):
        await until(lambda: shown(app) == ["Act"], "the key of the first")
        app.query_one("#one", Part).able = False
        app.screen.refresh_bindings()
        await until(
            lambda: [key.has_class("-disabled") for key in app.query(FooterKey)] == [True], "a dim key"
        )


async def test_no_key_is_compact_where_the_line_is_not() -> None:
    async with running() as (app, _pilot):
        await until(lambda: shown(app) == ["Act"], "the key of the first")
        assert [key.compact for key in app.query(FooterKey)] == [False]
        app.query_one(KeyLine).compact = True
        await until(lambda: app.query_one(FooterKey).has_class("-compact"), "a compact key")


class Many(Widget, can_focus=True):
    """Something with more keys than a narrow screen has room for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key, f"act({key!r})", f"Act number {key}") for key in "12345678"
    ]


class ManyKeys(Keys):
    """That, over the line."""

    def compose(self) -> ComposeResult:
        yield Many()
        yield KeyLine(show_command_palette=False)


@pytest.mark.parametrize("compact", [False, True])
async def test_what_there_is_no_room_for_is_left_out_before_the_last(compact: bool) -> None:
    app = ManyKeys()
    async with app.run_test(size=(60, 10)) as pilot:
        line = app.query_one(KeyLine)
        line.compact = compact

        for columns in (60, 30, 8, 200, 45):
            await pilot.resize_terminal(columns, 10)
            await until(lambda: line.size.width == columns, "the width")  # noqa: B023
            await pilot.pause()
            parts = [part for part in app.query(FooterKey) if part.display]
            keys = "".join(part.key for part in parts)
            assert keys == "1234567"[: len(keys) - 1] + "8"
            assert (len(keys) == 8) == (columns == 200)
            if columns > 8:
                # What is shown is shown whole, and one more would not be.
                right = max(part.virtual_region.right for part in parts)
                assert right <= columns
                assert len(keys) == 8 or right + parts[0].outer_size.width > columns
