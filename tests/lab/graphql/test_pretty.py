from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.graphql.pretty import CUT, on_one_line, pretty

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_it_is_still_the_same_json_on_several_lines_and_on_one(value: Any) -> None:
    text = pretty(value, 10**6)
    assert json.loads(text) == value
    line = on_one_line(text)
    assert json.loads(line) == value
    assert "\n" not in line


def test_it_reads_well() -> None:
    text = pretty({"data": {"n": 1, "at": "é"}}, 1000)
    assert text == '{\n  "data": {\n    "n": 1,\n    "at": "é"\n  }\n}'
    assert on_one_line(text) == '{"data": {"n": 1, "at": "é"}}'


@given(VALUES, st.integers(1, 60))
def test_it_is_never_longer_than_wanted(value: Any, limit: int) -> None:
    whole = pretty(value, 10**6)
    text = pretty(value, limit)
    assert len(text) <= limit
    assert text == whole or (text[-1] == CUT and whole.startswith(text[:-1]))


def test_what_is_nested_too_deeply_ends_where_python_does() -> None:
    value: Any = 1
    for _ in range(100_000):
        value = [value]
    text = pretty(value, 10**9)
    assert text.startswith("[\n  [")
    assert text.endswith(CUT)
    while isinstance(value, list):  # Let go of it step by step: the other way takes the stack too.
        value = value[0]
