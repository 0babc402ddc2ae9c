from __future__ import annotations

import pytest

from wslab.lab.binary.rows import header_place, rows_of, tail_of
from wslab.wire.labproto.bodies import NumberKind
from wslab.wire.labproto.layout import LAYOUTS, Tail, Type


def names(kind: Type | None, version: int = 1, checked: bool = False) -> list[str]:
    return [row.name for row in rows_of(kind, version, checked)]


@pytest.mark.parametrize("kind", list(Type))
def test_every_field_of_every_type_has_a_row(kind: Type) -> None:
    layout = LAYOUTS[kind]
    expected = ["version", "flags", "length", "sequence", *(part.name for part in layout.parts)]
    expected += [layout.tail.value] if layout.tail is not Tail.NOTHING else []
    assert names(kind) == expected
    assert names(kind, checked=True) == [*expected, "checksum"]
    assert all(row.meaning and row.section.startswith("binary#") for row in rows_of(kind, 2, True))


def test_version_2_of_a_sample_has_extensions() -> None:
    assert names(Type.SAMPLE, 2)[-1] == "extensions"
    assert tail_of(Type.SAMPLE, 1) is Tail.NOTHING
    assert tail_of(Type.SAMPLE, 9) is Tail.EXTENSIONS
    assert tail_of(Type.FILE_OPEN, 2) is Tail.NAME


def test_a_type_of_any_number_has_a_payload_of_any_bytes() -> None:
    assert names(None) == ["version", "type", "flags", "length", "sequence", "payload"]


def test_what_an_array_takes_depends_on_the_kind_of_its_numbers() -> None:
    row = rows_of(Type.NUMBERS, 1, False, NumberKind.I16)[-1]
    assert "-32768" in row.write


def test_the_header_has_twelve_bytes() -> None:
    places = [header_place(name) for name in ("version", "type", "flags", "length", "sequence")]
    assert places == [(0, 1), (1, 2), (2, 4), (4, 8), (8, 12)]
    assert header_place("sensor") is None
