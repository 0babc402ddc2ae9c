"""A field of whatever is taken apart."""

from wslab.wire.field import WHOLE, Field


def test_a_field_ends_behind_its_last_byte() -> None:
    field = Field("Keep Alive", 10, 2, "60 s")
    assert field.end == 12
    assert (field.meaning, field.section, field.problem, field.group, field.mask) == ("", "", "", "", WHOLE)
