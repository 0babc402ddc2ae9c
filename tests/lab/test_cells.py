"""Cells: whatever the text, what comes out fits and steers nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.lab.cells import fit, pad, table, wrap

TEXTS = st.text(st.sampled_from("ab \t\n\x1b接続日本語。é—\u0301\u202e")) | st.text()


@pytest.mark.parametrize(
    ("text", "width", "shown"),
    [
        ("hello", 5, "hello"),
        ("hello", 4, "hel…"),
        ("接続する", 8, "接続する"),
        ("接続する", 7, "接続す…"),
        ("接続する", 6, "接続…"),
        ("a\x1b[31m", 10, "a\\x1b[31m"),
        ("a\tb", 10, "a b"),
        ("anything", 0, ""),
    ],
)
def test_fit(text: str, width: int, shown: str) -> None:
    assert fit(text, width) == shown


def test_pad_counts_cells() -> None:
    assert pad("接続", 6) == "接続  "
    assert pad("接続", 6, right=True) == "  接続"
    assert pad("abcdef", 4) == "abc…"


def test_wrap_breaks_at_spaces_and_between_wide_characters() -> None:
    assert wrap("one two three", 8) == ["one two", "three"]
    assert wrap("サーバーに接続する", 8, "  ") == ["  サーバ", "  ーに接", "  続する"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("one\ntwo\n", 20) == ["one", "two"]
    assert wrap("", 20) == [""]


@given(TEXTS, st.integers(0, 40))
def test_it_always_fits(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) <= width
    assert cell_len(pad(text, width)) == width
    assert "\n" not in fit(text, width)
    assert fit(text, width).isprintable()


@given(TEXTS, st.integers(4, 40))
def test_wrapping_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    one = "".join("".join(lines).split())
    whole = wrap(text, 10**6)
    assert one == "".join("".join(whole).split())


@given(st.integers(1, 4).flatmap(lambda n: st.lists(st.lists(TEXTS, min_size=n, max_size=n), min_size=1)))
def test_columns_of_a_table_stand_below_each_other(rows: list[list[str]]) -> None:
    lines = table(rows)
    assert len(lines) == len(rows)
    for place in range(1, len(rows[0])):
        # What stands before the column takes the same cells in each row.
        before = {cell_len(table([[*row[:place], "|"] for row in rows])[n]) for n, row in enumerate(rows)}
        assert len(before) == 1
    assert all(line.isprintable() for line in lines)


def test_wide_characters_of_a_table_take_two_cells() -> None:
    assert table([("名前", "x"), ("a", "y")]) == ["名前  x", "a     y"]
