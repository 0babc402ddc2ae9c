"""Which events are rows of the log, and what filters let through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.check_events import PUBLISH, proto
from tests.support.traffic import WALL, a_frame, a_message, a_state
from wslab.lab.logfilter import (
    LEVELS,
    LogFilter,
    carried_text,
    is_row,
    payload_as_text,
    rows_among,
    searchable,
)
from wslab.wire.events import (
    OPCODE_NAMES,
    Body,
    Close,
    Direction,
    Event,
    Http,
    Opcode,
    Phase,
    Proc,
    Tcp,
    Ui,
)

REQUEST = Http(1, 0.0, WALL, 1, Direction.C2S, "GET /echo HTTP/1.1", (("Host", "localhost"),), 60, ())
BODY = Body(2, 0.0, WALL, 1, Direction.S2C, 9, b"no thanks")
CLOSE = Close(3, 0.0, WALL, 1, Direction.S2C, 1000, "bye", True, ())
UI = Ui(4, 0.0, WALL, 0, "send", "hello")


def tcp(what: str) -> Tcp:
    return Tcp(5, 0.0, WALL, 1, what, None, "127.0.0.1:4711")


def proc(what: str) -> Proc:
    return Proc(6, 0.0, WALL, 0, "basic", what, "said something")


SAMPLES: list[Event] = [
    a_frame(1),
    a_frame(2, opcode=Opcode.PING),
    a_frame(3, opcode=Opcode.CLOSE, payload=b"\x03\xe8"),
    a_frame(4, opcode=3, violations=["6455#5.2 reserved opcode"]),
    a_message(5),
    a_state(6),
    REQUEST,
    BODY,
    CLOSE,
    UI,
    tcp("open"),
    tcp("fin"),
    tcp("reset"),
    *(proc(what) for what in ("started", "ready", "log", "stderr", "exited", "failed")),
]


def test_each_thing_is_one_row() -> None:
    rows = [event for event in SAMPLES if is_row(event, "frames")]

    assert [type(event).__name__ for event in rows] == [
        *["Frame"] * 4, "State", "Http", "Body", "Ui", "Tcp", "Tcp", "Tcp", "Proc", "Proc", "Proc", "Proc",
    ]  # fmt: skip


def test_the_messages_level_has_messages_control_frames_and_broken_frames() -> None:
    rows = [event for event in SAMPLES if is_row(event, "messages")]

    assert rows[:4] == [SAMPLES[1], SAMPLES[2], SAMPLES[3], SAMPLES[4]]
    assert [type(event).__name__ for event in rows[4:]] == [
        "State",
        "Http",
        "Body",
        "Ui",
        "Tcp",
        *["Proc"] * 4,
    ]


@settings(deadline=None)
@given(st.lists(st.sampled_from(SAMPLES)), st.sampled_from(LEVELS))
def test_the_fast_way_finds_the_same_rows(events: list[Event], level: str) -> None:
    assert level == "frames" or level == "messages"
    assert rows_among(events, level) == [n for n, event in enumerate(events) if is_row(event, level)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", LogFilter()),
        (">", LogFilter(Direction.C2S)),
        ("< TEXT", LogFilter(Direction.S2C, frozenset({1}))),
        ("PING PONG 0x3", LogFilter(opcodes=frozenset({9, 10, 3}))),
        ("  > TEXT  hello world ", LogFilter(Direction.C2S, frozenset({1}), "hello world")),
        ("text", LogFilter(pattern="text")),
        ("/TEXT/", LogFilter(pattern="TEXT")),
        ("//", LogFilter(pattern="//")),
        (r"\d+ TEXT", LogFilter(pattern=r"\d+ TEXT")),
    ],
)
def test_a_filter_is_read_as_people_type_it(text: str, expected: LogFilter) -> None:
    assert LogFilter.parse(text) == expected


@settings(deadline=None)
@given(
    st.sampled_from([None, *Direction]),
    st.frozensets(st.integers(0, 15), max_size=4),
    st.from_regex(r"[a-z/ >]{0,6}", fullmatch=True),
)
def test_what_a_filter_prints_is_read_back(
    direction: Direction | None, opcodes: frozenset[int], pattern: str
) -> None:
    log_filter = LogFilter(direction, opcodes, pattern, "messages")

    assert LogFilter.parse(str(log_filter), "messages") == log_filter


@pytest.mark.parametrize("pattern", ["(", "[a", "a{2,1}", "*", "(?P<a>x)(?P<a>y)", "a{99999999999999999999}"])
def test_a_pattern_that_is_none_is_named(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a regular expression") as caught:
        LogFilter(pattern=pattern)
    assert repr(pattern) in str(caught.value)


def test_a_level_that_is_none_is_named() -> None:
    with pytest.raises(ValueError, match="'bytes' is not a level"):
        LogFilter(level="bytes")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        (">", [0, 1, 3]),
        ("<", [2]),
        ("PING", [1]),
        ("< TEXT", [2]),
        ("hel+o", [0, 2]),
        ("HELLO", []),
        ("learn", [1]),
        ("GET .* http", [3]),
        ("host: local", [3]),
        ("closed", [4]),
    ],
)
def test_every_criterion_has_to_be_met(text: str, matches: list[int]) -> None:
    events = [
        a_frame(1),
        a_frame(2, b"learning-ping", opcode=Opcode.PING),
        a_frame(3, direction=Direction.S2C),
        REQUEST,
        a_state(5, Phase.CLOSED),
    ]
    log_filter = LogFilter.parse(text.replace("GET .* http", "/GET .* HTTP/"))

    assert [number for number, event in enumerate(events) if log_filter.matches(event)] == matches
    assert log_filter.narrows


def test_case_counts_once_the_pattern_has_a_capital() -> None:
    assert LogFilter(pattern="hello").matches(a_frame(1, b"HELLO"))
    assert not LogFilter(pattern="Hello").matches(a_frame(1, b"HELLO"))
    assert LogFilter(pattern=r"\Shello").matches(a_frame(1, b"-HELLO"))


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (a_frame(1, "café".encode()), "café"),
        (a_frame(1, b"\xff!"), "\ufffd!"),
        (a_frame(1, "caf\u00e9".encode()[:-1], length=5), "caf"),
        (a_frame(1, "日本".encode()[:4], length=6), "日"),
        (a_frame(1, "👍".encode()[:3], length=4), ""),
        (a_frame(1, b"abc", rsv=4), None),
        (a_frame(1, b"abc", opcode=Opcode.BINARY), None),
        (a_frame(1, b"abc", opcode=Opcode.CONT), "abc"),
        (a_frame(1, b"\x80bc", opcode=Opcode.CONT), None),
        (a_frame(1, b"a\nc", opcode=Opcode.PING), "a\nc"),
        (a_frame(1, b"a\0c", opcode=Opcode.PONG), None),
        (a_frame(1, b"", opcode=Opcode.PONG), ""),
        (a_frame(1, b"\x03\xe9going", opcode=Opcode.CLOSE), "1001 going"),
        (a_frame(1, b"\x03\xe8", opcode=Opcode.CLOSE), "1000"),
        (a_frame(1, b"\x03", opcode=Opcode.CLOSE), None),
        (a_frame(1, b"", opcode=Opcode.CLOSE), ""),
        (a_frame(1, b"abc", opcode=11), None),
        (a_message(1, b"abc", wire_length=20), "abc"),
        (a_message(1, b"abc", opcode=Opcode.BINARY), None),
    ],
)
def test_a_payload_is_text_or_hexadecimal(event: Event, text: str | None) -> None:
    assert payload_as_text(event) == text  # type: ignore[arg-type]
    assert searchable(event) == (event.preview.hex(" ") if text is None else text)  # type: ignore[union-attr]


@settings(deadline=None)
@given(st.text(), st.integers(0, 30))
def test_a_cut_text_is_a_start_of_the_text(text: str, cut: int) -> None:
    data = text.encode()
    shown = payload_as_text(a_message(1, data)._replace(preview=data[:cut]))

    assert shown is not None
    assert text.startswith(shown)
    assert payload_as_text(a_message(1, data), limit=cut) == shown


@settings(deadline=None)
@given(st.binary(max_size=30), st.sampled_from(range(16)), st.integers(0, 7))
def test_any_frame_has_a_text_to_search(payload: bytes, opcode: int, rsv: int) -> None:
    assert isinstance(searchable(a_frame(1, payload, opcode=opcode, rsv=rsv)), str)


def test_every_kind_of_row_has_a_text_to_search() -> None:
    for event in SAMPLES:
        if is_row(event, "frames"):
            assert searchable(event)
    assert OPCODE_NAMES[3] == "0x3"


def test_what_was_decoded_stands_for_its_message_on_the_messages_level() -> None:
    message, unit = a_message(1, direction=Direction.C2S), proto(PUBLISH)
    other = a_message(2, direction=Direction.S2C)
    events = [a_frame(0), message, unit, unit, other, a_frame(3), message]

    assert rows_among(events, "messages") == [2, 3, 4, 6]
    assert rows_among(events, "messages", following=unit) == [2, 3, 4]
    assert rows_among([message], "messages", following=proto(PUBLISH, direction=Direction.S2C)) == [0]
    assert rows_among(events, "frames") == [0, 5]


def test_what_breaks_a_rule_of_its_protocol_is_a_row_on_every_level() -> None:
    broken = proto(PUBLISH, violations=["mqtt5#MQTT-3.3.1-4 QoS is 3"])

    assert [is_row(broken, level) for level in LEVELS] == [True, True]
    assert [is_row(proto(PUBLISH), level) for level in LEVELS] == [False, True]


@pytest.mark.parametrize(
    ("text", "matches"),
    [("TEXT", [False, True]), ("BINARY", [True, False]), ("> 14", [True, True]), ("<", [False, False])],
)
def test_filters_look_at_what_was_decoded(text: str, matches: list[bool]) -> None:
    units = [proto(PUBLISH + b"14"), proto(b'{"x": 14}', "next", protocol="graphql")]
    assert [LogFilter.parse(text).matches(unit) for unit in units] == matches


def test_what_is_copied_is_what_came() -> None:
    assert carried_text(proto(b'{"type": "ka"}', protocol="graphql")) == '{"type": "ka"}'
    assert carried_text(proto(b"\xe0\x00")) == "e0 00"
    assert carried_text(a_message(1, b"hello")) == "hello"
    assert carried_text(a_message(1, b"\x00", opcode=Opcode.BINARY)) == "00"
    assert carried_text(UI) == "send hello"
