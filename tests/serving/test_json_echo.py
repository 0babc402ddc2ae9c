"""Echo for JSON: whatever comes, the answer is valid JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.serving.json_echo import json_answer, now

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner),
    max_leaves=20,
)


def strictly(answer: str) -> dict[str, Any]:
    """Read an answer as a strict reader of UTF-8 and of JSON does."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} in an answer")

    read = json.loads(answer.encode(), parse_constant=refuse)
    assert isinstance(read, dict)
    return read


@given(VALUES)
def test_any_value_comes_back(value: object) -> None:
    answer = strictly(json_answer(json.dumps(value)))
    assert answer["type"] == "echo"
    assert answer["data"] == value
    assert answer.keys() == {"type", "data", "server_time"}


@given(st.text() | st.binary() | st.text(alphabet='{}[]",:\\ud8001eE+-.9NaInfity').map(lambda t: f"[{t}]"))
def test_any_message_gets_a_valid_answer(message: str | bytes) -> None:
    answer = strictly(json_answer(message))
    if answer["type"] == "error":
        assert answer["code"] == "INVALID_JSON"
        assert answer["message"]


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ("", "Expecting value"),
        ("{'a': 1}", "double quotes"),
        ("[1,]", "Illegal trailing comma|Expecting value"),
        ("1 2", "Extra data"),
        ("\ufeff1", "BOM"),
        ('"\n"', "control character"),
        ("NaN", "NaN is not JSON"),
        ("[Infinity]", "Infinity is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        ("1e999", "1e999 is out of range"),
        ("-1" + "0" * 500 + ".5", "out of range"),
        ("9" * 4301, "4301 digits is too long: at most 4300"),
        ("-" + "9" * 4301, "4301 digits"),
        ('"\\ud800"', "surrogate"),
        ('{"\\udfff": 1}', "surrogate"),
        ("[" * 200_000, "nested too deeply"),
        ("[" * 200_000 + "]" * 200_000, "nested too deeply"),
        ('{"a":' * 200_000, "nested too deeply"),
        (b'{"a": 1}', "binary"),
    ],
)
def test_what_cannot_be_echoed_says_why(message: str | bytes, why: str) -> None:
    answer = strictly(json_answer(message))
    assert (answer["type"], answer["code"]) == ("error", "INVALID_JSON")
    assert re.search(why, answer["message"])


def test_every_depth_is_echoed_or_refused() -> None:
    # Reading and writing have limits of their own: between them lies a depth that can be read and not written.
    kinds = {strictly(json_answer("[" * depth + "]" * depth))["type"] for depth in range(1, 3000, 7)}
    assert kinds <= {"echo", "error"}
    assert strictly(json_answer("[" * 100 + "]" * 100))["type"] == "echo"


@pytest.mark.parametrize(
    "text", ["9" * 4300, "-" + "9" * 4300, '"\\ud83d\\ude00"', "-0", "1e308", '{"a": 1, "a": 2}']
)
def test_what_is_just_right_is_echoed(text: str) -> None:
    answer = strictly(json_answer(text))
    assert answer["data"] == json.loads(text)


def test_the_time_is_utc_to_the_millisecond() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", now())
