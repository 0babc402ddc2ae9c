"""Made-up events for tests of what shows, counts and keeps them."""

from __future__ import annotations

from collections.abc import Sequence

from wslab.wire.events import Direction, Frame, Message, Opcode, Phase, State

WALL = 1_753_000_000.0
"""Unix time of the event with number 0. Each later one comes a millisecond after the one before."""


def a_frame(
    seq: int,
    payload: bytes = b"hello",
    *,
    direction: Direction = Direction.C2S,
    opcode: int = Opcode.TEXT,
    fin: bool = True,
    rsv: int = 0,
    length: int | None = None,
    violations: Sequence[str] = (),
) -> Frame:
    """A frame as a client or a server sends it."""
    masked = direction is Direction.C2S
    return Frame(
        seq,
        seq / 1000,
        WALL + seq / 1000,
        1,
        direction,
        opcode,
        fin,
        rsv,
        masked,
        b"\x01\x02\x03\x04" if masked else b"",
        6 if masked else 2,
        len(payload) if length is None else length,
        payload,
        tuple(violations),
    )


def a_message(
    seq: int,
    payload: bytes = b"hello",
    *,
    direction: Direction = Direction.C2S,
    opcode: int = Opcode.TEXT,
    frames: int = 1,
    wire_length: int | None = None,
    violations: Sequence[str] = (),
) -> Message:
    """A message; compressed where its length on the wire is another."""
    on_wire = len(payload) if wire_length is None else wire_length
    return Message(
        seq,
        seq / 1000,
        WALL + seq / 1000,
        1,
        direction,
        opcode,
        frames,
        seq / 1000,
        on_wire,
        len(payload),
        wire_length is not None,
        payload,
        tuple(violations),
    )


def a_state(seq: int, phase: Phase = Phase.OPEN, why: str = "", code: int | None = None) -> State:
    """A change of state that the server caused."""
    return State(seq, seq / 1000, WALL + seq / 1000, 1, phase, "server", why, code)


def frames(start: int, count: int, payload: bytes = b"hello") -> list[Frame]:
    """Frames with rising numbers, sent and received by turns."""
    ways = (Direction.C2S, Direction.S2C)
    return [a_frame(seq, payload, direction=ways[seq % 2]) for seq in range(start, start + count)]
