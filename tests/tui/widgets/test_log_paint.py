"""From pieces to strips."""

from __future__ import annotations

import re

import pytest
from rich.color import Color
from rich.style import Style

from tests.support.traffic import a_frame
from wslab.tui.widgets.log_paint import LogPainter

STYLES = {"sent": "bold red", "cursor": "on blue", "match": "reverse"}


def painter(asked: list[str] | None = None) -> LogPainter:
    def style_of(name: str) -> Style:
        if asked is not None:
            asked.append(name)
        return Style.parse(STYLES.get(name, ""))

    made = LogPainter(style_of)
    made.draw_on(Style.parse("on black"))
    made.lay_out(80, 99)
    return made


def test_a_row_fills_the_line_in_the_styles_of_its_roles() -> None:
    strip = painter().row(0, a_frame(12), at_cursor=False)

    assert strip.cell_length == len(strip.text) == 80
    styles = {segment.text.strip(): segment.style for segment in strip}
    assert styles["> TEXT"] == Style.parse("bold red on black")
    assert styles["hello"] == Style.parse("on black")


def test_the_cursor_is_a_sign_and_a_style() -> None:
    strip = painter().row(0, a_frame(12), at_cursor=True)

    assert strip.text.startswith("▸ 12 ")
    assert {segment.style.bgcolor for segment in strip if segment.style} == {Color.parse("blue")}


def test_matches_are_marked_until_the_search_ends() -> None:
    made = painter()
    made.search_for(re.compile("ell"))
    marked = [s.text for s in made.row(0, a_frame(12), at_cursor=False) if s.style and s.style.reverse]
    assert marked == ["ell"]
    made.search_for(None)
    assert not any(s.style and s.style.reverse for s in made.row(0, a_frame(12), at_cursor=False))


def test_a_row_is_drawn_once_until_something_changes() -> None:
    made = painter()
    first = made.row(0, a_frame(12), at_cursor=False)
    assert made.row(0, a_frame(12), at_cursor=False) is first
    assert made.row(0, a_frame(12), at_cursor=True) is not first
    made.draw_on(Style.parse("on black"))
    made.lay_out(80, 999)
    assert made.row(0, a_frame(12), at_cursor=False) is first
    made.lay_out(60, 99)
    narrow = made.row(0, a_frame(12), at_cursor=False)
    assert narrow.cell_length == 60
    made.draw_on(Style.parse("on white"))
    assert made.row(0, a_frame(12), at_cursor=False) != narrow


def test_a_flood_does_not_fill_the_memory() -> None:
    made = painter()
    for index in range(5000):
        made.row(index, a_frame(index), at_cursor=False)
    assert len(made._strips) <= 512


def test_styles_are_asked_for_once_until_the_theme_changes() -> None:
    asked: list[str] = []
    made = painter(asked)
    for index in range(10):
        made.row(index, a_frame(index), at_cursor=False)
    assert asked.count("sent") == 1
    made.forget()
    made.row(0, a_frame(0), at_cursor=False)
    assert asked.count("sent") == 2


def test_other_lines_fill_the_line_too() -> None:
    made = painter()
    assert made.header().cell_length == made.blank().cell_length == made.gone().cell_length == 80
    assert "no longer held" in made.gone().text
    assert made.blank().text == " " * 80


@pytest.mark.parametrize("width", range(12))
@pytest.mark.parametrize("at_cursor", [True, False])
def test_a_line_with_hardly_any_room_is_drawn_too(width: int, at_cursor: bool) -> None:
    made = painter()
    made.lay_out(width, 999)
    assert made.row(0, a_frame(12), at_cursor=at_cursor).cell_length == width
