from __future__ import annotations

import math
from zlib import crc32

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.labproto import legal
from wslab.lab.binary.assembled import Assembled, assemble, flags_of
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.draft import Draft, draft_of, example
from wslab.lab.binary.marks import messages
from wslab.wire.labproto.bodies import Body, FileChunk, Sample
from wslab.wire.labproto.layout import ACK_WANTED, CHECKSUM, Type


def built(draft: Draft, sequence: int = 7) -> Assembled:
    return assemble(draft, sequence=sequence, now=0)


def covers(assembled: Assembled) -> bool:
    """Whether the fields cover every byte once, in order."""
    at = 0
    for span in assembled.spans:
        if span.start != at:
            return False
        at = span.end
    return at == len(assembled.data)


@settings(max_examples=60)
@given(
    st.one_of(st.none(), st.sampled_from(Type)),
    st.dictionaries(
        st.sampled_from(
            [
                "version",
                "type",
                "flags",
                "length",
                "sequence",
                "sensor",
                "status",
                "time",
                "value",
                "size",
                "crc",
                "name",
                "data",
                "kind",
                "count",
                "values",
                "extensions",
                "checksum",
                "payload",
                "transfer",
                "offset",
            ]
        ),
        st.one_of(
            st.text(max_size=8), st.sampled_from(["1", "2", "0x0100", "CHECKSUM", "unit=x", "01 02", ""])
        ),
    ),
)
def test_whatever_is_typed_the_fields_cover_every_byte(kind: Type | None, texts: dict[str, str]) -> None:
    draft = example(kind)
    for name, text in texts.items():
        draft = draft.with_text(name, text)
    assembled = built(draft)
    assert covers(assembled)
    assert {row.name for row in assembled.rows} <= {span.name for span in assembled.spans} | {"type"}
    for name in assembled.wrong:
        span = assembled.span(name)
        assert span is not None
        assert span.unknown
    if assembled.wrong:
        with pytest.raises(BadField):
            assert assembled.message
    else:
        assert not any(span.unknown for span in assembled.spans)
        assert assembled.message == assembled.data


@given(legal(), st.sampled_from([0, CHECKSUM]))
def test_the_fields_are_where_a_reader_finds_them(body: Body, flags: int) -> None:
    flags |= CHECKSUM if isinstance(body, FileChunk) else 0
    assembled = built(draft_of(body, flags=flags))
    (said,) = messages(assembled.message, 2)
    assert said.problem is None
    for mark in said.marks:
        span = assembled.span(mark.name.partition("[")[0])
        assert span is not None
        assert span.start <= mark.start
        assert mark.end <= span.end


def test_what_is_left_empty_is_worked_out() -> None:
    draft = draft_of(Sample(42, 1, 0, 21.5), flags=CHECKSUM | ACK_WANTED)
    assembled = built(draft)
    crc = crc32(assembled.data[:-4])
    assert assembled.worked_out == {"length": 24, "sequence": 7, "checksum": crc}
    numbers = built(example(Type.NUMBERS))
    assert numbers.worked_out == {"length": 9, "sequence": 7, "count": 3}


def test_what_is_typed_stands_whether_or_not_it_is_right() -> None:
    draft = example(Type.FILE_CHUNK).with_text("length", "3").with_text("checksum", "0x12345678")
    assembled = built(draft.with_text("sequence", "9").with_text("version", "9"))
    assert assembled.message[:1] == b"\x09"
    assert assembled.message[4:12] == b"\0\0\0\x03\0\0\0\x09"
    assert assembled.message[-4:] == b"\x12\x34\x56\x78"
    assert assembled.worked_out == {}


def test_of_a_wrong_field_nothing_is_known_nor_of_what_depends_on_it() -> None:
    draft = example(Type.SAMPLE).with_text("flags", "CHECKSUM").with_text("sensor", "many")
    assembled = built(draft)
    assert [span.name for span in assembled.spans if span.unknown] == ["sensor", "checksum"]
    with pytest.raises(BadField, match="sensor is 'many': it is a whole number from 0 to 65535"):
        assert assembled.message
    tail = built(example(Type.NUMBERS).with_text("values", "some"))
    assert [span.name for span in tail.spans if span.unknown] == ["length", "count", "values"]
    kind = built(example(Type.NUMBERS).with_text("kind", "I17"))
    assert list(kind.wrong) == ["kind"]
    assert [span.name for span in kind.spans if span.unknown] == ["length", "kind", "count", "values"]


def test_the_first_wrong_field_in_the_order_of_the_wire_is_told() -> None:
    draft = example(Type.SAMPLE).with_text("value", "x").with_text("version", "300")
    assert list(built(draft).wrong) == ["version", "value"]


def test_values_that_are_forbidden_can_be_written() -> None:
    assembled = built(example(Type.SAMPLE).with_text("value", "nan"))
    (said,) = messages(assembled.message, 1)
    assert said.error == "BAD_VALUE"
    assert isinstance(said.item.body, Sample)
    assert math.isnan(said.item.body.value)
    numbers = example(Type.NUMBERS).with_text("kind", "9").with_text("values", "1 2 3")
    assert built(numbers).message[12:] == b"\x09\0\x03\1\2\3"


def test_flags_are_names_or_numbers() -> None:
    assert flags_of(example(Type.SAMPLE).with_text("flags", "ack_wanted CHECKSUM 0x40")) == 0x0141
    assert flags_of(example(Type.SAMPLE).with_text("flags", "0x10000")) is None
    assert "checksum" in [row.name for row in built(example(Type.FILE_CHUNK)).rows]
