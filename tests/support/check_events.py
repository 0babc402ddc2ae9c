"""Made-up events of every kind, and strategies for streams of them, for tests of what judges them."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.support.traffic import WALL, a_frame, a_message
from wslab.wire import violations as rule
from wslab.wire.events import (
    Close,
    Direction,
    Event,
    Http,
    Message,
    Opcode,
    Phase,
    Proc,
    Proto,
    State,
    Tcp,
    Ui,
)

C2S, S2C = Direction.C2S, Direction.S2C
PUBLISH = bytes.fromhex("35 0b 0003 612f62 0007 5b315d 21")
"""MQTT 3.1.1: QoS 2, retained, a/b, 7, `[1]!`."""


def tcp(what: str, direction: Direction | None = None) -> Tcp:
    return Tcp(1, 0.0, WALL, 1, what, direction, "127.0.0.1:4711")


def http(line: str, direction: Direction = C2S, **headers: str) -> Http:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Http(1, 0.0, WALL, 1, direction, line, named, 60, ())


def state(phase: Phase, side: str = "server", why: str = "", code: int | None = None) -> State:
    return State(1, 0.0, WALL, 1, phase, side, why, code)


def message(
    text: str, direction: Direction = C2S, opcode: int = Opcode.TEXT, violations: Sequence[str] = ()
) -> Message:
    return a_message(1, text.encode(), direction=direction, opcode=opcode, violations=violations)


def close(code: int | None, reason: str = "", direction: Direction = C2S, *, first: bool = True) -> Close:
    return Close(1, 0.0, WALL, 1, direction, code, reason, first, ())


def proto(
    raw: bytes, name: str = "PUBLISH", direction: Direction = C2S, *, protocol: str = "mqtt",
    version: str = "3.1.1", violations: Sequence[str] = (),
) -> Proto:  # fmt: skip
    return Proto(
        1, 0.0, WALL, 1, direction, protocol, version, name, f"{name} {len(raw)} bytes", "7", "a/b", 0,
        len(raw), raw, tuple(violations),
    )  # fmt: skip


def proc(what: str, text: str = "") -> Proc:
    return Proc(1, 0.0, WALL, 0, "basic", what, text)


def ui(action: str, detail: str = "") -> Ui:
    return Ui(1, 0.0, WALL, 1, action, detail)


def at(event: Event, seq: int, t: float | None = None, conn: int = 1) -> Event:
    """The same event with another place in the order; each comes a second after the one before."""
    return event._replace(seq=seq, t=float(seq) if t is None else t, conn=conn)


def in_order(*events: Event) -> list[Event]:
    """The same events, one a second, numbered from 1."""
    return [at(event, seq) for seq, event in enumerate(events, 1)]


_DIRECTIONS = st.sampled_from(Direction)
_PAYLOADS = st.sampled_from([b"", b"hello", b"ping", b'{"type": "echo", "n": 5}', b"\xff\x00", b"[1]"])
_CODES = st.sampled_from([None, 1000, 1001, 1002, 4000])
_BROKEN = st.sampled_from([(), (rule.UNMASKED_CLIENT,), (rule.INVALID_UTF8, rule.UNKNOWN_OPCODE)])

EVERY_KIND: st.SearchStrategy[Event] = st.one_of(
    st.builds(tcp, st.sampled_from(["open", "fin", "reset"]), st.none() | _DIRECTIONS),
    st.builds(
        http,
        st.sampled_from(
            ["GET /echo HTTP/1.1", "HTTP/1.1 101 Switching Protocols", "HTTP/1.1 404 no", "", "x"]
        ),
        _DIRECTIONS,
        Upgrade=st.sampled_from(["websocket", "h2c"]),
    ),
    st.builds(state, st.sampled_from(Phase), st.sampled_from(["", "client", "server"]), st.just(""), _CODES),
    st.builds(
        a_frame,
        st.just(1),
        _PAYLOADS,
        direction=_DIRECTIONS,
        opcode=st.integers(0, 15),
        fin=st.booleans(),
        rsv=st.integers(0, 7),
        length=st.sampled_from([None, 200, 70000]),
        violations=_BROKEN,
    ),
    st.builds(
        a_message,
        st.just(1),
        _PAYLOADS,
        direction=_DIRECTIONS,
        opcode=st.sampled_from([Opcode.TEXT, Opcode.BINARY]),
        frames=st.integers(1, 3),
        wire_length=st.sampled_from([None, 3]),
        violations=_BROKEN,
    ),
    st.builds(close, _CODES, st.sampled_from(["", "bye"]), _DIRECTIONS, first=st.booleans()),
    st.builds(
        proto,
        st.sampled_from([PUBLISH, b"\xe0\x00", b"", b'{"type": "next"}', bytes(12)]),
        st.sampled_from(["PUBLISH", "next", ""]),
        _DIRECTIONS,
        protocol=st.sampled_from(["mqtt", "graphql", "binary"]),
        version=st.sampled_from(["3.1.1", "5.0", "1"]),
        violations=_BROKEN,
    ),
    st.builds(proc, st.sampled_from(["started", "ready", "log", "exited"]), st.sampled_from(["", "hello"])),
    st.builds(ui, st.sampled_from(["send", "connect"]), st.sampled_from(["", "hello"])),
)
"""Any one event; the values are few, so that patterns often match."""


def _stream(kinds: st.SearchStrategy[Event], most: int) -> st.SearchStrategy[list[Event]]:
    made = st.tuples(kinds, st.sampled_from([0.0, 0.125, 0.25, 0.5]), st.sampled_from([1, 1, 1, 2, 2, 3]))
    return st.lists(made, max_size=most).map(
        lambda rows: [
            at(event, seq, sum(gap for _event, gap, _conn in rows[:seq]), conn)
            for seq, (event, _gap, conn) in enumerate(rows, 1)
        ]
    )


STREAMS = _stream(EVERY_KIND, 40)
"""Events of every kind in order, with time between some of them."""

FEW_KINDS = _stream(
    st.builds(message, st.just("a"), _DIRECTIONS)
    | st.builds(close, st.just(1000), st.just(""), _DIRECTIONS)
    | st.just(proc("log")),
    12,
)
"""The same of messages, Close frames and lines of a server alone: what asks for them is often met."""
