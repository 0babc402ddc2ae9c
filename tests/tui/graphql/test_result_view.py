from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from textual.app import App, ComposeResult

from tests.support.graphql_lab import Played
from tests.support.waiting import until
from wslab.i18n import set_language
from wslab.lab.graphql.client import GraphqlClient
from wslab.lab.graphql.operation import KEPT_RESULTS, Operation
from wslab.tui.copying import LARGEST_COPY
from wslab.tui.graphql.result_view import ResultView
from wslab.tui.pictures import screen_text


class OneView(App[None]):
    def __init__(self, client: GraphqlClient) -> None:
        super().__init__()
        self.view = ResultView(client)

    def compose(self) -> ComposeResult:
        yield self.view

    def copy_to_clipboard(self, text: str) -> None:
        self.copied = text


@asynccontextmanager
async def a_view(size: tuple[int, int] = (60, 6)) -> AsyncGenerator[tuple[OneView, Played, Operation]]:
    played = Played()
    await played.let_in()
    operation = await played.start()
    app = OneView(played.client)
    asyncio.get_running_loop().set_debug(False)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.view.show(operation)
        await pilot.pause()
        yield app, played, operation


def say(played: Played, first: int, last: int) -> None:
    for n in range(first, last + 1):
        played.says("next", "1", payload={"n": n})


async def test_it_follows_what_comes_until_one_scrolls_up() -> None:
    async with a_view() as (app, played, _):
        assert "started; no result yet" in screen_text(app)
        say(played, 1, 20)
        app.view.refresh_shown()
        await until(lambda: '20 +0.000 s {"n": 20}' in screen_text(app), "the newest")
        app.view.scroll_to(y=5, animate=False)
        await until(lambda: app.view.scroll_offset.y == 5, "an earlier place")
        top = screen_text(app).splitlines()[0]
        assert '6 +0.000 s {"n": 6}' in top
        say(played, 21, KEPT_RESULTS + 3)
        app.view.refresh_shown()
        # Three rows have gone from the top and one has come there that says so.
        await until(
            lambda: screen_text(app).splitlines()[0] == top or app.view.scroll_offset.y == 2, "it to stay"
        )
        app.view.scroll_end(animate=False)
        await until(lambda: f'{{"n": {KEPT_RESULTS + 3}}}' in screen_text(app), "the end again")
        played.says("complete", "1")
        app.view.refresh_shown()
        await until(lambda: "✓ complete" in screen_text(app), "the end, followed")


async def test_only_what_is_new_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from wslab.tui.graphql import result_view

    laid_out: list[int] = []
    real = result_view.result_lines
    monkeypatch.setattr(
        result_view,
        "result_lines",
        lambda result, width: laid_out.append(result.number) or real(result, width),
    )
    async with a_view() as (app, played, _):
        say(played, 1, 5)
        app.view.refresh_shown()
        app.view.refresh_shown()
        say(played, 6, 7)
        app.view.refresh_shown()
        assert laid_out == [1, 2, 3, 4, 5, 6, 7]
        app.view.retranslate()
        assert laid_out[7:] == [1, 2, 3, 4, 5, 6, 7]


async def test_what_is_no_longer_kept_is_no_longer_shown() -> None:
    async with a_view() as (app, played, operation):
        say(played, 1, KEPT_RESULTS)
        app.view.refresh_shown()
        assert len(app.view.lines) == KEPT_RESULTS
        say(played, KEPT_RESULTS + 1, 3 * KEPT_RESULTS)
        app.view.refresh_shown()
        lines = app.view.lines
        assert len(lines) == KEPT_RESULTS + 1
        assert lines[0].text == f"{2 * KEPT_RESULTS} earlier results are no longer kept"
        assert lines[1].lead.startswith(f"{2 * KEPT_RESULTS + 1} ")
        assert operation.received == 3 * KEPT_RESULTS


async def test_the_notes_of_the_connection_and_another_language() -> None:
    async with a_view((60, 8)) as (app, played, _):
        app.view.show(None)
        await until(lambda: "connection_ack: the server lets" in screen_text(app), "the notes")
        played.client.received("garbage")
        app.view.refresh_shown()
        await until(lambda: "! graphql-transport-ws#Invalid" in screen_text(app), "the problem")
        set_language("ja")
        app.view.retranslate()
        await until(lambda: "を送りました" in screen_text(app), "Japanese")


async def test_it_is_laid_out_anew_for_another_size() -> None:
    async with a_view() as (app, played, _):
        played.says("next", "1", payload={"text": "word " * 12})
        app.view.refresh_shown()
        before = len(app.view.lines)
        app.view.styles.width = 20
        await until(lambda: len(app.view.lines) > before, "more lines")
        await until(lambda: app.view.scroll_offset.y == app.view.max_scroll_y, "its end")


async def test_y_copies_everything_and_not_too_much() -> None:
    async with a_view() as (app, played, _):
        say(played, 1, 2)
        app.view.refresh_shown()
        app.view.focus()
        app.view.action_copy_results()
        assert app.copied == '{\n  "n": 1\n}\n{\n  "n": 2\n}\n'
        for _ in range(20):
            played.says("next", "1", payload={"x": "y" * 10_000})
        app.view.action_copy_results()
        assert len(app.copied) == LARGEST_COPY
        app.view.show(None)
        app.view.action_copy_results()
        assert "connection_ack" in app.copied
