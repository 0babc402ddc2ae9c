"""The tree of topics on a screen."""

from __future__ import annotations

from textual.app import App, ComposeResult

from wslab.lab.mqtt.topics import TopicTree
from wslab.tui.mqtt.topic_view import TopicView
from wslab.tui.pictures import screen_text


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.tree_of_topics = TopicTree()
        self.view = TopicView(self.tree_of_topics, "topics")

    def compose(self) -> ComposeResult:
        yield self.view

    def take(self, *topics: str) -> None:
        for topic in topics:
            self.tree_of_topics.take(topic, b"x", 0, False, 0.0)
        self.view.refresh_shown()

    @property
    def at(self) -> str | None:
        return self.view.current.topic if self.view.current else None


def shown(app: Host) -> list[str]:
    return [line.split()[1] for line in screen_text(app).splitlines()[1:] if line.split()[1:]]


async def test_the_cursor_stays_at_its_topic() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        app.view.focus()
        assert app.at is None
        app.take("b", "c")
        assert app.at == "b"
        await pilot.press("down")
        assert app.at == "c"
        # What comes later may stand above.
        app.take("b/x")
        await pilot.pause()
        assert app.at == "c"
        assert shown(app) == ["b", "x", "c"]


async def test_keys() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        app.view.focus()
        app.take(*(f"a/{number}" for number in range(20)), "z")
        await pilot.press("end")
        assert app.at == "z"
        await pilot.pause()
        assert shown(app) == ["16", "17", "18", "19", "z"]
        await pilot.press("up", "pageup")
        assert app.at == "a/14"
        await pilot.press("left")
        assert app.at == "a"
        await pilot.press("left")
        await pilot.pause()
        assert shown(app) == ["a", "z"]
        await pilot.press("right")
        await pilot.press("pagedown", "home", "enter", "down")
        assert app.at == "z"
        await pilot.press("up", "enter", "down")
        assert app.at == "a/0"


async def test_what_is_shut_keeps_the_cursor_in_view() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        app.view.focus()
        app.take("a/b/c")
        await pilot.press("end", "left", "left", "left")
        assert app.at == "a"
        app.tree_of_topics.clear()
        app.view.refresh_shown()
        assert app.at is None
        await pilot.press("enter", "left", "right", "down", "home")
        app.take("a/b")
        await pilot.pause()
        assert shown(app) == ["a", "b"]


async def test_a_click() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)) as pilot:
        app.take("a/b", "c")
        await pilot.pause()
        await pilot.click(app.view, offset=(3, 2))
        assert app.at == "a/b"
        await pilot.click(app.view, offset=(3, 0))
        assert app.at == "a/b"


async def test_nothing_is_done_where_nothing_came() -> None:
    app = Host()
    async with app.run_test(size=(60, 6)):
        app.take("a")
        nodes = app.view._lines
        app.view.refresh_shown()
        assert app.view._lines is nodes
