from __future__ import annotations

from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.widgets import ContentSwitcher, Label, Static

from tests.support.servers import FixtureServer
from tests.support.waiting import until
from wslab.bundled import SERVERS, BundledError, ServerInfo
from wslab.lab.codegen import NOTHING_YET, Transcript
from wslab.net.options import ConnectOptions
from wslab.tui.copying import LARGEST_COPY
from wslab.tui.widgets.code_view import WIDEST, CodeView

SIZES = [(80, 24), (120, 36)]


class Stage(App[None]):
    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="code"):
            yield CodeView(id="code")
            yield Label("elsewhere", id="other")

    @property
    def view(self) -> CodeView:
        return self.query_one(CodeView)

    def shown(self) -> str:
        return str(self.query_one("#code-text", Static).content)

    def heading(self) -> str:
        return str(self.query_one("#code-heading", Static).content)


def transcript() -> Transcript:
    made = Transcript()
    made.connecting(ConnectOptions("ws://127.0.0.1:8080/echo"), 1)
    made.sent_text("[red]hello[/]")
    return made


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_the_program_and_follows_it(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size):
        await until(
            lambda: app.shown().strip() == NOTHING_YET.strip(), "the comment before the first connection"
        )
        made = transcript()
        app.view.follow(made)
        await until(lambda: 'send("[red]hello[/]")' in app.shown(), "the program, no markup taken from it")
        assert "[what you just did]" in app.heading()
        made.sent_text("more")
        await until(lambda: 'send("more")' in app.shown(), "the next step")
        assert app.view.text() == made.python()


async def test_t_switches_to_the_source_of_the_server_and_back() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        made = transcript()
        app.view.follow(made)
        app.view.show_server(SERVERS["basic"])
        app.query_one("#code-scroll").focus()
        await pilot.press("t")
        source = SERVERS["basic"].path.read_text(encoding="utf-8")
        await until(lambda: app.shown().strip() == source.strip(), "the source")
        assert app.view.text() == source
        assert "[the server: basic.py]" in app.heading()
        await pilot.press("end")
        await until(lambda: app.query_one("#code-scroll").scroll_y > 0, "the end of the source")
        await pilot.press("t")
        await until(lambda: "hello" in app.shown(), "the program")
        await until(lambda: app.query_one("#code-scroll").scroll_y == 0, "its top")
        assert app.view.text() == made.python()


async def test_y_copies_the_program_that_is_in_view() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        made = transcript()
        app.view.follow(made)
        app.view.show_server(SERVERS["basic"])
        app.query_one("#code-scroll").focus()
        await pilot.press("y")
        await until(lambda: app.clipboard == made.python(), "the learner's program")
        await pilot.press("t", "y")
        source = SERVERS["basic"].path.read_text(encoding="utf-8")
        await until(lambda: app.clipboard == source[:LARGEST_COPY], "the server's source")


async def test_a_long_line_can_be_reached() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        made = transcript()
        made.sent_text("word " * 100)
        app.view.follow(made)
        scroll = app.query_one("#code-scroll")
        await until(lambda: scroll.max_scroll_x > 400, "a line wider than the screen")
        scroll.focus()
        await pilot.press("right")
        await until(lambda: scroll.scroll_x > 0, "more of it")


async def test_while_nobody_sees_it_nothing_is_drawn_and_then_it_catches_up() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        made = transcript()
        app.view.follow(made)
        await until(lambda: "hello" in app.shown(), "the program")
        app.query_one(ContentSwitcher).current = "other"
        await pilot.pause()
        made.sent_text("unseen")
        await pilot.pause(0.6)
        assert "unseen" not in app.shown()
        app.query_one(ContentSwitcher).current = "code"
        await until(lambda: "unseen" in app.shown(), "what happened meanwhile")


async def test_a_source_that_is_missing_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: ServerInfo) -> None:
        raise BundledError("the bundled server 'basic' is missing:\nno file")

    monkeypatch.setattr(ServerInfo, "path", property(missing))
    app = Stage()
    async with app.run_test(size=(80, 24)):
        app.view.show_server(SERVERS["basic"])
        app.view.action_switch_part()
        await until(lambda: "can't be shown" in app.shown(), "the reason")
        compile(app.view.text(), "source.py", "exec")


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light"])
async def test_every_kind_of_theme_can_colour_it(theme: str) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.theme = theme
        app.view.follow(transcript())
        await until(lambda: "hello" in app.shown(), "the program")
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        assert any("async def main" in strip.text for strip in strips)


async def test_the_source_of_another_server_steers_nothing(tmp_path: Path) -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)):
        app.view.show_server(SERVERS["basic"])
        app.view.action_switch_part()
        path = tmp_path / "shout.py"
        path.write_text("if True:\n\tx = '\x1b[2J\u202e'\n" + "#" * 5000)
        app.view.show_server(FixtureServer("shout", path))
        await until(lambda: "␛[2J<U+202E>" in app.shown(), "the source, made safe")
        assert "[the server: shout.py]" in app.heading()
        assert "\n    x = " in app.shown()
        assert max(map(len, app.shown().splitlines())) == WIDEST
