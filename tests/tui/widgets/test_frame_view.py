"""The Frame tab."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Static

from tests.support.frames import make_frame
from tests.support.traffic import a_frame, a_message
from wslab.tui.widgets.event_text import NOTHING
from wslab.tui.widgets.frame_view import FrameView
from wslab.wire.decoding.around import NOTHING as NO_MESSAGE
from wslab.wire.decoding.around import Around
from wslab.wire.events import Close, Direction, Event


class FrameApp(App[None]):
    """An app of one Frame tab."""

    def compose(self) -> ComposeResult:
        """Make the tab."""
        yield FrameView(id="frame")

    @property
    def text(self) -> str:
        """What the tab shows."""
        return str(self.query_one("#frame > Static", Static).render())


async def test_it_says_what_to_do_first() -> None:
    app = FrameApp()
    async with app.run_test(size=(100, 12)):
        assert app.text == NOTHING


@pytest.mark.parametrize("size", [(78, 12), (100, 20), (180, 40), (60, 10)])
async def test_a_frame_is_drawn_and_can_be_read_to_its_end(size: tuple[int, int]) -> None:
    app = FrameApp()
    async with app.run_test(size=size) as pilot:
        view = app.query_one(FrameView)
        view.show(make_frame())
        await pilot.pause()
        assert app.text.startswith("> TEXT  frame 1")
        assert ("┌─┬─┬─┬─┬───────┬─┬" in app.text) == (size[0] >= 78)
        rows = app.text.splitlines()
        # No line was cut or folded: each has a row of its own.
        assert view.query_one(Static).size.height == len(rows)
        assert view.max_scroll_y == max(0, len(rows) - size[1])


async def test_the_same_event_again_keeps_the_place() -> None:
    app = FrameApp()
    async with app.run_test(size=(78, 12)) as pilot:
        view = app.query_one(FrameView)
        frame = make_frame()
        view.show(frame)
        await pilot.pause()
        view.scroll_to(y=5, animate=False)
        await pilot.pause()
        view.show(frame)
        await pilot.pause()
        assert view.scroll_offset.y == 5
        view.show(make_frame(payload=b"other"))
        await pilot.pause()
        assert view.scroll_offset.y == 0
        assert "other" in app.text


@pytest.mark.parametrize(
    ("event", "says"), [(a_frame(1), "> TEXT"), (a_message(2), "message"), (None, NOTHING)]
)
async def test_anything_can_be_shown(event: Event | None, says: str) -> None:
    app = FrameApp()
    async with app.run_test(size=(100, 12)) as pilot:
        view = app.query_one(FrameView)
        view.show(make_frame())
        view.show(event)
        await pilot.pause()
        assert says in app.text


async def test_text_from_the_network_is_no_markup() -> None:
    app = FrameApp()
    async with app.run_test(size=(100, 40)) as pilot:
        app.query_one(FrameView).show(make_frame(payload=b"[red]x[/] [@click=app.quit]y[/] \x1b[2J"))
        await pilot.pause()
        assert "[red]x[/] [@click=app.quit]y[/] ␛[2J" in app.text
        assert "\x1b[2J" not in app.text


async def test_what_becomes_known_of_the_same_event_keeps_the_place() -> None:
    app = FrameApp()
    async with app.run_test(size=(78, 12)) as pilot:
        view = app.query_one(FrameView)
        frame = a_frame(1, b'{"a": 1}')
        view.show(frame, Around((frame,)))
        await pilot.pause()
        assert "Layers" not in app.text
        view.scroll_to(y=5, animate=False)
        await pilot.pause()
        view.show(frame, Around((frame,), a_message(2, b'{"a": 1}')))
        await pilot.pause()
        assert view.scroll_offset.y == 5
        assert "it is JSON" in app.text
        view.decode_as("text")
        await pilot.pause()
        assert "chosen by hand" in app.text


async def test_close_codes_mean_what_the_subprotocol_says() -> None:
    app = FrameApp()
    async with app.run_test(size=(100, 40)) as pilot:
        close = Close(1, 0.0, 0.0, 1, Direction.S2C, 4401, "Unauthorized", True, ())
        app.query_one(FrameView).show(close, NO_MESSAGE, "graphql-transport-ws")
        await pilot.pause()
        assert "Close: 4401, unauthorized" in app.text
        assert "graphql-transport-ws, section Subscribe" in " ".join(app.text.split())
        app.query_one(FrameView).show(close)
        await pilot.pause()
        assert "application code, refused" in app.text
