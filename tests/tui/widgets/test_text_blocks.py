"""Blocks of text."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.lines import plain, widest
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import (
    BAD,
    count,
    fit,
    fold,
    heading,
    line,
    number,
    paragraph,
    side_by_side,
    table,
    wrap,
)


def test_numbers_are_read_easily() -> None:
    assert (number(999), number(80000), number(2**64 - 1)) == ("999", "80 000", "18 446 744 073 709 551 615")
    assert (count(1, "byte"), count(0, "byte"), count(1000, "frame")) == ("1 byte", "0 bytes", "1 000 frames")


def test_words_are_kept_whole_where_they_fit() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("incomprehensible", 8) == ["incompre", "hensible"]
    assert wrap("日本語 日本語", 6) == ["日本語", "日本語"]
    assert wrap("a  b", 8) == ["a  b"]
    assert wrap("", 8) == [""]
    assert wrap("a\nb", 8) == ["a", "b"]


def test_the_first_line_may_be_shorter() -> None:
    assert wrap("one two three four", 10, 4) == ["one", "two three", "four"]
    assert wrap("incomprehensible", 8, 4) == ["", "incompre", "hensible"]
    assert plain(paragraph("one two three", 12, first="title ", indent=2)) == "title one\n  two three"


@settings(deadline=None)
@given(st.text().map(visible), st.integers(2, 40))
def test_wrapping_loses_nothing_but_spaces_and_never_overflows(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(part) <= width for part in lines)


@settings(deadline=None)
@given(st.text().map(visible), st.integers(2, 40))
def test_folding_loses_nothing(text: str, width: int) -> None:
    lines = fold(text, width)
    assert "".join(part.plain for part in lines) == text
    assert widest(lines) <= width


@settings(deadline=None)
@given(st.text().map(visible), st.integers(1, 30))
def test_fitting_gives_exactly_the_width(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width


def test_a_cut_text_says_so() -> None:
    assert fit("abcdef", 4) == "abc…"
    assert fit("ab", 4) == "ab  "


def test_a_paragraph_hangs_from_its_first_piece() -> None:
    assert plain(paragraph("one two three", 12, first=("! ", BAD))) == "! one two\n  three"
    assert plain(paragraph("one two three", 12, indent=1)) == "one two\n three"


def test_a_heading_has_a_rule_to_the_end() -> None:
    assert plain(heading("Mask", 10)) == "Mask ─────"
    assert plain(heading("Mask worked out", 10)) == "Mask\nworked out"
    assert plain(heading("Mask work", 10)) == "Mask work "


def test_blocks_stand_beside_each_other() -> None:
    both = side_by_side([line("a")], [line("one"), line("two")], 3)
    assert plain(both) == "a   │ one\n    │ two"


def test_the_last_column_is_wrapped_or_goes_below() -> None:
    rows = [("FIN", "1", "the message ends with this frame")]
    assert plain(table(rows, (4, 2), 40)) == "FIN   1   the message ends with this\n          frame"
    assert plain(table(rows, (4, 2), 30)).splitlines()[1] == "  the message ends with this"
