"""Patterns and events in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.support.check_events import EVERY_KIND, PUBLISH, S2C, close, message, proto
from tests.support.traffic import a_frame, a_message
from wslab.wire.event_fields import FIELDS, MISSING, field
from wslab.wire.events import KINDS, Direction, Event
from wslab.wire.pattern_words import describe, found_words, kind_words
from wslab.wire.patterns import Pattern
from wslab.wire.wants import Saved

SAVED: Saved = {"sent": message("hello"), "seed": {"word": "tobimaku"}}


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"on": "message"}, "a message"),
        (
            {"on": "message", "dir": "c>s", "op": "TEXT", "text": "hello"},
            'a TEXT message from you with "hello"',
        ),
        ({"on": "message", "dir": "s>c", "hex": "$sent.hex"}, 'a message from the server with "hello"'),
        ({"on": "message", "text": "$seed.word"}, 'a message with "tobimaku"'),
        ({"on": "proto", "name": "PUBLISH", "dir": "c>s", "qos": 1}, "a PUBLISH message from you with QoS 1"),
        (
            {"on": "proto", "protocol": "mqtt", "retain": False},
            "a decoded message with protocol mqtt, RETAIN not set",
        ),
        ({"on": "message", "text": "$later.text"}, "a message with text as before"),
        ({"on": "message", "op": ["TEXT", "BINARY"]}, "a message with opcode one of TEXT, BINARY"),
        (
            {"on": "frame", "op": "PING", "masked": True, "len": "1..125"},
            "a PING frame with a mask, length 1 to 125",
        ),
        ({"on": "frame", "fin": False, "masked": False}, "a frame with FIN not set, no mask"),
        ({"on": "frame", "dir": "!c>s"}, "a frame with direction anything but c>s"),
        (
            {"on": "frame", "predicate": "answers-ping"},
            "a frame with the payload of a ping that waits for its pong",
        ),
        ({"on": "frame", "violations": "6455#5.1"}, "a frame with violation 6455#5.1"),
        ({"on": "http", "dir": "c>s", "path": "/echo"}, 'an HTTP request from you with path "/echo"'),
        ({"on": "http", "dir": "s>c", "status": 101}, "an HTTP answer from the server with status 101"),
        ({"on": "http", "path": "/echo"}, 'an HTTP request with path "/echo"'),
        ({"on": "http", "method": "GET", "path": "/"}, 'an HTTP request with method "GET", path "/"'),
        ({"on": "http", "status": 101}, "an HTTP answer with status 101"),
        ({"on": "http", "status": 101, "path": "/"}, 'an HTTP head with status 101, path "/"'),
        ({"on": "http", "header": {"Upgrade": "websocket"}}, 'an HTTP head with header Upgrade "websocket"'),
        ({"on": "tcp", "what": "open"}, "a TCP connection that opens"),
        ({"on": "tcp", "what": "fin", "dir": "s>c"}, "the end of TCP from the server"),
        ({"on": "state", "phase": "open"}, "the state OPEN"),
        ({"on": "close", "dir": "c>s", "code": 1000}, "a Close frame from you with code 1000"),
        ({"on": "proc", "what": "ready"}, "news of a server with event ready"),
        ({"on": "ui", "action": "send"}, 'a doing in the lab with action "send"'),
    ],
)
def test_patterns_in_words(table: dict[str, Any], words: str) -> None:
    assert describe(Pattern.parse(table, "p"), SAVED) == words


def test_who_is_who_depends_on_the_learner() -> None:
    pattern = Pattern.parse({"on": "frame", "dir": "s>c"}, "p")

    assert describe(pattern, {}, Direction.C2S) == "a frame from the server"
    assert describe(pattern, {}, Direction.S2C) == "a frame from you"
    assert (
        describe(Pattern.parse({"on": "frame", "dir": "c>s"}, "p"), {}, Direction.S2C)
        == "a frame from the client"
    )


@pytest.mark.parametrize(
    ("event", "name", "words"),
    [
        (a_frame(1), "dir", "from you"),
        (a_frame(1), "op", "TEXT"),
        (a_frame(1), "text", '"hello"'),
        (a_frame(1), "hex", '"hello"'),
        (a_frame(1, b"\x00\xff"), "hex", "00ff"),
        (a_frame(1, b"\x00\xff"), "text", "bytes that are not UTF-8"),
        (a_frame(1, b"hel", length=5), "text", "5 bytes, of which 3 were kept"),
        (a_message(1), "json", "no JSON"),
        (proto(PUBLISH)._replace(length=20), "hex", "20 bytes, of which 13 were kept"),
        (proto(PUBLISH), "json", "no JSON"),
        (proto(PUBLISH), "retain", "yes"),
        (close(None), "code", "none"),
        (close(1000), "violations", "none"),
        (a_frame(1, direction=S2C), "masked", "no"),
    ],
)
def test_what_was_found_in_words(event: Event, name: str, words: str) -> None:
    value = field(event, name)
    values = value if isinstance(value, tuple) else () if value is None else (value,)

    assert found_words(event, name, values, Direction.C2S) == words


@given(EVERY_KIND)
def test_every_field_of_every_event_has_words(event: Event) -> None:
    kind = KINDS[type(event)]
    assert kind_words(kind)
    for name in FIELDS[kind]:
        value = field(event, name)
        values = (
            None
            if value is MISSING
            else value
            if isinstance(value, tuple)
            else ()
            if value is None
            else (value,)
        )
        words = found_words(event, name, values, Direction.C2S)
        assert words
        assert words.isprintable()


@pytest.mark.parametrize("kind", FIELDS)
def test_every_kind_and_field_can_be_asked_for_in_words(kind: str) -> None:
    for name, described in FIELDS[kind].items():
        value: Any = {
            "WORD": "!" + (described.words or ("",))[0],
            "TEXT": "!x",
            "NUMBER": "!1",
            "FLAG": True,
            "HEX": "!00",
            "VIOLATIONS": "6455#5.1",
            "HEADERS": {"Host": "x"},
            "JSON": {"a": 1},
        }[described.type.name]
        words = describe(Pattern.parse({"on": kind, name: value}, "p"), {})
        assert " with " in words
