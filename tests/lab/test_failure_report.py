"""What a failed attempt shows: always the four parts, within the width, and nothing that steers a terminal."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from wslab.lab.failure_report import Failure, event_words, failure_report, wanted_payload
from wslab.lab.lesson_run import LessonRun, Seed
from wslab.lab.steps import parse_steps
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Event

SEED = Seed(4)
WORD = str(SEED.values["word"])
C2S, S2C = Direction.C2S, Direction.S2C


class Talk:
    """Bytes of a conversation, read as the tap reads them and judged."""

    def __init__(self, *steps: dict[str, Any]) -> None:
        ticks = itertools.count()
        self.clock = Clock(monotonic=lambda: 100 + next(ticks) / 1000)
        self.steps = parse_steps([{"id": f"s{n}", **step} for n, step in enumerate(steps)])
        self.run = LessonRun(self.steps, SEED, self.clock)
        self.events: list[Event] = []
        self.reader = ConnectionReader(1, self.clock)
        self.send(C2S, b"GET /echo HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n")
        self.send(
            S2C, b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"
        )

    def send(self, direction: Direction, data: bytes) -> None:
        events = self.reader.receive(direction, data)
        self.events += events
        self.run.observe(events)

    def failure(self, **more: Any) -> Failure:
        at = self.run.current
        return Failure(
            self.steps[at],
            "Send it",
            at + 1,
            len(self.steps),
            self.run.verdict,
            self.events,
            self.run.saved,
            **more,
        )


def masked(opcode: int, payload: bytes) -> bytes:
    return encode_frame(opcode, payload, mask=b"\1\2\3\4")


def sent_the_wrong_word() -> Talk:
    talk = Talk(
        {"expect": [{"on": "message", "dir": "c>s", "op": "TEXT", "text": "$seed.word"}]},
    )
    talk.send(C2S, masked(1, b"hello"))
    return talk


def test_all_parts_in_order() -> None:
    talk = sent_the_wrong_word()
    lines = failure_report(
        talk.failure(
            say="You sent `hello`.", hints=2, notes=["seed 4"], traceback=["  File x", "KeyError: 'a'"]
        )
    )
    text = "\n".join(lines)
    parts = [
        "✗ Step 1 of 1: Send it",
        f'expected  a TEXT message from you with "{WORD}"',
        'nearest   TEXT 5 "hello" from the client at 0.0',
        f'text: expected "{WORD}", got "hello"',
        "expected    " + WORD.encode().hex(" "),
        "actual      68 65 6c 6c 6f",
        "^^",
        "byte 1: expected",
        "the ladder: ",
        "client",
        "GET /echo HTTP/1.1",
        "▸  0.0",
        "seed 4",
        "your program ended with an error:",
        "KeyError: 'a'",
        "You sent hello.",
        "h: hint (2 more)",
    ]
    at = 0
    for part in parts:
        assert part in text[at:], (part, text)
        at = text.index(part, at)


def test_nothing_at_all_on_the_wire() -> None:
    talk = sent_the_wrong_word()
    run = LessonRun(talk.steps, SEED, talk.clock)
    failure = Failure(talk.steps[0], "Send it", 1, 1, run.verdict, [], run.saved)
    text = "\n".join(failure_report(failure))
    assert "nearest   nothing like it was on the wire" in text
    assert "nothing was on the wire: no connection was made" in text
    assert "the ladder" not in text


def test_what_must_not_come_shows_what_came() -> None:
    talk = Talk(
        {
            "expect": [{"on": "message", "dir": "s>c"}],
            "never": [{"on": "close", "dir": "c>s", "code": "!1000", "say": "odd"}],
        }
    )
    talk.send(C2S, masked(8, close_body(1001, "bye")))
    lines = failure_report(talk.failure())
    assert lines[2].startswith("  failed    ")
    assert "actual    CLOSE 1001 bye from the client" in "\n".join(lines)
    assert any(line.startswith("▸") and "CLOSE 1001 bye" in line for line in lines)


@pytest.mark.parametrize(
    ("pattern", "sent", "pair"),
    [
        ({"text": "hello"}, b"help", (b"hello", b"help")),
        ({"hex": "00ff"}, b"\x00", (b"\x00\xff", b"\x00")),
        ({"hex": "$seed.hex"}, b"x", (WORD.encode(), b"x")),
        ({"text": "~^hel$"}, b"help", None),
        ({"text": "!help"}, b"help", None),
        ({"len": 5}, b"help", None),
    ],
)
def test_payloads_are_compared_where_one_is_wanted(
    pattern: dict[str, Any], sent: bytes, pair: tuple[bytes, bytes] | None
) -> None:
    talk = Talk({"expect": [{"on": "message", "dir": "c>s", **pattern}]})
    talk.send(C2S, masked(2 if "hex" in pattern else 1, sent))
    assert wanted_payload(talk.failure()) == pair


def test_events_in_words() -> None:
    talk = sent_the_wrong_word()
    talk.send(S2C, encode_frame(2, b"\x00\xff"))
    talk.send(S2C, encode_frame(8, b""))
    words = [event_words(event) for event in talk.events]
    assert 'TEXT 5 "hello"' in words
    assert "BINARY 2 00 ff" in words
    assert "CLOSE" in words


TEXTS = st.text(max_size=60) | st.sampled_from(("接続を開く" * 20, "\x1b[2J\x07", "a" * 200, "\u202eabc"))


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from((1, 2, 8, 9)), st.binary(max_size=90) | TEXTS), max_size=8
    ),
    TEXTS,
    st.lists(TEXTS, max_size=3),
    st.integers(60, 120),
)
def test_any_report_fits_and_steers_nothing(
    traffic: Sequence[tuple[bool, int, bytes | str]], title: str, notes: Sequence[str], width: int
) -> None:
    talk = Talk({"expect": [{"on": "message", "dir": "c>s", "op": "TEXT", "text": "接続" * 8}]})
    for from_client, opcode, payload in traffic:
        data = payload if isinstance(payload, bytes) else payload.encode("utf-8", "surrogatepass")
        if from_client:
            talk.send(C2S, masked(opcode, data))
        else:
            talk.send(S2C, encode_frame(opcode, data))
    failure = talk.failure(notes=notes, hints=1, traceback=notes)
    failure = Failure(
        failure.step, title, 1, 1, failure.verdict, failure.events, failure.saved,
        notes=notes, hints=1, traceback=notes,
    )  # fmt: skip
    for line in failure_report(failure, width):
        assert cell_len(line) <= width, line
        assert line.isprintable(), line
