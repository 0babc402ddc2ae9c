"""Prose as plain lines."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.lab.plain_markdown import markdown_lines


def test_a_paragraph_is_wrapped_and_its_marks_are_gone() -> None:
    assert markdown_lines("You sent `TEXT`, and\n**must** send \\*PING\\*.", 24) == [
        "You sent TEXT, and must",
        "send *PING*.",
    ]


def test_a_table_a_list_and_code() -> None:
    lines = markdown_lines("- one\n- two\n\n| a | b |\n|---|---|\n| x | y |\n\n```\ncode = 1\n```", 40, "  ")
    whole = "\n".join(lines)
    assert " • one" in whole
    assert "x" in whole
    assert "y" in whole
    assert "code = 1" in whole
    assert all(line == "" or line.startswith("  ") for line in lines)


def test_nothing() -> None:
    assert markdown_lines("") == []


@given(st.text(st.sampled_from("ab `*_#|-\n接続する.、[]()<>\\"), max_size=200), st.integers(24, 100))
def test_it_fits_and_steers_nothing(text: str, width: int) -> None:
    for line in markdown_lines(text, width, "  "):
        assert cell_len(line) <= width
        assert "\x1b" not in line
