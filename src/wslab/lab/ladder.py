"""What went over the wire as a ladder: the client on the left, the server on the right, time downwards."""

from __future__ import annotations

from collections.abc import Sequence

from wslab.i18n import _
from wslab.lab.cells import fit, pad
from wslab.wire.closecodes import describe
from wslab.wire.events import Direction, Event, Frame, Http, Opcode, Tcp
from wslab.wire.handshake_events import opening_among

WIDTH = 80
RUNGS = 6
"""Lines between which the deciding event stands."""
AFTER = 1
"""Lines shown after it, if there are any."""
PREVIEW = 200
"""Bytes of a payload that are looked at."""

_MARK, _PLAIN = "▸ ", "  "
_TIME = 8
_TO_SERVER, _TO_CLIENT, _NO_WAY = " ──▶│", "│◀── ", "    │"


def ladder(events: Sequence[Event], at: int | None, *, rungs: int = RUNGS, width: int = WIDTH) -> list[str]:
    """Return lines of at most ``width`` cells, a heading first; no lines where nothing was on the wire.

    Args:
        events: what was seen, in order. What is not on the wire itself is left out.
        at: ``seq`` of the event that decided, which gets a mark; None for the end.
        rungs: lines at most, without the heading.
        width: cells of a line, at least 40.
    """
    drawn = [event for event in events if isinstance(event, Frame | Http | Tcp)]
    if not drawn:
        return []
    # A message or a Close comes right after the frame that completes it.
    place = len(drawn) - 1
    if at is not None:
        place = max((number for number, event in enumerate(drawn) if event.seq <= at), default=0)
    end = min(len(drawn), max(place + 1 + AFTER, rungs))
    shown = drawn[max(0, end - rungs) : end]
    several = len({event.conn for event in shown}) > 1
    side = (width - len(_MARK) - _TIME - 9 - (4 if several else 0)) // 2
    lines = [
        f"{_PLAIN}{' ' * (_TIME + (4 if several else 0))}{pad(_('client'), side)}    │    {_('server')}",
    ]
    agreed = {conn: _agreed(events, conn) for conn in {event.conn for event in shown}}
    for event in shown:
        mark = _MARK if at is not None and event is drawn[place] else _PLAIN
        when = f"{event.t - events[0].t:6.3f}  "
        conn = pad(f"#{event.conn}", 4) if several else ""
        lines.append(f"{mark}{pad(when, _TIME)}{conn}{_rung(event, side, agreed[event.conn])}".rstrip())
    return lines


def describe_event(event: Frame | Http | Tcp, subprotocol: str | None = None) -> str:
    """Return an event of the wire in a few words, without the side it came from. It may hold anything.

    Args:
        event: what was on the wire.
        subprotocol: what its connection agreed on, for what a close code means.
    """
    match event:
        case Tcp(what="open"):
            return _("TCP connection")
        case Tcp(what="reset"):
            return _("TCP reset")
        case Tcp():
            return _("end of TCP")
        case Http():
            return event.start_line
        case Frame(opcode=Opcode.CLOSE):
            return f"{event.name} {_close(event.preview, subprotocol)}".rstrip()
    fragment = "" if event.fin else " fin=0"
    return f"{event.name}{fragment} {event.length} {_payload(event)}".rstrip()


def _agreed(events: Sequence[Event], conn: int) -> str | None:
    handshake, *_rest = opening_among(events, conn)
    return None if handshake is None else handshake.subprotocol


def _rung(event: Frame | Http | Tcp, side: int, subprotocol: str | None) -> str:
    text = describe_event(event, subprotocol)
    if event.direction is Direction.C2S:
        return f"{pad(text, side)}{_TO_SERVER}"
    if event.direction is Direction.S2C:
        return f"{' ' * side}    {_TO_CLIENT}{fit(text, side)}"
    return f"{pad(text, side)}{_NO_WAY}"


def _payload(frame: Frame) -> str:
    data = frame.preview[:PREVIEW]
    if not data:
        return ""
    if frame.opcode == Opcode.BINARY or frame.rsv:
        return data.hex(" ")
    text = data.decode("utf-8", "backslashreplace")
    return f'"{text}"'


def _close(body: bytes, subprotocol: str | None) -> str:
    if len(body) < 2:
        return ""
    code = int.from_bytes(body[:2], "big")
    reason = body[2:].decode("utf-8", "backslashreplace")
    return f"{code} {reason or describe(code, subprotocol).name}"
