from __future__ import annotations

from dataclasses import replace

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.containers import VerticalScroll
from textual.widget import Widget

from tests.support.figures import EMPTY, busy_snapshot, plain, screen_text
from tests.support.waiting import until
from wslab.tui.widgets.stats_panel import StatsLine, StatsPanel
from wslab.tui.widgets.stats_text import panel_lines, summary_line

BUSY = busy_snapshot()


class Host(App[None]):
    """Holds one widget."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


@pytest.mark.parametrize("size", [(26, 8), (27, 20), (44, 30), (60, 12), (120, 40)])
async def test_the_panel_shows_whole_lines_for_its_size(size: tuple[int, int]) -> None:
    panel = StatsPanel()
    app = Host(panel)
    async with app.run_test(size=size):
        assert screen_text(app) == [""] * size[1]
        panel.show(BUSY)
        expected = [plain(line).rstrip() for line in panel_lines(BUSY, *size)]
        await until(lambda: screen_text(app)[: len(expected)] == expected, "the statistics on the screen")
        assert screen_text(app)[len(expected) :] == [""] * (size[1] - len(expected))


async def test_the_panel_follows_its_size() -> None:
    panel = StatsPanel()
    app = Host(panel)
    async with app.run_test(size=(60, 30)) as pilot:
        panel.show(BUSY)
        await pilot.resize_terminal(30, 9)
        expected = [plain(line).rstrip() for line in panel_lines(BUSY, 30, 9)]
        await until(lambda: screen_text(app) == expected, "the statistics in the new size")


@pytest.mark.parametrize("kind", [StatsPanel, StatsLine])
async def test_nothing_is_drawn_where_the_text_stays_the_same(
    kind: type[StatsPanel | StatsLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    widget = kind()
    app = Host(widget)
    async with app.run_test(size=(60, 30)):
        widget.show(BUSY)
        await until(lambda: "text" in "\n".join(screen_text(app)), "the first drawing")
        drawn: list[object] = []
        monkeypatch.setattr(widget, "refresh", lambda *args, **options: drawn.append(args))
        widget.show(replace(BUSY, t=BUSY.t + 1))
        assert not drawn
        widget.show(EMPTY)
        assert len(drawn) == 1
        monkeypatch.undo()


async def test_a_panel_that_may_grow_shows_every_line_in_a_scrolling_tab() -> None:
    class Tab(App[None]):
        CSS = "StatsPanel { height: auto; }"

        def compose(self) -> ComposeResult:
            with VerticalScroll():
                yield StatsPanel()

    app = Tab()
    async with app.run_test(size=(80, 10)):
        panel = app.query_one(StatsPanel)
        for snapshot in (EMPTY, BUSY, EMPTY):
            panel.show(snapshot)
            height = len(panel_lines(snapshot, panel.size.width or 78))
            await until(lambda: panel.size.height == height, "as many lines as there are")  # noqa: B023
        assert app.query_one(VerticalScroll).max_scroll_y > 0


@pytest.mark.parametrize("width", [20, 40, 80, 120])
async def test_the_line_fits_its_width(width: int) -> None:
    line = StatsLine()
    app = Host(line)
    async with app.run_test(size=(width, 3)):
        line.show(BUSY)
        expected = plain(summary_line(BUSY, width)).rstrip()
        await until(lambda: screen_text(app) == [expected, "", ""], "the summary on the screen")


async def test_brackets_in_a_rule_are_text_and_not_markup() -> None:
    panel = StatsPanel()
    app = Host(panel)
    async with app.run_test(size=(60, 40)):
        panel.show(replace(EMPTY, violations=(("[red]not[/] [@click=app.quit]markup[/]", 1),)))
        await until(
            lambda: "[red]not[/] [@click=app.quit]markup[/]" in "\n".join(screen_text(app)), "the rule"
        )


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "gruvbox", "solarized-light"])
async def test_every_word_can_be_read_on_its_background(theme: str) -> None:
    panel = StatsPanel()
    app = Host(panel)
    async with app.run_test(size=(40, 30)) as pilot:
        panel.show(BUSY)
        await until(lambda: "text" in "\n".join(screen_text(app)), "the drawing")
        app.theme = theme
        await pilot.pause()
        assert (panel.background_colors[1].brightness < 0.5) == app.current_theme.dark
        segments = [segment for y in range(panel.size.height) for segment in panel.render_line(y)]
        words = [segment for segment in segments if segment.text.strip()]
        assert words
        for _, style, _ in words:
            assert style is not None
            assert style.color is not None
            assert style.bgcolor is not None
            ink, paper = Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)
            assert abs(ink.brightness - paper.brightness) > 0.2


async def test_alarms_and_headings_differ_in_more_than_colour() -> None:
    panel = StatsPanel()
    app = Host(panel)
    async with app.run_test(size=(40, 30)):
        assert panel.get_component_rich_style("stats--alarm").bold
        assert panel.get_component_rich_style("stats--head").bold
