"""The view that draws lines for the width it has."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import Static

from wslab.tui.widgets.text_blocks import fold, line
from wslab.tui.widgets.text_view import MIN_WIDTH, TextView


class Recorder:
    """Makes lines and remembers for which widths."""

    def __init__(self, text: str, times: int = 1) -> None:
        self.text = text
        self.times = times
        self.widths: list[int] = []

    def __call__(self, width: int) -> list[Content]:
        """Make lines of a text."""
        self.widths.append(width)
        return fold(self.text, width) * self.times


class ViewApp(App[None]):
    """An app of one view."""

    def __init__(self, build: Recorder) -> None:
        super().__init__()
        self.build = build

    def compose(self) -> ComposeResult:
        """Make the view."""
        yield TextView(self.build, id="view")

    @property
    def text(self) -> str:
        """What the view shows."""
        return str(self.query_one("#view > Static", Static).render())


async def test_lines_are_made_once_for_each_width() -> None:
    build = Recorder("first")
    app = ViewApp(build)
    async with app.run_test(size=(100, 10)) as pilot:
        assert build.widths == [97]
        assert app.text == "first"
        await pilot.resize_terminal(80, 10)
        await pilot.resize_terminal(80, 20)
        await pilot.pause()
        assert build.widths == [97, 77]
        again = Recorder("second")
        app.query_one(TextView).draw(again)
        await pilot.pause()
        assert again.widths == [77]
        assert app.text == "second"


async def test_a_long_text_scrolls_and_a_new_one_starts_at_its_top() -> None:
    app = ViewApp(Recorder("row", 50))
    async with app.run_test(size=(80, 12)) as pilot:
        view = app.query_one(TextView)
        await pilot.pause()
        assert view.max_scroll_y == 38
        view.focus()
        await pilot.press("end")
        await pilot.pause()
        assert view.scroll_offset.y == 38
        await pilot.press("k")
        await pilot.pause()
        assert view.scroll_offset.y == 37
        # A scrollbar that appears must not change the width the lines were made for.
        assert app.build.widths == [77]
        view.draw(Recorder("other", 50))
        await pilot.pause()
        assert view.scroll_offset.y == 0


async def test_what_is_set_before_there_is_a_width_is_drawn_when_there_is_one() -> None:
    app = ViewApp(Recorder("first"))
    async with app.run_test(size=(80, 12)) as pilot:
        view = app.query_one(TextView)
        view.display = False
        await pilot.pause()
        build = Recorder("hidden")
        view.draw(build)
        view.display = True
        await pilot.pause()
        assert app.text == "hidden"


async def test_a_view_that_is_too_narrow_folds_instead_of_hiding() -> None:
    build = Recorder("x" * MIN_WIDTH)
    app = ViewApp(build)
    async with app.run_test(size=(30, 12)) as pilot:
        await pilot.pause()
        assert build.widths == [MIN_WIDTH]
        assert app.query_one("#view > Static", Static).size.height == 2


async def test_every_style_is_known_in_every_theme() -> None:
    app = ViewApp(Recorder("first"))
    async with app.run_test(size=(80, 12)) as pilot:
        view = app.query_one(TextView)
        for theme in ("textual-dark", "textual-light", "ansi-dark", "ansi-light"):
            app.theme = theme
            await pilot.pause()
            for name in TextView.COMPONENT_CLASSES:
                view.draw(lambda _, name=name: [line(("text", f".{name}"))])  # type: ignore[misc]
                await pilot.pause()
                strips = view.query_one(Static).render_lines(view.query_one(Static).size.region)
                assert strips[0].text.rstrip() == "text"
