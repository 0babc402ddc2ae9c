"""Two payloads compared: the caret stands where they part, and every row fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.lab.byte_diff import LABEL, ROW, byte_diff, first_difference


def test_the_caret_is_below_the_first_difference() -> None:
    assert byte_diff(b"hello", b"help!") == [
        "expected    68 65 6c 6c 6f                                   hello",
        "actual      68 65 6c 70 21                                   help!",
        "                     ^^                                         ^",
        "byte 4: expected 6c, got 70",
    ]


def test_far_into_a_long_payload() -> None:
    rows = byte_diff(bytes(40) + b"a" + bytes(40), bytes(40) + b"b" + bytes(40))
    assert rows[0] == "expected    00 00 00 00 00 00 00 00 61 00 00 00 00 00 00 00  ········a·······…"
    assert rows[2].index("^") == LABEL + 2 + 3 * 8
    assert rows[3] == "byte 41: expected 61, got 62"


@pytest.mark.parametrize(
    ("expected", "found", "words"),
    [
        (b"hello", b"hel", "it ends after 3 of 5 bytes"),
        (b"hel", b"hello", "the first 3 bytes are right; 2 more follow"),
        (b"", b"x", "the first 0 bytes are right; 1 more follow"),
    ],
)
def test_one_is_the_start_of_the_other(expected: bytes, found: bytes, words: str) -> None:
    assert byte_diff(expected, found)[-1] == words


def test_nothing_to_show() -> None:
    assert byte_diff(b"same", b"same") == []


def test_a_narrow_terminal_gets_shorter_rows() -> None:
    rows = byte_diff(b"0123456789abcdef", b"0123456789Xbcdef", 60)
    assert rows[0] == "expected    38 39 61 62 63 64 65 66  89abcdef"
    assert rows[2].rindex("^") == LABEL + 2 + 3 * 8 + 1 + 2


PAYLOADS = st.binary(max_size=70)


@given(PAYLOADS, PAYLOADS, PAYLOADS)
def test_of_any_two(common: bytes, one: bytes, other: bytes) -> None:
    expected, found = common + one, common + other
    at = first_difference(expected, found)
    rows = byte_diff(expected, found)
    if expected == found:
        assert at is None
        assert rows == []
        return
    assert at is not None
    assert expected[:at] == found[:at]
    assert expected[at : at + 1] != found[at : at + 1]
    assert all(cell_len(row) <= 80 for row in rows)
    # The caret points at the very byte in both columns of both rows.
    column = rows[2].index("^")
    for row, data in ((rows[0], expected), (rows[1], found)):
        assert row[column : column + 2].strip() == data[at : at + 1].hex()
        in_text = row[LABEL + 2 + 3 * ROW + 1 + at % ROW :][:1]
        assert rows[2].rindex("^") == LABEL + 2 + 3 * ROW + 1 + at % ROW
        assert bool(in_text) == (at < len(data))
