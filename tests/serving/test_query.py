"""Parameters in the query of a URL."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.serving.query import (
    BadQuery,
    Parameter,
    choice,
    decode_segment,
    duration,
    flag,
    number,
    read_query,
    read_value,
    size,
    text,
)

PARAMETERS = {
    "every": duration("1s", "10ms", "1h"),
    "size": size("64", "1", "1MiB"),
    "count": number("5", 0, 1000),
    "bits": number(None, 9, 15),
    "how": choice("fin", "rst"),
    "strict": flag(),
    "reason": text("", 10),
}


def test_defaults_are_read_like_what_is_given() -> None:
    assert read_query("", PARAMETERS) == {
        "every": 1.0,
        "size": 64,
        "count": 5,
        "bits": None,
        "how": "fin",
        "strict": False,
        "reason": "",
    }


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("every=10ms", "every", 0.01),
        ("every=1h", "every", 3600.0),
        ("every=.5", "every", 0.5),
        ("size=1MiB", "size", 2**20),
        ("count=0", "count", 0),
        ("count=007", "count", 7),
        ("bits=9", "bits", 9),
        ("how=rst", "how", "rst"),
        ("strict=1", "strict", True),
        ("strict=0", "strict", False),
        ("reason=a+b%26%C3%A9", "reason", "a b&é"),
        ("reason=", "reason", ""),
        ("reason=a;b", "reason", "a;b"),
        ("reason=a=b", "reason", "a=b"),
    ],
)
def test_a_given_value_is_read(query: str, name: str, value: object) -> None:
    assert read_query(query, PARAMETERS)[name] == value


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("every=9ms", ["every", "'9ms'", "from 10ms to 1h"]),
        ("every=61m", ["every", "from 10ms to 1h"]),
        ("every=-1s", ["every", "'-1s'", "50ms"]),
        ("every=nan", ["every", "'nan'"]),
        ("size=1.5", ["size", "'1.5'", "whole number of bytes"]),
        ("count=1001", ["count", "from 0 to 1000"]),
        ("count=1_0", ["count", "'1_0'", "whole number"]),
        ("count=%D9%A1", ["count", "'١'"]),
        ("count=+1", ["count", "' 1'"]),
        ("count=" + "9" * 5000, ["count", "whole number"]),
        ("how=", ["how", "''", "fin, rst"]),
        ("strict=true", ["strict", "'true'", "1 (yes)", "0 (no)"]),
        ("reason=%C3%A9%C3%A9%C3%A9%C3%A9%C3%A9x", ["reason", "11 bytes", "at most 10"]),
        ("every=1s&every=2s", ["every", "twice", "'1s'", "'2s'"]),
        ("evry=1s", ["'evry'", "every, size"]),
        ("=1", ["''"]),
        ("every", ["'every'", "name=value"]),
        ("every=1s&&", ["name=value"]),
        ("&".join(f"a{n}=1" for n in range(21)), ["name=value"]),
        ("reason=%FF", ["percent-encoded UTF-8"]),
    ],
)
def test_what_is_wrong_is_named(query: str, words: list[str]) -> None:
    with pytest.raises(BadQuery) as refused:
        read_query(query, PARAMETERS)
    for word in words:
        assert word in str(refused.value)


def test_a_path_without_parameters_says_so() -> None:
    with pytest.raises(BadQuery, match="takes none"):
        read_query("a=1", {})


@given(
    st.text(st.characters(max_codepoint=127))
    | st.text().map(lambda value: urlencode({"reason": value}, errors="replace"))
)
def test_any_query_is_read_or_refused(raw: str) -> None:
    try:
        values = read_query(raw, PARAMETERS)
    except BadQuery:
        return
    assert values.keys() == PARAMETERS.keys()


@given(st.integers(-10, 2000))
def test_numbers_have_bounds(value: int) -> None:
    try:
        read = read_query(f"count={value}", PARAMETERS)["count"]
    except BadQuery:
        assert not 0 <= value <= 1000
    else:
        assert read == value
        assert 0 <= value <= 1000


@given(st.text(max_size=10, alphabet=st.characters(exclude_categories=["Cs"])))
def test_text_comes_out_as_it_was_encoded(value: str) -> None:
    query = urlencode({"reason": value})
    if len(value.encode()) > 10:
        with pytest.raises(BadQuery, match="too long"):
            read_query(query, PARAMETERS)
    else:
        assert read_query(query, PARAMETERS)["reason"] == value


def test_one_value_alone() -> None:
    parameter = Parameter(int, "7")
    assert read_value("n", "8", parameter) == 8
    assert read_value("n", None, parameter) == 7
    with pytest.raises(BadQuery, match=r"^n: invalid literal"):
        read_value("n", "x", parameter)


def test_a_segment_of_a_path_is_decoded() -> None:
    assert decode_segment("a%20%C3%A9+b") == "a é+b"
    with pytest.raises(BadQuery, match="percent-encoded UTF-8"):
        decode_segment("%FF")
