"""How events look as rows."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.support.check_events import PUBLISH, proto
from tests.support.traffic import WALL, a_frame, a_message, a_state
from wslab.tui.widgets.log_rows import (
    PHASE_SIGNS,
    Piece,
    clock_time,
    columns_for,
    fit,
    header,
    mark_matches,
    payload,
    row,
    row_text,
)
from wslab.wire.events import Body, Direction, Event, Http, Opcode, Phase, Proc, Tcp

REQUEST = Http(1, 0.0, WALL, 1, Direction.C2S, "GET /echo HTTP/1.1", (("Host", "localhost"),), 60, ())
ANSWER = Http(2, 0.0, WALL, 1, Direction.S2C, "HTTP/1.1 101 \x1b", (), 1500, ("9112#5 no good",))
BODY = Body(3, 0.0, WALL, 1, Direction.S2C, 9, b"no\nthanks")
FIN = Tcp(4, 0.0, WALL, 1, "fin", Direction.S2C, "in the middle of a frame")
RESET = Tcp(5, 0.0, WALL, 1, "reset", None, "")
EXITED = Proc(6, 0.0, WALL, 0, "basic", "exited", "code 1")
RULE = "6455#5.1 client frame not masked"


def drawn(event: Event, width: int = 80) -> str:
    return "".join(piece.text for piece in row(event, columns_for(width, 99)))


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (a_frame(12), "> TEXT       5 hello"),
        (a_frame(12, direction=Direction.S2C), "< TEXT       5 hello"),
        (a_frame(12, b"", opcode=Opcode.PING), "> PING       0 "),
        (a_frame(12, b"\x01\xff", opcode=Opcode.BINARY), "> BINARY     2 01 ff"),
        (a_frame(12, b"\x03\xe8bye", opcode=Opcode.CLOSE), "> CLOSE      5 1000 normal closure · bye"),
        (a_frame(12, b"\x03\xe8", opcode=Opcode.CLOSE), "> CLOSE      2 1000 normal closure"),
        (a_frame(12, b"", opcode=Opcode.CLOSE), "> CLOSE      0 no code"),
        (a_frame(12, b"\x03", opcode=Opcode.CLOSE), "> CLOSE      1 03"),
        (a_frame(12, fin=False), "> TEXT       5 fin=0 hello"),
        (a_frame(12, b"\xaa\x00", rsv=4), "> TEXT       2 deflate aa 00"),
        (a_frame(12, b"\xaa", rsv=7, violations=["6455#5.2 RSV bits"]), "> TEXT       1 rsv1 rsv2 rsv3 [6455#5.2 RSV bits] aa"),
        (a_frame(12, opcode=3, violations=["6455#5.2 reserved"]), "> 0x3        5 [6455#5.2 reserved] 68 65 6c 6c 6f"),
        (a_frame(12, violations=[RULE]), f"> TEXT       5 [{RULE}] hello"),
        (a_frame(12, b"\x1b[2J\r\n"), "> TEXT       6 ␛[2J␍␊"),
        (a_frame(12, b"hel", length=70_000), "> TEXT   70000 hel…"),
        (a_frame(12, b"\x01\x02", opcode=2, length=9), "> BINARY     9 01 02…"),
        (a_message(12, b"hello" * 2, frames=3), "> TEXT      10 3 frames hellohello"),
        (a_message(12, b"hello" * 2, wire_length=4), "> TEXT      10 deflate 4→10 hellohello"),
        (proto(PUBLISH), "> MQTT      13 PUBLISH 13 bytes"),
        (proto(b"{}", "\x1b", Direction.S2C, protocol="graphql", violations=["x#y \x1b"]), "< GQL        2 [x#y ␛] ␛ 2 bytes"),
        (REQUEST, "> GET /echo HTTP/1.1  1 header, 60 B"),
        (ANSWER, "< HTTP/1.1 101 ␛  9112#5 no good  0 headers, 1.46 KiB"),
        (BODY, "< body 9 B  no␊thanks"),
        (FIN, "─ TCP fin < in the middle of a frame"),
        (RESET, "─ TCP reset"),
        (EXITED, "■ server basic exited code 1"),
    ],
)  # fmt: skip
def test_a_row_says_what_happened(event: Event, text: str) -> None:
    mark = "!" if getattr(event, "violations", ()) else " "
    assert drawn(event) == f"{event.seq:>4}{mark}{clock_time(event.wall)} {text}"


def test_a_state_spans_the_row() -> None:
    for phase in Phase:
        line = drawn(a_state(7, phase, "because", 1006))
        assert f" {PHASE_SIGNS[phase]} {phase.upper()} by server because (1006) ───" in line
        assert len(line) == 80
    assert "(1006)" not in drawn(a_state(7, Phase.CLOSED, "code 1006", 1006))


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (40, "  12!> TEXT       5 hello"),
        (56, "  12!TIME > TEXT       5 hello"),
        (80, "  12!TIME.012 > TEXT       5 hello"),
        (120, "  12! TIME.012 > TEXT         5  hello"),
        (200, "  12! TIME.012 > TEXT         5  hello"),
    ],
)
def test_a_narrow_row_leaves_out_time_first(width: int, line: str) -> None:
    event = a_frame(12, b"hello", violations=["x"])
    clock = time.strftime("%H:%M:%S", time.localtime(WALL))
    assert drawn(event, width).replace("[x] ", "") == line.replace("TIME", clock)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_columns_stand_below_their_names(width: int) -> None:
    columns = columns_for(width, 99)
    names = "".join(piece.text for piece in header(columns))
    line = drawn(a_frame(12), width)

    assert names.index("#") == line.index("12") + 1
    assert names.index("op") == line.index("TEXT")
    assert names.index("len") + 2 == line.index("5 ", line.index("TEXT"))
    assert names.index("payload") == line.index("hello")
    assert names.index("time") == line.index(clock_time(WALL)[:8])


def test_the_number_leaves_a_cell_for_the_cursor() -> None:
    for largest in (9, 999, 9999, 12_345_678):
        pieces = row(a_frame(largest), columns_for(80, largest))
        assert pieces[0].text.startswith(" ")
        assert pieces[0].text.strip() == str(largest)


def test_a_copied_row_has_its_date_and_is_not_cut() -> None:
    date = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(WALL))
    assert row_text(a_frame(12, b"word " * 100)) == f"   12  {date}.012 > TEXT       500  {'word ' * 99}word"
    assert row_text(a_state(13, why="w" * 500)) == f"   13  {date}.013 ● OPEN by server {'w' * 500}"


@pytest.mark.parametrize(
    ("fraction", "shown"), [(0.0, "000"), (0.014, "014"), (0.9999995, "999"), (0.5, "500")]
)
def test_milliseconds(fraction: float, shown: str) -> None:
    assert clock_time(WALL + fraction).endswith("." + shown)


EVENTS = st.one_of(
    st.builds(
        lambda data, opcode, rsv, length, rules: a_frame(
            1, data, opcode=opcode, rsv=rsv, length=len(data) + length, violations=rules
        ),
        st.one_of(
            st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
        ),
        st.integers(0, 15),
        st.integers(0, 7),
        st.integers(0, 2**40),
        st.lists(st.just(RULE), max_size=2),
    ),
    st.builds(lambda text: a_state(1, Phase.ERROR, text), st.text(max_size=100)),
    st.builds(lambda text: REQUEST._replace(start_line=text), st.text(max_size=100)),
    st.builds(lambda text: FIN._replace(detail=text), st.text(max_size=100)),
    st.builds(lambda text: EXITED._replace(text=text), st.text(max_size=100)),
    st.builds(lambda data: BODY._replace(preview=data), st.binary(max_size=100)),
)


@settings(deadline=None)
@given(EVENTS, st.integers(0, 220))
def test_any_row_fits_and_is_safe_to_draw(event: Event, width: int) -> None:
    line = drawn(event, width)

    assert cell_len(line) <= width
    assert all(character.isprintable() or character == "\u3000" for character in line)
    assert all(character.isprintable() or character == "\u3000" for character in row_text(event))


@settings(deadline=None)
@given(st.lists(st.text("aé日e\u0301", max_size=8), max_size=5), st.integers(0, 30))
def test_fitting_cuts_only_what_does_not_fit(texts: list[str], width: int) -> None:
    pieces = [Piece(text, "payload") for text in texts]
    whole = "".join(texts)
    fitted = "".join(piece.text for piece in fit(pieces, width))

    if cell_len(whole) <= width:
        assert fitted == whole
    else:
        assert cell_len(fitted) <= width
        assert width == 0 or fitted.endswith("…")
        assert whole.startswith(fitted.removesuffix("…"))
        assert cell_len(fitted) >= width - 1


@settings(deadline=None)
@given(st.text("ab-", max_size=12), st.sampled_from(["a", "ab", "b*", "-|a", "^a"]))
def test_marking_changes_no_text(text: str, pattern: str) -> None:
    pieces = [Piece("12", "number"), Piece(text, "payload")]
    marked = mark_matches(pieces, re.compile(pattern))

    assert "".join(piece.text for piece in marked) == "12" + text
    found = [match[0] for match in re.finditer(pattern, text) if match[0]]
    assert [piece.text for piece in marked if piece.match] == found
    assert not marked[0].match


def test_a_number_is_no_match() -> None:
    marked = mark_matches(row(a_frame(12, b"12"), columns_for(80, 99)), re.compile("12"))
    assert [piece.role for piece in marked if piece.match] == ["payload"]


@settings(deadline=None)
@given(st.binary(max_size=100), st.sampled_from([0, 1, 2, 8, 9]), st.integers(1, 40))
def test_a_payload_is_bounded(data: bytes, opcode: int, limit: int) -> None:
    event = a_frame(1, data, opcode=opcode)
    shown = payload(event, limit)

    assert len(shown) <= limit
    whole = payload(event, 10_000)
    assert shown == whole or shown.endswith("…")
    assert not whole.endswith("…") or data.endswith("…".encode())


def test_a_close_code_means_what_the_subprotocol_says() -> None:
    close = a_frame(12, b"\x11\x31", opcode=Opcode.CLOSE)
    pieces = row(close, columns_for(80, 99), "graphql-transport-ws")
    assert "4401 unauthorized" in "".join(piece.text for piece in pieces)
    assert "4401 application code, refused" in drawn(close)
