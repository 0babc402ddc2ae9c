"""The diagram of RFC 6455 section 5.2 with real values in it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.frames import KEY, make_frame
from tests.support.lines import plain
from wslab.tui.widgets.frame_diagram import WIDTH, diagram
from wslab.wire.anatomy import dissect
from wslab.wire.encoder import close_body
from wslab.wire.events import Direction

MASKED_HELLO = """\
 0                   1                   2                   3
 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
┌─┬─┬─┬─┬───────┬─┬─────────────┬───────────────────────────────┐
│1│0│0│0│0 0 0 1│1│0 0 0 0 1 0 1│0 0 1 1 0 1 1 1 1 1 1 1 1 0 1 0│
│F│R│R│R│ opcode│M│ Payload len │          Masking-key          │
│I│S│S│S│  0x1  │A│      5      │       37              fa      │
│N│V│V│V│  TEXT │S│             │                               │
│ │1│2│3│       │K│             │                               │
├─┴─┴─┴─┴───────┴─┴─────────────┼───────────────┬───────────────┤
│0 0 1 0 0 0 0 1 0 0 1 1 1 1 0 1│0 1 1 1 1 1 1 1│1 0 0 1 1 1 1 1│
│    Masking-key (continued)    │   payload 0   │   payload 1   │
│       21              3d      │  7f -> 48 'H' │  9f -> 65 'e' │
├───────────────┬───────────────┼───────────────┼───────────────┘
│0 1 0 0 1 1 0 1│0 1 0 1 0 0 0 1│0 1 0 1 1 0 0 0│
│   payload 2   │   payload 3   │   payload 4   │
│  4d -> 6c 'l' │  51 -> 6c 'l' │  58 -> 6f 'o' │
└───────────────┴───────────────┴───────────────┘"""

EMPTY_PONG = """\
┌─┬─┬─┬─┬───────┬─┬─────────────┐
│1│0│0│0│1 0 1 0│0│0 0 0 0 0 0 0│
│F│R│R│R│ opcode│M│ Payload len │
│I│S│S│S│  0xA  │A│      0      │
│N│V│V│V│  PONG │S│             │
│ │1│2│3│       │K│             │
└─┴─┴─┴─┴───────┴─┴─────────────┘"""


def trimmed(text: str) -> str:
    """Return text without spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.splitlines())


def test_the_masked_example_of_section_5_7() -> None:
    assert trimmed(plain(diagram(dissect(make_frame())))) == trimmed(MASKED_HELLO)


def test_a_frame_of_two_bytes() -> None:
    frame = make_frame(10, b"", mask=None, direction=Direction.S2C)
    assert plain(diagram(dissect(frame))[2:]) == EMPTY_PONG


def test_longer_lengths_have_their_own_cells() -> None:
    text = plain(diagram(dissect(make_frame(payload=bytes(200)))))
    assert "= 200" in text
    assert "16 bits -->" in text
    assert "… 192 more bytes of payload" in text
    text = plain(diagram(dissect(make_frame(payload=bytes(70_000)))))
    assert "= 70 000" in text
    assert "64 bits -->" in text
    assert "Extended payload length (continued)" in text


def test_a_code_is_named_in_the_payload() -> None:
    assert plain(diagram(dissect(make_frame(8, close_body(1000))))).count("close code") == 2


@settings(deadline=None)
@given(
    opcode=st.integers(0, 15),
    payload=st.binary(max_size=20),
    fin=st.booleans(),
    rsv=st.integers(0, 7),
    mask=st.none() | st.just(KEY),
    form=st.sampled_from([7, 16, 64]),
    length=st.none() | st.integers(0, 2**64 - 1),
    preview=st.integers(0, 20),
)
def test_any_frame_is_drawn_with_its_bits_in_place(
    opcode: int,
    payload: bytes,
    fin: bool,
    rsv: int,
    mask: bytes | None,
    form: int,
    length: int | None,
    preview: int,
) -> None:
    if length is not None:
        form, payload = 64, payload[:length]
    frame = make_frame(
        opcode, payload, fin=fin, rsv=rsv, mask=mask, form=form, length=length, preview=preview
    )
    anatomy = dissect(frame)
    rows = [line.plain for line in diagram(anatomy)][2:]
    assert all(len(row) <= WIDTH for row in rows)
    after_borders = [rows[at + 1] for at, row in enumerate(rows[:-1]) if row[:1] in "┌├"]
    bits = "".join(character for row in after_borders for character in row if character in "01")
    drawn = anatomy.header + anatomy.wire_payload[:8]
    assert int(bits, 2).to_bytes(len(drawn), "big") == drawn
