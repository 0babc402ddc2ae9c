"""Values out of TOML: what is right is returned, what is wrong is refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.toml_table import LONGEST_FOUND, CourseError, Table, read_text

FILE = Path("place/lesson.toml")
WORD = re.compile("[a-z]+")


def table(text: str, *keys: str) -> Table:
    return Table.parse(FILE, text, keys or ("x", "y"))


def test_values_come_out_as_they_are() -> None:
    top = table('x = { a = "word", b = ["one", "two"], n = 7, t = "300ms" }\n[[y]]\nz = "on"\n[[y]]')
    inside = top.table("x", {"a", "b", "n", "t"})
    assert inside.text("a", WORD, "a word") == "word"
    assert inside.texts("b", WORD, "words") == ("one", "two")
    assert inside.number("n", 7, 7) == 7
    assert inside.duration("t", "8s") == pytest.approx(0.3)
    first, second = top.tables("y")
    assert first.one_of("z", ("on", "off")) == "on"
    assert "z" in first
    assert "z" not in second
    assert second.get


@pytest.mark.parametrize(
    ("text", "take", "says"),
    [
        ("x = 1", lambda t: t.text("x", WORD, "a word"), "x is 1; it must be a word"),
        ("x = 'A'", lambda t: t.text("x", WORD, "a word"), "x is 'A'; it must be a word"),
        ("", lambda t: t.text("x", WORD, "a word"), "x is missing; it must be a word"),
        ("x = []", lambda t: t.texts("x", WORD, "a word"), r"x is \[\]; it must be a list of at least one: a word"),
        ("x = ['a', 2]", lambda t: t.texts("x", WORD, "a word"), "x is 2; it must be a word"),
        ("x = true", lambda t: t.number("x", 0, 9), "x is True; it must be a whole number from 0 to 9"),
        ("x = 10", lambda t: t.number("x", 0, 9), "x is 10; it must be a whole number"),
        ("x = 3", lambda t: t.duration("x", "8s"), "x is 3; it must be a duration such as 300ms or 2s, at most 8s"),
        ("x = 'soon'", lambda t: t.duration("x", "8s"), "x is 'soon'; it must be a duration"),
        ("x = '0s'", lambda t: t.duration("x", "8s"), "x is '0s'; it must be a duration"),
        ("x = '9s'", lambda t: t.duration("x", "8s"), "x is '9s'; it must be a duration"),
        ("x = 'no'", lambda t: t.one_of("x", ("app", "exercise")), "x is 'no'; it must be app or exercise"),
        ("x = ['app']", lambda t: t.one_of("x", ("app",)), r"x is \['app'\]; it must be app"),
        ("x = 1", lambda t: t.table("x", {"b", "a"}), "x is 1; it must be a table with a, b"),
        ("x = { c = 1 }", lambda t: t.table("x", {"b", "a"}), r"x\.c is not a key; the keys are a, b"),
        ("x = {}", lambda t: t.tables("x"), r"x is {}; it must be at least one \[\[x\]\]"),
        ("x = [{}, 1]", lambda t: t.tables("x"), r"it must be at least one \[\[x\]\]"),
        (
            "[[x]]\n[[x]]\ny = [{}, { a = 7 }]",
            lambda t: t.tables("x")[1].tables("y")[1].text("a", WORD, "a word"),
            "lesson.toml: x 2: y 2: a is 7; it must be a word",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused_with_the_way_to_it(
    text: str, take: Callable[[Table], object], says: str
) -> None:
    with pytest.raises(CourseError, match=says) as caught:
        take(table(text))
    assert str(caught.value).startswith(f"{FILE}: ")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("format = 2\nnew = 1", "format is 2; it must be 1: .*newer wslab"),
        ("format = 0", "format is 0; it must be 1$"),
        ("format = true", "format is True; it must be 1"),
        ("", "format is missing"),
        ("format = 1\nz = 1", "z is not a key; the keys are format, x"),
        ("format = " + "9" * 9999, "not TOML: .*digits"),
        ("format = \n", "not TOML: .*line 1"),
        ("format = " + "[" * 9999, "nested too deeply"),
    ],
)
def test_a_file_has_a_known_format_and_known_keys(text: str, says: str) -> None:
    with pytest.raises(CourseError, match=says):
        table(text, "format", "x")


def test_a_long_value_is_cut_in_the_message() -> None:
    found = str(table("").error("x", "y" * 9999, "short"))
    assert "…; it must be short" in found
    assert len(found) < LONGEST_FOUND + 100


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="none: there is no such file"):
        read_text(tmp_path / "none")
    with pytest.raises(CourseError, match="directory"):
        read_text(tmp_path)
    (tmp_path / "latin").write_bytes(b"ab\xe9")
    with pytest.raises(CourseError, match="latin: byte 2 is not UTF-8"):
        read_text(tmp_path / "latin")
    (tmp_path / "good").write_bytes(b"a\r\nb\rc\n")
    assert read_text(tmp_path / "good") == "a\nb\nc\n"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_whatever_stands_there_is_checked(value: object) -> None:
    top = Table(FILE, "", {"x": value})
    taken: list[tuple[Callable[[], object], type]] = [
        (lambda: top.text("x", WORD, "a word"), str),
        (lambda: top.one_of("x", ("a", "b")), str),
        (lambda: top.texts("x", WORD, "words"), tuple),
        (lambda: top.number("x", 0, 9), int),
        (lambda: top.duration("x", "1h"), float),
        (lambda: top.table("x", {"a"}), Table),
        (lambda: top.tables("x"), list),
    ]
    for take, kind in taken:
        with suppress(CourseError):
            assert isinstance(take(), kind)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(CourseError):
        assert set(table(text).values) <= {"x", "y"}
