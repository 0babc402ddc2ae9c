"""What a connection agreed on, in three lines."""

from __future__ import annotations

from textual.app import App, ComposeResult

from tests.support.bench import a_bench
from wslab.i18n import set_language
from wslab.tui.pictures import screen_text
from wslab.tui.widgets.connection_info import ConnectionInfo


class Host(App[None]):
    def compose(self) -> ComposeResult:
        yield ConnectionInfo()


async def test_before_and_after() -> None:
    app = Host()
    async with app.run_test(size=(90, 6)) as pilot, a_bench() as bench:
        info = app.query_one(ConnectionInfo)
        info.show("graphql:/graphql", "", ("graphql-transport-ws", "graphql-ws"), None, live=False)
        await pilot.pause()
        text = screen_text(app)
        assert "next connect  graphql:/graphql" in text
        assert "offers graphql-transport-ws, graphql-ws" in text

        bench.offer(["graphql-ws", "graphql-transport-ws"])
        await bench.connect("graphql:/graphql")
        info.show(bench.target, bench.view.url, (), bench.handshake[0], live=True)
        await pilot.pause()
        text = screen_text(app)
        assert f"connected to  {bench.view.url}" in text
        assert "offered: graphql-ws, graphql-transport-ws" in text
        assert "permessage-deflate; client_max_window_bits" in text


async def test_labels_that_are_wider_in_another_language_are_whole() -> None:
    set_language("ja")
    app = Host()
    async with app.run_test(size=(90, 6)) as pilot:
        app.query_one(ConnectionInfo).show("/echo", "", (), None, live=False)
        await pilot.pause()
        lines = [" ".join(line.split()) for line in screen_text(app).splitlines()]
        assert lines[:2] == ["次の接続先 /echo", "サブプロトコル 提案 なし"]


async def test_nothing_steers_the_terminal() -> None:
    app = Host()
    async with app.run_test(size=(90, 6)) as pilot:
        app.query_one(ConnectionInfo).show("ws://x/\x1b[31m", "", (), None, live=False)
        await pilot.pause()
        assert "\x1b" not in screen_text(app)
