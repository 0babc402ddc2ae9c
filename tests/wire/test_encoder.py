"""Frames as bytes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wslab.wire.encoder import LENGTH_LIMITS, apply_mask, close_body, encode_frame, minimal_form

KEY = bytes.fromhex("37fa213d")


@pytest.mark.parametrize(
    ("frame", "wire"),
    [
        (encode_frame(1, b"Hello"), "810548656c6c6f"),
        (encode_frame(1, b"Hello", mask=KEY), "818537fa213d7f9f4d5158"),
        (encode_frame(1, b"Hel", fin=False), "010348656c"),
        (encode_frame(0, b"lo"), "80026c6f"),
        (encode_frame(9, b"Hello"), "890548656c6c6f"),
        (encode_frame(10, b"Hello", mask=KEY), "8a8537fa213d7f9f4d5158"),
    ],
)
def test_examples_of_rfc_6455_section_5_7(frame: bytes, wire: str) -> None:
    assert frame.hex() == wire


def test_long_examples_of_rfc_6455_section_5_7() -> None:
    assert encode_frame(2, bytes(256))[:4].hex() == "827e0100"
    assert encode_frame(2, bytes(65536))[:10].hex() == "827f0000000000010000"


@pytest.mark.parametrize(("length", "form"), [(0, 7), (125, 7), (126, 16), (65535, 16), (65536, 64)])
def test_the_shortest_form_is_the_default(length: int, form: int) -> None:
    assert minimal_form(length) == form
    assert encode_frame(2, bytes(length)) == encode_frame(2, bytes(length), length_form=form)


def test_rules_can_be_broken() -> None:
    assert encode_frame(3, rsv=5).hex() == "d300"
    assert encode_frame(1, b"a", length_form=16).hex() == "817e000161"
    assert encode_frame(1, b"a", length_form=64).hex() == "817f000000000000000161"
    assert encode_frame(9, bytes(126))[:4].hex() == "897e007e"
    assert encode_frame(1, b"hi", declared_length=200).hex() == "817e00c86869"
    assert encode_frame(1, declared_length=2**64 - 1).hex() == "817fffffffffffffffff"
    assert encode_frame(9, b"x", fin=False, mask=bytes(4)).hex() == "09810000000078"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"opcode": 16}, "opcode 16"),
        ({"opcode": -1}, "opcode -1"),
        ({"opcode": 1, "rsv": 8}, "rsv 8"),
        ({"opcode": 1, "mask": b"abc"}, "4 bytes, not 3"),
        ({"opcode": 1, "length_form": 8}, "7, 16 or 64"),
        ({"opcode": 1, "payload": bytes(126), "length_form": 7}, "126 does not fit into the 7 bit form"),
        ({"opcode": 1, "declared_length": 65536, "length_form": 16}, "0 to 65535"),
        ({"opcode": 1, "declared_length": 2**64}, "does not fit"),
        ({"opcode": 1, "declared_length": -1}, "length -1"),
    ],
)
def test_what_the_bits_cannot_hold_is_refused(arguments: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        encode_frame(**arguments)  # type: ignore[arg-type]


@settings(deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=4, max_size=4), st.integers(0, 50))
def test_the_fast_mask_is_the_mask_of_section_5_3(data: bytes, key: bytes, offset: int) -> None:
    slow = bytes(byte ^ key[(index + offset) % 4] for index, byte in enumerate(data))
    assert apply_mask(data, key, offset) == slow
    assert apply_mask(slow, key, offset) == data


@settings(deadline=None)
@given(st.binary(max_size=60), st.binary(min_size=4, max_size=4), st.integers(0, 60))
def test_a_mask_can_be_applied_in_pieces(data: bytes, key: bytes, cut: int) -> None:
    assert apply_mask(data[:cut], key) + apply_mask(data[cut:], key, min(cut, len(data))) == apply_mask(
        data, key
    )


def test_a_key_has_four_bytes() -> None:
    with pytest.raises(ValueError, match="4 bytes, not 5"):
        apply_mask(b"x", b"12345")


@settings(deadline=None)
@given(
    opcode=st.integers(0, 15),
    payload=st.binary(max_size=200),
    fin=st.booleans(),
    rsv=st.integers(0, 7),
    mask=st.none() | st.binary(min_size=4, max_size=4),
    form=st.sampled_from([None, 7, 16, 64]),
)
def test_every_part_stands_where_section_5_2_says(
    opcode: int, payload: bytes, fin: bool, rsv: int, mask: bytes | None, form: int | None
) -> None:
    if form == 7 and len(payload) > LENGTH_LIMITS[7]:
        form = 16
    wire = encode_frame(opcode, payload, fin=fin, rsv=rsv, mask=mask, length_form=form)
    assert (wire[0] >> 7, wire[0] >> 4 & 7, wire[0] & 15) == (fin, rsv, opcode)
    assert wire[1] >> 7 == (mask is not None)
    form = form or minimal_form(len(payload))
    at = 2 + (0 if form == 7 else form // 8)
    assert (int.from_bytes(wire[2:at], "big") if at > 2 else wire[1] & 127) == len(payload)
    if mask is None:
        assert wire[at:] == payload
    else:
        assert wire[at : at + 4] == mask
        assert apply_mask(wire[at + 4 :], mask) == payload


def test_close_bodies() -> None:
    assert close_body() == b""
    assert close_body(1000) == b"\x03\xe8"
    assert close_body(1002, "bye é") == b"\x03\xea" + "bye é".encode()
    assert close_body(0) == b"\0\0"
    assert close_body(1007, b"\xff") == b"\x03\xef\xff"
    with pytest.raises(ValueError, match="0 to 65535"):
        close_body(65536)
    with pytest.raises(ValueError, match="needs a code"):
        close_body(None, "bye")
