from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.graphql.variables import LONGEST, read_object


@pytest.mark.parametrize("text", ["", " ", "\n\t"])
def test_nothing_is_none(text: str) -> None:
    assert read_object(text, "variables") is None


@pytest.mark.parametrize("value", [{}, {"a": [1, -2.5, None, True, {"b": "é"}]}, {"": "\ud800"}])
def test_an_object_is_read(value: dict[str, object]) -> None:
    assert read_object(json.dumps(value), "variables") == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{'a': 1}", 'variables: not JSON at line 1, column 2: .*; write it like {"name": "garden"}'),
        ('{\n  "a": 1,\n}', "variables: not JSON at line [23], column"),
        ('{"a" 1}', "variables: not JSON at line 1, column 6: Expecting ':'"),
        ('{"a": 1} x', "variables: not JSON at line 1, column 10: Extra data"),
        ("[1]", r"variables: \[1\] is not an object; write it like"),
        ("null", "variables: null is not an object"),
        ('"' + "x" * 99 + '"', "variables: .{40} is not an object"),
        ('{"a": NaN}', "variables: NaN is no number of JSON"),
        ('{"a": -Infinity}', "variables: -Infinity is no number of JSON"),
        ('{"a": 1e999}', "variables: 1e999 is no number of JSON"),
        ('{"a": ' + "9" * 5000 + "}", "variables: a number of 5000 digits: at most 1000"),
        ('{"a": {"b": 1, "b": 2}}', "variables: 'b' is there twice"),
        ('{"a":' * 100_000, "variables: 500000 characters, at most"),
        ('{"a":' * (LONGEST // 5), "variables: nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_object(text, "variables")


def outcome(text: str) -> dict[str, Any] | str | None:
    try:
        return read_object(text, "variables")
    except ValueError as error:
        return str(error)


@given(st.text(alphabet='{}[]":,0123456789.eE+-truefalsn \\ud8', max_size=60))
def test_whatever_is_typed_it_is_read_or_a_reason_is_given(text: str) -> None:
    value = outcome(text)
    if isinstance(value, str):
        assert value.startswith("variables: ")
    else:
        assert value is None or json.loads(json.dumps(value, allow_nan=False)) == value
