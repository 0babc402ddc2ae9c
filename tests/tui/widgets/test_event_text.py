"""The text of the Frame tab for everything but frames."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.check_events import EVERY_KIND, PUBLISH, proto
from tests.support.frames import make_frame
from tests.support.lines import joined, plain, widest
from wslab.tui.widgets.event_text import NOTHING, event_lines
from wslab.wire import violations
from wslab.wire.events import (
    Body,
    Close,
    Direction,
    Event,
    Http,
    Message,
    Phase,
    Proc,
    State,
    Tcp,
    Ui,
)

START = (7, 1.5, 0.0, 1)


def message(
    payload: bytes, opcode: int = 1, *, frames: int = 1, wire: int | None = None, length: int | None = None
) -> Message:
    """A message a server sent."""
    size = len(payload) if length is None else length
    compressed = wire is not None
    return Message(
        *START,
        Direction.S2C,
        opcode,
        frames,
        1.498,
        size if wire is None else wire,
        size,
        compressed,
        payload,
        (),
    )


def close(code: int | None, reason: str = "", *, first: bool = True) -> Close:
    """A Close of the client."""
    return Close(*START, Direction.C2S, code, reason, first, ())


def state(phase: Phase, why: str = "", code: int | None = None) -> State:
    """A state the server caused."""
    return State(*START, phase, "server", why, code)


HTTP = Http(
    *START, Direction.C2S, "GET / HTTP/1.1", (("Host", "lab"), ("X", "\x1b[31m")), 40, (violations.BARE_LF,)
)

EVENTS: list[tuple[Event | None, list[str]]] = [
    (None, [NOTHING]),
    (make_frame(), ["> TEXT frame 1"]),
    (message(b"hello"), ["< TEXT message event 7", "server to client", "5 bytes from 1 frame", "hello"]),
    (message(b"hello", frames=3), ["from 3 frames, 2 ms from the first to the last"]),
    (
        message(b"a" * 4096, wire=95, length=80_000),
        [
            "compressed: 95 bytes on the wire became 80 000; 0.119 % of the size (RFC 7692)",
            "the first 4 096 of 80 000",
        ],
    ),
    (message(b'{"type":"chat","n":[1]}'), ["JSON, laid out", '"type": "chat",']),
    (message(b'{"type":1}', length=5000), ['{"type":1}', "all that the lab keeps"]),
    (message(b"\x00\x01", 2), ["< BINARY message", "0000 00 01"]),
    (message(b""), ["The message is empty."]),
    (
        message(b"\xff")._replace(violations=(violations.INVALID_UTF8,)),
        ["! text is not valid UTF-8 (RFC 6455 section 8.1)", "must close with 1007", "\ufffd"],
    ),
    (
        close(1000, "bye\x1b"),
        [
            "> Close: 1000, normal closure",
            "goodbye",
            "reason given: bye␛",
            "The client starts the closing handshake",
        ],
    ),
    (
        close(1000, first=False),
        ["The client answers the Close frame of the server", "Connecting again may help"],
    ),
    (close(None), ["> Close: no code", "empty body"]),
    (close(1006), ["must never be sent in a Close frame"]),
    (close(1002), ["Connecting again in the same way will not help"]),
    (
        HTTP,
        [
            "> HTTP request",
            "40 bytes",
            "GET / HTTP/1.1",
            "Host: lab",
            "X: ␛[31m",
            "line ends in LF",
            "asks for an",
        ],
    ),
    (HTTP._replace(direction=Direction.S2C), ["< HTTP response", "101 says yes"]),
    (Body(*START, Direction.S2C, 3, b"no\n"), ["< HTTP body", "3 bytes", "no"]),
    (state(Phase.OPEN), ["OPEN", "by the server", "may send frames at any time"]),
    (state(Phase.CLOSED, "the server left", 1001), ["CLOSED", "the server left", "1001, going away"]),
    (state(Phase.ERROR, "403 Forbidden", 403), ["ERROR", "403 Forbidden", "HTTP status 403"]),
    (Tcp(*START, "open", None, "127.0.0.1:1 to 127.0.0.1:2"), ["TCP open", "127.0.0.1:1 to"]),
    (
        Tcp(*START, "fin", Direction.S2C, "in the middle of a frame"),
        ["FIN", "server to client", "in the middle"],
    ),
    (Tcp(*START, "reset", None, ""), ["TCP reset", "RST"]),
    (Proc(*START, "basic", "stderr", "boom\x07"), ["server basic: stderr", "boom␇"]),
    (Ui(*START, "connect", "ws://lab/"), ["you: connect", "ws://lab/"]),
]


@pytest.mark.parametrize(("event", "says"), EVENTS)
@pytest.mark.parametrize("width", [46, 75, 178])
def test_every_kind_of_event_is_put_into_words(event: Event | None, says: list[str], width: int) -> None:
    lines = event_lines(event, width)
    text = joined(lines)
    for part in says:
        assert part.replace("  ", " ") in text
    assert widest(lines) <= width
    assert all(not line.plain or line.plain.isprintable() for line in lines)


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_is_explained(phase: Phase) -> None:
    assert len(plain(event_lines(state(phase), 75)).splitlines()) >= 2


def test_very_long_json_is_bounded() -> None:
    lines = event_lines(message(b"[" + b"1," * 2000 + b"1]"), 75)
    assert "… more of it was left out" in [line.plain for line in lines]
    assert len(lines) < 2000
    assert len(lines) < 2000


@settings(deadline=None)
@given(st.binary(max_size=300), st.sampled_from([1, 2]), st.booleans(), st.sampled_from([46, 75, 178]))
def test_any_message_fits(payload: bytes, opcode: int, whole: bool, width: int) -> None:
    lines = event_lines(message(payload, opcode, length=None if whole else 5000), width)
    assert widest(lines) <= width
    assert all(not line.plain or line.plain.isprintable() for line in lines)


@settings(deadline=None)
@given(st.text(max_size=60), st.integers(0, 65535), st.sampled_from([46, 75, 178]))
def test_any_close_fits(reason: str, code: int, width: int) -> None:
    lines = event_lines(close(code, reason), width)
    assert widest(lines) <= width
    assert all(line.plain.isprintable() for line in lines)


def test_a_decoded_unit_says_what_it_is_and_what_it_breaks() -> None:
    text = joined(event_lines(proto(PUBLISH, violations=["mqtt5#MQTT-3.3.1-4 QoS is 3"]), 75))
    assert text.startswith("> MQTT 3.1.1: PUBLISH event 1")
    assert "QoS is 3 (MQTT 5, statement MQTT-3.3.1-4)" in text
    assert "Topic Name a/b" in text
    unknown = joined(event_lines(proto(b"\x00", "x", protocol="{x}\x1b"), 75))
    assert unknown.startswith("> {x}␛: x")


@settings(deadline=None, max_examples=50)
@given(EVERY_KIND, st.integers(46, 140))
def test_every_event_fits_and_is_safe_to_draw(event: Event, width: int) -> None:
    lines = event_lines(event, width)
    assert widest(lines) <= width
    assert all(line.isprintable() for line in plain(lines).split("\n"))
