from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.support.labproto import SAMPLE
from wslab.lab.binary.marks import mark_at, messages
from wslab.wire.labproto.bodies import Error, StreamEnd
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.layout import ANSWER


@given(st.binary(max_size=120))
def test_every_byte_belongs_to_one_field_and_nothing_is_raised(data: bytes) -> None:
    for said in messages(data, 2):
        for offset in range(said.item.start, said.item.end):
            assert sum(mark.start <= offset < mark.end for mark in said.marks) == 1
        assert isinstance(said.summary, str)


def test_several_in_one() -> None:
    data = encode(SAMPLE, sequence=3) + encode(StreamEnd(42, 9), sequence=8, flags=ANSWER) + b"\1"
    sample, end, rest = messages(data, 1)
    assert (sample.name, sample.sequence, sample.answer, sample.problem) == ("SAMPLE", 3, False, None)
    assert (end.name, end.sequence, end.answer, end.summary) == ("STREAM_END", 8, True, "sensor 42, count 9")
    assert (rest.name, rest.sequence, rest.error) == ("", 0, "BAD_LENGTH")


def test_what_is_wrong_has_the_name_of_its_error() -> None:
    (said,) = messages(encode(b"", type_=0x55, sequence=4), 1)
    assert (said.name, said.error) == ("0x55", "UNKNOWN_TYPE")
    assert said.problem == "type is 0x55: no message has this type"


def test_a_long_payload_is_summed_up_in_a_line() -> None:
    (said,) = messages(encode(Error(1, 0, "x" * 5000)), 1)
    assert len(said.summary) == 300


def test_the_field_of_a_byte() -> None:
    (said,) = messages(encode(SAMPLE), 1)
    found = mark_at(said.marks, 13)
    assert found is not None
    assert found.name == "sensor"
    assert mark_at(said.marks, 32) is None
