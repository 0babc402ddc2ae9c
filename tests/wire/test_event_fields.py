"""Every field of every kind, one row each, as docs/lesson-format.md has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import EVERY_KIND, PUBLISH, close, http, message, proc, proto, state, tcp, ui
from tests.support.traffic import a_frame, a_message
from wslab.wire import violations as rule
from wslab.wire.event_fields import FIELDS, MISSING, TYPES, FieldType, field, header_values, payload_is_whole
from wslab.wire.events import KINDS, Body, Direction, Event, Opcode, Phase

DOCS = Path(__file__).parents[2] / "docs/lesson-format.md"
S2C = Direction.S2C
REQUEST = http("GET /echo?x=1 HTTP/1.1", Host="lab", Upgrade="websocket")
ANSWER = http("HTTP/1.1 101 Switching Protocols", S2C, Upgrade="websocket")


@pytest.mark.parametrize(
    ("event", "name", "value"),
    [
        (tcp("open"), "conn", 1),
        (tcp("open"), "what", "open"),
        (tcp("open"), "dir", None),
        (tcp("fin", S2C), "dir", "s>c"),
        (REQUEST, "dir", "c>s"),
        (REQUEST, "line", "GET /echo?x=1 HTTP/1.1"),
        (REQUEST, "method", "GET"),
        (REQUEST, "path", "/echo?x=1"),
        (http("GET"), "path", None),
        (REQUEST, "status", MISSING),
        (ANSWER, "method", MISSING),
        (ANSWER, "path", MISSING),
        (ANSWER, "status", 101),
        (http("nonsense", S2C), "status", None),
        (REQUEST, "violations", ()),
        (REQUEST, "header", (("Host", "lab"), ("Upgrade", "websocket"))),
        (state(Phase.CLOSED, code=1000), "phase", "closed"),
        (state(Phase.CLOSED, code=1000), "code", 1000),
        (state(Phase.OPEN), "code", None),
        (state(Phase.OPEN), "side", "server"),
        (state(Phase.OPEN, side=""), "side", None),
        (state(Phase.ERROR, why="refused"), "why", "refused"),
        (a_frame(1), "dir", "c>s"),
        (a_frame(1, opcode=Opcode.PING), "op", "PING"),
        (a_frame(1, opcode=3), "op", "0x3"),
        (a_frame(1, fin=False), "fin", False),
        (a_frame(1, rsv=4), "rsv", 4),
        (a_frame(1), "masked", True),
        (a_frame(1), "key", "01020304"),
        (a_frame(1, direction=S2C), "key", None),
        (a_frame(1), "header_len", 6),
        (a_frame(1), "len", 5),
        (a_frame(1), "text", "hello"),
        (a_frame(1, b"\xff"), "text", None),
        (a_frame(1, b"hello", rsv=4), "text", None),
        (a_frame(1, b"hel", length=5), "text", None),
        (a_frame(1), "hex", "68656c6c6f"),
        (a_frame(1, b"hel", length=5), "hex", None),
        (a_frame(1, violations=[rule.UNMASKED_CLIENT]), "violations", (rule.UNMASKED_CLIENT,)),
        (a_frame(1), "json", MISSING),
        (a_message(1, opcode=Opcode.BINARY), "op", "BINARY"),
        (a_message(1), "len", 5),
        (a_message(1, wire_length=3), "wire_len", 3),
        (a_message(1, frames=2), "frames", 2),
        (a_message(1, wire_length=3), "compressed", True),
        (a_message(1, "日本".encode()), "text", "日本"),
        (a_message(1, opcode=Opcode.BINARY), "text", "hello"),
        (a_message(1, violations=[rule.INFLATE_LIMIT]), "text", None),
        (a_message(1, b"\x00\xff"), "hex", "00ff"),
        (message('{"type": "echo"}'), "json", {"type": "echo"}),
        (message("{"), "json", None),
        (message("NaN"), "json", None),
        (message("[" * 5000), "json", None),
        (message("hello", violations=[rule.INVALID_UTF8]), "violations", (rule.INVALID_UTF8,)),
        (close(1000), "dir", "c>s"),
        (close(1000), "code", 1000),
        (close(None), "code", None),
        (close(1000, "bye"), "reason", "bye"),
        (close(1000, first=False), "first", False),
        (close(1000), "violations", ()),
        (proc("ready"), "server", "basic"),
        (proc("ready"), "what", "ready"),
        (proto(PUBLISH), "protocol", "mqtt"),
        (proto(PUBLISH), "version", "3.1.1"),
        (proto(PUBLISH), "name", "PUBLISH"),
        (proto(PUBLISH), "id", "7"),
        (proto(PUBLISH), "topic", "a/b"),
        (proto(PUBLISH), "qos", 2),
        (proto(PUBLISH), "retain", True),
        (proto(PUBLISH), "code", None),
        (proto(PUBLISH), "payload", "[1]!"),
        (proto(PUBLISH), "json", None),
        (proto(PUBLISH), "len", 13),
        (proto(PUBLISH), "hex", PUBLISH.hex()),
        (proto(b'{"type": "ka"}', protocol="graphql"), "json", {"type": "ka"}),
        (proto(b'{"type": "ka"}', protocol="graphql"), "text", '{"type": "ka"}'),
        (proc("log", "hello"), "text", "hello"),
        (ui("send", "hello"), "action", "send"),
        (ui("send", "hello"), "detail", "hello"),
        (ui("send", "hello"), "dir", MISSING),
    ],
)
def test_each_field_has_its_value(event: Event, name: str, value: Any) -> None:
    assert field(event, name) == value


def test_the_fields_are_those_of_the_documentation() -> None:
    text = DOCS.read_text(encoding="utf-8").partition("| kind | fields |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (?:`(\w+)`|all) \| (.*) \|$", text, re.MULTILINE)
    table = {kind: re.findall(r"`(\w+)[` ]", re.sub(r"\([^)]*\)", "", names)) for kind, names in rows}
    everywhere = table.pop("")

    assert everywhere == ["conn"]
    assert {kind: [*everywhere, *names] for kind, names in table.items()} == {
        kind: list(fields) for kind, fields in FIELDS.items()
    }


def test_the_kinds_are_those_of_events() -> None:
    assert {KINDS[made] for made in TYPES.values()} == set(FIELDS)
    assert field(Body(1, 0.0, 0.0, 1, S2C, 1, b"x"), "conn") is MISSING


def test_header_names_have_no_case() -> None:
    event = http("GET / HTTP/1.1", Upgrade="websocket", UPGRADE="h2c")

    assert header_values(event, "upgrade") == ("websocket", "h2c")
    assert header_values(event, "host") == ()


@given(EVERY_KIND)
def test_every_field_of_every_event_has_a_value_of_its_type(event: Event) -> None:
    python = {
        FieldType.WORD: str,
        FieldType.TEXT: str,
        FieldType.NUMBER: int,
        FieldType.FLAG: bool,
        FieldType.HEX: str,
        FieldType.VIOLATIONS: tuple,
        FieldType.HEADERS: tuple,
    }
    for name, described in FIELDS[KINDS[type(event)]].items():
        value = field(event, name)
        if value is None or value is MISSING or described.type is FieldType.JSON:
            continue
        assert isinstance(value, python[described.type])
        assert isinstance(value, bool) == (described.type is FieldType.FLAG)
        if described.words:
            assert value in described.words


@given(st.binary(max_size=20), st.integers(0, 20))
def test_what_was_cut_has_no_payload_to_compare(payload: bytes, kept: int) -> None:
    event = a_message(1, payload)._replace(preview=payload[:kept])

    assert payload_is_whole(event) == (kept >= len(payload))
    assert field(event, "hex") == (payload.hex() if kept >= len(payload) else None)
