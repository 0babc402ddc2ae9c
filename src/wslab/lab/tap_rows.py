"""What passes a tap as lines of text, one an event."""

from __future__ import annotations

import time

from wslab.i18n import _, ngettext
from wslab.lab.lines import decode, visible
from wslab.wire.closecodes import describe
from wslab.wire.events import Body, Close, Event, Frame, Http, Message, Opcode, Proto, State, Tcp

SHOWN = 100
"""Bytes of a payload that a line holds."""
_COMPRESSED = 4


def row(event: Event, subprotocol: str | None = None) -> str:
    """Return the line for an event, empty where another line says the same.

    It starts with the connection's number and the time, then `>` for what the client sent, `<` for what it
    received, and `*` for what neither did. It holds no control character, whatever came over the wire.

    Args:
        event: the event.
        subprotocol: what its connection agreed on, for what a close code means.
    """
    text = _text(event, subprotocol)
    if not text:
        return ""
    direction = getattr(event, "direction", None)
    mark = direction.arrow if direction is not None else "*"
    at = time.strftime("%H:%M:%S", time.localtime(event.wall))
    broken = "".join(f"  ! {violation}" for violation in getattr(event, "violations", ()))
    return visible(f"{event.conn:>4} {at}.{int(event.wall % 1 * 1000):03} {mark} {text}{broken}")


def _text(event: Event, subprotocol: str | None) -> str:
    match event:
        case Tcp(what="open"):
            return _("TCP open, {addresses}").format(addresses=event.detail)
        case Tcp():
            return f"TCP {event.what.upper()}" + (f", {event.detail}" if event.detail else "")
        case State():
            code = "" if event.code is None else f" {event.code}"
            return f"{event.phase}{code}" + (f": {event.why}" if event.why else "")
        case Http():
            count = len(event.headers)
            return f"{event.start_line}  " + ngettext("({n} header)", "({n} headers)", count).format(n=count)
        case Body():
            return _("body of {n} bytes").format(n=event.length) + _payload(event.preview, event.length, True)
        case Close():
            return _close(event, subprotocol)
        case Frame():
            return _frame(event)
        case Proto():
            return f"{event.protocol} {event.version}: {event.summary}"
        case Message() if event.compressed or event.frames > 1 or event.violations:
            kind = Opcode(event.opcode).name
            frames = ngettext("{n} frame", "{n} frames", event.frames).format(n=event.frames)
            sizes = _("{kind} message of {n} bytes in {frames}").format(
                kind=kind, n=event.length, frames=frames
            )
            return sizes + _payload(event.preview, event.length, event.opcode == Opcode.TEXT)
    return ""


def _close(event: Close, subprotocol: str | None) -> str:
    meaning = describe(event.code, subprotocol)
    code = "" if event.code is None else f" {event.code}"
    reason = f': "{event.reason}"' if event.reason else ""
    return f"CLOSE{code} {meaning.name}{reason}  ({meaning.meaning})"


def _frame(event: Frame) -> str:
    if event.opcode == Opcode.CLOSE and not event.violations:
        return ""
    text = f"{event.name} {event.length}"
    if not event.fin:
        text += _(", to be continued")
    if event.rsv & _COMPRESSED:
        return text + _(", compressed")
    return text + _payload(event.preview, event.length, event.opcode != Opcode.BINARY)


def _payload(data: bytes, length: int, text: bool) -> str:
    if not data:
        return ""
    start = data[:SHOWN]
    if text:
        start = start[: _text_end(start, len(start) < length)] or start
    shown = decode(start) if text and _text_end(start, False) == len(start) else start.hex(" ")
    rest = length - len(start)
    return f"  {shown}" + (_("… (+{n} bytes)").format(n=rest) if rest > 0 else "")


def _text_end(data: bytes, cut: bool) -> int:
    """Return how much of the data is text: all, all but a character that was cut, or nothing."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start if cut and error.reason == "unexpected end of data" else 0
    return len(data)
