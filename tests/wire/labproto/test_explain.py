from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.labproto import MOMENT, SAMPLE, legal
from wslab.wire.labproto.bodies import Body, Extension, Numbers, Sample, StreamStop
from wslab.wire.labproto.encoder import encode
from wslab.wire.labproto.explain import MOST_VALUES, Explained, explain
from wslab.wire.labproto.layout import Flag


def tiled(data: bytes, agreed: int) -> list[Explained]:
    """Take bytes apart and see that each belongs to one field."""
    messages = list(explain(data, agreed))
    at = 0
    for message in messages:
        for field in message.fields:
            assert field.offset == at
            assert field.length > 0
            assert field.meaning
            assert field.section.startswith("binary#")
            at = field.end
        assert at == message.item.end
    assert at == len(data)
    return messages


def only(data: bytes, agreed: int = 2) -> Explained:
    (message,) = tiled(data, agreed)
    return message


@given(st.binary(max_size=120), st.sampled_from([1, 2]))
@example(b"", 1)
def test_random_bytes(data: bytes, agreed: int) -> None:
    tiled(data, agreed)


@given(st.data(), st.sampled_from([1, 2]))
def test_messages_right_and_damaged(data: st.DataObject, agreed: int) -> None:
    version = data.draw(st.sampled_from([1, 2]))
    flags = data.draw(st.sampled_from([0, Flag.CHECKSUM]))
    message = bytearray(encode(data.draw(legal(version)), version=version, flags=flags))
    tiled(bytes(message), agreed)
    for _ in range(3):
        message[data.draw(st.integers(0, len(message) - 1))] = data.draw(st.integers(0, 255))
    tiled(bytes(message), agreed)


@given(legal())
def test_what_is_right_has_no_problem_and_each_value_its_field(body: Body) -> None:
    message = only(encode(body, flags=Flag.CHECKSUM))
    assert [field for field in message.fields if field.problem] == []
    names = [field.name for field in message.fields]
    assert names[:5] == ["version", "type", "flags", "length", "sequence"]
    assert names[-1] == "checksum"
    assert "payload" not in names
    assert "rest" not in names


def test_the_fields_of_a_sample() -> None:
    message = only(encode(SAMPLE, sequence=7, flags=Flag.ACK_WANTED))
    assert message.name == "SAMPLE"
    assert [(field.name, field.offset, field.length, field.value) for field in message.fields] == [
        ("version", 0, 1, "1"),
        ("type", 1, 1, "0x01 SAMPLE"),
        ("flags", 2, 2, "0x0001 ACK_WANTED"),
        ("length", 4, 4, "20"),
        ("sequence", 8, 4, "7"),
        ("sensor", 12, 2, "42"),
        ("status", 14, 2, "0x0001 ESTIMATED"),
        ("time", 16, 8, "1767225600000 2026-01-01T00:00:00.000Z"),
        ("value", 24, 8, "21.5"),
    ]


def test_the_wrong_field_has_the_problem() -> None:
    for data, name in (
        (encode(StreamStop(1), version=7), "version"),
        (encode(b"", type_=0x55), "type"),
        (encode(StreamStop(1), flags=0x4000), "flags"),
        (encode(StreamStop(1), length=9), "length"),
        (encode(StreamStop(1), flags=Flag.CHECKSUM, crc=9), "checksum"),
        (encode(Sample(1, 0, 0, float("nan"))), "value"),
        (b"\x01\x01", "header"),
        (encode(Sample(1, 0, 0, 0.0, (Extension(0x99, b""),)), version=2), "extension tag"),
    ):
        assert [field.name for field in only(data).fields if field.problem] == [name]


def test_a_second_message_is_marked_where_it_stands() -> None:
    first, second = explain(encode(StreamStop(1)) + encode(b"", type_=0x55))
    assert first.item.problems == ()
    assert [(field.name, field.offset) for field in second.fields if field.problem] == [("type", 15)]
    assert (first.name, second.name) == ("STREAM_STOP", "0x55")


def test_no_header_has_no_name() -> None:
    assert only(b"\x01").name == ""


def test_extensions_are_told_apart_and_what_is_unknown_is_said() -> None:
    sample = Sample(
        1, 0, MOMENT, 1.0, (Extension(1, b"m"), Extension(0x33, b"\xab"), Extension(0x81, b"\xfe"))
    )
    fields = only(encode(sample, version=2)).fields[9:]
    assert [(field.name, field.value) for field in fields] == [
        ("extension tag", "0x01 UNIT"),
        ("extension length", "1"),
        ("extension value", "m"),
        ("extension tag", "0x33"),
        ("extension length", "1"),
        ("extension value", "ab"),
        ("extension tag", "0x81 SCALE"),
        ("extension length", "1"),
        ("extension value", "-2"),
    ]
    assert fields[3].meaning == "Unknown, and is ignored."


def test_a_flag_that_is_unknown_is_said() -> None:
    assert "ignored" in only(encode(StreamStop(1), flags=0x40)).fields[2].meaning
    assert "cannot be read" in only(encode(StreamStop(1), flags=0x4000)).fields[2].meaning
    assert only(encode(StreamStop(1), flags=0x4000)).fields[-1].name == "payload"


def test_a_long_array_has_bounded_fields() -> None:
    values = tuple(range(MOST_VALUES + 3))
    fields = only(encode(Numbers(1, len(values), values))).fields
    assert [field.name for field in fields][-2:] == [f"values[{MOST_VALUES - 1}]", "values"]
    assert fields[-1].length == 3


def test_what_flags_and_header_say() -> None:
    plain = only(encode(StreamStop(1))).fields
    assert (plain[2].meaning, plain[3].meaning) == ("None is set.", "Bytes after the header.")
    assert plain[4].meaning == "Counts the messages of its sender."
    answer = only(encode(StreamStop(1), flags=Flag.ANSWER | Flag.CHECKSUM)).fields
    assert answer[2].meaning == "This is an answer. The last four bytes are a checksum."
    assert "the four of the checksum included" in answer[3].meaning
    assert answer[4].meaning == "The number of the message that this one answers."
    assert only(encode(StreamStop(1), flags=Flag.ACK_WANTED)).fields[2].meaning == "An answer is wanted."
