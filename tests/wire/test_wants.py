"""What is wanted of values, held against a plain way to say the same."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.traffic import a_frame, a_message
from wslab.wire.event_fields import FieldType
from wslab.wire.want_parsing import parse_want
from wslab.wire.wants import (
    SEARCHED,
    Equal,
    ExactJson,
    Found,
    JsonArray,
    JsonObject,
    Not,
    OneOf,
    Range,
    Reference,
    Same,
    Saved,
    Starts,
    as_number,
    printable,
    quote,
    same_json,
    show,
    show_bytes,
)

SAVED: Saved = {"sent": a_message(1, b"hello"), "seed": {"word": "tobimaku", "number": 1234}}

NUMBERS = st.integers(-3, 3)
VALUES = st.lists(NUMBERS | st.sampled_from(["", "1", "-2", "ab"]), max_size=3).map(tuple)


@given(VALUES, NUMBERS, st.none() | NUMBERS, st.none() | NUMBERS)
def test_wants_against_plain_python(
    values: tuple[Any, ...], equal: int, low: int | None, high: int | None
) -> None:
    def in_range(value: Any) -> bool:
        number = value if isinstance(value, int) else int(value) if re.fullmatch(r"-?\d+", value) else None
        return number is not None and not (
            (low is not None and number < low) or (high is not None and number > high)
        )

    wanted_equal = Equal(equal, FieldType.NUMBER)
    wanted_range = Range(low, high)

    assert wanted_equal.holds(values, {}) == (equal in values)
    assert wanted_range.holds(values, {}) == any(map(in_range, values))
    assert Not(wanted_equal).holds(values, {}) == all(value != equal for value in values)
    assert OneOf((wanted_equal, wanted_range)).holds(values, {}) == any(
        value == equal or in_range(value) for value in values
    )
    assert Found(re.compile("a|1")).holds(values, {}) == any("a" in str(v) or "1" in str(v) for v in values)


JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.sampled_from(["", "a", "$b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_json_is_equal_where_its_text_is(one: Any, other: Any) -> None:
    assert same_json(one, other) == (json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True))
    assert ExactJson(one).holds((other,), {}) == same_json(one, other)


@given(st.dictionaries(st.sampled_from("abc"), NUMBERS), st.dictionaries(st.sampled_from("abc"), NUMBERS))
def test_an_object_has_at_least_what_is_wanted(wanted: dict[str, int], found: dict[str, int]) -> None:
    want = JsonObject(tuple((name, ExactJson(value)) for name, value in wanted.items()))

    assert want.holds((found,), {}) == (wanted.items() <= found.items())
    assert not want.holds((list(found),), {})


@given(JSON)
def test_what_json_is_written_as_holds_of_it(value: Any) -> None:
    written = {"is": value}
    if "None" in repr(value):
        return  # TOML has no null
    assert parse_want(written, FieldType.JSON, "json").holds((value,), {})


def test_an_array_has_just_the_items() -> None:
    want = JsonArray((ExactJson(1), Found(re.compile("b"))))

    assert want.holds(([1, "abc"],), {})
    assert not want.holds(([1, "abc", 2],), {})
    assert not want.holds(([True, "abc"],), {})
    assert not want.holds(({"a": 1},), {})


def test_deep_json_is_compared_without_an_error() -> None:
    deep: list[Any] = []
    for _level in range(100_000):
        deep = [deep]
    other: list[Any] = []
    for _level in range(100_000):
        other = [other]

    assert same_json(deep, other) is False
    assert show(deep) == "list"


@pytest.mark.parametrize(
    ("reference", "kind", "values", "holds"),
    [
        (Reference("sent", "text"), FieldType.TEXT, ("hello",), True),
        (Reference("sent", "hex"), FieldType.HEX, ("68656c6c6f",), True),
        (Reference("sent", "len"), FieldType.NUMBER, (5,), True),
        (Reference("sent", "compressed"), FieldType.FLAG, (False,), True),
        (Reference("sent", "len"), FieldType.TEXT, ("5",), True),
        (Reference("seed", "word"), FieldType.TEXT, ("tobimaku",), True),
        (Reference("seed", "number"), FieldType.NUMBER, (1234,), True),
        (Reference("seed", "number"), FieldType.TEXT, ("1234",), True),
        (Reference("seed", "number"), FieldType.JSON, (1234,), True),
        (Reference("seed", "number"), FieldType.JSON, ("1234",), False),
        (Reference("sent", "text"), FieldType.TEXT, ("hallo",), False),
        (Reference("later", "text"), FieldType.TEXT, ("hello",), None),
        (Reference("sent", "status"), FieldType.TEXT, ("hello",), None),
        (Reference("seed", "colour"), FieldType.TEXT, ("hello",), None),
    ],
)
def test_a_reference_is_what_was_saved(
    reference: Reference, kind: FieldType, values: tuple[Any, ...], holds: bool | None
) -> None:
    want = Same(reference, kind)

    assert want.holds(values, SAVED) is bool(holds)
    assert want.known(SAVED) is (holds is not None)
    assert Not(want).holds(values, SAVED) is (holds is False)
    assert list(want.references()) == [(reference, kind)]


def test_what_is_not_known_is_neither_met_nor_its_opposite() -> None:
    unknown = Same(Reference("later", "text"), FieldType.TEXT)

    for want in (
        unknown,
        Not(unknown),
        OneOf((unknown,)),
        JsonArray((unknown,)),
        JsonObject((("a", unknown),)),
    ):
        assert not want.known(SAVED)
        assert not want.holds(("hello", ["x"], {"a": "x"}), SAVED)


def test_a_payload_of_which_only_the_start_was_kept_is_not_known() -> None:
    saved: Saved = {"sent": a_frame(1, b"hel", length=5)}

    assert not Same(Reference("sent", "text"), FieldType.TEXT).known(saved)


def test_a_violation_starts_with_its_section() -> None:
    want = Starts("6455#5.1")

    assert want.holds(("6455#5.2 unknown opcode", "6455#5.1 client frame not masked"), {})
    assert not want.holds(("6455#5.2 unknown opcode",), {})
    assert not want.holds((), {})


def test_a_regular_expression_looks_at_the_start_alone() -> None:
    assert Found(re.compile("b")).holds(("a" * (SEARCHED - 1) + "b",), {})
    assert not Found(re.compile("b")).holds(("a" * SEARCHED + "b",), {})


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        ("hello", FieldType.TEXT, '"hello"'),
        (5, FieldType.NUMBER, "5"),
        (True, FieldType.FLAG, "yes"),
        (["a", "b"], FieldType.TEXT, 'one of "a", "b"'),
        ("!1000", FieldType.NUMBER, "anything but 1000"),
        ("1..125", FieldType.NUMBER, "1 to 125"),
        ("126..", FieldType.NUMBER, "at least 126"),
        ("..9", FieldType.NUMBER, "at most 9"),
        ("~^pi.g$", FieldType.TEXT, "something like /^pi.g$/"),
        ("~^0201", FieldType.HEX, "beginning with 0201"),
        ("~^017f0002.{8}0000", FieldType.HEX, "beginning with 017f0002…0000"),
        ("~^/slow", FieldType.TEXT, "beginning with /slow"),
        ("~^0201$", FieldType.HEX, "something like /^0201$/"),
        ("~pong", FieldType.TEXT, "something like /pong/"),
        ("68656c6c6f", FieldType.HEX, '"hello"'),
        ("00ff", FieldType.HEX, "00ff"),
        ("6455#5.1", FieldType.VIOLATIONS, "6455#5.1"),
        ("$sent.text", FieldType.TEXT, '"hello"'),
        ("$sent.hex", FieldType.HEX, '"hello"'),
        ("$later.text", FieldType.TEXT, "as before"),
        ({"type": "echo", "n": "1.."}, FieldType.JSON, '{"type": "echo", "n": at least 1}'),
        ({"a": [1, "x"]}, FieldType.JSON, '{"a": [1, "x"]}'),
    ],
)
def test_wants_in_words(value: Any, kind: FieldType, words: str) -> None:
    assert parse_want(value, kind, "x").words(SAVED) == words


@given(st.text())
def test_what_is_shown_is_printable_and_short(text: str) -> None:
    for shown in (
        quote(text),
        show(text),
        printable(text),
        show_bytes(text.encode("utf-8", "replace").hex()),
    ):
        assert shown.isprintable()
    assert quote("x" * 100) == '"' + "x" * 59 + '…"'
    assert quote("a\x1b[31m") == '"a\\x1b[31m"'


def test_bytes_are_a_text_where_one_can_read_it() -> None:
    assert [show_bytes(digits) for digits in ("68692021", "", "20202020", "0a", "ff")] == [
        '"hi !"',
        '""',
        "20202020",
        "0a",
        "ff",
    ]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (5, 5),
        ("5", 5),
        ("-5", -5),
        (True, None),
        ("5.0", None),
        ("", None),
        ("٣", None),
        ("9" * 30, None),
        (5.0, None),
    ],
)
def test_numbers_are_whole_ones(value: Any, number: int | None) -> None:
    assert as_number(value) == number
