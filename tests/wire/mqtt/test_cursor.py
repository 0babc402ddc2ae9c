"""Fields of a packet, one after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.field import Field
from wslab.wire.mqtt import rules
from wslab.wire.mqtt.cursor import BrokenOff, Cursor
from wslab.wire.mqtt.writer import encode_number


def test_fields_are_noted_with_their_place() -> None:
    fields: list[Field] = []
    cursor = Cursor(bytes.fromhex("01 0203 00000004 0001 61 0002 6263 ff"), 5, fields)
    assert cursor.byte("a", lambda value: f"{value} !") == 1
    assert cursor.two("b") == 0x0203
    assert cursor.four("c") == 4
    assert cursor.string("d") == "a"
    cursor.group = "g"
    assert cursor.binary("e") == b"bc"
    assert cursor.rest("f") == b"\xff"
    assert [(f.name, f.offset, f.length, f.value, f.group) for f in fields] == [
        ("a", 0, 1, "1 !", ""),
        ("b", 1, 2, "515", ""),
        ("c", 3, 4, "4", ""),
        ("d length", 7, 2, "1", ""),
        ("d", 9, 1, "a", ""),
        ("e length", 10, 2, "2", "g"),
        ("e", 12, 2, "2 bytes", "g"),
        ("f", 14, 1, "1 byte", "g"),
    ]
    assert fields[-1].end == 15


@given(st.integers(0, 268_435_455), st.integers(1, 4))
def test_numbers_of_any_size(value: int, size: int) -> None:
    shortest = encode_number(value)
    if size < len(shortest):
        return
    cursor = Cursor(encode_number(value, size), 5)
    assert cursor.variable("n") == value
    too_long = [fault.rule for fault in cursor.faults]
    assert too_long == ([rules.LENGTH_NOT_SHORTEST] if size > len(shortest) else [])


@pytest.mark.parametrize(
    ("data", "read", "rule"),
    [
        ("", "byte", rules.TRUNCATED),
        ("00", "two", rules.TRUNCATED),
        ("000000", "four", rules.TRUNCATED),
        ("80", "variable", rules.TRUNCATED),
        ("80808080", "variable", rules.NUMBER_TOO_LONG),
        ("00", "string", rules.TRUNCATED),
        ("0002 61", "string", rules.TRUNCATED),
        ("0002 61", "binary", rules.TRUNCATED),
    ],
)
def test_what_is_not_there_breaks_off(data: str, read: str, rule: rules.Rule) -> None:
    cursor = Cursor(bytes.fromhex(data), 5)
    with pytest.raises(BrokenOff):
        getattr(cursor, read)("Field")
    assert [(fault.rule, fault.detail) for fault in cursor.faults] == [(rule, "Field")]


@pytest.mark.parametrize("text", ["ff", "c080", "eda080", "f4908080", "e282"])
def test_what_is_not_utf8_is_told_and_read_on(text: str) -> None:
    raw = bytes.fromhex(text)
    cursor = Cursor(len(raw).to_bytes(2, "big") + raw + b"\x07", 5)
    assert "�" in cursor.string("s")
    assert [fault.rule for fault in cursor.faults] == [rules.NOT_UTF8]
    assert cursor.byte("next") == 7


def test_the_byte_order_mark_stays_MQTT_1_5_4_3() -> None:
    assert Cursor(bytes.fromhex("0003 efbbbf"), 5).string("s") == "\ufeff"


def test_a_rule_of_the_other_version_is_not_told() -> None:
    cursor = Cursor(b"", 4)
    cursor.fault(rules.ALIAS_ZERO)
    assert cursor.faults == []
