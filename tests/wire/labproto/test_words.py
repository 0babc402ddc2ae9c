from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.labproto import words
from wslab.wire.labproto.bodies import FileState, Status
from wslab.wire.labproto.layout import Type


def test_values_as_people_write_them() -> None:
    assert words.number(21.5) == "21.5"
    assert words.checksum(0xAB) == "0x000000ab"
    assert words.identifier(0xAB) == "00000000000000ab"
    assert words.bits(0x8005, Status) == "0x8005 ESTIMATED LOW_BATTERY"
    assert words.bits(0, Status) == "0x0000"
    assert words.choice(2, FileState) == "2 COMPLETE"
    assert words.choice(9, FileState) == "9"
    assert words.choice(0x13, Type, 2) == "0x13 FILE_CHUNK"
    assert words.choice(5, Type, 2) == "0x05 STREAM_END"
    assert words.choice(0x55, Type, 2) == "0x55"
    assert [words.data(bytes(size)) for size in (0, 1, 2)] == ["0 bytes", "1 byte", "2 bytes"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 1970-01-01T00:00:00.000Z"),
        (1_767_225_600_007, "1767225600007 2026-01-01T00:00:00.007Z"),
        (253_402_300_799_999, "253402300799999 9999-12-31T23:59:59.999Z"),
        (253_402_300_800_000, "253402300800000"),
        (2**64 - 1, "18446744073709551615"),
    ],
)
def test_moments(value: int, shown: str) -> None:
    assert words.moment(value) == shown


@given(st.integers(0, 2**64 - 1))
def test_every_moment_has_words(value: int) -> None:
    assert words.moment(value).split()[0] == str(value)
