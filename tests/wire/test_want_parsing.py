"""Values of patterns as written, each row of docs/lesson-format.md, and what is refused."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.event_fields import FieldType
from wslab.wire.want_parsing import (
    VIOLATIONS,
    PatternError,
    parse_range,
    parse_regex,
    parse_want,
    repeats_in_repeats,
)
from wslab.wire.wants import SEARCHED, Want

WORDS = ("TEXT", "BINARY", "PING")
TEXT, NUMBER, WORD, FLAG, HEX = (
    FieldType.TEXT,
    FieldType.NUMBER,
    FieldType.WORD,
    FieldType.FLAG,
    FieldType.HEX,
)
RULE = "6455#5.1 client frame not masked"


@pytest.mark.parametrize(
    ("written", "kind", "held", "not_held"),
    [
        ("TEXT", WORD, ["TEXT"], ["PING"]),
        (5, NUMBER, [5], [6]),
        ("5", NUMBER, [5], [6]),
        (True, FLAG, [True], [False]),
        (["TEXT", "BINARY"], WORD, ["TEXT", "BINARY"], ["PING"]),
        ([1000, "4000.."], NUMBER, [1000, 4000, 4999], [1001]),
        ("!1000", NUMBER, [1001, 0], [1000]),
        ("!TEXT", WORD, ["PING"], ["TEXT"]),
        ("!1..5", NUMBER, [0, 6], [1, 5]),
        ("!~.", TEXT, [""], ["x"]),
        ("1..125", NUMBER, [1, 125], [0, 126]),
        ("126..", NUMBER, [126, 1 << 40], [125]),
        ("..9", NUMBER, [9, -1], [10]),
        ("1..9", TEXT, ["5"], ["1..9", "x", "10"]),
        ("..", TEXT, [".."], ["5"]),
        ("~^pi.g$", TEXT, ["ping"], ["pingx", "PING"]),
        ("~(?i)websocket", FieldType.HEADERS, ["WebSocket"], ["h2c"]),
        ({"is": "!x"}, TEXT, ["!x"], ["x", "y"]),
        ({"is": "1..9"}, TEXT, ["1..9"], ["5"]),
        ({"is": "$sent.hex"}, TEXT, ["$sent.hex"], ["x"]),
        ("00 FF", HEX, ["00ff"], ["00"]),
        ("~^00", HEX, ["00ff"], ["ff00"]),
        ("6455#5.1", FieldType.VIOLATIONS, [RULE], ["6455#5.2 unknown opcode"]),
        ({"type": "echo"}, FieldType.JSON, [{"type": "echo", "n": 1}], [{"n": 1}, "echo", ["type"]]),
        ({"n": "1..9"}, FieldType.JSON, [{"n": 5}], [{"n": 10}, {"n": True}]),
        ({"n": 1}, FieldType.JSON, [{"n": 1}, {"n": 1.0}], [{"n": True}, {"n": "1"}]),
        ({"n": True}, FieldType.JSON, [{"n": True}], [{"n": 1}]),
        ({"a": {"b": "x"}}, FieldType.JSON, [{"a": {"b": "x", "c": 1}}], [{"a": "x"}]),
        ({"a": ["x", "~y"]}, FieldType.JSON, [{"a": ["x", "yy"]}], [{"a": ["x"]}, {"a": ["x", "z"]}]),
        ({"a": {"is": {"b": 1}}}, FieldType.JSON, [{"a": {"b": 1}}], [{"a": {"b": 1, "c": 2}}]),
        ({"is": [1]}, FieldType.JSON, [[1]], [[1, 2], 1]),
        ([{"a": 1}, {"b": 1}], FieldType.JSON, [{"a": 1}, {"b": 1}], [{"c": 1}]),
    ],
)
def test_each_way_to_write_a_value(
    written: Any, kind: FieldType, held: list[Any], not_held: list[Any]
) -> None:
    want = parse_want(written, kind, "x", WORDS)

    assert all(want.holds((value,), {}) for value in held)
    assert not any(want.holds((value,), {}) for value in not_held)


@pytest.mark.parametrize(
    ("written", "kind", "message"),
    [
        ("text", WORD, "x is 'text'; it must be one of TEXT, BINARY, PING"),
        (1, WORD, "x is 1; it must be one of TEXT, BINARY, PING"),
        ("1..5", WORD, "one of TEXT"),
        ("many", NUMBER, "a number such as 5"),
        (1.5, NUMBER, "a number such as 5"),
        (True, NUMBER, "a number such as 5"),
        ("9..1", NUMBER, "a range whose first number is not above its last"),
        ("true", FLAG, "true or false"),
        (1, FLAG, "true or false"),
        ("~t", FLAG, "true or false"),
        ("0ff", HEX, "bytes in hexadecimal"),
        ("6455#9.9", FieldType.VIOLATIONS, "the start of a violation"),
        ("", FieldType.VIOLATIONS, "the start of a violation"),
        ([], TEXT, "a value or a list of values"),
        ([["a"]], TEXT, "a value or a list of values"),
        ("!!x", TEXT, "one ! and a value"),
        ("$sent", TEXT, "a reference such as \\$sent.text"),
        ("$Sent.text", TEXT, "a reference such as"),
        ("~(", TEXT, "a regular expression: "),
        ("~", TEXT, "a regular expression"),
        ("~(a+)+", TEXT, "without a repeat of what has repeats"),
        ("~" + "a" * 300, TEXT, "at most 200 characters"),
        ({"is": "a", "or": "b"}, TEXT, "is = "),
        ({"is": ["a"]}, TEXT, "is = "),
        ({"was": "a"}, TEXT, "is = "),
        ({"is": 5}, TEXT, "a text such as"),
        (5, TEXT, "a text such as"),
        ("echo", FieldType.JSON, "a table such as"),
        ({}, FieldType.JSON, "a table such as"),
        (5, FieldType.JSON, "a table such as"),
        ({"a": float("nan")}, FieldType.JSON, "x.a is nan; it must be a value that JSON has"),
        ({"a": {"is": {"b": float("inf")}}}, FieldType.JSON, "a value that JSON has"),
    ],
)
def test_what_is_no_value_is_named(written: Any, kind: FieldType, message: str) -> None:
    with pytest.raises(PatternError, match=message) as caught:
        parse_want(written, kind, "x", WORDS)
    assert str(caught.value).startswith("x")


ANYTHING = st.recursive(
    st.integers()
    | st.booleans()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["$a.b", "!x", "1..2", "~a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(ANYTHING, st.sampled_from(FieldType), st.lists(ANYTHING, max_size=3).map(tuple))
def test_whatever_is_written_is_a_want_or_a_pattern_error(
    written: Any, kind: FieldType, values: tuple[Any, ...]
) -> None:
    try:
        want = parse_want(written, kind, "x", WORDS)
    except PatternError:
        return
    assert isinstance(want, Want)
    assert want.holds(values, {}) in (True, False)
    assert isinstance(want.words({}), str)
    assert all(isinstance(literal, str | int) for literal in want.literals())


def test_violations_are_those_there_are() -> None:
    assert RULE in VIOLATIONS
    assert all(re.match(r"\w+#\S+ ", rule) for rule in VIOLATIONS)


@pytest.mark.parametrize(
    ("written", "bounds"),
    [(3, (3, 3)), (0, (0, 0)), ("3", None), ("3..", (3, None)), ("1..3", (1, 3)), ("..5", (0, 5))],
)
def test_how_many(written: Any, bounds: tuple[int, int | None] | None) -> None:
    if bounds is None:
        with pytest.raises(PatternError, match="a number such as 3, or a range such as"):
            parse_range(written, "n")
    else:
        assert parse_range(written, "n") == bounds


@pytest.mark.parametrize("written", [-1, True, "..", "5..3", "-1..", 1.5, "x", []])
def test_how_many_it_cannot_be(written: Any) -> None:
    with pytest.raises(PatternError, match="n is "):
        parse_range(written, "n")


@pytest.mark.parametrize(
    ("text", "nested"),
    [
        ("(a+)+", True),
        ("(a*)*b", True),
        ("(?:a+b?){2,}", True),
        ("((a+)b)*", True),
        ("(a|aa)+", True),
        ("(a?)*", True),
        ("(?i:a+)+", True),
        ("(?P<x>a+)+", True),
        ("([a-z]+)*", True),
        ("(a+){5}", True),
        ("(ab)+", False),
        ("(?i)websocket", False),
        ("^a+b*c{2,3}$", False),
        (r"(\+)+", False),
        ("([+*])+", False),
        ("([]+])+", False),
        ("(a+)?", False),
        ("(a|b)", False),
        ("a{2}b+", False),
        ("(?=a+)b+", False),
    ],
)
def test_repeats_of_repeats_are_found(text: str, nested: bool) -> None:
    assert repeats_in_repeats(text) is nested


def test_what_is_let_through_ends_on_a_text_made_for_it() -> None:
    # With a repeat in the repeat this would outlast the test's time limit by far.
    assert parse_regex("^(ab)*a*b$", "x").search("a" * SEARCHED) is None
