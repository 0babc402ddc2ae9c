from __future__ import annotations

import struct

import pytest

from tests.support.labproto import MOMENT
from wslab.wire.labproto.bodies import Extension, FileChunk, FileOpen, NumberKind, Numbers, Sample, Tag
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ErrorCode, Flag
from wslab.wire.labproto.reader import Item, read
from wslab.wire.labproto.tails import extension_problem


def only(data: bytes) -> Item:
    (item,) = read(data)
    return item


def extended(*extensions: Extension) -> Item:
    return only(encode(Sample(1, 0, MOMENT, 1.0, extensions), version=2))


@pytest.mark.parametrize("size", [1, 65536])
def test_data_within_its_bounds(size: int) -> None:
    chunk = FileChunk(1, 0, bytes(size))
    assert only(encode(chunk, flags=Flag.CHECKSUM)).body == chunk


@pytest.mark.parametrize("size", [0, 65537])
def test_data_beyond_them(size: int) -> None:
    item = only(encode(FileChunk(1, 0, bytes(size)), flags=Flag.CHECKSUM))
    assert item.body is None
    assert item.problems[0][:4] == (ErrorCode.BAD_LENGTH, "data", f"{size} bytes", 28)


@pytest.mark.parametrize("name", ["a", "日" * 85, "../../etc/passwd", "\x80"])
def test_names(name: str) -> None:
    assert only(encode(FileOpen(1, 2, name))).problems == ()


@pytest.mark.parametrize(
    ("name", "code", "said"),
    [
        ("", ErrorCode.BAD_LENGTH, "from 1 to 255 bytes"),
        ("x" * 256, ErrorCode.BAD_LENGTH, "from 1 to 255 bytes"),
        ("a\x1b[31m", ErrorCode.BAD_VALUE, "no control characters"),
        ("\x7f", ErrorCode.BAD_VALUE, "no control characters"),
        ("ab\udcff", ErrorCode.BAD_VALUE, "byte 2 of it is not"),
    ],
)
def test_names_that_are_wrong(name: str, code: ErrorCode, said: str) -> None:
    (problem,) = only(encode(FileOpen(1, 2, name))).problems
    assert (problem.code, problem.field) == (code, "name")
    assert said in problem.text
    assert problem.text.isprintable()


def test_where_utf8_breaks_is_where_the_problem_is() -> None:
    (problem,) = only(encode(FileOpen(1, 2, "ab\udcff"))).problems
    assert problem.offset == 12 + 12 + 2


@pytest.mark.parametrize("kind", NumberKind)
def test_numbers_must_fill_the_payload(kind: NumberKind) -> None:
    for count in (1, 3):
        item = only(encode(Numbers(kind, count, (1, 2))))
        assert item.body is None
        (problem,) = item.problems
        assert (problem.code, problem.field, problem.offset) == (ErrorCode.BAD_LENGTH, "values", 15)
        assert f"{count} numbers of {kind.name} take {count * kind.size} bytes" in problem.text
    assert only(encode(Numbers(kind, 2, (1, 2)))).body == Numbers(kind, 2, (1, 2))


def test_numbers_are_finite() -> None:
    (problem,) = only(encode(Numbers(NumberKind.F32, 3, (1, float("inf"), float("nan"))))).problems
    assert (problem.code, problem.value, problem.offset) == (ErrorCode.BAD_VALUE, "inf", 15 + 4)


@pytest.mark.parametrize(
    ("tag", "value", "right"),
    [
        (Tag.UNIT, b"m", True),
        (Tag.UNIT, b"x" * 16, True),
        (Tag.UNIT, b"x" * 17, False),
        (Tag.UNIT, b"", False),
        (Tag.UNIT, b"\xff", False),
        (Tag.UNIT, b"\x1b", False),
        (Tag.UNCERTAINTY, struct.pack(">d", 0), True),
        (Tag.UNCERTAINTY, struct.pack(">d", -1), False),
        (Tag.UNCERTAINTY, struct.pack(">d", float("inf")), False),
        (Tag.UNCERTAINTY, struct.pack(">d", float("nan")), False),
        (Tag.UNCERTAINTY, b"\0" * 7, False),
        (Tag.SCALE, struct.pack("b", 30), True),
        (Tag.SCALE, struct.pack("b", -30), True),
        (Tag.SCALE, struct.pack("b", 31), False),
        (Tag.SCALE, struct.pack("b", -31), False),
        (Tag.SCALE, b"", False),
        (Tag.SCALE, b"\0\0", False),
        (0x33, b"anything", True),
        (0x7F, b"", True),
    ],
)
def test_values_of_extensions(tag: int, value: bytes, right: bool) -> None:
    problem = extension_problem(Extension(tag, value), set(), 32)
    assert (problem is None) == right
    if problem is not None:
        assert (problem.code, problem.field, problem.offset) == (ErrorCode.BAD_VALUE, "extension", 32)


@pytest.mark.parametrize("tag", [0x80, 0x82, 0xFF])
def test_an_unknown_tag_with_its_top_bit_set_is_refused(tag: int) -> None:
    (problem,) = extended(Extension(0x33, b""), Extension(tag, b"?")).problems
    assert (problem.code, problem.offset) == (ErrorCode.UNKNOWN_EXTENSION, 34)
    assert f"0x{tag:02x}" in problem.text


def test_a_tag_stands_once() -> None:
    (problem,) = extended(Extension(1, b"m"), Extension(1, b"m")).problems
    assert (problem.code, problem.offset) == (ErrorCode.BAD_VALUE, 35)
    assert "0x01 UNIT" in problem.text
    assert "twice" in problem.text


@pytest.mark.parametrize("raw", [b"\x01", b"\x01\x02m", b"\x33\x00\x01\xffm"])
def test_extensions_that_are_cut_short(raw: bytes) -> None:
    item = only(encode(bytes(20) + raw, type_=1, version=2))
    assert item.body is None
    assert item.problems[0][:2] == (ErrorCode.BAD_LENGTH, "extensions")
