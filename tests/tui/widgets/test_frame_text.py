"""The text of the Frame tab for a frame."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.check_events import PUBLISH
from tests.support.frames import KEY, make_frame
from tests.support.lines import joined, plain, widest
from tests.support.wire_streams import C2S, MASK, open_reader
from wslab.tui.widgets.frame_text import DIAGRAM_FROM, TWO_COLUMNS_FROM, frame_lines
from wslab.tui.widgets.seen import Seen
from wslab.wire import violations
from wslab.wire.decoding.around import around
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Frame

WIDTHS = (46, DIAGRAM_FROM - 1, DIAGRAM_FROM, 75, 100, TWO_COLUMNS_FROM, 178)


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_is_said_at_every_width(width: int) -> None:
    lines = frame_lines(make_frame()._replace(violations=(violations.RESERVED_BITS,)), width)
    text = plain(lines)
    assert widest(lines) <= width
    assert text.startswith("> TEXT  frame 1, ")
    said = " ".join(text.replace("│", " ").split())
    assert "6 header + 5 payload = 11 bytes on the wire, 54.5 % of them header" in said
    assert "! reserved bit set without an extension that gives it a meaning (RFC 6455 section 5.2)" in said
    assert "7f ^ 37 = 48 'H'" in text
    assert "0002  37 fa 21 3d" in text
    assert "Masking-key" in text
    assert "Hello" in text
    assert ("┌─┬─┬─┬─┬───────┬─┬" in text) == (width >= DIAGRAM_FROM)
    for name in ("FIN", "RSV1", "RSV2", "RSV3", "opcode", "MASK", "Payload len", "Payload data"):
        assert name in text
    for section in ("5.1", "5.2", "5.3", "5.4", "5.6"):
        assert f"section {section}" in said or f"6455 §{section}" in said


def test_the_bytes_stand_beside_the_diagram_where_there_is_room() -> None:
    beside = plain(frame_lines(make_frame(), TWO_COLUMNS_FROM))
    assert any("0 1 2 3" in row and "0000  81" in row for row in beside.splitlines())
    below = plain(frame_lines(make_frame(), TWO_COLUMNS_FROM - 1))
    assert not any("0 1 2 3" in row and "0000  81" in row for row in below.splitlines())


def test_each_field_has_a_row_of_its_own_in_the_bytes() -> None:
    text = plain(frame_lines(make_frame(payload=bytes(200), rsv=4), 75))
    assert "0000  c1                       FIN 1  RSV 100  opcode 0x1 TEXT" in text
    assert "0001  fe                       MASK 1  Payload len 126" in text
    assert "0002  00 c8                    Extended payload length 200" in text
    assert "0004  37 fa 21 3d              Masking-key" in text
    assert "0008  37 fa 21 3d 37 fa 21 3d  Payload, masked  7.!=7.!=" in text
    assert "…     136 more bytes of payload" in text
    assert "… and so on for 184 more bytes" in text
    assert "Payload, still compressed" in text


def test_a_server_frame_has_no_mask_to_work_out() -> None:
    text = plain(frame_lines(make_frame(mask=None, direction=Direction.S2C), 75))
    assert "< TEXT" in text
    assert "Mask worked out" not in text
    assert "0002  48 65 6c 6c 6f           Payload  Hello" in text


def test_a_close_frame_shows_code_and_reason() -> None:
    reason = "the quick brown fox jumps over the lazy dog"
    text = joined(frame_lines(make_frame(8, close_body(1002, reason)), 120))
    assert "1002 protocol error" in text
    assert reason in text
    assert "§7.4.1" in text


def test_an_empty_frame_has_no_payload_section() -> None:
    text = plain(frame_lines(make_frame(9, b""), 75))
    assert "Payload ─" not in text
    assert "6 header + 0 payload = 6 bytes on the wire, 100 % of them header" in text


def test_a_fragment_of_bytes_is_dumped_and_one_of_text_is_read() -> None:
    assert "0000  00 01 02" in plain(frame_lines(make_frame(0, bytes(range(9))), 75)).split("Payload ─")[1]
    assert "\nlo" in plain(frame_lines(make_frame(0, b"lo"), 75)).split("Payload ─")[1]


def test_values_that_contradict_each_other_are_named() -> None:
    text = joined(frame_lines(make_frame()._replace(header_len=5), 75))
    assert "These values cannot be those of one frame: no header has 5 bytes" in text


@settings(deadline=None)
@given(
    opcode=st.integers(0, 15),
    payload=st.binary(max_size=300),
    fin=st.booleans(),
    rsv=st.integers(0, 7),
    mask=st.none() | st.just(KEY),
    length=st.none() | st.integers(300, 2**64 - 1),
    width=st.sampled_from(WIDTHS),
)
def test_any_frame_fits_and_holds_no_control_character(
    opcode: int, payload: bytes, fin: bool, rsv: int, mask: bytes | None, length: int | None, width: int
) -> None:
    frame = make_frame(opcode, payload, fin=fin, rsv=rsv, mask=mask, length=length)
    lines = frame_lines(frame, width)
    assert widest(lines) <= width
    assert all(not line.plain or line.plain.isprintable() for line in lines)


@pytest.mark.parametrize(("subprotocol", "first"), [("mqtt", "Layers"), ("", "opcode")])
def test_layers_of_a_protocol_come_first_and_those_of_plain_text_last(subprotocol: str, first: str) -> None:
    payload = PUBLISH if subprotocol else b"hello"
    events = open_reader("", subprotocol).receive(C2S, encode_frame(2, payload, mask=MASK))
    frame = events[0]
    assert isinstance(frame, Frame)
    text = plain(frame_lines(frame, 91, Seen(around(events, 0), subprotocol or None)))
    places = {word: text.index(word) for word in ("Layers", "opcode")}
    assert min(places, key=lambda word: places[word]) == first
