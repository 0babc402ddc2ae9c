"""Values filled into Markdown: they come out as the plain text that they are, wherever they stand."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from wslab.lab.lines import visible
from wslab.lab.placeholders import LONGEST_VALUE, fenced, fill

MARKDOWN = MarkdownIt("gfm-like")
"""As the lesson tab reads it."""

SPECIAL = "`*_~[]()<>#|\\!&;:-+=.1{}/@ \n\t$^'\""
VALUES = st.text(alphabet=st.sampled_from(SPECIAL + "abw世"), max_size=40) | st.text(max_size=40)


def inline(text: str) -> list[Token]:
    """Return what the only paragraph of a text is made of."""
    opening, content, closing = MARKDOWN.parse(text)
    assert (opening.type, closing.type) == ("paragraph_open", "paragraph_close")
    assert content.children is not None
    return content.children


def shown(value: str) -> str:
    """Return what is to be read of a value that is not too long."""
    return visible(value).replace("\t", "\\t") or '""'


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Type `{seed.word}`.", "Type `abcdefgh`."),
        ("Type `{seed.nothing}` or {wrod}.", "Type `{seed.nothing}` or {wrod}."),
        ("{code}: {text}", "1008: go \\*away\\*"),
        ("`{text}`", "`go *away*`"),
        ("`{tick}`", "``a`b``"),
        ("`` {ticks} ``", "``` `` ```"),
        ("`{empty}` and {empty}", '`""` and \\"\\"'),
        ('is "{empty}", 「{empty}」 and "{code}"', 'is "", 「」 and "1008"'),
        ("{spaces}x", "\xa0\xa0\xa0\xa0y\xa0x"),
        ("`{spaces}`", "`     y  `"),
        ("\\{code} and \\\\{code}", "\\{code} and \\\\1008"),
        ("an ` alone {text}", "an ` alone go \\*away\\*"),
        ("an ` alone\n\n{text} ` too", "an ` alone\n\ngo \\*away\\* ` too"),
        ("- an ` alone\n- {text} ` too", "- an ` alone\n- go \\*away\\* ` too"),
        ("over `two\n{text}` lines", "over `two\ngo *away*` lines"),
        ("```\n{fence}\n```\n{text}", "````\n```\n````\ngo \\*away\\*"),
        ("  ~~~ js\n  {code}\n  ~~~", "  ~~~ js\n  1008\n  ~~~"),
        ("```\n{text}", "```\ngo *away*"),
        ('{ "json": {} } {"{code}"}', '{ "json": {} } {"1008"}'),
        ("{lines}", "a\\\\x0ab\\\\tc"),
        ("{blank}", '\\"\xa0\\"'),
    ],
)
def test_a_placeholder_is_filled_as_its_place_demands(text: str, filled: str) -> None:
    values = {
        "seed.word": "abcdefgh",
        "code": 1008,
        "text": "go *away*",
        "tick": "a`b",
        "ticks": "``",
        "empty": "",
        "spaces": "    y ",
        "fence": "```",
        "lines": "a\nb\tc",
        "blank": " ",
    }
    assert fill(text, values) == filled


@given(VALUES)
@example("www.example.com or http://example.com or me@example.com")
@example("&amp; <b>")
@example("# title")
def test_in_a_sentence_a_value_is_read_as_it_is(value: str) -> None:
    children = inline(fill("You sent {text} now", {"text": value}))
    assert {child.type for child in children} == {"text"}
    said = "".join(child.content for child in children).replace("\xa0", " ")
    assert said == f"You sent {shown(value)} now".replace("\xa0", " ")


@given(VALUES)
@example("    indented")
@example("> quoted")
@example("1. one")
@example("===")
@example(" ")
@example("  ")
def test_a_value_alone_in_a_paragraph_begins_nothing_else(value: str) -> None:
    children = inline(fill("{text}", {"text": value}))
    assert {child.type for child in children} == {"text"}


@given(VALUES, st.sampled_from(["`", "``", "```"]), st.sampled_from(["", " "]))
@example("  ", "`", "")
@example("  ", "``", " ")
@example("` `", "``", "")
def test_in_code_a_value_is_read_as_it_is(value: str, ticks: str, pad: str) -> None:
    before, code, after = inline(fill(f"You sent {ticks}{pad}{{text}}{pad}{ticks} now", {"text": value}))
    assert (before.content, code.type, after.content) == ("You sent ", "code_inline", " now")
    assert code.content == shown(value)


@given(VALUES, st.sampled_from(["```", "~~~", "````"]))
def test_in_fenced_code_a_value_is_read_as_it_is(value: str, fence: str) -> None:
    (token,) = MARKDOWN.parse(fill(f"{fence} sh\n{{text}}\n{fence}", {"text": value}))
    assert (token.type, token.info.strip(), token.content) == ("fence", "sh", shown(value) + "\n")


@given(st.text(alphabet=st.sampled_from("{}ab.`~\\\n -") | st.characters(), max_size=60))
def test_what_is_no_placeholder_stays_as_it_is(text: str) -> None:
    assert fill(text, {}) == text
    assert fill(text, {"no.such.name": "x"}) == text


def test_a_long_value_is_cut() -> None:
    assert fill("`{text}`", {"text": "x" * 9999}) == f"`{'x' * (LONGEST_VALUE - 1)}…`"
    assert len(fill("`{text}`", {"text": "\x00" * 9999})) == LONGEST_VALUE + 2


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a\n```\nb\n```\nc", [(1, 3)]),
        ("~~~~\n~~~\n~~~~~ \n", [(0, 2)]),
        ("```\n~~~\n```\n~~~", [(0, 2), (3, 4)]),
        ("``` a`b\n", []),
        ("- x\n  ```sh\n  y\n  ```", [(1, 3)]),
        ("``\n``", []),
    ],
)
def test_fences_are_found(text: str, places: list[tuple[int, int]]) -> None:
    assert fenced(text.split("\n")) == places
