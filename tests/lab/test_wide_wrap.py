"""Lines of wide characters are broken where readers expect it."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rich import _wrap
from rich.text import Text
from textual.content import Content

from wslab.lab import wide_wrap
from wslab.lab.wide_wrap import WORD

SPACED = re.compile(r"\s*\S+\s*")
"""How Rich finds words by itself."""


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_wrap, "re_word", _wrap.re_word)
    wide_wrap.install()


def words(text: str) -> list[str]:
    return [found[0] for found in WORD.finditer(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("開いた接続", ["開", "い", "た", "接", "続"]),
        ("接続で、話す。", ["接", "続", "で、", "話", "す。"]),
        ("「開く」と", ["「開", "く」", "と"]),
        ("サーバー", ["サー", "バー"]),
        ("ふつうの HTTP です", ["ふ", "つ", "う", "の ", "HTTP ", "で", "す"]),
        ("HTTP、GET。", ["HTTP、", "GET。"]),
        ("(一) [二]", ["(一) ", "[二]"]),
        ("(", ["("]),
        ("「", ["「"]),
        ("が\u3099く", ["が\u3099", "く"]),
        ("one two", ["one ", "two"]),
        ("step [ ] one [✓] two", ["step ", "[ ] one ", "[✓] two"]),
        ("[ ] 接続", ["[ ] 接", "続"]),
        ("[✓][ ]", ["[✓][ ]"]),
        ("step [ ]", ["step ", "[ ]"]),
    ],
)
def test_parts_that_belong_together(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(alphabet="一「」。ー(). a\u3099\u0301🎌\t", max_size=30))
def test_nothing_is_lost(text: str) -> None:
    assert "".join(words(text)) == (text if text.strip() else "")


@given(st.text(alphabet=st.characters(max_codepoint=0x2E7F), max_size=40))
def test_without_wide_characters_all_is_as_before(text: str) -> None:
    assume("[ ] " not in text + " ")
    assert words(text) == [found[0] for found in SPACED.finditer(text)]


@given(st.text(alphabet="一二、。「」 GET", min_size=1, max_size=60), st.integers(6, 30))
def test_lines_fit_and_hold_everything(text: str, width: int) -> None:
    lines = Content(text).wrap(width)
    assert all(line.cell_length <= width for line in lines)
    assert "".join("".join(line.plain for line in lines).split()) == "".join(text.split())


def test_rich_and_textual_break_so() -> None:
    text = "開いたままの 1 本の接続で、どちらからでも話せます。"
    expected = ["開いたままの 1 本の", "接続で、どちらからで", "も話せます。"]
    assert [line.plain.rstrip() for line in Content(text).wrap(20)] == expected
    from rich.console import Console

    assert [str(line).rstrip() for line in Text(text).wrap(Console(), 20)] == expected
