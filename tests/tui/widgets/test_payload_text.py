"""Payloads as people read them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lines import plain, widest
from wslab.tui.widgets.payload_text import (
    HEX_BYTES,
    TEXT_CHARACTERS,
    hex_lines,
    hexdump,
    pretty_json,
    shown_of,
    text_lines,
)


def test_a_hexdump_has_offset_bytes_and_ascii() -> None:
    assert plain(hexdump(b"Hello, world \xff\x00!!", 80)).splitlines() == [
        "0000  48 65 6c 6c 6f 2c 20 77 6f 72 6c 64 20 ff 00 21  Hello, world ..!",
        f"0010  {'21':<47}  !",
    ]
    assert plain(hexdump(b"abc", 40, offset=16)).startswith("0010  61 62 63")


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([24, 40, 80, 200]))
def test_a_hexdump_holds_every_byte(data: bytes, width: int) -> None:
    lines = hexdump(data, width)
    assert bytes.fromhex("".join(line.plain[6:].split("  ")[0] for line in lines)) == data
    assert not lines or widest(lines) <= width


def test_a_large_payload_says_how_much_is_shown() -> None:
    lines = hex_lines(bytes(4096), 70_000, 80)
    assert len(lines) == HEX_BYTES // 16 + 1
    assert lines[-1].plain == "… shown: the first 512 of 70 000 bytes"
    text = text_lines(b"a" * 4096, 70_000, 80)
    assert text[-1].plain == "… shown: the first 4 096 of 70 000 bytes, all that the lab keeps of it"
    assert shown_of(5, 5, 5, 80) == []


def test_text_is_cut_at_a_character() -> None:
    data = "é".encode() * 3000
    assert plain(text_lines(data[:4095], 6000, 80)).count("é") == 2047
    lines = text_lines(b"a" * 5000, 5000, 80)
    assert lines[-1].plain == "… shown: the first 4 096 of 5 000 bytes"
    assert plain(lines[:-1]).replace("\n", "") == "a" * TEXT_CHARACTERS


def test_lines_of_a_text_are_kept_and_controls_are_shown() -> None:
    assert plain(text_lines(b"one\n\ntwo\x1b[2J\xff", 13, 80)) == "one\n\ntwo␛[2J\ufffd"


@settings(deadline=None)
@given(st.binary(max_size=400), st.integers(0, 1000))
def test_any_bytes_become_printable_lines(data: bytes, more: int) -> None:
    for lines in (text_lines(data, len(data) + more, 40), hex_lines(data, len(data) + more, 40)):
        assert all(not line.plain or line.plain.isprintable() for line in lines)


def test_json_is_laid_out_and_nothing_else_changes() -> None:
    source = b'{"b":1.10,"a":[],"a":{ },"c":[1,"x,{}\\"",{"d":null}]}'
    assert pretty_json(source) == (
        '{\n  "b": 1.10,\n  "a": [],\n  "a": {},\n  "c": [\n    1,\n    "x,{}\\"",\n    {\n      "d": null\n    }\n  ]\n}'
    )


@pytest.mark.parametrize("data", [b"", b"hello", b"{", b'{"a":}', b"12", b'"text"', b"[" * 3000, b"\xff{}"])
def test_what_is_no_json_object_is_left_alone(data: bytes) -> None:
    assert pretty_json(data) is None


def test_deep_json_neither_fails_nor_explodes() -> None:
    for depth in (100, 5000, 100_000):
        pretty = pretty_json(b"[" * depth + b"1" + b"]" * depth)
        assert pretty is None or len(pretty) < 120 * depth


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@settings(deadline=None)
@given(st.lists(values) | st.dictionaries(st.text(), values), st.booleans(), st.sampled_from([None, 1]))
def test_json_means_the_same_laid_out(value: object, escaped: bool, indent: int | None) -> None:
    data = json.dumps(value, ensure_ascii=escaped, indent=indent).encode()
    pretty = pretty_json(data)
    assert pretty is not None
    assert json.loads(pretty) == value
    # Python lays JSON out in the same way.
    assert pretty == json.dumps(value, ensure_ascii=escaped, indent=2) or "\n" + " " * 48 in pretty
