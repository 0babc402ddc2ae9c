"""A frame taken apart, bit by bit."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.frames import make_frame
from wslab.wire.anatomy import MASK_ROWS, Part, dissect
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import LENGTH_LIMITS, apply_mask, close_body, encode_frame, minimal_form
from wslab.wire.events import Direction, Frame
from wslab.wire.violations import MISPLACED_RSV1, RESERVED_BITS


def test_the_masked_example_of_section_5_7() -> None:
    anatomy = dissect(make_frame())
    assert anatomy.header.hex() == "818537fa213d"
    assert [(field.name, field.start, field.width, field.bits, field.value) for field in anatomy.fields] == [
        ("FIN", 0, 1, "1", "1"),
        ("RSV1", 1, 1, "0", "0"),
        ("RSV2", 2, 1, "0", "0"),
        ("RSV3", 3, 1, "0", "0"),
        ("opcode", 4, 4, "0001", "0x1 TEXT"),
        ("MASK", 8, 1, "1", "1"),
        ("Payload len", 9, 7, "0000101", "5"),
        ("Masking-key", 16, 32, "00110111 11111010 00100001 00111101", "37 fa 21 3d"),
        ("Payload data", 48, 40, "", "5 bytes"),
    ]
    assert anatomy.wire_payload.hex() == "7f9f4d5158"
    assert anatomy.payload == b"Hello"
    assert [(row.wire, row.key, row.payload, row.character) for row in anatomy.mask_rows][:2] == [
        (0x7F, 0x37, 0x48, "H"),
        (0x9F, 0xFA, 0x65, "e"),
    ]
    assert (anatomy.length, anatomy.total) == (5, 11)
    assert anatomy.overhead == pytest.approx(6 / 11)
    assert anatomy.body == ()
    assert (anatomy.field("Masking-key").first_byte, anatomy.field("Masking-key").end_byte) == (2, 6)
    with pytest.raises(KeyError):
        anatomy.field("RSV4")


@pytest.mark.parametrize(
    ("frame", "name", "says"),
    [
        (make_frame(fin=False), "FIN", "more frames"),
        (make_frame(9, b"", fin=False), "FIN", "must never be fragmented"),
        (make_frame(9, b""), "FIN", "always complete"),
        (make_frame(), "RSV1", "Not compressed"),
        (make_frame(rsv=4), "RSV1", "compressed with permessage-deflate"),
        (make_frame(rsv=4)._replace(violations=(RESERVED_BITS,)), "RSV1", "nothing agreed on"),
        (make_frame(0, rsv=4)._replace(violations=(MISPLACED_RSV1,)), "RSV1", "only the first frame"),
        (make_frame(8, b"", rsv=4), "RSV1", "never compressed"),
        (make_frame(rsv=2)._replace(violations=(RESERVED_BITS,)), "RSV2", "nothing agreed on"),
        (make_frame(rsv=2), "RSV2", "for an extension"),
        (make_frame(3), "opcode", "further data frame"),
        (make_frame(11), "opcode", "further control frame"),
        (make_frame(mask=None), "MASK", "a client must mask"),
        (make_frame(mask=None, direction=Direction.S2C), "MASK", "a server never masks"),
        (make_frame(direction=Direction.S2C), "MASK", "a server must not mask"),
        (make_frame(payload=b""), "Payload len", "No payload"),
        (make_frame(9, bytes(126)), "Payload len", "125 bytes at most"),
        (make_frame(payload=bytes(126)), "Payload len", "follows in 16 bits"),
        (make_frame(payload=bytes(126)), "Extended payload length", "most significant byte first"),
        (make_frame(form=16), "Extended payload length", "7 would do"),
        (make_frame(form=64, payload=bytes(200)), "Extended payload length", "16 would do"),
        (make_frame(length=2**63), "Extended payload length", "must be 0, and is not"),
        (make_frame(mask=bytes(4)), "Masking-key", "XOR changes nothing"),
        (make_frame(rsv=4), "Payload data", "Compressed"),
        (make_frame(0), "Payload data", "A piece"),
        (make_frame(8, b"\3"), "Payload data", "One byte"),
        (make_frame(8, close_body(1000)), "Close code", "goodbye"),
        (make_frame(8, close_body(1000, "é")), "Reason", "for people"),
        (make_frame(8, close_body(1000, b"\xff")), "Reason", "not valid UTF-8"),
        (make_frame(8, close_body(1000, "é"), preview=3), "Reason", "for people"),
    ],
)
def test_values_are_put_into_words(frame: Frame, name: str, says: str) -> None:
    field = dissect(frame).field(name)
    assert says in field.meaning
    assert "#" in field.section


def test_a_close_frame_has_code_and_reason() -> None:
    code, reason = dissect(make_frame(8, close_body(1002, "bye"))).body
    assert (code.part, code.start, code.width, code.bits) == (Part.CODE, 48, 16, "00000011 11101010")
    assert code.value == "1002 protocol error"
    assert (reason.part, reason.start, reason.width, reason.value) == (Part.REASON, 64, 24, "bye")
    assert dissect(make_frame(8, b"")).body == ()
    assert dissect(make_frame(8, b"\3")).body == ()
    assert len(dissect(make_frame(8, b"\3\xe8")).body) == 1


def test_a_frame_that_no_wire_carries_is_refused() -> None:
    with pytest.raises(ValueError, match="no header has 5 bytes"):
        dissect(make_frame()._replace(header_len=5))
    with pytest.raises(ValueError, match="4 bytes, not 0"):
        dissect(make_frame()._replace(mask_key=b""))


def test_the_mask_is_worked_out_as_far_as_asked() -> None:
    frame = make_frame(payload=bytes(range(100)))
    assert len(dissect(frame).mask_rows) == MASK_ROWS
    assert len(dissect(frame, mask_rows=99).mask_rows) == 99
    assert dissect(make_frame(mask=None)).mask_rows == ()
    assert dissect(frame).mask_rows[10].character == ""


@settings(deadline=None)
@given(
    opcode=st.integers(0, 15),
    payload=st.binary(max_size=300),
    fin=st.booleans(),
    rsv=st.integers(0, 7),
    mask=st.none() | st.binary(min_size=4, max_size=4),
    form=st.sampled_from([7, 16, 64]),
    declared=st.none() | st.integers(0, 2**64 - 1),
    direction=st.sampled_from(Direction),
)
def test_fields_cover_the_frame_and_give_its_bytes_back(
    opcode: int,
    payload: bytes,
    fin: bool,
    rsv: int,
    mask: bytes | None,
    form: int,
    declared: int | None,
    direction: Direction,
) -> None:
    length = len(payload) if declared is None else declared
    payload = payload[:length]
    if length > LENGTH_LIMITS[form]:
        form = minimal_form(length)
    frame = make_frame(
        opcode, payload, fin=fin, rsv=rsv, mask=mask, form=form, length=length, direction=direction
    )
    anatomy = dissect(frame)
    wire = encode_frame(
        opcode, payload, fin=fin, rsv=rsv, mask=mask, length_form=form, declared_length=length
    )
    assert anatomy.header + anatomy.wire_payload == wire
    assert len(anatomy.header) == frame.header_len
    assert anatomy.total == frame.header_len + length

    # Each field starts where the one before it ends, and their bits are the header.
    assert all(a.start + a.width == b.start for a, b in itertools.pairwise(anatomy.fields))
    assert anatomy.fields[-1].start + anatomy.fields[-1].width == 8 * anatomy.total
    bits = "".join(field.bits for field in anatomy.fields).replace(" ", "")
    assert int(bits, 2).to_bytes(len(anatomy.header), "big") == anatomy.header
    assert all(
        len(field.bits.replace(" ", "")) == field.width
        for field in anatomy.fields
        if field.part != Part.PAYLOAD
    )

    for row in anatomy.mask_rows:
        assert row.wire ^ row.key == row.payload == payload[row.index]
    if mask is not None:
        assert apply_mask(anatomy.wire_payload, mask) == payload


HEADS = (
    (
        Direction.C2S,
        b"GET / HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    ),
    (
        Direction.S2C,
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    ),
)


@settings(deadline=None)
@given(
    opcode=st.integers(0, 15),
    payload=st.binary(max_size=200),
    fin=st.booleans(),
    rsv=st.integers(0, 7),
    mask=st.none() | st.binary(min_size=4, max_size=4),
    form=st.sampled_from([None, 7, 16, 64]),
    direction=st.sampled_from(Direction),
)
def test_what_the_reader_reads_is_given_back(
    opcode: int,
    payload: bytes,
    fin: bool,
    rsv: int,
    mask: bytes | None,
    form: int | None,
    direction: Direction,
) -> None:
    if form == 7 and len(payload) > LENGTH_LIMITS[7]:
        form = None
    wire = encode_frame(opcode, payload, fin=fin, rsv=rsv, mask=mask, length_form=form)
    reader = ConnectionReader(1, Clock())
    for side, head in HEADS:
        reader.receive(side, head)
    [frame] = [event for event in reader.receive(direction, wire) if isinstance(event, Frame)]
    anatomy = dissect(frame)
    assert anatomy.header + anatomy.wire_payload == wire
    assert anatomy.payload == payload


def test_a_close_code_means_what_the_subprotocol_says() -> None:
    frame = make_frame(8, close_body(4409))
    assert dissect(frame).field("Close code").value == "4409 application code, refused"
    assert (
        dissect(frame, subprotocol="graphql-transport-ws").field("Close code").value
        == "4409 subscriber already exists"
    )
