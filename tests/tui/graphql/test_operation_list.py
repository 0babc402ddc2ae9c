from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.graphql_lab import Played
from tests.support.waiting import until
from wslab.tui.graphql.operation_list import OperationList
from wslab.tui.pictures import screen_text


class OneList(App[None]):
    CSS = "OperationList { height: 4; }"

    def __init__(self, played: Played) -> None:
        super().__init__()
        self.list = OperationList(played.client)
        self.told: list[str | None] = []
        self.stops = 0

    def compose(self) -> ComposeResult:
        yield self.list

    @on(OperationList.Chosen)
    def choose(self, event: OperationList.Chosen) -> None:
        self.told.append(None if event.operation is None else event.operation.id)

    @on(OperationList.StopAsked)
    def stop_it(self) -> None:
        self.stops += 1


@asynccontextmanager
async def a_list() -> AsyncGenerator[tuple[OneList, Played, Pilot[None]]]:
    played = Played()
    await played.let_in()
    app = OneList(played)
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=(50, 8)) as pilot:
        await pilot.pause()
        yield app, played, pilot


async def test_the_cursor_stays_on_its_operation_while_others_come() -> None:
    async with a_list() as (app, played, pilot):
        await until(lambda: "● the connection" in screen_text(app), "the connection")
        first = await played.start("subscription First { clock { n } }")
        app.list.choose(first)
        await until(lambda: app.told[-1:] == ["1"], "the choice to be told")
        for _ in range(8):
            await played.start("{ later }")
        app.list.refresh_shown()
        await pilot.pause()
        assert app.list.chosen is first
        assert "subscription First" in screen_text(app)
        played.says("next", "1", payload={})
        app.list.refresh_shown()
        await until(lambda: "1  running" in screen_text(app), "the count")
        assert app.list.chosen is first
        app.list.focus()
        await pilot.press("delete")
        await until(lambda: app.stops == 1, "the wish to stop it")
        await pilot.press("home")
        await until(lambda: app.told[-1] is None, "the connection")
        assert app.list.chosen is None


async def test_what_is_forgotten_leaves_the_list() -> None:
    async with a_list() as (app, played, pilot):
        over = await played.start()
        app.list.choose(over)
        await played.client.stop(over)
        played.client.forget_over()
        app.list.choose(app.list.chosen)
        await pilot.pause()
        assert app.list.chosen is None
        assert app.list.option_count == 1
