"""Text from the network, made safe to draw."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from wslab.tui.safe_text import MARKS_IN_A_ROW, preview_text, visible

SURROGATES_TOO = st.text(st.characters(codec=None, categories=None), max_size=60)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hello", "hello"),
        ("", ""),
        ("a\tb\r\nc\0", "a␉b␍␊c␀"),
        ("\x1b[31mred\x1b]52;c;aGk=\x07", "␛[31mred␛]52;c;aGk=␇"),
        ("del\x7f", "del␡"),
        ("\x9b31m\x85", "<U+009B>31m<U+0085>"),
        ("exe.\u202egnp.txt\u2069", "exe.<U+202E>gnp.txt<U+2069>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("half \ud83d pair", "half <U+D83D> pair"),
        ("日本語\u3000テスト", "日本語\u3000テスト"),
        ("👍🏽 ❤\ufe0f 👨\u200d👩", "👍· ❤· 👨·👩"),
        ("🇯🇵", "<U+1F1EF><U+1F1F5>"),
        ("e\u0301 नमस्ते שָׁלוֹם", "e\u0301 नमस्ते שָׁלוֹם"),
        ("\u0301 alone", "<U+0301> alone"),
        ("a\xa0b\u2028c\u3164", "a<U+00A0>b<U+2028>c<U+3164>"),
        ("private \ue000 \U0010ffff", "private <U+E000> <U+10FFFF>"),
        ("[bold]not markup[/]", "[bold]not markup[/]"),
    ],
)
def test_what_cannot_simply_be_drawn_is_replaced(text: str, shown: str) -> None:
    assert visible(text) == shown


@settings(deadline=None)
@given(SURROGATES_TOO)
def test_nothing_that_comes_out_steers_a_terminal_or_has_a_doubtful_width(text: str) -> None:
    shown = visible(text)

    assert all(character.isprintable() or character == "\u3000" for character in shown)
    assert cell_len(shown) == sum(map(get_character_cell_size, shown))
    assert visible(shown) == shown
    shown.encode()


@settings(deadline=None)
@given(st.text(st.characters(categories=["Mn", "Me", "Mc"]), max_size=40))
def test_marks_do_not_pile_up(marks: str) -> None:
    run = longest = 0
    for character in visible("a" + marks):
        run = run + 1 if get_character_cell_size(character) == 0 else 0
        longest = max(longest, run)
        assert run == 0 or unicodedata.category(character).startswith("M")
    assert longest <= MARKS_IN_A_ROW


@settings(deadline=None)
@given(SURROGATES_TOO, st.integers(0, 40))
def test_the_result_is_bounded_and_says_when_it_was_cut(text: str, limit: int) -> None:
    shown = visible(text, limit)

    assert len(shown) <= limit
    whole = visible(text, 10_000)
    if len(whole) <= limit:
        assert shown == whole
    elif limit:
        assert shown.endswith("…")


@pytest.mark.parametrize(
    ("data", "text", "shown"),
    [
        (b"hello", True, "hello"),
        (b"caf\xc3\xa9\n", True, "café␊"),
        (b"bad \xff\xc3", True, "bad ��"),
        (b"\x00\x01\xfe", False, "00 01 fe"),
        (b"", True, ""),
        (b"", False, ""),
    ],
)
def test_payloads(data: bytes, text: bool, shown: str) -> None:
    assert preview_text(data, text) == shown


def test_a_character_cut_by_the_preview_is_not_shown_as_broken() -> None:
    assert preview_text("日本".encode()[:5], True, whole=False) == "日…"
    assert preview_text("日本".encode()[:5], True) == "日�"
    assert preview_text(b"\x01\x02", False, whole=False) == "01 02…"


@settings(deadline=None)
@given(st.binary(max_size=200), st.booleans(), st.booleans(), st.integers(0, 50))
def test_a_preview_is_bounded(data: bytes, text: bool, whole: bool, limit: int) -> None:
    shown = preview_text(data, text, limit, whole=whole)

    assert len(shown) <= limit
    assert all(character.isprintable() or character == "\u3000" for character in shown)
    if limit and not whole:
        assert shown.endswith("…")
    if len(preview_text(data, text, 10_000)) > limit > 0:
        assert shown.endswith("…")
