"""The bytes of each member of a JSON text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.decoding.json_fields import LONGEST_VALUE, MOST, json_fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ('{"type":"next", "id" : "1"}', [("type", '"next"', '"type":"next", '), ("id", '"1"', '"id" : "1"')]),
        ('{"a":{"b":[1,{"c":2}]},"d":null}', [("a", '{"b":[1,{"c":2}]}', '"a":{"b":[1,{"c":2}]},'), ("d", "null", '"d":null')]),
        ('{"payload":{"query":"{ a }","variables":{}},"id":"1"}', [
            ("payload.query", '"{ a }"', '"query":"{ a }",'),
            ("payload.variables", "{}", '"variables":{}'),
            ("id", '"1"', '"id":"1"'),
        ]),
        ('{"payload":{}}', [("payload", "{}", '"payload":{}')]),
        ('{"payload":[1]}', [("payload", "[1]", '"payload":[1]')]),
        ('[1, "a,b", [2]]', [("[0]", "1", "1, "), ("[1]", '"a,b"', '"a,b", '), ("[2]", "[2]", "[2]")]),
        ('{"a\\"}":"ü\\\\"}', [('a"}', '"ü\\\\"', '"a\\"}":"ü\\\\"')]),
        ("{}", []),
        ('"text"', []),
        ("", []),
        ('{"a":"cut he', [("a", '"cut he', '"a":"cut he')]),
        ('{"a":1,"b', [("a", "1", '"a":1,'), ('"b', "", '"b')]),
    ],
)  # fmt: skip
def test_members_have_their_bytes(text: str, fields: list[tuple[str, str, str]]) -> None:
    data = text.encode()
    found = [
        (field.name, field.value, data[field.offset : field.end].decode())
        for field in json_fields(data, {"payload"})
    ]
    assert found == fields


def test_values_and_members_are_bounded() -> None:
    (field,) = json_fields(json.dumps({"a": "ü" * 200}, ensure_ascii=False).encode())
    assert len(field.value.encode()) <= LONGEST_VALUE + 3
    assert field.value.endswith("ü…")
    data = json.dumps(list(range(MOST + 9))).encode()
    *fields, rest = json_fields(data)
    assert len(fields) == MOST
    assert (rest.name, rest.value, rest.end) == ("…", "9 more", len(data) - 1)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(max_size=4), each, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=5), values, max_size=6), st.booleans(), st.integers(0, 200))
def test_every_member_of_an_object_is_found_and_a_cut_one_stays_inside(
    value: dict[str, object], ascii_only: bool, cut: int
) -> None:
    data = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert [field.name for field in json_fields(data)] == list(value)
    assert_in_order(data[:cut])


@given(st.binary(max_size=60) | st.text('{}[]",:\\ ab1', max_size=60).map(str.encode))
def test_no_bytes_raise_and_fields_stay_inside(data: bytes) -> None:
    assert_in_order(data)


def assert_in_order(data: bytes) -> None:
    at = 0
    for field in json_fields(data, {"payload", "a"}):
        assert at <= field.offset < field.end <= len(data)
        at = field.end
