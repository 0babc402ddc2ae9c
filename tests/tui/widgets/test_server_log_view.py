from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.widgets import ContentSwitcher, Label

from tests.support.waiting import until
from wslab.tui.widgets.server_log_view import NOTHING_YET, WIDEST, ServerLogView, readable
from wslab.wire.events import Proc, Ui

SIZES = [(80, 24), (120, 36)]


def said(text: str, what: str = "log") -> Proc:
    return Proc(1, 0, 0, 0, "basic", what, text)


class Stage(App[None]):
    def __init__(self, capacity: int = 2000) -> None:
        super().__init__()
        self.capacity = capacity

    def compose(self) -> ComposeResult:
        with ContentSwitcher(initial="log"):
            yield ServerLogView(id="log", capacity=self.capacity)
            yield Label("elsewhere", id="other")

    @property
    def view(self) -> ServerLogView:
        return self.query_one(ServerLogView)

    def shown(self) -> str:
        return "\n".join(self.view.render_line(y).text.rstrip() for y in range(self.view.size.height))


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_what_a_server_says_the_newest_last(size: tuple[int, int]) -> None:
    app = Stage()
    async with app.run_test(size=size):
        assert NOTHING_YET in app.shown()
        app.view.observe([said("", "started"), Ui(1, 0, 0, 0, "key", "c")])
        app.view.observe([said('{"event": "open", "path": "/echo", "level": "info", "time": "…"}')])
        app.view.observe([said("Traceback", "stderr")])
        await until(lambda: "Traceback" in app.shown(), "the last line")
        rows = app.shown().splitlines()
        assert rows[0].endswith("basic  started")
        assert rows[1].endswith("basic  open path=/echo")
        assert rows[2].endswith("basic  stderr: Traceback")
        assert all(":" in row[:8] for row in rows[:3])


async def test_it_follows_until_one_scrolls_up_and_end_follows_again() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.view.observe([said(f"line {n}") for n in range(100)])
        await until(lambda: "line 99" in app.shown(), "the newest line")
        app.view.focus()
        await pilot.press("pageup")
        await until(lambda: "line 99" not in app.shown(), "older lines")
        await until(lambda: not app.animator.is_being_animated(app.view, "scroll_y"), "the end of the scroll")
        before = app.shown()
        app.view.observe([said("line 100")])
        await until(lambda: app.view.virtual_size.height == 101, "the new line")
        assert app.shown() == before
        await pilot.press("end")
        await until(lambda: "line 100" in app.shown(), "the newest line again")
        app.view.observe([said("line 101")])
        await until(lambda: "line 101" in app.shown(), "what came after")


async def test_it_is_bounded_and_what_is_being_read_stays_in_place() -> None:
    app = Stage(capacity=200)
    async with app.run_test(size=(80, 24)):
        app.view.observe([said(f"line {n}") for n in range(200)])
        await until(lambda: "line 199" in app.shown(), "the newest line")
        app.view.scroll_to(y=100, animate=False, immediate=True)
        await until(lambda: app.shown().splitlines()[0].endswith("line 100"), "the middle")
        app.view.observe([said(f"line {n}") for n in range(200, 230)])
        await until(lambda: app.view.scroll_y == 70, "the same lines, further up")
        assert app.shown().splitlines()[0].endswith("line 100")
        assert app.view.dropped == 30
        assert len(app.view.text().splitlines()) == 200
        app.view.observe([said(f"line {n}") for n in range(230, 1000)])
        await until(lambda: app.view.scroll_y == 0, "the oldest line that is left")
        assert app.shown().splitlines()[0].endswith("line 800")


async def test_what_came_unseen_is_there_when_it_is_looked_at() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)) as pilot:
        app.query_one(ContentSwitcher).current = "other"
        await pilot.pause()
        app.view.observe([said(f"line {n}") for n in range(50)])
        app.query_one(ContentSwitcher).current = "log"
        await until(lambda: "line 49" in app.shown(), "the newest line")


async def test_a_hostile_line_is_shown_and_not_executed() -> None:
    app = Stage()
    async with app.run_test(size=(80, 24)):
        app.view.observe([said("\x1b[2J\x07\u202egnol \r\n[red]" + "x" * 5000)])
        app.view.observe([said(json.dumps({"event": "open", "path": "/\x1b]52;c;eA\x07"}))])
        await until(lambda: "open path" in app.shown(), "the last line")
        for y in range(2):
            assert app.view.render_line(y).text.isprintable()
        assert "[red]" in app.shown()
        assert app.view.virtual_size.width <= WIDEST + 40


@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_line_becomes_one_line(text: str) -> None:
    assert isinstance(readable(said(text)), str)


def test_a_log_line_leads_with_its_level_where_that_matters() -> None:
    line = json.dumps({"event": "bad handshake", "level": "warning", "status": 400, "time": "x"})
    assert readable(said(line)) == "warning: bad handshake status=400"
    assert readable(said('{"no": "event"}')) == '{"no": "event"}'
    assert readable(said("plain words")) == "plain words"
    assert readable(said("exit code 3", "exited")) == "exited: exit code 3"
