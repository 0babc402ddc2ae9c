from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.lab.binary.assembled import Assembled, assemble
from wslab.lab.binary.damage import Damage
from wslab.lab.binary.draft import Draft, example
from wslab.tui.binary.byte_text import DAMAGED, FOCUS, MOST_BYTES, byte_lines, bytes_in_row, row_of
from wslab.wire.labproto.layout import Type

SAMPLE = example(Type.SAMPLE).with_text("time", "0").with_text("flags", "0")


def built(draft: Draft) -> Assembled:
    return assemble(draft, sequence=1, now=0)


def shown(draft: Draft, width: int = 30, focus: str = "", damage: Damage | None = None) -> list[str]:
    return [line.plain.rstrip() for line in byte_lines(built(draft), width, focus, damage)]


def test_rows_of_bytes() -> None:
    assert shown(SAMPLE) == [
        "0000 01 01 00 00 00 00 00 14",
        "0008 00 00 00 01 00 2a 00 01",
        "0010 00 00 00 00 00 00 00 00",
        "0018 40 35 80 00 00 00 00 00",
    ]
    assert shown(SAMPLE, 39)[1] == "0008 00 00 00 01 00 2a 00 01 .....*.."
    assert shown(SAMPLE, 71)[1].endswith("40 35 80 00 00 00 00 00 ........@5......")


def test_the_field_that_is_edited_stands_in_brackets() -> None:
    assert shown(SAMPLE, focus="sensor")[1] == "0008 00 00 00 01[00 2a]00 01"
    assert shown(SAMPLE, focus="sequence")[1] == "0008[00 00 00 01]00 2a 00 01"
    assert shown(SAMPLE, focus="status")[1] == "0008 00 00 00 01 00 2a[00 01]"
    assert shown(SAMPLE, focus="length")[:2] == [
        "0000 01 01 00 00[00 00 00 14]",
        "0008 00 00 00 01 00 2a 00 01",
    ]
    assert shown(SAMPLE, focus="time")[2] == "0010[00 00 00 00 00 00 00 00]"
    assert shown(SAMPLE, focus="none such") == shown(SAMPLE)


def test_a_field_over_several_rows_is_opened_and_closed_once() -> None:
    lines = shown(example(Type.FILE_OPEN), focus="name")
    assert "".join(lines).count("[") == "".join(lines).count("]") == 1
    assert lines[3] == "0018[67 72 65 65 74 69 6e 67"
    assert lines[4] == "0020 2e 74 78 74]"


def test_what_is_not_known_is_no_number() -> None:
    draft = SAMPLE.with_text("flags", "CHECKSUM").with_text("sensor", "many")
    assert shown(draft, focus="sensor")[1] == "0008 00 00 00 01[?? ??]00 01"
    assert shown(draft)[-1] == "0020 ?? ?? ?? ??"


def test_the_damaged_byte_is_shown_as_it_will_be() -> None:
    lines = byte_lines(built(SAMPLE), 30, "value", Damage(25, 0x01))
    assert lines[3].plain.rstrip() == "0018[40!34 80 00 00 00 00 00]"
    styles = {str(span.style) for span in lines[3].spans}
    assert {DAMAGED, FOCUS} <= styles


def test_no_more_is_shown_than_anybody_reads() -> None:
    draft = example(Type.FILE_CHUNK).with_text("data", '"' + "x" * 5000 + '"')
    lines = shown(draft)
    assert len(lines) == MOST_BYTES // 8 + 1
    assert lines[-1] == "… and 4 520 more bytes"
    assert row_of(built(draft), "checksum", 30) == MOST_BYTES // 8 - 1
    assert row_of(built(draft), "data", 30) == 3
    assert row_of(built(draft), "none such", 30) == 0


@given(
    st.integers(17, 200), st.sampled_from(Type), st.sampled_from(["", "sequence", "sensor", "name", "checksum"]),
    st.integers(0, 80),
)  # fmt: skip
def test_no_line_is_wider_than_there_is_room(width: int, kind: Type, focus: str, offset: int) -> None:
    lines = byte_lines(built(example(kind)), width, focus, Damage(offset))
    assert max(line.cell_length for line in lines) <= width


@pytest.mark.parametrize(("width", "per"), [(20, 4), (30, 8), (53, 8), (54, 16)])
def test_bytes_in_a_row(width: int, per: int) -> None:
    assert bytes_in_row(width) == per
