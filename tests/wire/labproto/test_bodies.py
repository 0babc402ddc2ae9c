from __future__ import annotations

import struct

import pytest

from wslab.wire.labproto.bodies import Extension, NumberKind, Sample, Tag


def test_a_number_kind_knows_how_long_it_is() -> None:
    for kind in NumberKind:
        assert struct.calcsize(">" + kind.code) == kind.size
    assert [kind.size for kind in NumberKind] == [1, 2, 4, 8, 4, 8]
    assert [kind.code for kind in NumberKind] == list("Bhiqfd")


@pytest.mark.parametrize(
    ("extensions", "unit", "uncertainty", "scale"),
    [
        ((), "", None, 0),
        ((Extension(Tag.UNIT, "°C".encode()),), "°C", None, 0),
        ((Extension(Tag.SCALE, b"\xff"),), "", None, -1),
        ((Extension(0x33, b"?"), Extension(Tag.UNCERTAINTY, struct.pack(">d", 0.5))), "", 0.5, 0),
        ((Extension(Tag.UNCERTAINTY, b"short"), Extension(Tag.SCALE, b"long")), "", None, 0),
    ],
)
def test_what_extensions_say(
    extensions: tuple[Extension, ...], unit: str, uncertainty: float | None, scale: int
) -> None:
    sample = Sample(1, 0, 0, 1.0, extensions)
    assert (sample.unit, sample.uncertainty, sample.scale) == (unit, uncertainty, scale)


def test_the_top_bit_of_a_tag_makes_it_critical() -> None:
    assert [Extension(tag, b"").critical for tag in (0x01, 0x7F, 0x80, 0x81, 0xFF)] == [
        False,
        False,
        True,
        True,
        True,
    ]
