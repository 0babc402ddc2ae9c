from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.values import form_of, how_to_write, names_of, parse_value, value_text
from wslab.wire.labproto.bodies import FileState, Status
from wslab.wire.labproto.layout import LAYOUTS, ErrorCode, Part, Type

NOW = 1_767_225_600.25
PARTS = [part for layout in LAYOUTS.values() for part in layout.parts]


def part(kind: Type, name: str) -> Part:
    return next(part for part in LAYOUTS[kind].parts if part.name == name)


def parse(kind: Type, name: str, text: str) -> Any:
    return parse_value(part(kind, name), text, NOW)


@given(st.sampled_from(PARTS), st.data())
def test_every_value_can_be_written_and_read(field: Part, draw: st.DataObject) -> None:
    whole = st.integers(0, 256**field.size - 1)
    value = draw.draw(st.floats(allow_nan=False) if field.code == "d" else whole)
    assert parse_value(field, value_text(field, value), NOW) == value


@given(st.sampled_from(PARTS), st.text())
def test_any_text_is_a_value_with_room_or_a_bad_field(field: Part, text: str) -> None:
    with suppress(BadField):
        value = parse_value(field, text, NOW)
        assert field.code == "d" or 0 <= value < 256**field.size


@pytest.mark.parametrize(
    ("kind", "name", "text", "value"),
    [
        (Type.SAMPLE, "sensor", "42", 42),
        (Type.SAMPLE, "sensor", " 0x2A ", 42),
        (Type.SAMPLE, "sensor", "007", 7),
        (Type.SAMPLE, "status", "ESTIMATED low_battery", Status.ESTIMATED | Status.LOW_BATTERY),
        (Type.SAMPLE, "status", "0x0005 ESTIMATED LOW_BATTERY", 5),
        (Type.SAMPLE, "status", "0x8000|1", 0x8001),
        (Type.SAMPLE, "time", "now", 1_767_225_600_250),
        (Type.SAMPLE, "time", "2026-01-01T00:00:00Z", 1_767_225_600_000),
        (Type.SAMPLE, "time", "2026-01-01T09:00:00+09:00", 1_767_225_600_000),
        (Type.SAMPLE, "time", "2026-01-01", 1_767_225_600_000),
        (Type.SAMPLE, "value", "-1e3", -1000.0),
        (Type.SAMPLE, "value", "inf", math.inf),
        (Type.FILE_STATUS, "state", "complete", FileState.COMPLETE),
        (Type.FILE_STATUS, "state", "2 COMPLETE", FileState.COMPLETE),
        (Type.FILE_STATUS, "state", "9", 9),
        (Type.FILE_RESUME, "transfer", "5f1d3c2b9a807e64", 0x5F1D3C2B9A807E64),
        (Type.FILE_RESUME, "transfer", "10", 0x10),
        (Type.FILE_OPEN, "crc", "0xaf11cf1f", 0xAF11CF1F),
        (Type.ERROR, "code", "LIMIT", ErrorCode.LIMIT),
    ],
)
def test_values(kind: Type, name: str, text: str, value: object) -> None:
    assert parse(kind, name, text) == value


@pytest.mark.parametrize(
    ("kind", "name", "text", "right"),
    [
        (Type.SAMPLE, "sensor", "", "from 0 to 65535"),
        (Type.SAMPLE, "sensor", "65536", "from 0 to 65535"),
        (Type.SAMPLE, "sensor", "-1", "from 0 to 65535"),
        (Type.SAMPLE, "sensor", "4.2", "from 0 to 65535"),
        (Type.SAMPLE, "sensor", "９", "from 0 to 65535"),
        (Type.SAMPLE, "sensor", "9" * 100_000, "from 0 to 65535"),
        (Type.SAMPLE, "status", "TIRED", "OUT_OF_RANGE"),
        (Type.SAMPLE, "time", "tomorrow", "2026-01-01T12:00:00Z"),
        (Type.SAMPLE, "time", "1969-12-31", "milliseconds since 1970"),
        (Type.SAMPLE, "value", "warm", "21.5"),
        (Type.SAMPLE, "value", "1e999", "21.5"),
        (Type.FILE_STATUS, "state", "1 COMPLETE", "FORGOTTEN"),
        (Type.FILE_RESUME, "transfer", "greeting", "hexadecimal"),
        (Type.FILE_RESUME, "transfer", "1" * 17, "16 hexadecimal"),
        (Type.FILE_OPEN, "crc", "0x1ffffffff", "4294967295"),
    ],
)
def test_bad_texts(kind: Type, name: str, text: str, right: str) -> None:
    with pytest.raises(BadField) as bad:
        parse(kind, name, text)
    assert right in str(bad.value)


def test_long_lists_of_names_are_cut() -> None:
    told = how_to_write(part(Type.ERROR, "code"))
    assert "BAD_VERSION" in told
    assert "LIMIT" in told
    assert len(told) < 90


def test_forms_are_those_of_the_document() -> None:
    assert {form_of(each) for each in PARTS} == {"u8", "u16", "u32", "u64", "f64"}
    assert names_of(part(Type.SAMPLE, "status")) is Status
    assert names_of(part(Type.SAMPLE, "sensor")) is None
