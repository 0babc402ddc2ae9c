from __future__ import annotations

from wslab.lab.binary.errors import NoAnswer, Refused, error_name
from wslab.wire.labproto.bodies import Error


def test_an_error_is_told_by_name_with_its_text() -> None:
    assert str(Refused(Error(13, 0, "too much"))) == "refused: LIMIT: too much"
    assert error_name(9999) == "9999"


def test_what_is_raised_is_of_the_kinds_that_the_app_says() -> None:
    assert issubclass(Refused, ValueError)
    assert issubclass(NoAnswer, OSError)
