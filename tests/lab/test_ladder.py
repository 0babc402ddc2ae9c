"""The ladder: the right side, the right window, the mark at what decided, and always within 80 cells."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.lab.ladder import ladder
from wslab.wire.encoder import close_body
from wslab.wire.events import Direction, Event, Frame, Http, Tcp

C2S, S2C = Direction.C2S, Direction.S2C


def http(seq: int, direction: Direction, line: str, conn: int = 1) -> Http:
    return Http(seq, 100 + seq / 1000, 0, conn, direction, line, (), 10, ())


def frame(
    seq: int, direction: Direction, opcode: int, payload: bytes, conn: int = 1, fin: bool = True
) -> Frame:
    return Frame(
        seq, 100 + seq / 1000, 0, conn, direction, opcode, fin, 0, False, b"", 2, len(payload), payload, ()
    )


TALK: list[Event] = [
    Tcp(1, 100.001, 0, 1, "open", None, "somewhere"),
    http(2, C2S, "GET /echo HTTP/1.1"),
    http(3, S2C, "HTTP/1.1 101 Switching Protocols"),
    frame(4, C2S, 1, b"hello"),
    frame(5, S2C, 1, b"hello"),
    frame(6, C2S, 8, close_body(1001, "")),
    frame(7, S2C, 8, close_body(1001, "bye")),
    Tcp(8, 100.008, 0, 1, "fin", S2C, ""),
]


def test_a_talk() -> None:
    assert ladder(TALK, 6) == [
        "          client                            │    server",
        "   0.001  GET /echo HTTP/1.1             ──▶│",
        "   0.002                                    │◀── HTTP/1.1 101 Switching Protoc…",
        '   0.003  TEXT 5 "hello"                 ──▶│',
        '   0.004                                    │◀── TEXT 5 "hello"',
        "▸  0.005  CLOSE 1001 going away          ──▶│",
        "   0.006                                    │◀── CLOSE 1001 bye",
    ]


def test_the_window_begins_at_the_start_and_ends_at_the_end() -> None:
    assert ladder(TALK, 1)[1].startswith("▸")
    assert len(ladder(TALK, 1)) == 7
    assert ladder(TALK, None)[-1].endswith("│◀── end of TCP")
    assert not any("▸" in line for line in ladder(TALK, None))


def test_a_close_code_has_the_name_that_the_subprotocol_gives_it() -> None:
    chosen = ("Sec-WebSocket-Protocol", "graphql-transport-ws")
    for headers, name in [((), "4401 "), ((chosen,), "4401 unauthorized")]:
        request = Http(1, 100, 0, 1, C2S, "GET / HTTP/1.1", headers, 10, ())
        response = Http(2, 100, 0, 1, S2C, "HTTP/1.1 101 Switching Protocols", headers, 10, ())
        lines = ladder([request, response, frame(3, S2C, 8, close_body(4401, ""))], None)
        assert name in lines[-1].lower()
        assert ("unauthorized" in lines[-1].lower()) == bool(headers)


def test_several_connections_are_told_apart() -> None:
    lines = ladder([*TALK, http(9, C2S, "GET /echo HTTP/1.1", conn=2)], 9)
    assert "#2  GET /echo" in lines[-1]
    assert "#1" in lines[-2]


def test_fragments_and_bytes() -> None:
    lines = ladder(
        [frame(1, C2S, 1, b"hel", fin=False), frame(2, C2S, 2, b"\x00\xff"), frame(3, C2S, 9, b"")], 3
    )
    assert 'TEXT fin=0 3 "hel"' in lines[1]
    assert "BINARY 2 00 ff" in lines[2]
    assert "PING 0" in lines[3]


def test_nothing_on_the_wire() -> None:
    assert ladder([], None) == []


@given(
    st.lists(
        st.tuples(st.sampled_from((1, 2, 8, 9, 10, 3)), st.binary(max_size=80) | st.text(max_size=60)),
        max_size=12,
    ),
    st.integers(0, 60),
    st.integers(40, 120),
)
def test_of_any_traffic(traffic: list[tuple[int, bytes | str]], at: int, width: int) -> None:
    events: list[Event] = []
    numbers = iter(range(1, 10**6))
    for number, (opcode, payload) in enumerate(traffic):
        data = payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
        direction = S2C if number % 2 else C2S
        events.append(frame(next(numbers), direction, opcode, data))
    lines = ladder(events, at, width=width)
    assert len(lines) <= 7
    for line in lines:
        assert cell_len(line) <= width
        assert line.isprintable()
    middles = {cell_len(line[: line.index("│")]) for line in lines}
    assert len(middles) <= 1
    if events:
        assert sum(line.startswith("▸") for line in lines) == 1
