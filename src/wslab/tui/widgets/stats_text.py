"""Statistics as lines of text, for a panel of any width and height and for a single line.

Nothing here knows of widgets or colours. A line is a tuple of pieces, each a text and the role it plays, and
is never wider than asked for. Numbers are exact where they fit and shortened where they don't.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

from wslab.i18n import N_, _
from wslab.tui.safe_text import visible
from wslab.wire.events import Opcode
from wslab.wire.percentiles import Times
from wslab.wire.statistics import Snapshot, Traffic

Role = Literal["head", "label", "number", "graph", "alarm"]
Line = tuple[tuple[str, Role], ...]

NOTHING = "–"
"""Stands where there is nothing to tell yet."""
BARS = "▁▂▃▄▅▆▇█"
"""The lowest is nothing at all; the others share what is more than nothing."""

NARROWEST = 26
"""Cells that every line of the panel fits into."""

_WIDE_FROM = 44
_NARROW_COLUMN = 6
"""Cells of the narrowest column of numbers, the space before it included."""
_SUFFIXES = ("", "k", "M", "G", "T", "P")


class _Row(NamedTuple):
    """Lines of the panel that belong together and how important they are: 0 is the most."""

    rank: int
    lines: tuple[Line, ...]


class _Table(NamedTuple):
    """A table whose values stand below each other, flush with the right edge."""

    width: int
    label: int
    columns: int

    @property
    def column(self) -> int:
        """Cells of a column, the space to its left included."""
        return (self.width - self.label) // self.columns

    @property
    def room(self) -> int:
        """Cells that a value may take."""
        return self.column - 1

    def line(self, label: str, values: Sequence[str], role: Role = "number") -> Line:
        rest = self.width - self.column * self.columns
        name: Role = "head" if role == "head" else "label"
        return (
            (set_cell_size(label, rest), name),
            ("".join(_right(value, self.column) for value in values), role),
        )


def _right(text: str, cells: int) -> str:
    """Return a text flush with the right edge of some cells."""
    return " " * (cells - cell_len(text)) + text


def count(number: int, width: int) -> str:
    """Return a number in at most ``width`` cells: `1,234,567`, `1234567`, `1.23M`, as the room allows."""
    for text in (f"{number:,}", str(number)):
        if len(text) <= width:
            return text
    return shortened(number, width)


def shortened(number: float, width: int = 5) -> str:
    """Return a number of three digits and a letter for its thousands: `999`, `1.23k`, `12.3M`, `123G`."""
    for power, suffix in enumerate(_SUFFIXES):
        scaled = number / 1000**power
        # What rounds to 1000 goes to the next letter: 999.9k is written 1.00M.
        if scaled < 999.5 or suffix == _SUFFIXES[-1]:
            break
    if not suffix:
        return f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"
    digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
    while digits and digits + 3 > width:
        digits -= 1
    return f"{scaled:.{digits}f}{suffix}"


def short_time(seconds: float) -> str:
    """Return a time in at most five cells: `0µs`, `420µs`, `4.2ms`, `42ms`, `4.2s`, `42s`, `4.2m`, `27h`."""
    for unit, size, limit in (("µs", 1e-6, 999.5), ("ms", 1e-3, 999.5), ("s", 1.0, 59.5), ("m", 60.0, 59.5)):
        value = seconds / size
        if value < limit:
            return f"{value:.1f}{unit}" if value < 9.95 and unit != "µs" else f"{value:.0f}{unit}"
    return f"{seconds / 3600:.0f}h"


def spoken_time(seconds: float) -> str:
    """Return a time for a sentence: `8 µs`, `0.4 ms`, `42 ms`, `1.3 s`, `2:05`, `1:02:03`."""
    if seconds < 9.5e-6:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 0.9995:
        value = seconds * 1e3
        return f"{value:.2g} ms" if value < 9.95 else f"{value:.0f} ms"
    if seconds < 59.5:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    return clock_time(seconds, "{}:{:02}")


def clock_time(seconds: float, short: str = "{:02}:{:02}") -> str:
    """Return a duration as a clock shows it: `00:42`, `12:05`, `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else short.format(minutes, rest)


def percent(part: float | None) -> str:
    """Return a part of 1 as `42%`, `4.2%`, or `–` for None."""
    if part is None:
        return NOTHING
    return f"{part * 100:.1f}%" if part < 0.0995 else f"{part * 100:.0f}%"


def sparkline(values: Sequence[int], width: int) -> str:
    """Return the last ``width`` values as bars, scaled to the largest of them."""
    shown = values[-width:] if width > 0 else ()
    highest = max(shown, default=0)
    steps = len(BARS) - 2
    return "".join(BARS[1 + round(value / highest * steps)] if value else BARS[0] for value in shown)


def panel_lines(snapshot: Snapshot, width: int, height: int | None = None) -> list[Line]:
    """Return the statistics as at most ``height`` whole lines of ``width`` cells (`NARROWEST` or more).

    Where not all lines fit, the less important ones are left out; None gives them all.
    """
    rows = [*_count_rows(snapshot, width), *_rate_rows(snapshot, width), *_time_rows(snapshot, width)]
    rows += [*_unit_rows(snapshot, width), *_rule_rows(snapshot, width)]
    if height is not None:
        kept: set[int] = set()
        for place in sorted(range(len(rows)), key=lambda place: rows[place].rank):
            if len(rows[place].lines) <= height:
                height -= len(rows[place].lines)
                kept.add(place)
        rows = [row for place, row in enumerate(rows) if place in kept]
    return [line for row in rows for line in row.lines]


def summary_line(snapshot: Snapshot, width: int) -> Line:
    """Return the statistics as one line: `text 12/12  ping 1/1  rtt 0.4 ms`. Pairs are sent and received.

    What does not fit is left out, the less important first.
    """
    sent, received = snapshot.sent, snapshot.received
    parts: list[tuple[int, Line]] = [(0, _pair(_("text"), sent, received, Opcode.TEXT))]
    if sent.opcodes[Opcode.BINARY].frames or received.opcodes[Opcode.BINARY].frames:
        parts.append((3, _pair(_("binary"), sent, received, Opcode.BINARY)))
    parts.append((2, _pair(_("ping"), sent, received, Opcode.PING)))
    if snapshot.rtt is not None:
        parts.append((1, _named(_("rtt"), spoken_time(snapshot.rtt))))
    if snapshot.echo is not None:
        parts.append((5, _named(_("echo"), spoken_time(snapshot.echo.last))))
    fast = sent.frame_rate.second, received.frame_rate.second
    if max(fast) >= 10:
        parts.append((4, _named(_("frames/s"), f"{shortened(fast[0])}/{shortened(fast[1])}")))
    broken = sum(times for _text, times in snapshot.violations)
    if broken:
        parts.append((1, (("! " + _("{count} broken").format(count=count(broken, 7)), "alarm"),)))
    while len(parts) > 1 and sum(_cells(line) + 2 for _rank, line in parts) - 2 > width:
        parts.remove(max(parts, key=lambda part: part[0]))
    line: Line = ()
    for _rank, pieces in parts:
        line += ((("  ", "label"),) if line else ()) + pieces
    return line


def _named(name: str, value: str) -> Line:
    return ((f"{name} ", "label"), (value, "number"))


def _pair(name: str, sent: Traffic, received: Traffic, opcode: Opcode) -> Line:
    one, other = sent.opcodes[opcode].frames, received.opcodes[opcode].frames
    return _named(name, f"{count(one, 7)}/{count(other, 7)}")


def _cells(line: Line) -> int:
    return sum(cell_len(text) for text, _role in line)


def _pairs(width: int) -> _Table:
    return _Table(width, 17 if width >= _WIDE_FROM else 9, 2)


def _count_rows(snapshot: Snapshot, width: int) -> list[_Row]:
    sent, received = snapshot.sent, snapshot.received
    table = _pairs(width)
    wide = width >= _WIDE_FROM

    def texts(rank: int, label: str, short: str, one: str, other: str) -> _Row:
        return _Row(rank, (table.line(_(label if wide else short), (one, other)),))

    def numbers(rank: int, label: str, short: str, one: int, other: int) -> _Row:
        return texts(rank, label, short, count(one, table.room), count(other, table.room))

    def opcode(rank: int, label: str, short: str, code: Opcode) -> _Row:
        return numbers(rank, label, short, sent.opcodes[code].frames, received.opcodes[code].frames)

    heads = (_("sent"), _("received") if wide else _("recv"))
    one, other = (_ping_pong(traffic, table.room) for traffic in (sent, received))
    rows = [
        _Row(0, (table.line(_("frames"), heads, "head"),)),
        opcode(1, N_("text"), N_("text"), Opcode.TEXT),
        opcode(2, N_("binary"), N_("binary"), Opcode.BINARY),
        opcode(13, N_("continuation"), N_("continued"), Opcode.CONT),
        texts(3, N_("ping / pong"), N_("ping/pong"), one, other),
        opcode(8, N_("close"), N_("close"), Opcode.CLOSE),
    ]
    reserved = _reserved(sent), _reserved(received)
    if any(reserved):
        rows.append(numbers(5, N_("reserved opcodes"), N_("reserved"), *reserved))
    return [
        *rows,
        numbers(6, N_("messages"), N_("messages"), sent.messages, received.messages),
        numbers(7, N_("bytes on the wire"), N_("bytes"), sent.bytes, received.bytes),
        texts(14, N_("header overhead"), N_("headers"), percent(sent.overhead), percent(received.overhead)),
        texts(
            15, N_("compressed to"), N_("packed to"), percent(sent.compression), percent(received.compression)
        ),
        texts(20, N_("frames a message"), N_("fragments"), _fragments(sent), _fragments(received)),
    ]


def _reserved(traffic: Traffic) -> int:
    known = set(Opcode)
    return sum(found.frames for code, found in enumerate(traffic.opcodes) if code not in known)


def _ping_pong(traffic: Traffic, room: int) -> str:
    half = (room - 1) // 2
    ping, pong = traffic.opcodes[Opcode.PING].frames, traffic.opcodes[Opcode.PONG].frames
    return f"{count(ping, half)}/{count(pong, half)}"


def _fragments(traffic: Traffic) -> str:
    if not traffic.messages:
        return NOTHING
    mean = (traffic.text.frames + traffic.binary.frames) / traffic.messages
    return shortened(mean)


def _rate_rows(snapshot: Snapshot, width: int) -> list[_Row]:
    sent, received = snapshot.sent, snapshot.received
    table = _pairs(width)
    wide = width >= _WIDE_FROM

    def rates(rank: int, label: str, short: str, one: float, other: float) -> _Row:
        return _Row(rank, (table.line(_(label if wide else short), (shortened(one), shortened(other))),))

    return [
        rates(9, N_("frames a second"), N_("frames/s"), sent.frame_rate.second, received.frame_rate.second),
        rates(10, N_("bytes a second"), N_("bytes/s"), sent.byte_rate.second, received.byte_rate.second),
        _Row(
            12, (_graph(">", sent.byte_rate.history, width), _graph("<", received.byte_rate.history, width))
        ),
        rates(18, N_("frames/s in 60 s"), N_("f/s, 60s"), sent.frame_rate.minute, received.frame_rate.minute),
        rates(19, N_("bytes/s in 60 s"), N_("B/s, 60s"), sent.byte_rate.minute, received.byte_rate.minute),
    ]


def _graph(arrow: str, history: Sequence[int], width: int) -> Line:
    top_of = " " + _("top") + " "
    room = width - len(arrow) - cell_len(top_of) - len(" 12.3M")
    shown = max(1, room)
    shown = min(shown, len(history))
    top = shortened(max(history[-shown:], default=0))
    bars = sparkline(history, shown).rjust(room)
    return ((f"{arrow} ", "label"), (bars, "graph"), (top_of, "label"), (f"{top:>5}", "number"))


def _time_rows(snapshot: Snapshot, width: int) -> list[_Row]:
    sent, received = snapshot.sent, snapshot.received
    wide = width >= _WIDE_FROM
    names = (_("last"), _("min"), "p50", "p95", _("max")) if wide else (_("last"), "p50", "p95")
    table = _Table(width, 14 if wide else 8, len(names))

    def line(label: str, short: str, times: Times | None) -> Line:
        if times is None:
            values = [NOTHING] * len(names)
        elif wide:
            values = list(map(short_time, (times.last, times.minimum, times.p50, times.p95, times.maximum)))
        else:
            values = list(map(short_time, (times.last, times.p50, times.p95)))
        return table.line(_(label if wide else short), values)

    rows = [
        _Row(
            4,
            (
                table.line(_("times"), names, "head"),
                line(N_("ping to pong"), N_("rtt"), snapshot.pings_sent.times),
            ),
        ),
        _Row(11, (line(N_("echo"), N_("echo"), snapshot.echo),)),
        _Row(17, (line(N_("their ping"), N_("rtt <"), snapshot.pings_received.times),)),
        _Row(16, (line(N_("between sent"), N_("gap >"), sent.between),)),
        _Row(16, (line(N_("between recv"), N_("gap <"), received.between),)),
    ]
    if snapshot.handshake is not None:
        text = spoken_time(snapshot.handshake)
        rows.append(
            _Row(21, (((set_cell_size(_("handshake"), width - len(text)), "label"), (text, "number")),))
        )
    return rows


def _unit_rows(snapshot: Snapshot, width: int) -> list[_Row]:
    """What was decoded, by name: `PUBLISH  3  5`."""
    sides = [
        {(each.protocol, each.name): each.units for each in side.units}
        for side in (snapshot.sent, snapshot.received)
    ]
    kinds = list(dict.fromkeys(kind for side in sides for kind in side))
    if not kinds:
        return []
    names = [visible(name or _("unread")) for _protocol, name in kinds]
    table = _Table(width, min(max(map(cell_len, names)) + 1, width - 2 * _NARROW_COLUMN), 2)
    heads = (_("sent"), _("received") if width >= _WIDE_FROM else _("recv"))
    rows = [_Row(21, (table.line(_("decoded"), heads, "head"),))]
    for place, (kind, name) in enumerate(zip(kinds, names, strict=True)):
        values = [count(side.get(kind, 0), table.room) for side in sides]
        label = name if cell_len(name) < table.label else set_cell_size(name, table.label - 2) + "…"
        rows.append(_Row(22 + place, (table.line(label, values),)))
    return rows


def _rule_rows(snapshot: Snapshot, width: int) -> list[_Row]:
    if not snapshot.violations:
        return []
    label = "! " + _("broken rules")
    total = count(sum(times for _text, times in snapshot.violations), width - cell_len(label) - 1)
    rows = [_Row(2, (((label + total.rjust(width - cell_len(label)), "alarm"),),))]
    for place, (text, times) in enumerate(sorted(snapshot.violations, key=lambda found: -found[1])):
        told = f"{times:,}× {visible(text)}"
        # textwrap counts characters: with double-width ones, half as many fit.
        wrapped = textwrap.wrap(told, (width - 2) // (1 if cell_len(told) == len(told) else 2))
        rows.append(_Row(30 + place if place else 11, tuple((("  " + part, "alarm"),) for part in wrapped)))
    return rows
