"""Counts, rates and times of everything that went over the wire, told from events.

Totals are exact whatever the load. Memory is fixed by design: 16 counters a direction, 64 seconds of rates,
histograms of about 1,400 buckets, and bounded tables of unanswered pings and messages, close codes, broken
rules and connections.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wslab.wire.clock import Clock
from wslab.wire.events import Close, Direction, Event, Frame, Http, Message, Opcode, Phase, Proto, State
from wslab.wire.pairing import Pairing
from wslab.wire.percentiles import Histogram, Times
from wslab.wire.rates import Rate, RateMeter

ECHO_WITHIN = 60.0
"""A message equal to one sent longer ago than this many seconds is not taken for its echo."""
CONNECTIONS = 1024
"""Connections whose last message is remembered, for the time between messages."""
DISTINCT = 100
"""Different broken rules, and close codes a direction, that are counted apart. Further rules are summed."""
UNSORTED = 512
"""Times that wait before they are sorted into histograms, which is cheaper in batches."""
OTHER_RULES = "other rules"
"""Name of that sum."""
OTHER_UNITS = ("", "others")
"""Protocol and name of the sum of decoded units beyond the first 100 different ones of a direction."""


class FrameCount(NamedTuple):
    """Frames of one opcode and direction. The sizes are in bytes."""

    frames: int
    header: int
    payload: int
    """On the wire: compressed where the frames were."""


class UnitCount(NamedTuple):
    """Decoded units of one kind and direction: PUBLISH packets, `next` messages."""

    protocol: str
    name: str
    """Empty for what could not be told."""
    units: int
    size: int
    """Bytes."""


class MessageCount(NamedTuple):
    """Messages of one opcode and direction. The sizes are in bytes."""

    messages: int
    frames: int
    most_frames: int
    """Frames of the message that had the most."""
    wire: int
    """Payload on the wire."""
    size: int
    """Payload after inflating."""
    compressed: int
    """How many of the messages were compressed."""
    compressed_wire: int
    compressed_size: int

    @property
    def fragments(self) -> float | None:
        """Frames per message; None without messages."""
        return self.frames / self.messages if self.messages else None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What went in one direction."""

    opcodes: tuple[FrameCount, ...]
    """One for each of the sixteen opcodes."""
    text: MessageCount
    binary: MessageCount
    heads: int
    """Bytes of HTTP heads."""
    frame_rate: Rate
    byte_rate: Rate
    """Bytes of frames, headers included."""
    between: Times | None
    """From one message to the next of the same connection."""
    closes: tuple[tuple[int | None, int], ...]
    """The first 100 different close codes and how often each came; `opcodes` counts every Close frame."""
    units: tuple[UnitCount, ...]
    """What was decoded of the messages, in the order of first appearance."""

    @property
    def frames(self) -> int:
        """Frames of all opcodes."""
        return sum(count.frames for count in self.opcodes)

    @property
    def header(self) -> int:
        """Bytes of frame headers."""
        return sum(count.header for count in self.opcodes)

    @property
    def payload(self) -> int:
        """Bytes of payload on the wire."""
        return sum(count.payload for count in self.opcodes)

    @property
    def bytes(self) -> int:
        """Bytes of frames, headers included."""
        return self.header + self.payload

    @property
    def messages(self) -> int:
        """Messages, text and binary."""
        return self.text.messages + self.binary.messages

    @property
    def overhead(self) -> float | None:
        """Part of the bytes that was frame headers; None without frames."""
        return self.header / self.bytes if self.bytes else None

    @property
    def compression(self) -> float | None:
        """Size on the wire of the compressed messages as a part of their size; None without any."""
        size = self.text.compressed_size + self.binary.compressed_size
        return (self.text.compressed_wire + self.binary.compressed_wire) / size if size else None


@dataclass(frozen=True, slots=True)
class Pings:
    """Pings of one direction and the Pongs that answered them."""

    times: Times | None
    unanswered: int
    unasked: int
    """Pongs that answer no Ping. RFC 6455 section 5.5.3 allows them as a heartbeat."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All statistics at one moment."""

    t: float
    """Monotonic time at which it was made."""
    sent: Traffic
    received: Traffic
    pings_sent: Pings
    pings_received: Pings
    echo: Times | None
    """From sending a message to receiving an equal one."""
    handshake: float | None
    """Seconds from the latest HTTP request to its response."""
    opened: int
    """How many times a connection became open."""
    violations: tuple[tuple[str, int], ...]
    """Broken rules and how often each was, in the order of their first appearance. Told by frames, heads and
    units: what is wrong with a message or a Close body is told by a frame of it too, and counts once."""

    @property
    def rtt(self) -> float | None:
        """The latest time from a Ping we sent to its Pong, in seconds."""
        return self.pings_sent.times.last if self.pings_sent.times else None


class _Side:
    """The counters of one direction."""

    __slots__ = (
        "between", "closes", "frames", "gaps", "heads", "last", "messages", "pings", "together",
        "together_before", "units",
    )  # fmt: skip

    def __init__(self) -> None:
        self.frames = [[0, 0, 0] for _ in range(16)]
        self.messages = [[0] * 7 for _ in range(16)]
        """Messages, size, frames after the first, most frames; of the compressed: messages, wire, size."""
        self.heads = 0
        self.last: dict[int, float] = {}
        self.between = Histogram()
        self.gaps: list[float] = []
        self.together = 0
        """Messages that came at the time of the one before, since the last of ``gaps``, not in it."""
        self.together_before = 0
        """Such messages before the last of ``gaps``."""
        self.pings = Pairing()
        self.closes: dict[int | None, int] = {}
        self.units: dict[tuple[str, str], list[int]] = {}

    def note_unit(self, unit: Proto) -> None:
        """Count a decoded unit."""
        units, kind = self.units, (unit.protocol, unit.name)
        if kind not in units and len(units) >= DISTINCT:
            kind = OTHER_UNITS
        cell = units.setdefault(kind, [0, 0])
        cell[0] += 1
        cell[1] += unit.length

    def add_frames(self, opcode: int, count: int, headers: int, payload: int) -> None:
        """Count frames of one opcode; headers and payloads in bytes."""
        cell = self.frames[opcode]
        cell[0] += count
        cell[1] += headers
        cell[2] += payload

    def add_message(self, message: Message) -> None:
        """Count a message and note when it came."""
        cell = self.messages[message.opcode]
        cell[0] += 1
        cell[1] += message.length
        if message.frames > 1:
            cell[2] += message.frames - 1
            cell[3] = max(cell[3], message.frames)
        if message.compressed:
            cell[4] += 1
            cell[5] += message.wire_length
            cell[6] += message.length
        last = self.last.get(message.conn)
        if last == message.t:
            self.together += 1
        else:
            self.note_gap(message.conn, message.t, last)

    def add_twins(self, opcode: int, count: int, size: int) -> None:
        """Count messages of one frame each, not compressed, that came together with one counted before."""
        cell = self.messages[opcode]
        cell[0] += count
        cell[1] += size
        self.together += count

    def note_gap(self, conn: int, t: float, last: float | None) -> None:
        """Note the time of a message of a connection whose one before, if any, was at another time."""
        if last is not None:
            self.gaps.append(t - last)
            self.together_before += self.together
            self.together = 0
        elif len(self.last) >= CONNECTIONS:
            del self.last[next(iter(self.last))]
        self.last[conn] = t

    def sort_gaps(self) -> None:
        """Move the times between messages into their histogram."""
        self.between.extend_by_zeros(self.together_before)
        self.between.extend(self.gaps)
        self.between.extend_by_zeros(self.together)
        self.gaps.clear()
        self.together = self.together_before = 0

    def frame_total(self) -> int:
        return sum(cell[0] for cell in self.frames)

    def byte_total(self) -> int:
        return sum(cell[1] + cell[2] for cell in self.frames)

    def message_count(self, opcode: int) -> MessageCount:
        messages, size, further, most, compressed, compressed_wire, compressed_size = self.messages[opcode]
        wire = size - compressed_size + compressed_wire
        most = max(most, min(messages, 1))
        return MessageCount(
            messages, messages + further, most, wire, size, compressed, compressed_wire, compressed_size
        )

    def traffic(self, frame_rate: Rate, byte_rate: Rate) -> Traffic:
        return Traffic(
            opcodes=tuple(FrameCount(*cell) for cell in self.frames),
            text=self.message_count(Opcode.TEXT),
            binary=self.message_count(Opcode.BINARY),
            heads=self.heads,
            frame_rate=frame_rate,
            byte_rate=byte_rate,
            between=self.between.times(),
            closes=tuple(self.closes.items()),
            units=tuple(UnitCount(*kind, *cell) for kind, cell in self.units.items()),
        )


class Statistics:
    """Counts events. `sent` is what the client sent, `received` what it received."""

    __slots__ = (
        "_clock", "_echo", "_echo_times", "_echoes", "_handshake", "_high", "_low", "_meter", "_opened",
        "_ping_times", "_received", "_request", "_sent", "_violations",
    )  # fmt: skip

    def __init__(self, clock: Clock) -> None:
        """Count from zero. The clock tells what "now" is in `snapshot`; rates come from the events' times."""
        self._clock = clock
        self.reset()

    def reset(self) -> None:
        """Start again from zero. What was sent before is forgotten: its echo or Pong is not recognised."""
        self._sent = _Side()
        self._received = _Side()
        self._meter = RateMeter(4)
        self._low = self._high = 0.0
        self._echo = Pairing(ECHO_WITHIN)
        self._echoes = Histogram()
        self._echo_times: list[float] = []
        self._ping_times = {Direction.C2S: Histogram(), Direction.S2C: Histogram()}
        self._request: tuple[int, float] | None = None
        self._handshake: float | None = None
        self._opened = 0
        self._violations: dict[str, int] = {}

    def observe(self, events: Sequence[Event]) -> None:
        """Count a batch of events. A flood passes through here, hence one plain loop over plain lists."""
        low, high = self._low, self._high
        sent, received, client = self._sent, self._received, Direction.C2S
        echo = self._echo
        asked = bool(echo.sizes or echo.old_sizes)
        # Most of a flood repeats what came before: a run of such frames or messages is added at its end.
        run: tuple[_Side, int] | None = None
        way: Direction | None = None
        code = count = headers = payload = 0
        twins: _Side | None = None
        twin_conn, twin_t, twin_way = 0, 0.0, client
        twin_code = twin_count = twin_size = 0
        # Taking a record apart at once is cheaper than asking it for each field.
        for event in events:
            if type(event) is Frame:
                _, t, _, _, direction, opcode, _, _, _, _, header, length, _, violations = event
                if direction is not way or opcode != code or not low <= t < high:
                    if run is not None:
                        run[0].add_frames(run[1], count, headers, payload)
                    if not low <= t < high:
                        low, high = self._meter.advance(t, self._totals())
                    run = (sent if direction is client else received), opcode
                    way, code = direction, opcode
                    count = headers = payload = 0
                count += 1
                headers += header
                payload += length
                if opcode > 8:
                    self._control(event)
                if violations:
                    self._broken(violations)
            elif type(event) is Message:
                _, t, _, conn, direction, opcode, frames, _, _, length, compressed, preview, _ = event
                same = twins is not None and t == twin_t and direction is twin_way and opcode == twin_code
                if same and conn == twin_conn and frames == 1 and not compressed:
                    twin_count += 1
                    twin_size += length
                else:
                    if twins is not None:
                        twins.add_twins(twin_code, twin_count, twin_size)
                    twins = sent if direction is client else received
                    twins.add_message(event)
                    twin_conn, twin_t, twin_way, twin_code = conn, t, direction, opcode
                    twin_count = twin_size = 0
                if direction is client:
                    echo.ask(hash((conn, opcode, length, preview)), length, t)
                    asked = True
                elif asked and (length in echo.sizes or length in echo.old_sizes):
                    seconds = echo.answer(hash((conn, opcode, length, preview)), t)
                    if seconds is not None:
                        self._echo_times.append(seconds)
            else:
                self._rare(event)
        if run is not None:
            run[0].add_frames(run[1], count, headers, payload)
        if twins is not None:
            twins.add_twins(twin_code, twin_count, twin_size)
        self._low, self._high = low, high
        if len(sent.gaps) + len(received.gaps) + len(self._echo_times) > UNSORTED:
            self._sort()

    def _sort(self) -> None:
        """Move the times that came since the last call into their histograms."""
        for side in (self._sent, self._received):
            side.sort_gaps()
        self._echoes.extend(self._echo_times)
        self._echo_times.clear()

    def _totals(self) -> tuple[int, int, int, int]:
        sent, received = self._sent, self._received
        return sent.frame_total(), sent.byte_total(), received.frame_total(), received.byte_total()

    def _control(self, frame: Frame) -> None:
        key = hash((frame.conn, frame.length, frame.preview))
        if frame.opcode == Opcode.PING:
            side = self._sent if frame.direction is Direction.C2S else self._received
            side.pings.ask(key, frame.length, frame.t)
        elif frame.opcode == Opcode.PONG:
            pinged = frame.direction.other
            side = self._sent if pinged is Direction.C2S else self._received
            seconds = side.pings.answer(key, frame.t)
            if seconds is not None:
                self._ping_times[pinged].extend((seconds,))

    def _rare(self, event: Event) -> None:
        if isinstance(event, Proto):
            (self._sent if event.direction is Direction.C2S else self._received).note_unit(event)
            self._broken(event.violations)
        elif isinstance(event, Close):
            closes = (self._sent if event.direction is Direction.C2S else self._received).closes
            if event.code in closes or len(closes) < DISTINCT:
                closes[event.code] = closes.get(event.code, 0) + 1
        elif isinstance(event, State):
            self._opened += event.phase is Phase.OPEN
        elif isinstance(event, Http):
            if event.direction is Direction.C2S:
                self._sent.heads += event.length
                self._request = (event.conn, event.t)
            else:
                self._received.heads += event.length
                if self._request is not None and self._request[0] == event.conn:
                    self._handshake = event.t - self._request[1]
                    self._request = None
            self._broken(event.violations)

    def _broken(self, violations: Sequence[str]) -> None:
        counts = self._violations
        for text in violations:
            name = text if text in counts or len(counts) < DISTINCT else OTHER_RULES
            counts[name] = counts.get(name, 0) + 1

    def snapshot(self) -> Snapshot:
        """Return everything as it is now."""
        now = self._clock.monotonic()
        self._sort()
        self._meter.settle(self._totals())
        sent_frames, sent_bytes, received_frames, received_bytes = self._meter.rates(now)
        return Snapshot(
            t=now,
            sent=self._sent.traffic(sent_frames, sent_bytes),
            received=self._received.traffic(received_frames, received_bytes),
            pings_sent=self._pings(Direction.C2S),
            pings_received=self._pings(Direction.S2C),
            echo=self._echoes.times(),
            handshake=self._handshake,
            opened=self._opened,
            violations=tuple(self._violations.items()),
        )

    def _pings(self, direction: Direction) -> Pings:
        pings = (self._sent if direction is Direction.C2S else self._received).pings
        return Pings(self._ping_times[direction].times(), pings.asked - pings.answered, pings.unasked)
