"""Autobahn's public conformance cases, served by kosoku to the client without limits, which sends every message back.

The suite's own expectations and its own log of frames are held against what the reader of the wire saw, too.
"""

from __future__ import annotations

import asyncio
import gc
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from kosoku import FailureError, run_fuzzingserver

from tests.support.conformance import COMPRESSION, MARKS, SOME_COMPRESSION, check_known, known, surprises
from tests.support.recorder import Recorder
from tests.support.wire_streams import open_reader
from wslab.net.client import Client, NotOpen
from wslab.net.options import ConnectOptions, DeflateOffer
from wslab.tasks import spawn
from wslab.wire import violations as rule
from wslab.wire.clock import Clock
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Frame, Opcode

pytestmark = MARKS
KNOWN = Path(__file__).with_name("conformance.toml")
AGENT = "wslab"
AT_ONCE = 4
"""Cases that run side by side; most of them wait for the suite most of the time."""


class Sight(NamedTuple):
    """A frame as the suite logs it and the reader must see it."""

    opcode: int
    fin: bool
    rsv: int
    length: int
    mask_key: str
    """In hex; empty where the frame is not masked."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """One direction of a case, as the suite has it and as the reader saw it."""

    log: tuple[Sight, ...]
    """The suite's log of frames. It leaves out many and large ones, and holds a Close that was never written."""
    counts: Counter[int]
    """The suite's count of frames by opcode."""
    octets: int
    """The suite's count of bytes after the handshake."""
    frames: tuple[Frame, ...]
    """What the reader saw."""

    def disagreements(self, *, whole: bool) -> list[str]:
        """Return a line for everything that the reader saw differently.

        Args:
            whole: whether everything in the log must have arrived.
        """
        lines = []
        if len(self.log) == self.counts.total():
            seen = tuple(Sight(f.opcode, f.fin, f.rsv, f.length, f.mask_key.hex()) for f in self.frames)
            if seen != (self.log if whole else self.log[: len(seen)]):
                lines.append(f"frames {seen} are {self.log} in the log")
        if whole:
            counts = Counter(frame.opcode for frame in self.frames)
            if counts != self.counts:
                lines.append(f"opcodes {counts} are {self.counts} in the statistics")
            octets = sum(frame.header_len + frame.length for frame in self.frames)
            if octets != self.octets:
                lines.append(f"{octets} bytes of frames are {self.octets} in the statistics")
        return lines


@dataclass(frozen=True, slots=True)
class Case:
    """What the suite says of a case, and what was seen on its connection."""

    name: str
    behaviour: str
    codes: frozenset[int]
    """Close codes that the suite takes for an answer."""
    legal: bool
    """Whether the suite asks for a closing handshake in order, because it keeps to the rules up to its Close."""
    sent: Traffic
    """By the client."""
    received: Traffic

    @property
    def open_to_all(self) -> bool:
        """Whether the suite breaks a rule and takes both a normal end and a failure for an answer."""
        return not self.legal and 1000 in self.codes

    def disagreements(self) -> list[str]:
        """Return a line for everything in which the reader and the suite do not agree."""
        lines = [f"sent: {line}" for line in self.sent.disagreements(whole=True)]
        lines += [f"received: {line}" for line in self.received.disagreements(whole=self.legal)]
        lines += [f"sent: {name}" for frame in self.sent.frames for name in frame.violations]
        named = {name for frame in self.before_close for name in frame.violations}
        if self.legal:
            lines += [f"legal, yet the reader names {name}" for name in sorted(named)]
        elif not named:
            lines.append(f"illegal, to be answered by {sorted(self.codes)}, yet the reader names nothing")
        elif 1007 in self.codes and named != {rule.INVALID_UTF8}:
            lines.append(f"not UTF-8, yet the reader names {sorted(named)}")
        elif 1007 not in self.codes and rule.INVALID_UTF8 in named:
            lines.append(f"UTF-8, yet the reader names {sorted(named)}")
        late = [frame for frame in self.received.frames if rule.AFTER_CLOSE in frame.violations]
        if late != list(self.received.frames[len(self.before_close) :]):
            lines.append(f"the reader takes {late} for frames after Close")
        return lines

    @property
    def before_close(self) -> tuple[Frame, ...]:
        """The frames that the client received, up to the first Close."""
        frames = self.received.frames
        end = next((n for n, frame in enumerate(frames, 1) if frame.opcode == Opcode.CLOSE), len(frames))
        return frames[:end]


async def connect(url: str, deflate: DeflateOffer | None = None) -> tuple[list[str | bytes], Recorder]:
    """Connect, send every message back, and return what came in when the server has closed."""
    recorder = Recorder()
    inbox: asyncio.Queue[str | bytes | None] = asyncio.Queue()
    messages: list[str | bytes] = []
    options = ConnectOptions(url, deflate=deflate, max_size=None, keepalive=None, preview_limit=0)
    client = Client(options, 1, Clock(), recorder, on_message=inbox.put_nowait)

    async def echo() -> None:
        while (message := await inbox.get()) is not None:
            messages.append(message)
            with suppress(NotOpen):
                await (client.send_text(message) if isinstance(message, str) else client.send_binary(message))

    echoing = spawn(echo(), "echo")
    await client.open()
    await client.wait_closed()
    inbox.put_nowait(None)
    await echoing
    recorder.check_order()
    return messages, recorder


async def run(
    cases: list[str] | None, without: list[str] | None, *, deflate: DeflateOffer | None = None
) -> list[Case]:
    """Run cases against the client; return what became of each."""
    # Debugging doubles the time that a hundred thousand messages take.
    asyncio.get_running_loop().set_debug(False)
    async with run_fuzzingserver(cases, without, port=0) as server:
        url = f"ws://{server.address}:{server.port}"
        (count,), _ = await connect(f"{url}/getCaseCount")
        places = asyncio.Semaphore(AT_ONCE)

        async def case(number: int) -> Recorder:
            async with places:
                return (await connect(f"{url}/runCase?case={number}&agent={AGENT}", deflate))[1]

        async with asyncio.TaskGroup() as group:
            running = [group.create_task(case(number + 1)) for number in range(int(count))]
        await connect(f"{url}/updateReports?agent={AGENT}")
        try:
            results = await server.get_result()
        except FailureError as failure:
            results = failure.results
    gc.collect()  # what kosoku left open is reported here and not in another test
    assert [result.case_index for result in results] == list(range(1, len(running) + 1))
    return [digest(result, task.result()) for result, task in zip(results, running, strict=True)]


def digest(result: Any, recorder: Recorder) -> Case:
    """Put together what the suite and the reader say of a case."""
    assert result.agent == AGENT
    sent, received = (
        Traffic(
            tuple(sight(entry) for entry in result.wirelog if entry[0] == kind),
            Counter(counts),
            sum(size * number for size, number in octets.items()),
            tuple(recorder.frames(direction)),
        )
        for kind, counts, octets, direction in (
            ("RF", result.rx_frame_stats, result.rx_octet_stats, Direction.C2S),
            ("TF", result.tx_frame_stats, result.tx_octet_stats, Direction.S2C),
        )
    )
    expected = result.expected_close
    return Case(
        result.case_id,
        result.behavior.value,
        frozenset(expected["closeCode"]),
        expected["requireClean"],
        sent,
        received,
    )


def sight(entry: tuple[Any, ...]) -> Sight:
    """Read a frame of the suite's log: one it sent (TF) or received (RF)."""
    kind, (length, _), opcode, fin, rsv = entry[:5]
    if kind == "RF":
        return Sight(opcode, fin, rsv, length, entry[6])
    # A payload that is repeated up to a length is logged once.
    return Sight(opcode, fin, rsv, entry[6] or length, "")


async def test_all_cases_but_compression() -> None:
    cases = await run(None, COMPRESSION)
    assert len(cases) == 301
    assert surprises({case.name: case.behaviour for case in cases}, known(KNOWN)) == []
    assert {case.name: lines for case in cases if (lines := case.disagreements())} == {}
    assert sum(not case.legal for case in cases) > 100
    assert [case.name for case in cases if case.open_to_all] == ["7.13.1", "7.13.2"]


@pytest.mark.parametrize(
    ("group", "offer"),
    [
        ("12.", DeflateOffer()),
        # The suite asks a client to forget its window only where the client says that it can.
        ("13.", DeflateOffer(client_no_context_takeover=True)),
    ],
)
async def test_compression_in_small(group: str, offer: DeflateOffer) -> None:
    names = [name for name in SOME_COMPRESSION if name.startswith(group)]
    cases = await run(names, None, deflate=offer)
    assert {case.name: case.behaviour for case in cases} == dict.fromkeys(names, "OK")
    assert {case.name: lines for case in cases if (lines := case.disagreements())} == {}
    for traffic in [traffic for case in cases for traffic in (case.sent, case.received)]:
        assert all(frame.rsv == 4 for frame in traffic.frames if frame.opcode in (Opcode.TEXT, Opcode.BINARY))


def test_every_listed_case_has_a_reason_and_only_one_fails() -> None:
    check_known(known(KNOWN))


HELLO = encode_frame(Opcode.TEXT, b"hello")
UNKNOWN = encode_frame(3, b"hello")
LATIN = encode_frame(Opcode.TEXT, b"\xe9")
CLOSE = encode_frame(Opcode.CLOSE, close_body(1000, ""))
REPLY = encode_frame(Opcode.CLOSE, close_body(1000, ""), mask=b"abcd")


def made_up(received: bytes, *, legal: bool = True, codes: tuple[int, ...] = (1000,)) -> Case:
    """Return a case in which the suite writes these bytes, logs them well, and the client sends a Close."""
    reader = open_reader()
    traffic = {}
    for direction, data in ((Direction.S2C, received), (Direction.C2S, REPLY)):
        frames = tuple(event for event in reader.receive(direction, data) if isinstance(event, Frame))
        log = tuple(Sight(f.opcode, f.fin, f.rsv, f.length, f.mask_key.hex()) for f in frames)
        traffic[direction] = Traffic(log, Counter(frame.opcode for frame in frames), len(data), frames)
    return Case("0.0", "OK", frozenset(codes), legal, traffic[Direction.C2S], traffic[Direction.S2C])


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (made_up(HELLO + CLOSE), []),
        (made_up(HELLO + CLOSE + HELLO), []),
        (made_up(HELLO + UNKNOWN, legal=False, codes=(1002,)), []),
        (made_up(LATIN, legal=False, codes=(1007,)), []),
        (made_up(UNKNOWN + CLOSE), ["legal, yet the reader names 6455#5.2 unknown opcode"]),
        (made_up(HELLO, legal=False, codes=(1002,)), ["illegal, to be answered by [1002], yet"]),
        (made_up(UNKNOWN, legal=False, codes=(1007,)), ["not UTF-8, yet the reader names"]),
        (made_up(LATIN, legal=False, codes=(1002,)), ["UTF-8, yet the reader names"]),
    ],
)
def test_the_reader_is_held_against_what_the_suite_expects(case: Case, words: list[str]) -> None:
    lines = case.disagreements()
    assert len(lines) == len(words)
    assert all(line.startswith(word) for line, word in zip(lines, words, strict=True))


def test_the_reader_is_held_against_what_the_suite_logs() -> None:
    case = made_up(HELLO + CLOSE)
    good = case.received
    for wrong in (
        replace(good, log=(good.log[1], good.log[0])),
        replace(good, log=(good.log[0]._replace(length=6), good.log[1])),
        replace(good, counts=Counter({1: 2, 8: 1})),
        replace(good, octets=good.octets + 1),
    ):
        (line,) = replace(case, received=wrong).disagreements()
        assert line.startswith("received: ")
    unwritten = replace(good, log=(*good.log, good.log[-1]), counts=good.counts + Counter({8: 1}))
    assert len(replace(case, received=unwritten).disagreements()) == 2
    illegal = made_up(HELLO + UNKNOWN, legal=False, codes=(1002,))
    log = (*illegal.received.log, good.log[-1])
    longer = replace(illegal.received, log=log, counts=illegal.received.counts + Counter({8: 1}))
    assert replace(illegal, received=longer).disagreements() == []
    other = replace(longer, log=(log[1], log[0], log[2]))
    assert len(replace(illegal, received=other).disagreements()) == 1


def test_frames_behind_a_close_must_be_named() -> None:
    case = made_up(HELLO + CLOSE + HELLO)
    *others, late = case.received.frames
    frames = (*others, late._replace(violations=()))
    (line,) = replace(case, received=replace(case.received, frames=frames)).disagreements()
    assert line.startswith("the reader takes []")


def test_what_the_client_sends_must_break_no_rule() -> None:
    case = made_up(CLOSE)
    (reply,) = case.sent.frames
    sent = replace(case.sent, frames=(reply._replace(violations=(rule.UNMASKED_CLIENT,)),))
    assert replace(case, sent=sent).disagreements() == [f"sent: {rule.UNMASKED_CLIENT}"]
