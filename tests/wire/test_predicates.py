"""What patterns ask by name, on events that answer yes and no."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import C2S, S2C, STREAMS, close, http, in_order, message, proto
from tests.support.frames import make_frame
from tests.support.traffic import a_frame, a_message
from wslab.wire import violations as rule
from wslab.wire.event_fields import TYPES
from wslab.wire.events import KINDS, Direction, Event, Frame, Opcode, Proto
from wslab.wire.predicates import CONNECTIONS, KEYS, NUMBERS, PINGS, PREDICATES, RUNNING, Earlier


def answers(name: str, *events: Event) -> list[bool]:
    """What a predicate says of each event it can be asked about, in order."""
    earlier = Earlier(frozenset({name}))
    found = []
    for event in events:
        if KINDS[type(event)] in PREDICATES[name].kinds:
            found.append(PREDICATES[name].holds(event, earlier))
        earlier.note(event)
    return found


def ping(payload: bytes, direction: str = C2S, conn: int = 1) -> Frame:
    return a_frame(1, payload, direction=C2S if direction == C2S else S2C, opcode=Opcode.PING)._replace(
        conn=conn
    )


def pong(payload: bytes, direction: str = S2C, conn: int = 1) -> Frame:
    return ping(payload, direction, conn)._replace(opcode=int(Opcode.PONG))


@pytest.mark.parametrize(
    ("form", "length", "shortest"),
    [(7, 0, True), (7, 125, True), (16, 125, False), (16, 126, True), (64, 65535, False), (64, 65536, True)],
)
@pytest.mark.parametrize("mask", [None, b"abcd"])
def test_minimal_length(form: int, length: int, shortest: bool, mask: bytes | None) -> None:
    assert answers("minimal-length", make_frame(form=form, length=length, mask=mask)) == [shortest]


def test_fresh_mask_key() -> None:
    frames = [make_frame(mask=key) for key in (b"aaaa", b"bbbb", b"aaaa", None, b"\0\0\0\0")]

    assert answers("fresh-mask-key", *frames) == [True, True, False, False, True]


def test_answers_ping() -> None:
    assert answers("answers-ping", pong(b"a")) == [False]
    assert answers("answers-ping", ping(b"a"), pong(b"a")) == [False, True]
    assert answers("answers-ping", ping(b"a"), pong(b"b"), pong(b"a")) == [False, False, True]
    assert answers("answers-ping", ping(b"a"), pong(b"a"), pong(b"a")) == [False, True, False]
    assert answers("answers-ping", ping(b"a"), ping(b"b"), pong(b"a"), pong(b"b"))[2:] == [True, True]
    assert answers("answers-ping", ping(b"a"), ping(b"b"), pong(b"b"), pong(b"a"))[2:] == [True, False]
    assert answers("answers-ping", ping(b"a"), pong(b"a", C2S)) == [False, False]
    assert answers("answers-ping", ping(b"a"), pong(b"a", S2C, conn=2)) == [False, False]
    assert answers("answers-ping", ping(b"a", S2C), pong(b"a", C2S)) == [False, True]
    assert answers("answers-ping", ping(b"a")._replace(length=9), pong(b"a")._replace(length=9)) == [
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("event", "valid"),
    [
        (message("日本"), True),
        (message("x", violations=[rule.INVALID_UTF8]), False),
        (a_message(1, b"\xff", opcode=Opcode.BINARY), False),
        (a_message(1, b"hi", opcode=Opcode.BINARY), True),
        (close(1000, "bye"), True),
        (close(1000)._replace(violations=(rule.INVALID_UTF8,)), False),
    ],
)
def test_utf8(event: Event, valid: bool) -> None:
    assert answers("utf-8", event) == [valid]


def test_accepts_key() -> None:
    # The key and its answer are those of RFC 6455 section 1.3.
    request = http("GET / HTTP/1.1", Sec_WebSocket_Key="dGhlIHNhbXBsZSBub25jZQ==")
    good = http("HTTP/1.1 101 x", S2C, Sec_WebSocket_Accept="s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    bad = http("HTTP/1.1 101 x", S2C, Sec_WebSocket_Accept="s3pPLMBiTxaQ9kYGzzhZRbK+xOA=")
    without = http("GET / HTTP/1.1")

    assert answers("accepts-key", request, good) == [False, True]
    assert answers("accepts-key", request, bad) == [False, False]
    assert answers("accepts-key", good) == [False]
    assert answers("accepts-key", without, good) == [False, False]
    assert answers("accepts-key", request, good._replace(conn=2)) == [False, False]


def unit(number: str, direction: Direction = S2C) -> Proto:
    return proto(b"x", direction=direction)._replace(id=number)


def test_repeats_number() -> None:
    asked, answered = unit("258"), unit("258", C2S)
    assert answers("repeats-number", asked, answered) == [False, True]
    assert answers("repeats-number", answered, asked) == [False, True]
    assert answers("repeats-number", asked, unit("259", C2S)) == [False, False]
    assert answers("repeats-number", asked, asked) == [False, False]
    assert answers("repeats-number", asked, answered._replace(conn=2)) == [False, False]
    assert answers("repeats-number", asked._replace(id=None), answered._replace(id=None)) == [False, False]


def test_only_the_latest_numbers_are_remembered() -> None:
    many = [unit(str(number)) for number in range(NUMBERS + 1)]
    assert answers("repeats-number", *many, unit("0", C2S), unit("1", C2S))[-2:] == [False, True]


def said(name: str, number: str | None, direction: Direction = C2S) -> Proto:
    return proto(b"x", direction=direction)._replace(protocol="graphql", name=name, id=number)


def test_nothing_else_runs() -> None:
    def begun(*before: Event) -> bool:
        return answers("nothing-else-runs", *before, said("subscribe", "2"))[-1]

    ear = said("subscribe", "1")
    assert begun()
    assert not begun(ear)
    assert not begun(said("start", "1"))
    assert begun(ear._replace(conn=2))
    assert begun(ear, said("complete", "1"))
    assert begun(ear, said("stop", "1"))
    assert begun(ear, said("complete", "1", S2C))
    assert begun(ear, said("error", "1", S2C))
    assert not begun(ear, said("next", "1", S2C))
    assert not begun(ear, said("complete", "3"))
    assert not begun(ear, said("subscribe", "3"), said("complete", "3"))
    # A server begins nothing, nor does what is not GraphQL or has no id.
    assert begun(said("subscribe", "1", S2C), said("subscribe", None), ear._replace(protocol="mqtt"))
    assert answers("nothing-else-runs", said("subscribe", "1", S2C), said("next", "1")) == [False, False]


def test_only_so_many_operations_are_remembered() -> None:
    earlier = Earlier(frozenset({"nothing-else-runs"}))
    for number in range(RUNNING + 10):
        earlier.note(said("subscribe", str(number)))
        earlier.note(said("subscribe", "1")._replace(conn=number))
    assert len(earlier.running) <= CONNECTIONS
    assert all(len(running) <= RUNNING for running in earlier.running.values())


@pytest.mark.parametrize("name", PREDICATES)
def test_every_predicate_is_explained_and_about_kinds_there_are(name: str) -> None:
    predicate = PREDICATES[name]

    assert predicate.holds.__doc__
    assert predicate.words
    assert predicate.kinds <= TYPES.keys()


@given(STREAMS, st.sampled_from(sorted(PREDICATES)))
def test_nothing_that_comes_raises(events: list[Event], name: str) -> None:
    assert set(answers(name, *events)) <= {True, False}


def test_only_what_is_asked_for_is_remembered() -> None:
    earlier = Earlier(frozenset({"minimal-length"}))
    for event in in_order(ping(b"a"), http("GET / HTTP/1.1")):
        earlier.note(event)

    assert earlier.types == frozenset()
    assert [earlier.mask_keys, earlier.pings, earlier.requests] == [{}, {}, {}]


def test_memory_is_bounded_and_the_oldest_goes() -> None:
    earlier = Earlier(frozenset(PREDICATES))
    for number in range(KEYS + 10):
        earlier.note(ping(b"%d" % number)._replace(mask_key=number.to_bytes(4, "big")))
        earlier.note(ping(b"x", conn=number))
        earlier.note(http("GET / HTTP/1.1")._replace(conn=number))

    assert len(earlier.mask_keys) <= KEYS
    assert len(earlier.pings) <= CONNECTIONS
    assert len(earlier.requests) <= CONNECTIONS
    assert all(len(waiting) <= PINGS for waiting in earlier.pings.values())
    assert PREDICATES["fresh-mask-key"].holds(make_frame(mask=(1).to_bytes(4, "big")), earlier)
    assert not PREDICATES["fresh-mask-key"].holds(make_frame(mask=(KEYS + 9).to_bytes(4, "big")), earlier)
