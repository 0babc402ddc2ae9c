"""Patterns: read, matched against a plain reading of the same table, and what comes near them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import (
    C2S,
    EVERY_KIND,
    S2C,
    STREAMS,
    close,
    http,
    in_order,
    message,
    proc,
    state,
    tcp,
)
from tests.support.traffic import a_frame, a_message
from wslab.wire import violations as rule
from wslab.wire.event_fields import FIELDS, MISSING, field
from wslab.wire.events import KINDS, Event, Opcode, Phase
from wslab.wire.patterns import Literal, Miss, Pattern, PatternError, nearest, parse_seconds
from wslab.wire.predicates import PREDICATES, Earlier
from wslab.wire.wants import Saved

SEED: Saved = {"seed": {"word": "tobimaku", "hex": "746f62696d616b75", "number": 1234}}


def pattern(**table: Any) -> Pattern:
    return Pattern.parse(table, "p")


@pytest.mark.parametrize(
    ("table", "matching", "other"),
    [
        ({"on": "tcp", "what": "fin", "dir": "s>c"}, tcp("fin", S2C), tcp("fin", C2S)),
        ({"on": "tcp", "what": "open"}, tcp("open"), tcp("reset")),
        ({"on": "http", "method": "GET"}, http("GET / HTTP/1.1"), http("HTTP/1.1 101 x", S2C)),
        ({"on": "http", "method": "!POST"}, http("GET / HTTP/1.1"), http("HTTP/1.1 101 x", S2C)),
        ({"on": "http", "path": "~^/echo"}, http("GET /echo HTTP/1.1"), http("GET / HTTP/1.1")),
        ({"on": "http", "line": "~101"}, http("HTTP/1.1 101 x", S2C), http("HTTP/1.1 404 x", S2C)),
        ({"on": "http", "status": 101}, http("HTTP/1.1 101 x", S2C), http("HTTP/1.1 404 x", S2C)),
        ({"on": "http", "status": "!101"}, http("HTTP/1.1 404 x", S2C), http("GET / HTTP/1.1")),
        ({"on": "http", "header": {"upgrade": "~(?i)websocket"}}, http("x", Upgrade="WebSocket"), http("x")),
        ({"on": "http", "header": {"Origin": "!~."}}, http("x"), http("x", Origin="http://lab")),
        ({"on": "state", "phase": "open"}, state(Phase.OPEN), state(Phase.CLOSED)),
        ({"on": "state", "side": "client"}, state(Phase.OPEN, "client"), state(Phase.OPEN, "")),
        ({"on": "state", "code": "!1000"}, state(Phase.CLOSED), state(Phase.CLOSED, code=1000)),
        ({"on": "frame", "op": "PING"}, a_frame(1, opcode=Opcode.PING), a_frame(1)),
        ({"on": "frame", "op": "0x3"}, a_frame(1, opcode=3), a_frame(1)),
        ({"on": "frame", "fin": False}, a_frame(1, fin=False), a_frame(1)),
        ({"on": "frame", "rsv": 4}, a_frame(1, rsv=4), a_frame(1)),
        ({"on": "frame", "masked": True}, a_frame(1), a_frame(1, direction=S2C)),
        ({"on": "frame", "key": "01020304"}, a_frame(1), a_frame(1, direction=S2C)),
        ({"on": "frame", "len": "126.."}, a_frame(1, length=126), a_frame(1)),
        ({"on": "frame", "header_len": 6}, a_frame(1), a_frame(1, direction=S2C)),
        ({"on": "frame", "text": "hello"}, a_frame(1), a_frame(1, b"hell", length=5)),
        ({"on": "frame", "text": "!hello"}, a_frame(1, b"\xff"), a_frame(1)),
        ({"on": "frame", "violations": "6455#5.1"}, a_frame(1, violations=[rule.UNMASKED_CLIENT]), a_frame(1)),
        ({"on": "frame", "violations": "!~."}, a_frame(1), a_frame(1, violations=[rule.UNMASKED_CLIENT])),
        ({"on": "frame", "conn": "2.."}, a_frame(1)._replace(conn=2), a_frame(1)),
        ({"on": "message", "text": "$seed.word"}, message("tobimaku"), message("hello")),
        ({"on": "message", "hex": "$seed.hex"}, message("tobimaku"), message("hello")),
        ({"on": "message", "text": "$seed.number"}, message("1234"), message("1235")),
        ({"on": "message", "json": {"n": "$seed.number"}}, message('{"n": 1234}'), message('{"n": "1234"}')),
        ({"on": "message", "op": ["TEXT", "BINARY"], "frames": "2.."}, a_message(1, frames=2), message("x")),
        ({"on": "message", "compressed": True}, a_message(1, wire_length=2), a_message(1)),
        ({"on": "message", "wire_len": "..4"}, a_message(1, wire_length=2), a_message(1)),
        ({"on": "message", "json": {"type": "echo"}}, message('{"type": "echo", "n": 1}'), message("{}")),
        ({"on": "close", "code": "!1000"}, close(None), close(1000)),
        ({"on": "close", "reason": {"is": "!x"}}, close(1000, "!x"), close(1000, "x")),
        ({"on": "close", "first": True}, close(1000), close(1000, first=False)),
        ({"on": "proc", "what": "ready", "server": "basic"}, proc("ready"), proc("exited")),
        ({"on": "frame", "predicate": "fresh-mask-key"}, a_frame(1), a_frame(1, direction=S2C)),
        ({"on": "close"}, close(1000), a_frame(1, b"\x03\xe8", opcode=Opcode.CLOSE)),
    ],
)  # fmt: skip
def test_each_way_to_write_a_pattern(table: dict[str, Any], matching: Event, other: Event) -> None:
    read = pattern(**table)

    assert read.match(matching, SEED)
    assert not read.match(other, SEED)
    assert read.misses(matching, SEED) == ()
    assert read.misses(other, SEED) or read.predicate
    assert read.describe(SEED)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("frame", "p is 'frame'; it must be a table such as"),
        ({}, "p.on is missing; it must be one of tcp, http"),
        ({"on": "body"}, "p.on is 'body'; it must be one of tcp, http"),
        ({"on": ["frame"]}, "p.on is "),
        (
            {"on": "close", "op": "TEXT"},
            "p.op is 'TEXT'; it must be left out: close patterns have conn, dir, code",
        ),
        ({"on": "frame", "op": "ping"}, "p.op is 'ping'; it must be one of CONT, TEXT"),
        ({"on": "frame", "dir": ">"}, "p.dir is '>'; it must be one of c>s, s>c"),
        ({"on": "message", "op": "PING"}, "p.op is 'PING'; it must be one of TEXT, BINARY"),
        ({"on": "http", "header": "Upgrade"}, "p.header is 'Upgrade'; it must be a table such as"),
        ({"on": "http", "header": {}}, "p.header is {}; it must be a table such as"),
        ({"on": "http", "header": {"Host": 5}}, "p.header.Host is 5; it must be a text"),
        ({"on": "frame", "predicate": "utf-8"}, "p.predicate is 'utf-8'; it must be one of minimal-length"),
        ({"on": "ui", "predicate": "utf-8"}, "left out: there is none for ui"),
        ({"on": "frame", "save": "seed"}, "p.save is 'seed'; it must be a name of a-z"),
        ({"on": "frame", "save": "A"}, "p.save is 'A'"),
        ({"on": "frame", "within": 5}, "p.within is 5; it must be a duration such as"),
        ({"on": "frame", "within": "0s"}, "p.within is '0s'"),
        ({"on": "frame", "within": "2h"}, "at most 600s"),
        ({"on": "frame", "say": 5}, "p.say is 5"),
    ],
)
def test_what_is_no_pattern_is_named(table: Any, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        Pattern.parse(table, "p")


def test_options_are_allowed_where_they_make_sense() -> None:
    for name, value in (("save", "x"), ("within", "2s"), ("say", "x")):
        with pytest.raises(PatternError, match=f"p.{name} is"):
            Pattern.parse({"on": "frame", name: value}, "p", ())
    read = pattern(on="frame", save="x", within="1500ms", say="y")
    assert (read.save, read.within, read.say) == ("x", 1.5, "y")
    assert parse_seconds("10m", "x") == 600


KNOWN = {"sent": "message", "shaken": "http"}


@pytest.mark.parametrize(
    "table",
    [
        {"on": "message", "hex": "$sent.hex"},
        {"on": "message", "text": "$sent.op"},
        {"on": "message", "text": "$seed.number"},
        {"on": "message", "json": {"to": "$sent.text"}},
        {"on": "message", "json": "$sent.json"},
        {"on": "frame", "conn": "!$sent.conn"},
        {"on": "frame", "len": ["$sent.len", 5]},
        {"on": "http", "header": {"X-Path": "$shaken.path"}},
    ],
)
def test_references_to_what_is_there(table: dict[str, Any]) -> None:
    read = pattern(**table)

    read.check_references(KNOWN, "p")
    assert [reference.name for reference, _kind in read.references()]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"on": "message", "hex": "$later.hex"},
            "p.hex is '$later.hex'; it must be a reference to what was saved",
        ),
        ({"on": "message", "hex": "$sent.text"}, "p.hex is '$sent.text'; it must be one of $sent.hex"),
        ({"on": "message", "text": "$sent.status"}, "p.text is '$sent.status'; it must be one of $sent.conn"),
        ({"on": "message", "text": "$seed.colour"}, "one of $seed.word, $seed.hex, $seed.number"),
        ({"on": "message", "len": "$sent.text"}, "one of $sent.conn, $sent.len"),
        ({"on": "frame", "masked": "$seed.word"}, "p.masked is '$seed.word'; it must be a value"),
        ({"on": "http", "header": {"Host": "$x.text"}}, "p.header.Host is '$x.text'"),
        ({"on": "frame", "violations": "$sent.text"}, "p.violations is '$sent.text'"),
    ],
)
def test_references_to_what_is_not_there(table: dict[str, Any], message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        pattern(**table).check_references(KNOWN, "p")


# Few fields with few values each, so that a random event often meets them.
SIMPLE = st.fixed_dictionaries(
    {"on": st.sampled_from(["frame", "message", "close"])},
    optional={
        "dir": st.sampled_from(["c>s", "s>c", "!c>s"]),
        "conn": st.sampled_from([1, "!1", "..1", "2.."]),
        "violations": st.sampled_from(["6455#5.1", "!6455#5.1"]),
    },
)


def plainly(table: dict[str, Any], event: Event) -> bool:
    """What a pattern of that few fields says, written without any of its code."""
    if KINDS[type(event)] != table["on"]:
        return False
    found: Any = event
    tests = {
        "dir": {
            "c>s": found.direction == "c>s",
            "s>c": found.direction == "s>c",
            "!c>s": found.direction != "c>s",
        },
        "conn": {1: found.conn == 1, "!1": found.conn != 1, "..1": found.conn <= 1, "2..": found.conn >= 2},
        "violations": {
            "6455#5.1": rule.UNMASKED_CLIENT in found.violations,
            "!6455#5.1": rule.UNMASKED_CLIENT not in found.violations,
        },
    }
    return all(tests[name][value] for name, value in table.items() if name != "on")


@given(SIMPLE, STREAMS)
def test_patterns_against_plain_python(table: dict[str, Any], events: list[Event]) -> None:
    read = pattern(**table)

    for event in events:
        assert read.match(event, {}) == plainly(table, event)
        assert (not read.misses(event, {})) == plainly(table, event)


@given(EVERY_KIND)
def test_an_event_meets_its_own_fields_and_no_other_kind(event: Event) -> None:
    kind = KINDS[type(event)]
    table: dict[str, Any] = {"on": kind}
    for name in FIELDS[kind]:
        value = field(event, name)
        if isinstance(value, tuple) and value and name == "violations":
            table[name] = value[0]
        elif isinstance(value, str | int) and not (name == "side" and not value):
            table[name] = {"is": value}
    read = pattern(**table)

    assert read.match(event, {})
    for other in FIELDS:
        if other != kind:
            assert not pattern(on=other).match(event, {})
            assert [miss.field for miss in pattern(on=other).misses(event, {})] == ["on"]


@given(EVERY_KIND, EVERY_KIND)
def test_a_saved_event_is_found_again_by_its_fields(saved: Event, event: Event) -> None:
    kind = KINDS[type(event)]
    for name, described in FIELDS[kind].items():
        if described.type.name in ("HEADERS", "VIOLATIONS") or name not in FIELDS[KINDS[type(saved)]]:
            continue
        same, other = pattern(on=kind, **{name: f"$x.{name}"}), pattern(on=kind, **{name: f"!$x.{name}"})
        one, two = field(saved, name), field(event, name)
        known = one not in (None, MISSING) and two is not MISSING
        assert same.match(event, {"x": saved}) == (known and one == two)
        assert other.match(event, {"x": saved}) == (known and one != two)


def test_predicates_know_what_came_before() -> None:
    read = pattern(on="frame", predicate="fresh-mask-key")
    earlier = Earlier(frozenset({"fresh-mask-key"}))

    assert read.match(a_frame(1), {}, earlier)
    earlier.note(a_frame(1))
    assert not read.match(a_frame(2), {}, earlier)


def test_misses_say_what_is_wanted_and_found() -> None:
    read = pattern(on="frame", dir="c>s", op="PING", masked=True, text="hello", len="1..125")

    assert read.misses(a_frame(1, b"x" * 126, direction=S2C), {}) == (
        Miss("dir", "from you", "from the server"),
        Miss("op", "PING", "TEXT"),
        Miss("masked", "yes", "no"),
        Miss("len", "1 to 125", "126"),
        Miss("text", '"hello"', '"' + "x" * 59 + '…"'),
    )
    assert read.misses(a_frame(1, b"hello", direction=S2C, opcode=Opcode.PING), {}, S2C)[0] == Miss(
        "dir", "from the client", "from you"
    )
    assert read.misses(close(1000), {}) == (Miss("on", "a frame", "a Close frame"),)


def test_the_nearest_lacks_least_and_is_the_latest() -> None:
    read = pattern(on="message", dir="c>s", op="TEXT", text="hello")
    events = in_order(
        message("hallo"),
        message("hello", opcode=Opcode.BINARY),
        message("nothing", opcode=Opcode.BINARY),
        message("hello", S2C),
        message("other", S2C),
        close(1000),
    )

    found = nearest(read, events, {})
    assert found is not None
    assert found.event is events[1]
    assert [miss.field for miss in found.misses] == ["op"]
    found = nearest(read, events[2:], {})
    assert found is not None
    assert found.event is events[3]
    assert nearest(read, events[4:], {}) is None
    assert nearest(read, [], {}) is None
    assert nearest(pattern(on="message", dir="c>s"), events[3:], {}) is None


def test_what_lacks_nothing_came_too_early_or_fails_the_predicate() -> None:
    early = nearest(pattern(on="frame"), [a_frame(1)], {})
    again = nearest(pattern(on="frame", predicate="fresh-mask-key"), [a_frame(1)], {})

    assert early is not None
    assert early.misses == (Miss("order", "in its turn", "too early"),)
    assert again is not None
    assert again.misses == (Miss("predicate", PREDICATES["fresh-mask-key"].words, "no"),)


@given(SIMPLE, STREAMS)
def test_the_nearest_is_one_of_the_events_and_none_is_nearer(
    table: dict[str, Any], events: list[Event]
) -> None:
    read = pattern(**table)
    missing = [event for event in events if not read.match(event, {})]
    found = nearest(read, missing, {})

    lacking = [read.misses(event, {}) for event in missing if type(event) is read.type]
    right_way = [len(misses) for misses in lacking if all(miss.field != "dir" for miss in misses)]
    if found is not None:
        assert found.event in missing
        assert found.misses == read.misses(found.event, {})
    if right_way:
        assert found is not None
        assert len(found.misses) <= min(right_way)


def test_literals_are_what_a_learner_has_to_be_told() -> None:
    read = pattern(
        on="message",
        dir="c>s",
        op="TEXT",
        text=["hello", "~x"],
        json={"type": "echo", "n": 5, "to": "$seed.word"},
    )

    assert set(read.literals()) == {
        Literal("op", "TEXT"),
        Literal("text", "hello"),
        Literal("json", "type"),
        Literal("json", "echo"),
        Literal("json", "n"),
        Literal("json", 5),
        Literal("json", "to"),
    }
    assert pattern(on="close", code="!1000", first=True).literals() == ()
    assert pattern(on="http", header={"Upgrade": "websocket"}).literals() == (
        Literal("header.Upgrade", "websocket"),
    )
