from __future__ import annotations

from wslab.i18n import sentence
from wslab.wire.labproto.layout import ErrorCode, Type
from wslab.wire.labproto.problems import LONGEST_ERROR, Problem, error_for, refusal


def problem(value: str) -> Problem:
    right = sentence("no message has this type")
    return Problem(ErrorCode.UNKNOWN_TYPE, "type", value, 1, right, "binary#3.1")


def test_an_error_names_the_field_its_value_and_the_rule() -> None:
    error = error_for(problem("0x55"))
    assert (error.code, error.offset) == (3, 1)
    assert error.text == "type is 0x55: no message has this type (binary#3.1)"


def test_an_error_is_bounded_and_stays_utf8() -> None:
    for shift in range(4):
        text = error_for(problem("x" * shift + "日" * 500)).text
        assert LONGEST_ERROR - 3 <= len(text.encode()) <= LONGEST_ERROR


def test_a_refusal_names_the_same_things() -> None:
    error = refusal(ErrorCode.WRONG_OFFSET, Type.FILE_CHUNK, "offset", 9, "the file goes on at 7")
    assert (error.code, error.offset) == (11, 20)
    assert error.text == "offset is 9: the file goes on at 7 (binary#5.2)"
    long = refusal(ErrorCode.LIMIT, Type.FILE_OPEN, "name", "日" * 500, "")
    assert len(long.text.encode()) <= LONGEST_ERROR
