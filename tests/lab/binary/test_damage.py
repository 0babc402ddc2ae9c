from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.binary.assembled import assemble
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.damage import Damage, hit, parse_damage
from wslab.lab.binary.draft import example
from wslab.wire.labproto.layout import Type

CHUNK = assemble(example(Type.FILE_CHUNK), sequence=1, now=0)
SAMPLE = assemble(example(Type.SAMPLE), sequence=1, now=0)


@given(st.integers(0, len(CHUNK.data) - 1), st.integers(1, 255))
def test_any_damage_to_a_message_with_a_checksum_is_noticed(offset: int, bits: int) -> None:
    damage = Damage(offset, bits)
    changed = damage.apply(CHUNK.data)
    assert [at for at, (a, b) in enumerate(zip(CHUNK.data, changed, strict=True)) if a != b] == [offset]
    found = hit(CHUNK, damage, 2)
    assert found.error
    assert found.before ^ bits == found.after
    span = CHUNK.span(found.field)
    assert span is not None
    assert span.start <= offset < span.end


def test_without_a_checksum_nobody_notices_a_wrong_value() -> None:
    found = hit(SAMPLE, Damage(25, 0x10), 1)
    assert (found.field, found.error, found.problem) == ("value", "", None)
    assert hit(SAMPLE, Damage(1, 0x54), 1).error == "UNKNOWN_TYPE"


def test_the_field_is_known_also_where_no_reader_could_tell_it() -> None:
    wrong = assemble(example(Type.SAMPLE).with_text("version", "9"), sequence=1, now=0)
    assert hit(wrong, Damage(12), 1).field == "sensor"
    numbers = assemble(example(Type.NUMBERS), sequence=1, now=0)
    assert hit(numbers, Damage(17), 1).field == "values[1]"


@pytest.mark.parametrize(
    ("offset", "bits", "right"),
    [
        ("", "01", "bytes 0 to 31"),
        ("32", "01", "bytes 0 to 31"),
        ("-1", "01", "bytes 0 to 31"),
        ("first", "01", "bytes 0 to 31"),
        ("3", "00", "from 01 to ff"),
        ("3", "", "from 01 to ff"),
        ("3", "100", "from 01 to ff"),
        ("3", "zz", "from 01 to ff"),
    ],
)
def test_bad_damage(offset: str, bits: str, right: str) -> None:
    with pytest.raises(BadField) as bad:
        parse_damage(offset, bits, 32)
    assert right in str(bad.value)


def test_damage_as_it_is_typed() -> None:
    assert parse_damage("0x1f", "0x80", 32) == Damage(31, 0x80)
    with pytest.raises(BadField):
        Damage(32).apply(SAMPLE.data)
