from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import encode_frame
from wslab.wire.events import (
    Close,
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
)
from wslab.wire.handshake import accept_working
from wslab.wire.percentiles import RELATIVE_ERROR
from wslab.wire.rates import HISTORY, SLICES
from wslab.wire.statistics import (
    CONNECTIONS,
    DISTINCT,
    OTHER_RULES,
    OTHER_UNITS,
    UNSORTED,
    Statistics,
    Traffic,
    UnitCount,
)

C2S, S2C = Direction.C2S, Direction.S2C
RULES = ("6455#5.1 client frame not masked", "6455#5.5 control frame too long")


@dataclass
class Script:
    """Makes events at the times it is told."""

    t: float = 1000.0
    conn: int = 1
    seq: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def head(self) -> tuple[int, float, float, int]:
        return next(self.seq), self.t, 0.0, self.conn

    def frame(
        self, direction: Direction, opcode: int, payload: bytes = b"", violations: tuple[str, ...] = ()
    ) -> Frame:
        header = 6 if direction is C2S else 2
        return Frame(
            *self.head(),
            direction,
            opcode,
            True,
            0,
            direction is C2S,
            b"",
            header,
            len(payload),
            payload,
            violations,
        )

    def message(
        self, direction: Direction, payload: bytes, opcode: int = 1, frames: int = 1, wire: int | None = None
    ) -> Message:
        packed = wire is not None
        size = len(payload)
        return Message(
            *self.head(),
            direction,
            opcode,
            frames,
            self.t,
            size if wire is None else wire,
            size,
            packed,
            payload,
            (),
        )

    def state(self, phase: Phase) -> State:
        return State(*self.head(), phase, "client", "", None)


def statistics(script: Script) -> Statistics:
    return Statistics(Clock(monotonic=lambda: script.t))


STEP = st.tuples(
    st.sampled_from(["frame", "message", "close", "http", "state", "proc", "tcp"]),
    st.sampled_from([C2S, S2C]),
    st.integers(0, 15),
    st.sampled_from([b"", b"a", b"b", b"hello", b"x" * 200]),
    st.one_of(st.just(0.0), st.floats(1e-6, 0.2), st.sampled_from([0.125, 1.0, 5.0, 70.0])),
    st.integers(1, 3),
    st.sampled_from([(), (), (), RULES[:1], RULES]),
)
Steps = list[tuple[str, Direction, int, bytes, float, int, tuple[str, ...]]]


def build(steps: Steps, script: Script) -> list[Event]:
    events: list[Event] = []
    for kind, direction, number, payload, gap, conn, violations in steps:
        script.t += gap
        script.conn = conn
        opcode = 1 + number % 2
        match kind:
            case "frame":
                events.append(script.frame(direction, number, payload, violations))
            case "message":
                wire = len(payload) // 2 if number % 3 == 0 else None
                events.append(script.message(direction, payload, opcode, 1 + number % 4, wire))
            case "close":
                events.append(Close(*script.head(), direction, 1000 + number, "", True, violations))
            case "http":
                events.append(Http(*script.head(), direction, "GET / HTTP/1.1", (), 100 + number, violations))
            case "state":
                events.append(script.state(list(Phase)[number % len(Phase)]))
            case "proc":
                events.append(Proc(*script.head(), "basic", "log", ""))
            case "tcp":
                events.append(Tcp(*script.head(), "fin", direction, ""))
    return events


def check_traffic(traffic: Traffic, events: Sequence[Event], direction: Direction, now: float) -> None:
    frames = [event for event in events if isinstance(event, Frame) and event.direction is direction]
    messages = [event for event in events if isinstance(event, Message) and event.direction is direction]
    for opcode in range(16):
        mine = [frame for frame in frames if frame.opcode == opcode]
        assert traffic.opcodes[opcode] == (
            len(mine),
            sum(frame.header_len for frame in mine),
            sum(frame.length for frame in mine),
        )
    for opcode, count in ((Opcode.TEXT, traffic.text), (Opcode.BINARY, traffic.binary)):
        told = [message for message in messages if message.opcode == opcode]
        packed = [message for message in told if message.compressed]
        assert count == (
            len(told),
            sum(message.frames for message in told),
            max((message.frames for message in told), default=0),
            sum(message.wire_length for message in told),
            sum(message.length for message in told),
            len(packed),
            sum(message.wire_length for message in packed),
            sum(message.length for message in packed),
        )
    size = sum(frame.header_len + frame.length for frame in frames)
    assert (traffic.frames, traffic.bytes, traffic.messages) == (len(frames), size, len(messages))
    assert traffic.heads == sum(e.length for e in events if isinstance(e, Http) and e.direction is direction)
    closes = Counter(
        event.code for event in events if isinstance(event, Close) and event.direction is direction
    )
    assert dict(traffic.closes) == closes
    last = math.floor(now * SLICES)
    recent = [frame for frame in frames if last - SLICES <= math.floor(frame.t * SLICES) < last]
    assert traffic.frame_rate.second == len(recent)
    assert traffic.byte_rate.second == sum(frame.header_len + frame.length for frame in recent)
    history = Counter(math.floor(frame.t) - math.floor(now) + HISTORY for frame in frames)
    assert traffic.frame_rate.history == tuple(history[place] for place in range(HISTORY))
    gaps: list[float] = []
    before: dict[int, float] = {}
    for message in messages:
        if message.conn in before:
            gaps.append(message.t - before[message.conn])
        before[message.conn] = message.t
    if not gaps:
        assert traffic.between is None
    else:
        between = traffic.between
        assert between is not None
        assert (between.count, between.last, between.maximum) == (len(gaps), gaps[-1], max(gaps))
        middle = sorted(gaps)[math.ceil(len(gaps) / 2) - 1]
        assert between.p50 == pytest.approx(middle, rel=RELATIVE_ERROR * (1 + 1e-9))


def answers(events: Sequence[Event], pinged: Direction) -> tuple[list[float], int, int]:
    """Match Pongs to Pings by payload, the oldest first: times, unanswered Pings, Pongs without a Ping."""
    waiting: dict[tuple[int, bytes], list[float]] = {}
    times: list[float] = []
    unasked = 0
    for event in events:
        if not isinstance(event, Frame):
            continue
        key = event.conn, event.preview
        if event.opcode == Opcode.PING and event.direction is pinged:
            waiting.setdefault(key, []).append(event.t)
        elif event.opcode == Opcode.PONG and event.direction is not pinged:
            if waiting.get(key):
                times.append(event.t - waiting[key].pop(0))
            else:
                unasked += 1
    return times, sum(map(len, waiting.values())), unasked


@given(st.lists(STEP, max_size=60), st.lists(st.integers(1, 20), max_size=20), st.floats(0, 3))
def test_everything_equals_a_naive_count_for_any_events_in_any_batches(
    steps: Steps, batches: list[int], wait: float
) -> None:
    script = Script()
    counted = statistics(script)
    events = build(steps, script)
    rest = list(events)
    for size in batches:
        counted.observe(rest[:size])
        rest = rest[size:]
        if size % 3 == 0:
            counted.snapshot()
    counted.observe(rest)
    script.t += wait
    snapshot = counted.snapshot()
    assert snapshot.t == script.t
    check_traffic(snapshot.sent, events, C2S, script.t)
    check_traffic(snapshot.received, events, S2C, script.t)
    for direction, pings in ((C2S, snapshot.pings_sent), (S2C, snapshot.pings_received)):
        times, unanswered, unasked = answers(events, direction)
        assert (pings.unanswered, pings.unasked) == (unanswered, unasked)
        assert (pings.times.count if pings.times else 0) == len(times)
        if pings.times:
            assert (pings.times.last, pings.times.minimum) == (times[-1], min(times))
    broken = Counter(text for event in events if isinstance(event, Frame | Http) for text in event.violations)
    assert dict(snapshot.violations) == broken
    assert snapshot.opened == sum(isinstance(e, State) and e.phase is Phase.OPEN for e in events)


def test_a_ping_is_matched_to_the_pong_with_its_payload_in_both_directions() -> None:
    script = Script()
    counted = statistics(script)
    counted.observe([script.frame(C2S, Opcode.PING, b"one"), script.frame(S2C, Opcode.PING, b"theirs")])
    script.t += 0.25
    counted.observe([script.frame(S2C, Opcode.PONG, b"other"), script.frame(S2C, Opcode.PONG, b"one")])
    script.t += 0.25
    counted.observe([script.frame(C2S, Opcode.PONG, b"theirs"), script.frame(C2S, Opcode.PING, b"two")])
    snapshot = counted.snapshot()
    assert snapshot.rtt == 0.25
    assert (snapshot.pings_sent.unanswered, snapshot.pings_sent.unasked) == (1, 1)
    assert snapshot.pings_received.times is not None
    assert snapshot.pings_received.times.last == 0.5
    assert (snapshot.pings_received.unanswered, snapshot.pings_received.unasked) == (0, 0)


def test_a_pong_of_another_connection_answers_nothing() -> None:
    script = Script()
    counted = statistics(script)
    counted.observe([script.frame(C2S, Opcode.PING, b"one")])
    script.conn = 2
    counted.observe([script.frame(S2C, Opcode.PONG, b"one")])
    assert counted.snapshot().rtt is None


def test_an_echo_is_a_received_message_equal_to_a_sent_one() -> None:
    script = Script()
    counted = statistics(script)
    counted.observe([script.message(C2S, b"hello"), script.message(C2S, b"hello", Opcode.BINARY)])
    script.t += 0.5
    counted.observe([script.message(S2C, b"welcome"), script.message(S2C, b"hello")])
    script.t += 0.5
    counted.observe([script.message(S2C, b"hello"), script.message(S2C, b"hello", Opcode.BINARY)])
    echo = counted.snapshot().echo
    assert echo is not None
    assert (echo.count, echo.minimum, echo.maximum) == (2, 0.5, 1.0)


def test_what_the_server_says_first_is_no_echo() -> None:
    script = Script()
    counted = statistics(script)
    counted.observe([script.message(S2C, b"hello"), script.message(C2S, b"hello")])
    assert counted.snapshot().echo is None


def test_the_time_between_messages_is_that_of_one_connection() -> None:
    script = Script()
    counted = statistics(script)
    counted.observe([script.message(S2C, b"a")])
    script.t, script.conn = script.t + 100, 2
    counted.observe([script.message(S2C, b"a")])
    assert counted.snapshot().received.between is None
    script.t += 2
    counted.observe([script.message(S2C, b"b")])
    between = counted.snapshot().received.between
    assert between is not None
    assert (between.count, between.last) == (1, 2)


def test_totals_are_exact_after_a_flood_and_the_memory_stays_bounded() -> None:
    script = Script()
    counted = statistics(script)
    batches = 60
    for _ in range(batches):
        script.t += 0.01
        batch: list[Event] = []
        for number in range(200):
            payload = b"%d" % next(script.seq)
            direction = C2S if number % 2 else S2C
            batch += [script.frame(direction, Opcode.TEXT, payload), script.message(direction, payload)]
        counted.observe(batch)
        assert len(counted._sent.gaps) + len(counted._received.gaps) <= UNSORTED + len(batch)
    snapshot = counted.snapshot()
    assert (snapshot.sent.messages, snapshot.received.messages) == (100 * batches, 100 * batches)
    assert (snapshot.sent.frames, snapshot.received.frames) == (100 * batches, 100 * batches)
    assert snapshot.sent.between is not None
    assert snapshot.sent.between.count == 100 * batches - 1


def test_tables_are_bounded_and_lose_no_count() -> None:
    script = Script()
    counted = statistics(script)
    for number in range(DISTINCT * 3):
        counted.observe([script.frame(C2S, Opcode.TEXT, violations=(f"rule {number}",))])
        counted.observe([Close(*script.head(), S2C, number, "", True, ())])
    for conn in range(CONNECTIONS * 2):
        script.conn = conn
        counted.observe([script.message(S2C, b"")])
    snapshot = counted.snapshot()
    assert len(snapshot.violations) == DISTINCT + 1
    assert dict(snapshot.violations)[OTHER_RULES] == DISTINCT * 2
    assert len(snapshot.received.closes) == DISTINCT
    assert len(counted._received.last) == CONNECTIONS


def test_decoded_units_are_counted_by_name_and_direction() -> None:
    script = Script()
    counted = statistics(script)

    def unit(direction: Direction, name: str, length: int, *violations: str) -> Proto:
        said = ("mqtt", "5.0", name, name, None, None, 0, length, b"", violations)
        return Proto(*script.head(), direction, *said)

    counted.observe([unit(C2S, "PUBLISH", 10), unit(C2S, "PUBLISH", 5, "mqtt5#x y"), unit(S2C, "PUBACK", 4)])
    snapshot = counted.snapshot()
    assert snapshot.sent.units == (UnitCount("mqtt", "PUBLISH", 2, 15),)
    assert snapshot.received.units == (UnitCount("mqtt", "PUBACK", 1, 4),)
    assert snapshot.violations == (("mqtt5#x y", 1),)
    counted.observe([unit(C2S, f"{number}", 1) for number in range(DISTINCT * 2)])
    units = counted.snapshot().sent.units
    assert len(units) == DISTINCT + 1
    assert units[-1] == UnitCount(*OTHER_UNITS, DISTINCT + 1, DISTINCT + 1)
    assert sum(each.units for each in units) == DISTINCT * 2 + 2


def test_the_handshake_time_is_that_from_request_to_response() -> None:
    script = Script()
    counted = statistics(script)
    counted.observe([Http(*script.head(), C2S, "GET / HTTP/1.1", (), 180, ())])
    script.t += 0.125
    assert counted.snapshot().handshake is None
    counted.observe([Http(*script.head(), S2C, "HTTP/1.1 101 Switching Protocols", (), 129, ())])
    snapshot = counted.snapshot()
    assert snapshot.handshake == 0.125
    assert (snapshot.sent.heads, snapshot.received.heads) == (180, 129)


def test_derived_figures() -> None:
    script = Script()
    counted = statistics(script)
    empty = counted.snapshot().received
    assert (empty.overhead, empty.compression, empty.text.fragments) == (None, None, None)
    counted.observe(
        [script.frame(S2C, Opcode.TEXT, b"x" * 18), script.message(S2C, b"x" * 72, 1, 3, wire=18)]
    )
    received = counted.snapshot().received
    assert received.overhead == 0.1
    assert received.compression == 0.25
    assert received.text.fragments == 3


def test_a_rule_broken_once_counts_once_although_its_message_and_its_frame_tell_it() -> None:
    clock = Clock(monotonic=lambda: 1000.0)
    reader = ConnectionReader(1, clock)
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    shared = "Upgrade: websocket\r\nConnection: Upgrade\r\n"
    asked = f"Host: h\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
    request = f"GET / HTTP/1.1\r\n{shared}{asked}\r\n"
    accept = accept_working(key).accept
    response = f"HTTP/1.1 101 Switching Protocols\r\n{shared}Sec-WebSocket-Accept: {accept}\r\n\r\n"
    events = [*reader.receive(C2S, request.encode()), *reader.receive(S2C, response.encode())]
    frames = encode_frame(1, b"\xff") + encode_frame(1, b"\xff", fin=False) + encode_frame(0, b"x")
    events += reader.receive(S2C, frames + encode_frame(8, b"\x03\xed"))
    told = {rule for event in events if isinstance(event, Message | Close) for rule in event.violations}
    assert len(told) == 2
    counted = Statistics(clock)
    counted.observe(events)
    assert sorted(times for _, times in counted.snapshot().violations) == [1, 2]


def test_reset_starts_from_zero() -> None:
    script = Script()
    counted = statistics(script)
    fresh = counted.snapshot()
    counted.observe(
        [
            script.frame(C2S, Opcode.PING, b"one", RULES),
            script.message(C2S, b"hello"),
            script.message(C2S, b"hello"),
            script.state(Phase.OPEN),
        ]
    )
    assert counted.snapshot() != fresh
    counted.reset()
    assert counted.snapshot() == fresh
    counted.observe([script.message(S2C, b"hello"), script.frame(S2C, Opcode.PONG, b"one")])
    after = counted.snapshot()
    assert after.echo is None
    assert after.pings_sent.unasked == 1
