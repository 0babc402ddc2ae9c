from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from graphql import build_schema, graphql_sync
from textual import on
from textual.app import App, ComposeResult
from textual.pilot import Pilot

from tests.support.graphql_lab import Played
from tests.support.waiting import until
from wslab.i18n import set_language
from wslab.lab.graphql.schema import QUERY
from wslab.tui.graphql.schema_view import SchemaTree, SchemaView
from wslab.tui.pictures import screen_text

SCHEMA = build_schema("""
type Query { hello: String }
type Subscription { "Ticks, and ticks." clock(every: Int = 1000): Tick! }
type Tick { n: Int! }
""")


class OneView(App[None]):
    def __init__(self, played: Played) -> None:
        super().__init__()
        self.view = SchemaView(played.client)
        self.chosen: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield self.view

    @on(SchemaView.Chosen)
    def choose(self, event: SchemaView.Chosen) -> None:
        self.chosen.append((event.kind, event.field.name))


@asynccontextmanager
async def a_view() -> AsyncGenerator[tuple[OneView, Played, Pilot[None]]]:
    played = Played()
    await played.let_in()
    app = OneView(played)
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=(50, 12)) as pilot:
        await pilot.pause()
        app.view.refresh_shown()
        await pilot.pause()
        yield app, played, pilot


def answer() -> Any:
    return graphql_sync(SCHEMA, QUERY).formatted


async def test_it_says_what_to_do_and_what_went_wrong() -> None:
    async with a_view() as (app, played, _):
        await until(lambda: "press Read schema" in screen_text(app), "what to do")
        played.client.ended("over")
        app.view.refresh_shown()
        await until(lambda: "connect to a GraphQL server first" in screen_text(app), "what to do before")
        await played.let_in()
        await played.client.introspect()
        app.view.refresh_shown()
        await until(lambda: "asking the server" in screen_text(app), "that it is under way")
        played.says("error", "1", payload=[{"message": "no\x1b[2J"}])
        app.view.refresh_shown()
        await until(lambda: "there is no schema: no␛[2J" in screen_text(app), "why there is none")


async def test_a_walk_through_the_schema_by_keys() -> None:
    async with a_view() as (app, played, pilot):
        await played.client.introspect()
        played.says("next", "1", payload=answer())
        app.view.refresh_shown()
        app.view.focus_first()
        await until(lambda: "clock(…): Tick!" in screen_text(app), "the subscriptions")
        lines = screen_text(app).splitlines()
        assert "subscription" in lines[0]
        assert "query" in lines[2]
        await pilot.press("down")
        await until(lambda: "Ticks, and ticks." in screen_text(app), "what there is to say")
        await pilot.press("right")
        await until(lambda: "every: Int" in screen_text(app).splitlines()[2], "the argument")
        await pilot.press("right")
        await until(
            lambda: "every: Int = 1000: may be left out" in screen_text(app), "what there is to say of it"
        )
        await pilot.press("left", "enter")
        await until(lambda: app.chosen == [("subscription", "clock")], "the operation to write")
        await pilot.press("left")
        await until(lambda: "every: Int" not in screen_text(app).splitlines()[2], "it to be closed")
        await pilot.press("left", "enter")
        await until(lambda: "query" in screen_text(app).splitlines()[1], "the root to be closed")
        await pilot.press("end", "enter")
        await until(lambda: "Boolean" in screen_text(app), "all types")
        set_language("ja")
        app.view.retranslate()
        await until(lambda: "all types" not in screen_text(app), "another language")
        assert "Boolean" in screen_text(app)


async def test_the_keyboard_goes_on_to_the_tree_as_soon_as_there_is_one_and_back() -> None:
    async with a_view() as (app, played, _):
        await played.client.introspect()
        # The answer is there before the text has the keyboard.
        app.view.focus_first()
        played.says("next", "1", payload=answer())
        app.view.refresh_shown()
        tree = app.view.query_one(SchemaTree)
        await until(lambda: tree.has_focus, "the tree to have the keyboard")
        await played.let_in()
        app.view.refresh_shown()
        await until(lambda: app.focused is app.view.query_one("#schema-about"), "the text to have it")


async def test_a_new_connection_takes_the_schema_away_and_the_same_one_is_left_alone() -> None:
    async with a_view() as (app, played, pilot):
        await played.client.introspect()
        played.says("next", "1", payload=answer())
        app.view.refresh_shown()
        tree = app.view.query_one(SchemaTree)
        tree.focus()
        await pilot.press("down", "right")
        line = tree.cursor_line
        app.view.refresh_shown()
        assert tree.cursor_line == line
        await played.let_in()
        app.view.refresh_shown()
        await until(lambda: "press Read schema" in screen_text(app), "no schema")
