from __future__ import annotations

from wslab.tui.matching import matches
from wslab.wire.events import Close, Direction, Frame, Http, Opcode, Phase, State

FRAME = Frame(1, 0.0, 0.0, 1, Direction.S2C, Opcode.TEXT, True, 0, False, b"", 2, 5, b"hello", ())
CLOSE = Close(2, 0.0, 0.0, 1, Direction.S2C, 1001, "going away", True, ())
STATE = State(3, 0.0, 0.0, 1, Phase.OPEN, "server", "", None)
HTTP = Http(4, 0.0, 0.0, 1, Direction.C2S, "GET /echo HTTP/1.1", (), 20, ())


def test_every_field_must_be_as_wanted() -> None:
    assert matches(FRAME, {"kind": "frame", "opcode": "TEXT", "direction": "s>c", "text": "ell"})
    assert not matches(FRAME, {"kind": "frame", "opcode": "TEXT", "direction": "c>s"})
    assert not matches(FRAME, {"kind": "message"})
    assert not matches(FRAME, {"kind": "frame", "text": "HELLO"})


def test_each_kind_has_its_own_fields() -> None:
    assert matches(CLOSE, {"kind": "close", "code": 1001, "reason": "going away", "text": "away"})
    assert not matches(CLOSE, {"kind": "close", "code": 1000})
    assert matches(STATE, {"kind": "state", "state": "open"})
    assert matches(HTTP, {"kind": "http", "text": "/echo"})
    assert not matches(HTTP, {"kind": "http", "opcode": "TEXT"})
