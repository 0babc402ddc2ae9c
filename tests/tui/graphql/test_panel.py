"""The panel, by keyboard alone."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import build_schema, graphql_sync
from rich.cells import cell_len
from textual.widgets import Button, Static

from tests.support.bundled_server import running
from tests.support.graphql_client import LEGACY, TRANSPORT
from tests.support.graphql_lab import Connection, Played, connected
from tests.support.graphql_stage import Stage, a_stage
from tests.support.lab_app import NARROW, WIDE
from wslab.i18n import set_language
from wslab.lab.graphql.client import Stage as Standing
from wslab.lab.graphql.schema import QUERY
from wslab.tui.graphql.panel import BUTTONS, DOCUMENT, VARIABLES, GraphqlPanel
from wslab.tui.keys import LAB_KEYS

SCHEMA = build_schema("""
type Query { hello: String }
type Subscription { room(name: String!): Message! }
type Message { text: String! }
""")


def answer() -> Any:
    return graphql_sync(SCHEMA, QUERY).formatted


async def test_a_session_with_the_bundled_server() -> None:
    lab = Connection()
    async with running("graphql") as server, a_stage(lab.client) as stage:
        async with connected(server, lab):
            await stage.sees("graphql-transport-ws", "● let in", "connection_ack: the")
            await stage.press("ctrl+r")
            await stage.sees("▸ 1 subscription Ticks", "results of 1", '"n": 1')
            await stage.tab_to("document")
            # The keys to the end of the document and a second operation behind the first.
            stage.panel.document.append("{ nothing }")
            await stage.press("ctrl+r")
            await stage.sees("✗ 2 query", "Cannot query field 'nothing'", "line 8", "failed:")
            await stage.tab_to("operations")
            await stage.press("down", "delete")
            await stage.sees("■ 1 subscription Ticks", "■ stopped: this client")
            await stage.press("ctrl+t")
            await stage.sees("clock(…): Tick!")
            await stage.until(lambda: stage.focus == "schema-tree", "the keyboard to be in the schema")
            await stage.press("down", "down", "down", "enter")
            await stage.until(lambda: stage.focus == "graphql-document", "the keyboard to be in the document")
            assert "subscription Room($name: String!)" in stage.panel.document.text
            assert '"name": ""' in stage.panel.variables.text
            await stage.press("ctrl+r")
            await stage.sees("✗ room: room has 0 characters", "✓ complete")
        await stage.sees("○ not connected")


@pytest.mark.parametrize(
    ("size", "subprotocol", "language"),
    [(NARROW, TRANSPORT, "en"), (NARROW, LEGACY, "ja"), (WIDE, TRANSPORT, "ja")],
)
async def test_everything_is_in_view_and_reached_by_tab(
    size: tuple[int, int], subprotocol: str, language: str
) -> None:
    set_language(language)
    played = Played()
    await played.let_in(subprotocol)
    await played.start()
    async with a_stage(played.client, size) as stage:
        hidden = "ping" if subprotocol == LEGACY else "terminate"
        await stage.until(
            lambda: not stage.panel.query_one(f"#graphql-{hidden}").display, "the right buttons"
        )
        for name in (*(name for name in BUTTONS if name != hidden), "by-itself"):
            await stage.tab_to(name)
            button = stage.panel.query_one(f"#graphql-{name}", Button)
            assert button.tooltip
            assert button.region.right <= stage.panel.content_region.right, name
            assert button.content_region.width >= cell_len(str(button.label)), name
        for name in ("document", "variables", "init-text", "operations", "results"):
            await stage.tab_to(name)
            node = stage.panel.query_one(f"#graphql-{name}")
            assert stage.panel.content_region.contains_region(node.region), name
            assert node.content_region.height >= (1 if name == "init-text" else 2), name
        for heading in stage.panel.query(".graphql-heading").results(Static):
            assert cell_len(str(heading.content)) <= heading.content_region.width, heading.id
        await stage.press("shift+tab")
        assert stage.focus == "graphql-operations"


async def test_bad_input_is_said_and_nothing_is_sent() -> None:
    played = Played()
    async with a_stage(played.client) as stage:
        await stage.tab_to("run")
        await stage.press("enter")
        await stage.hears("there is no connection: connect to a GraphQL server first")
        await played.let_in()
        stage.panel.variables.load_text('{"every": }')
        await stage.press("ctrl+r")
        await stage.hears("variables: not JSON at line 1, column 11")
        stage.panel.variables.load_text("")
        stage.panel.document.load_text("# nothing")
        await stage.press("ctrl+r")
        await stage.hears("the document has no operation: write one such as")
        await stage.tab_to("stop")
        await stage.press("enter")
        await stage.hears("no operation is chosen: go to one in the list")
        await stage.tab_to("init-text")
        await stage.press("{", "x", "enter")
        await stage.hears("payload of connection_init: not JSON at line 1, column 2")
        assert len(played.sent) == 1
        await stage.press("home", "delete", "delete", "{", "}", "enter")
        await stage.until(lambda: len(played.sent) == 2, "connection_init")
        assert played.sent[1] == {"type": "connection_init", "payload": {}}


async def test_what_the_buttons_do() -> None:
    played = Played()
    async with a_stage(played.client) as stage:
        await stage.tab_to("by-itself")
        await stage.press("enter")
        await stage.sees("sent by hand")
        played.client.opened(TRANSPORT)
        await stage.sees("connection_init is due")
        await stage.tab_to("init")
        await stage.press("enter")
        await stage.sees("waiting for connection_ack")
        played.says("connection_ack")
        await stage.tab_to("ping")
        await stage.press("enter")
        await stage.until(lambda: played.sent[-1]["type"] == "ping", "a ping")
        over = await played.start()
        played.says("complete", over.id)
        await stage.sees("✓ 1 subscription")
        await stage.tab_to("clear")
        await stage.press("enter")
        await stage.until(lambda: "✓ 1 subscription" not in stage.screen, "it to be gone")
        played.client.opened(LEGACY)
        await stage.sees("connection_terminate")
        await stage.tab_to("terminate")
        await stage.press("enter")
        await stage.until(lambda: played.sent[-1] == {"type": "connection_terminate"}, "a goodbye")


async def test_letters_belong_to_the_editor_and_keys_to_the_panel() -> None:
    keys = {key for binding in LAB_KEYS for key in binding.key.split(",")}
    own = {key for binding in GraphqlPanel.BINDINGS for key in binding.key.split(",")}  # type: ignore[union-attr]
    assert own.isdisjoint(keys)
    played = Played()
    async with a_stage(played.client, footer=True) as stage:
        await stage.tab_to("document")
        await stage.press("c", "/", "ctrl+z")
        assert stage.panel.document.text == DOCUMENT
        assert stage.panel.variables.text == VARIABLES
        await stage.sees("^r Run", "^t Schema")


async def test_the_schema_and_back() -> None:
    played = Played()
    await played.let_in()
    async with a_stage(played.client) as stage:
        await stage.tab_to("schema")
        await stage.press("enter")
        await stage.sees("asking the server for its schema")
        played.says("next", "1", payload=answer())
        played.says("complete", "1")
        await stage.sees("room(…): Message!", "Results")
        stage.panel.variables.load_text("{")
        await stage.until(lambda: stage.panel.schema._schema is not None, "the tree")
        stage.panel.schema.focus_first()
        await stage.press("down", "enter")
        await stage.until(lambda: "subscription Room" in stage.panel.document.text, "the operation")
        assert stage.panel.variables.text == "{"  # It is being worked on.
        assert stage.app.said == ["written into the document; ctrl+r runs it"]
        await stage.press("ctrl+t")
        await stage.sees("operations (del stops)", "Read schema")
        assert stage.focus == "graphql-document"
        # What is known is not asked for again.
        await stage.press("ctrl+t")
        await stage.sees("room(…): Message!")
        assert len(played.sent) == 2
        await stage.until(lambda: stage.focus == "schema-tree", "the keyboard to be in the schema")
        await stage.press("ctrl+t")
        await stage.until(lambda: stage.focus == "graphql-operations", "it not to stay behind")


def fits(stage: Stage) -> bool:
    """Whether every button in view has room for what is written on it."""
    buttons = [each for each in stage.panel.query(Button) if each.display]
    return all(cell_len(str(each.label)) + 2 == each.region.width for each in buttons)


async def test_another_language_in_place() -> None:
    played = Played()
    await played.let_in()
    await played.start()
    async with a_stage(played.client) as stage:
        await stage.sees("1 of 1 running")
        await stage.tab_to("document")
        before = stage.screen
        set_language("ja")
        stage.panel.retranslate()
        await stage.until(lambda: "variables" not in stage.screen, "Japanese")
        await stage.until(lambda: fits(stage), "buttons that are wide enough")
        for text in ("Run", "operations", "running", "payload of", "by itself"):
            assert text not in stage.screen
        assert stage.focus == "graphql-document"
        set_language("en")
        stage.panel.retranslate()
        await stage.until(lambda: stage.screen == before, f"the screen as it was:\n{before}")


async def test_what_a_server_says_steers_nothing() -> None:
    played = Played()
    await played.let_in()
    async with a_stage(played.client) as stage:
        await stage.press("ctrl+r")
        await stage.until(lambda: len(played.sent) == 2, "the operation")
        played.says("next", "1", payload={"data": "\x1b[2J\u202e"})
        played.says("error", "1", payload=[{"message": "\x1b[31mred"}])
        await stage.sees("␛[31mred")
        assert "\x1b" not in stage.screen
        assert "\u202e" not in stage.screen
        assert played.client.stage is Standing.LET_IN


async def test_what_comes_behind_another_page_is_there_when_it_is_shown() -> None:
    played = Played()
    async with a_stage(played.client) as stage:
        await stage.sees("○ not connected")
        stage.panel.display = False
        await stage.until(lambda: "not connected" not in stage.screen, "it to be hidden")
        await played.let_in(LEGACY)
        operation = await played.start()
        played.says("data", operation.id, payload={"data": 1})
        stage.panel.refresh_shown()
        await stage.press("x")
        stage.panel.display = True
        await stage.sees(
            "graphql-ws   ● let in", "connection_terminate", "▸ 1 subscription", "connection_ack: the"
        )


async def test_with_few_lines_there_is_less_of_everything_and_all_of_it_is_there() -> None:
    played = Played()
    await played.let_in()
    await played.start()
    async with a_stage(played.client) as stage:
        stage.panel.styles.height = 11
        await stage.until(lambda: stage.panel.operations.size.height == 3, "fewer lines")
        assert stage.panel.document.size.height >= 4
        assert stage.panel.results.size.height >= 4
        for name in ("document", "variables", "init-text", "operations", "results"):
            region = stage.panel.query_one(f"#graphql-{name}").region
            assert stage.panel.content_region.contains_region(region), name


async def test_it_draws_nothing_where_nothing_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    played = Played()
    await played.let_in()
    async with a_stage(played.client) as stage:
        await stage.sees("● let in")
        panel = stage.panel
        looked: list[str] = []
        monkeypatch.setattr(panel.results, "refresh_shown", lambda: looked.append("results"))
        panel.refresh_shown()
        panel.refresh_shown()
        assert looked == []
        played.says("ping")
        panel.refresh_shown()
        assert looked == ["results"]
