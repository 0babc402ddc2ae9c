from __future__ import annotations

from wslab.i18n import sentence, set_language, spoken
from wslab.lab.binary.bad_field import BadField


def test_it_names_the_field_the_text_and_what_would_be_right() -> None:
    error = BadField("sensor", "70000", sentence("it is from {low} to {high}", low=0, high=65535))
    assert str(error) == "sensor is '70000': it is from 0 to 65535"
    assert error.field == "sensor"
    set_language("ja")
    assert spoken(str(error)) != str(error)


def test_a_long_text_is_cut_and_what_steers_a_terminal_is_written_out() -> None:
    assert len(str(BadField("name", "x" * 1000, sentence("it is there twice")))) < 80
    assert "\x1b" not in str(BadField("name", "\x1b[31m", sentence("it is there twice")))
