"""Events of the tap as lines."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import PUBLISH, proto
from tests.support.traffic import a_frame, a_message, a_state
from tests.support.wire_streams import connections, read
from wslab.lab.tap_rows import row
from wslab.wire.events import Body, Close, Direction, Event, Http, Opcode, Phase, Tcp

C2S, S2C = Direction.C2S, Direction.S2C
HEAD = (1, 0.0, 1_753_000_000.25, 12)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Tcp(*HEAD, "open", None, "a > b"), "* TCP open, a > b"),
        (Tcp(*HEAD, "fin", S2C, ""), "< TCP FIN"),
        (Tcp(*HEAD, "reset", C2S, "in the middle"), "> TCP RESET, in the middle"),
        (Http(*HEAD, C2S, "GET / HTTP/1.1", (("Host", "h"),), 9, ("rule",)), "> GET / HTTP/1.1  (1 header)  ! rule"),
        (Body(*HEAD, S2C, 200, b"x" * 200), "< body of 200 bytes  " + "x" * 100 + "… (+100 bytes)"),
        (a_frame(1), "> TEXT 5  hello"),
        (a_frame(1, fin=False, direction=S2C), "< TEXT 5, to be continued  hello"),
        (a_frame(1, rsv=4), "> TEXT 5, compressed"),
        (a_frame(1, b"\x00\xff", opcode=Opcode.BINARY), "> BINARY 2  00 ff"),
        (a_frame(1, b"\xff\x1b", opcode=Opcode.PING), "> PING 2  ff 1b"),
        (a_frame(1, b"", opcode=Opcode.PONG), "> PONG 0"),
        (a_frame(1, b"\x1b[2J\r\n"), "> TEXT 6  \\x1b[2J\\x0d\\x0a"),
        (a_frame(1, b"hi", violations=["6455#5.1 x"]), "> TEXT 2  hi  ! 6455#5.1 x"),
        (a_frame(1, b"\x03\xe8", opcode=Opcode.CLOSE), ""),
        (a_message(1), ""),
        (a_message(1, frames=3), "> TEXT message of 5 bytes in 3 frames  hello"),
        (a_message(1, b"hello", wire_length=3), "> TEXT message of 5 bytes in 1 frame  hello"),
        (proto(PUBLISH), "> mqtt 3.1.1: PUBLISH 13 bytes"),
        (proto(b"", "\x1b", violations=["x#y z"]), "> mqtt 3.1.1: \\x1b 0 bytes  ! x#y z"),
        (a_state(1, Phase.OPEN), "* open"),
        (a_state(1, Phase.ERROR, "it broke", 1006), "* error 1006: it broke"),
    ],
)  # fmt: skip
def test_rows(event: Event, text: str) -> None:
    got = row(event)
    assert re.sub(r"^ *\d+ \d\d:\d\d:\d\d\.\d{3} ", "", got) == text


def test_number_and_time_come_first() -> None:
    assert re.match(r"  12 \d\d:\d\d:\d\d\.250 \* TCP", row(Tcp(*HEAD, "open", None, "")))


def test_close_codes_are_explained() -> None:
    text = row(Close(*HEAD, S2C, 1009, "4 MiB\x1b", True, ()))
    assert '< CLOSE 1009 message too big: "4 MiB\\x1b"  (The message was larger' in text
    assert "< CLOSE no code  (" in row(Close(*HEAD, S2C, None, "", True, ()))


def test_a_character_that_the_preview_cuts_leaves_the_rest_text() -> None:
    text = "ä" * 80
    assert row(a_frame(1, b"x" + text.encode())).endswith("  x" + "ä" * 49 + "… (+62 bytes)")


@given(st.lists(connections(), max_size=2))
def test_a_row_is_one_line_of_printable_characters(traffic: list[list[tuple[Direction, bytes]]]) -> None:
    for segments in traffic:
        for event in read(segments):
            assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]", row(event))
