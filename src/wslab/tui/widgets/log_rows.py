"""How one event looks as a row of the log: pieces of text, each with a role that says what it is.

Nothing here knows of widgets or colours. Every piece is safe to draw (see `wslab.tui.safe_text`), and what a
colour would say is said in words or signs as well: `>` and `<`, names of opcodes, `fin=0`, `!`.
"""

from __future__ import annotations

import re
import time
from functools import lru_cache
from typing import Literal, NamedTuple

from rich.cells import cell_len, get_character_cell_size

from wslab.i18n import N_, _, ngettext, spoken
from wslab.lab.logfilter import payload_as_text
from wslab.tui.safe_text import ELLIPSIS, visible
from wslab.units import format_size
from wslab.wire.closecodes import describe
from wslab.wire.events import (
    OPCODE_NAMES,
    Body,
    Direction,
    Event,
    Frame,
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

Role = Literal[
    "number", "time", "sent", "received", "length", "flag", "payload", "violation", "system", "error", "rule",
    "head",
]  # fmt: skip

UNLIMITED = 2**31
"""Width of a row that is not cut."""

PHASE_SIGNS = {
    Phase.DISCONNECTED: "○",
    Phase.CONNECTING: "◌",
    Phase.OPEN: "●",
    Phase.CLOSING: "◐",
    Phase.CLOSED: "○",
    Phase.ERROR: "✗",
}

PROTOCOL_SIGNS = {"mqtt": "MQTT", "graphql": "GQL", "binary": "LAB"}
"""What stands for a protocol where an opcode stands for others."""

WHAT_HAPPENED = (
    N_("open"), N_("fin"), N_("reset"),
    N_("started"), N_("ready"), N_("exited"), N_("failed"), N_("log"), N_("stderr"),
)  # fmt: skip
"""What `Tcp` and `Proc` events say happened, as they hold it."""

_MILLISECONDS_FROM = 58
_TIME_FROM = 44
_ROOMY_FROM = 96


class Piece(NamedTuple):
    """A part of a row."""

    text: str
    role: Role
    match: bool = False
    """Whether this is what was searched for."""


class Columns(NamedTuple):
    """How a row is laid out in the width there is."""

    width: int
    """Cells of a row."""
    number: int
    """Cells of the number. The first is never a digit: the cursor is drawn there."""
    time: int
    """Cells of the time: 12 with milliseconds, 8 without, 0 for none."""
    length: int
    """Cells of the length; longer ones push the payload to the right."""
    gap: str
    """What stands between columns."""


def columns_for(width: int, largest_seq: int) -> Columns:
    """Lay out rows ``width`` cells wide whose numbers go up to ``largest_seq``."""
    roomy = width >= _ROOMY_FROM
    return Columns(
        width,
        max(4, len(str(largest_seq)) + 1),
        12 if width >= _MILLISECONDS_FROM else 8 if width >= _TIME_FROM else 0,
        7 if roomy else 5,
        "  " if roomy else " ",
    )


def header(columns: Columns) -> list[Piece]:
    """The names of the columns."""
    number, clock, length, gap = columns.number, columns.time, columns.length, columns.gap
    parts = f"{'#':>{number}} " + gap[1:] + (f"{padded(_('time'), clock)} " if clock else "")
    names = f"{padded(_('op'), 6)} {padded(_('len'), length, right=True)}{gap}{_('payload')}"
    return fit([Piece(f"{parts}  {names}", "head")], columns.width)


def row(event: Event, columns: Columns, subprotocol: str | None = None) -> list[Piece]:
    """The pieces of an event's row. Together they are at most as wide as the row.

    Args:
        event: the event.
        columns: the layout.
        subprotocol: what its connection agreed on, for what a close code means.
    """
    mark = "!" if getattr(event, "violations", ()) else " "
    pieces = [
        Piece(f"{event.seq:>{columns.number}}", "number"),
        Piece(mark + columns.gap[1:], "violation"),
    ]
    if columns.time:
        pieces.append(Piece(f"{clock_time(event.wall)[: columns.time]} ", "time"))
    used = sum(cell_len(piece.text) for piece in pieces)
    match event:
        case Frame() | Message():
            pieces += _traffic(event, columns, columns.width - used, subprotocol)
        case Proto():
            pieces += _decoded(event, columns)
        case Http() | Body():
            pieces += _http(event)
        case _:
            pieces += _system(event)
    pieces = fit(pieces, columns.width)
    if isinstance(event, State) and columns.width < UNLIMITED:
        left = columns.width - sum(cell_len(piece.text) for piece in pieces)
        pieces.append(Piece((" " + "─" * left)[:left], "rule"))
    return pieces


def row_text(event: Event) -> str:
    """The row as plain text with its date, not cut, for copying and saving."""
    columns = Columns(UNLIMITED, 5, 0, 7, "  ")
    number, mark, *rest = (piece.text for piece in row(event, columns))
    date = time.strftime("%Y-%m-%d", time.localtime(event.wall))
    return f"{number}{mark}{date} {clock_time(event.wall)} {''.join(rest)}".rstrip()


def padded(text: str, cells: int, *, right: bool = False) -> str:
    """Return a text with spaces behind it, or before it, so that it takes so many cells; never cut."""
    spaces = " " * (cells - cell_len(text))
    return spaces + text if right else text + spaces


def clock_time(wall: float) -> str:
    """Local time of day of a Unix time, with milliseconds: `10:31:02.114`."""
    seconds = int(wall // 1)
    # A microsecond more, because a float just below a whole millisecond stands for it.
    milliseconds = min(999, int((wall - seconds + 1e-6) * 1000))
    return f"{_clock_time(seconds)}.{milliseconds:03}"


@lru_cache(maxsize=256)
def _clock_time(seconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


def fit(pieces: list[Piece], width: int) -> list[Piece]:
    """Return the pieces as far as they go into ``width`` cells, with `…` at the end where that cut some."""
    if width >= UNLIMITED:
        return pieces
    fitted: list[Piece] = []
    left = width
    for piece in pieces:
        cells = cell_len(piece.text)
        if cells > left:
            while left == 0 and fitted:
                # The row is full already: its last character makes room.
                piece = fitted.pop()
                left = cell_len(piece.text)
            if left:
                fitted.append(Piece(_cut(piece.text, left - 1) + ELLIPSIS, piece.role))
            break
        fitted.append(piece)
        left -= cells
    return fitted


def mark_matches(pieces: list[Piece], regex: re.Pattern[str]) -> list[Piece]:
    """Split the pieces so that what a search finds in what is shown stands by itself, marked."""
    marked: list[Piece] = []
    for piece in pieces:
        text, role, _match = piece
        if role in ("number", "time", "length", "rule"):
            marked.append(piece)
            continue
        end = 0
        for found in regex.finditer(text):
            start, stop = found.span()
            if start < stop:
                marked += [Piece(text[end:start], role), Piece(text[start:stop], role, True)]
                end = stop
        marked.append(Piece(text[end:], role))
    return [piece for piece in marked if piece.text]


def _cut(text: str, width: int) -> str:
    """The start of a text that fits into some cells. Widths of safe text add up, so none is split."""
    if width <= 0:
        return ""
    if text.isascii():
        return text[:width]
    for position, character in enumerate(text):
        width -= get_character_cell_size(character)
        if width < 0:
            return text[:position]
    return text


def _traffic(event: Frame | Message, columns: Columns, width: int, subprotocol: str | None) -> list[Piece]:
    role: Role = "sent" if event.direction is Direction.C2S else "received"
    name = OPCODE_NAMES[event.opcode]
    pieces = [
        Piece(f"{event.direction.arrow} {name:<6} ", role),
        Piece(f"{event.length:>{columns.length}}{columns.gap}", "length"),
    ]
    pieces += [Piece(f"{word} ", "flag") for word in _flags(event)]
    pieces += [Piece(f"[{violation}] ", "violation") for violation in event.violations]
    left = width - sum(cell_len(piece.text) for piece in pieces)
    if left > 0:
        shown = payload(event, min(left, len(event.preview) * 8 + 64), subprotocol)
        pieces.append(Piece(shown, "payload"))
    return pieces


def _decoded(event: Proto, columns: Columns) -> list[Piece]:
    role: Role = "sent" if event.direction is Direction.C2S else "received"
    return [
        Piece(f"{event.direction.arrow} {PROTOCOL_SIGNS.get(event.protocol, event.protocol):<6} ", role),
        Piece(f"{event.length:>{columns.length}}{columns.gap}", "length"),
        *(Piece(f"[{visible(spoken(violation))}] ", "violation") for violation in event.violations),
        Piece(visible(event.summary), "payload"),
    ]


def _flags(event: Frame | Message) -> list[str]:
    if isinstance(event, Message):
        words = []
        if event.frames != 1:
            words = [ngettext("{count} frame", "{count} frames", event.frames).format(count=event.frames)]
        return [*words, f"deflate {event.wire_length}→{event.length}"] if event.compressed else words
    words = [] if event.fin else ["fin=0"]
    if event.rsv & 4:
        # RSV1 without a rule broken means that compression was agreed on (RFC 7692 section 6).
        words.append("rsv1" if any("rsv" in rule.lower() for rule in event.violations) else "deflate")
    words += [word for bit, word in ((2, "rsv2"), (1, "rsv3")) if event.rsv & bit]
    return words


def payload(event: Frame | Message, limit: int, subprotocol: str | None = None) -> str:
    """The start of a payload on one line, in at most ``limit`` characters, safe to draw.

    It is text or pairs of hexadecimal digits (see `payload_as_text`), and for a Close frame the code, its
    name and the reason. It ends with `…` where there is more.
    """
    text = payload_as_text(event, 4 * limit + 4)
    if text is None:
        shown = event.preview[: limit // 3 + 2].hex(" ")
        more = 3 * event.length - 1 > len(shown)
    else:
        if event.opcode == Opcode.CLOSE:
            code, _space, reason = text.partition(" ")
            name = describe(int(code) if code else None, subprotocol).name
            text = " ".join(filter(None, (code, name, reason and f"· {reason}")))
        shown = visible(text, limit + 1)
        more = min(4 * limit + 4, len(event.preview)) < event.length
    if more and len(shown) < limit:
        return shown + ELLIPSIS
    return shown if len(shown) <= limit else shown[: limit - 1] + ELLIPSIS


def _http(event: Http | Body) -> list[Piece]:
    role: Role = "sent" if event.direction is Direction.C2S else "received"
    arrow = Piece(f"{event.direction.arrow} ", role)
    if isinstance(event, Body):
        text = event.preview.decode("utf-8", "replace")
        size = Piece(f"{format_size(event.length)}  ", "length")
        return [arrow, Piece(_("body") + " ", role), size, Piece(visible(text), "payload")]
    count = len(event.headers)
    headers = ngettext("{count} header", "{count} headers", count).format(count=count)
    return [
        arrow,
        Piece(visible(event.start_line), role),
        *(Piece(f"  {violation}", "violation") for violation in event.violations),
        Piece(f"  {headers}, {format_size(event.length)}", "length"),
    ]


def _system(event: Event) -> list[Piece]:
    match event:
        case State():
            role: Role = "error" if event.phase is Phase.ERROR else "system"
            by = {"client": " " + _("by client"), "server": " " + _("by server")}.get(event.side, "")
            code = f" ({event.code})" if event.code is not None and str(event.code) not in event.why else ""
            state = f"{PHASE_SIGNS[event.phase]} {event.phase.upper()}{by}"
            return [Piece(state, role), Piece(_spaced(event.why) + code, "payload")]
        case Tcp():
            role = "error" if event.what == "reset" else "system"
            arrow = f" {event.direction.arrow}" if event.direction else ""
            return [
                Piece(f"─ TCP {visible(_(event.what))}{arrow}", role),
                Piece(_spaced(event.detail), "payload"),
            ]
        case Proc():
            role = "error" if event.what in ("failed", "exited") else "system"
            what = _("server {name} {what}").format(name=visible(event.server), what=visible(_(event.what)))
            return [Piece(f"■ {what}", role), Piece(_spaced(event.text), "payload")]
        case Ui():
            action = visible(_(event.action))
            return [Piece(f"■ {action}", "system"), Piece(_spaced(event.detail), "payload")]
        case _:
            return [Piece(type(event).__name__.lower(), "system")]


def _spaced(text: str) -> str:
    return f" {visible(spoken(text))}" if text else ""
