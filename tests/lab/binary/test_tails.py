from __future__ import annotations

import math
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.labproto import extensions, numbers
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.tails import bytes_text, how_to_write_tail, parse_bytes, parse_tail, tail_text
from wslab.wire.labproto.bodies import Extension, NumberKind, Numbers, Tag
from wslab.wire.labproto.layout import Tail

EVERY = [tail for tail in Tail if tail is not Tail.NOTHING]


@given(st.binary(max_size=80))
def test_bytes_can_be_written_and_read(data: bytes) -> None:
    assert parse_tail(Tail.DATA, "data", tail_text(Tail.DATA, data)) == data


@given(numbers())
def test_arrays_can_be_written_and_read(array: Numbers) -> None:
    assert parse_tail(Tail.VALUES, "values", tail_text(Tail.VALUES, array.values), array.kind) == array.values


@given(st.one_of(extensions(), st.tuples(st.builds(Extension, st.integers(0, 255), st.binary(max_size=255)))))
def test_extensions_can_be_written_and_read(some: tuple[Extension, ...]) -> None:
    assert parse_tail(Tail.EXTENSIONS, "extensions", tail_text(Tail.EXTENSIONS, some)) == some


@given(st.sampled_from(EVERY), st.text(), st.integers(0, 8))
def test_any_text_is_a_value_or_a_bad_field(tail: Tail, text: str, kind: int) -> None:
    with suppress(BadField):
        parse_tail(tail, "tail", text, kind)


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", b""),
        ("68 69", b"hi"),
        ("6869", b"hi"),
        ("0x68 0X69", b"hi"),
        ("68:69", b"hi"),
        ('"hi"', b"hi"),
        ('"hé" 00', "hé".encode() + b"\0"),
        (r'"a\n\x1b\"\\"', b'a\n\x1b"\\'),
        ('"a" "b"', b"ab"),
    ],
)
def test_bytes(text: str, data: bytes) -> None:
    assert parse_bytes(text) == data


@pytest.mark.parametrize("text", ["6", "hi", '"hi', r'"\q"', r'"\x1"', "68 6", "🎉"])
def test_what_is_no_bytes(text: str) -> None:
    assert parse_bytes(text) is None
    with pytest.raises(BadField, match="in quotes"):
        parse_tail(Tail.DATA, "data", text)


def test_bytes_are_written_as_text_where_they_are_one() -> None:
    assert bytes_text(b'say "hi"') == r'"say \"hi\""'
    assert bytes_text(b"a\n") == "61 0a"
    assert bytes_text(b"") == ""


@pytest.mark.parametrize(
    ("kind", "text", "right"),
    [
        (NumberKind.U8, "256", "from 0 to 255"),
        (NumberKind.I16, "-32769", "from -32768 to 32767"),
        (NumberKind.I64, str(2**63), str(2**63 - 1)),
        (NumberKind.I16, "1.5", "whole numbers"),
        (NumberKind.F32, "1e39", "1.5 -2 1e3"),
        (NumberKind.F64, "one", "1.5 -2 1e3"),
        (9, "256", "from 0 to 255"),
    ],
)
def test_numbers_without_room(kind: int, text: str, right: str) -> None:
    with pytest.raises(BadField) as bad:
        parse_tail(Tail.VALUES, "values", text, kind)
    assert right in str(bad.value)


def test_numbers_may_have_commas_and_be_no_numbers() -> None:
    assert parse_tail(Tail.VALUES, "values", "1, 2,3", NumberKind.U8) == (1, 2, 3)
    (value,) = parse_tail(Tail.VALUES, "values", "nan", NumberKind.F64)
    assert math.isnan(value)


def test_extensions_by_name_and_by_number() -> None:
    text = 'unit=°C scale=-1 uncertainty=0.5 0x33=0102 unit="m / s" 0x99="hi"'
    found = parse_tail(Tail.EXTENSIONS, "extensions", text)
    assert [each.tag for each in found] == [Tag.UNIT, Tag.SCALE, Tag.UNCERTAINTY, 0x33, Tag.UNIT, 0x99]
    assert found[0].value == "°C".encode()
    assert found[1].value == b"\xff"
    assert found[3:] == (Extension(0x33, b"\1\2"), Extension(Tag.UNIT, b"m / s"), Extension(0x99, b"hi"))


@pytest.mark.parametrize(
    "text",
    ["unit", "scale=200", "scale=x", "uncertainty=much", "0x133=00", "0x33=0", "speed=1", 'unit=a unit="'],
)
def test_what_is_no_extension(text: str) -> None:
    with pytest.raises(BadField, match="unit=°C"):
        parse_tail(Tail.EXTENSIONS, "extensions", text)


def test_every_kind_of_tail_says_how_to_write_it() -> None:
    assert all(how_to_write_tail(tail) for tail in EVERY)
