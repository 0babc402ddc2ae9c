"""Line breaks between wide characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.plain_markdown import markdown_lines
from wslab.lab.soft_breaks import join_wide


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("開いたままの接続で、\nどちらからでも", "開いたままの接続で、どちらからでも"),
        ("一\n二\n三", "一二三"),
        ("> 一\n  二", "> 一二"),
        ("- 一\n  二\n- 三", "- 一二\n- 三"),
        ("切り替えを\n`GET` です", "切り替えを\n`GET` です"),
        ("流れるのは\nWebSocket", "流れるのは\nWebSocket"),
        ("押し、\n`/header` と", "押し、`/header` と"),
        ("一\n\n二", "一\n\n二"),
        ("## 一\n二", "## 一\n二"),
        ("| 一\n二", "| 一\n二"),
        ("一\n1. 二", "一\n1. 二"),
        ("一  \n二", "一  \n二"),
        ("한국어\n글", "한국어\n글"),
        ("```\n一\n二\n```\n三\n四", "```\n一\n二\n```\n三四"),
        ("one\ntwo", "one\ntwo"),
    ],
)
def test_a_break_between_wide_characters_goes(text: str, expected: str) -> None:
    assert "\n".join(join_wide(text.split("\n"))) == expected


def test_it_is_not_shown_as_a_space() -> None:
    assert markdown_lines("\n".join(join_wide(["接続で、", "どちら"]))) == ["接続で、どちら"]


@given(st.lists(st.text(alphabet="一あ a#>-`|1.\u3000", max_size=8), max_size=8))
def test_only_breaks_and_indentation_are_lost(lines: list[str]) -> None:
    joined = join_wide(lines)
    assert "".join("".join(lines).split()) == "".join("".join(joined).split())
    assert join_wide(joined) == joined
