"""Events as JSON lines and back."""

from __future__ import annotations

import json
import re
import typing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.wire_streams import connections, read
from wslab.wire.events import KINDS, Close, Direction, Event, Frame, Http, Message, Phase, Proto, Tcp, Ui
from wslab.wire.jsonform import FORMAT, Header, JsonFormError, dump, header, load

DOCS = Path(__file__).parents[2] / "docs/recording-format.md"
texts = st.text(max_size=20) | st.sampled_from(
    ["\x1b[31m", "\x9b", "\u202e", "\u2028", "\udc80", "日本語", '"\\']
)
BY_TYPE: dict[object, st.SearchStrategy[object]] = {
    int: st.integers(0, 2**64),
    int | None: st.none() | st.integers(0, 2**16),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: texts,
    str | None: st.none() | texts,
    bool: st.booleans(),
    bytes: st.binary(max_size=40) | texts.map(lambda text: text.encode("utf-8", "replace")),
    Direction: st.sampled_from(Direction),
    Direction | None: st.none() | st.sampled_from(Direction),
    Phase: st.sampled_from(Phase),
    tuple[str, ...]: st.lists(texts, max_size=3).map(tuple),
    tuple[tuple[str, str], ...]: st.lists(st.tuples(texts, texts), max_size=3).map(tuple),
}
BY_NAME: dict[tuple[type, str], st.SearchStrategy[object]] = {
    (Frame, "opcode"): st.integers(0, 15),
    (Frame, "rsv"): st.integers(0, 7),
    (Frame, "header_len"): st.integers(2, 14),
    (Message, "opcode"): st.sampled_from([1, 2]),
}


def events_of(kind: type[Event]) -> st.SearchStrategy[Event]:
    hints = typing.get_type_hints(kind)
    return st.builds(kind, *(BY_NAME.get((kind, name), BY_TYPE[hints[name]]) for name in kind._fields))


FRAME = Frame(
    1, 2.5, 3.5, 4, Direction.C2S, 1, True, 0, True, b"\x01\x02\x03\x04", 6, 5, b"hello", ("6455#5.1 x",)
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_comes_back_as_it_was(kind: type[Event]) -> None:
    @settings(deadline=None, max_examples=40)
    @given(events_of(kind))
    def check(event: Event) -> None:
        line = dump(event)
        assert load(line) == event
        assert type(load(line)) is kind
        assert line.isprintable()
        assert json.loads(line)["event"] == KINDS[kind]

    check()


@settings(deadline=None, max_examples=30)
@given(connections())
def test_a_whole_connection_comes_back(segments: list[tuple[Direction, bytes]]) -> None:
    events = read(segments)
    again = [load(line) for line in map(dump, events)]
    assert again == events
    assert [type(event) for event in again] == [type(event) for event in events]


def test_the_document_has_every_kind_and_field() -> None:
    rows = re.findall(r"^\| `(\w+)` \| [^|]* \| ([^|]*) \|$", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    told = {kind: re.findall(r"`(\w+)`", fields) for kind, fields in rows}
    assert told == {name: list(kind._fields[4:]) for kind, name in KINDS.items()}


def test_the_form_of_a_decoded_unit() -> None:
    unit = Proto(
        1,
        2.5,
        3.5,
        4,
        Direction.S2C,
        "mqtt",
        "5.0",
        "PINGRESP",
        "PINGRESP",
        None,
        None,
        -1,
        2,
        b"\xd0\x00",
        (),
    )
    assert json.loads(dump(unit)) == {
        "event": "proto", "seq": 1, "t": 2.5, "wall": 3.5, "conn": 4, "direction": "s>c", "protocol": "mqtt",
        "version": "5.0", "name": "PINGRESP", "summary": "PINGRESP", "id": None, "topic": None, "start": -1,
        "length": 2, "preview_base64": "0AA=", "violations": [],
    }  # fmt: skip


def test_the_form_of_a_frame() -> None:
    assert json.loads(dump(FRAME)) == {
        "event": "frame", "seq": 1, "t": 2.5, "wall": 3.5, "conn": 4, "direction": "c>s", "opcode": 1,
        "fin": True, "rsv": 0, "masked": True, "mask_key_hex": "01020304", "header_len": 6, "length": 5,
        "preview_text": "hello", "violations": ["6455#5.1 x"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("preview", "fields"),
    [
        (b"", {"preview_text": ""}),
        ("日本".encode(), {"preview_text": "日本"}),
        ("日本".encode()[:-1], {"preview_text": "日", "preview_rest_base64": "5pw="}),
        (b"\xff\x00", {"preview_base64": "/wA="}),
        (b"\xff\xe6", {"preview_base64": "/+Y="}),
    ],
)
def test_bytes_are_text_where_they_can_be(preview: bytes, fields: dict[str, str]) -> None:
    event = FRAME._replace(preview=preview)
    written = json.loads(dump(event))
    assert {name: value for name, value in written.items() if name.startswith("preview")} == fields
    assert load(dump(event)) == event


def test_readable_text_stays_readable_and_the_rest_is_escaped() -> None:
    assert "日本語" in dump(Ui(1, 0.0, 0.0, 0, "日本語", ""))
    assert "\\u001b" in dump(Ui(1, 0.0, 0.0, 0, "\x1b[2J", ""))
    assert "\\u202e" in dump(Ui(1, 0.0, 0.0, 0, "\u202e", ""))


def test_the_header() -> None:
    line = header("0.1.0", 12.5, "ws://127.0.0.1:8080/")
    assert json.loads(line)["format"] == FORMAT
    assert load(line) == Header(FORMAT, "0.1.0", 12.5, "ws://127.0.0.1:8080/")


def test_fields_of_later_versions_are_left_out() -> None:
    line = json.dumps({**json.loads(dump(FRAME)), "colour": "blue"})
    assert load(line) == FRAME


def test_a_time_that_is_no_number_is_not_written() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        dump(Ui(1, float("nan"), 0.0, 0, "", ""))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("9" * 10_000, "not JSON"),
        ("[1]", r"an event is a JSON object, not \[1\]"),
        ("{}", "there is no `event`; it must be one of header, tcp"),
        ('{"event": "nonsense"}', '`event` is "nonsense"'),
        ('{"event": ["frame"]}', r'`event` is \["frame"\]'),
        ('{"event": "header"}', "header: `format` is null, this version reads 1"),
        ('{"event": "header", "format": true}', "`format` is true"),
        ('{"event": "header", "format": 2}', "`format` is 2"),
        ('{"event": "header", "format": 1}', "header: `version` is missing"),
        ('{"event": "header", "format": 1, "version": 3}', "header: `version` must be a string, it is 3"),
        ('{"event": "ui"}', "ui: `seq` is missing"),
        ('{"event": "ui", "seq": NaN}', "NaN is not a number"),
    ],
)
def test_bad_lines_are_named(line: str, words: str) -> None:
    with pytest.raises(JsonFormError, match=words):
        load(line)


TCP = Tcp(1, 0.0, 0.0, 1, "fin", None, "")
HTTP = Http(1, 0.0, 0.0, 1, Direction.C2S, "GET / HTTP/1.1", (("A", "b"),), 20, ())
CLOSE = Close(1, 0.0, 0.0, 1, Direction.S2C, None, "", True, ())


@pytest.mark.parametrize(
    ("event", "field", "value", "words"),
    [
        (FRAME, "opcode", 16, "frame: `opcode` must be 0 to 15, it is 16"),
        (FRAME, "opcode", "1", 'frame: `opcode` must be a whole number, it is "1"'),
        (FRAME, "seq", True, "must be a whole number, it is true"),
        (FRAME, "rsv", -1, "must be 0 to 7"),
        (FRAME, "header_len", 1, "must be 2 to 14"),
        (FRAME, "fin", 1, "must be true or false, it is 1"),
        (FRAME, "t", "now", 'must be a number, it is "now"'),
        (FRAME, "t", 10**400, "too large"),
        (FRAME, "direction", "up", 'must be one of c>s, s>c, it is "up"'),
        (FRAME, "direction", None, "must be one of"),
        (FRAME, "violations", "x", 'must be a list, it is "x"'),
        (FRAME, "violations", [1], r"`violations`\[0\] must be a string"),
        (FRAME, "mask_key_hex", "0g", "`mask_key_hex` cannot be read"),
        (FRAME, "mask_key_hex", 1, "`mask_key_hex` must be a string"),
        (FRAME, "preview_text", "\ud800", "`preview_text` cannot be read"),
        (FRAME, "preview_base64", "aGk=", "there are text and base64"),
        (TCP, "direction", "x", "must be one of"),
        (HTTP, "headers", [["A"]], r"`headers`\[0\] must be a list of 2"),
        (HTTP, "headers", [["A", None]], r"`headers`\[0\] must be a string, it is null"),
        (CLOSE, "code", "1000", "must be a whole number"),
    ],
)
def test_bad_fields_are_named(event: Event, field: str, value: object, words: str) -> None:
    fields = json.loads(dump(event))
    fields[field] = value
    with pytest.raises(JsonFormError, match=words):
        load(json.dumps(fields))


def test_missing_bytes_are_named() -> None:
    fields = json.loads(dump(FRAME))
    del fields["preview_text"]
    with pytest.raises(
        JsonFormError, match=r"one of `preview_text`, `preview_base64`, .* all of them are missing"
    ):
        load(json.dumps(fields))


@given(st.recursive(st.none() | st.integers() | st.floats() | texts, lambda each: st.lists(each, max_size=3)))
def test_no_value_makes_it_raise_anything_else(value: object) -> None:
    fields = json.loads(dump(FRAME))
    for field in ("event", "t", "direction", "headers", "violations", "preview_text"):
        line = json.dumps({**fields, field: value})
        try:
            loaded = load(line)
        except JsonFormError:
            continue
        assert type(loaded) is Frame


@given(st.text(max_size=60))
def test_no_text_makes_it_raise_anything_else(line: str) -> None:
    with pytest.raises(JsonFormError):
        load(line)
