"""HTTP heads, legal and not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_streams import C2S, S2C, answer, pieces, request, sizes
from wslab.wire import violations as rule
from wslab.wire.events import Direction
from wslab.wire.head import HEAD_LIMIT, Head, HeadReader, Status, parse_head, read_status

GET = b"GET / HTTP/1.1\r\n"


def violations(raw: bytes, direction: Direction = C2S) -> tuple[str, ...]:
    return parse_head(raw, direction).violations


def test_legal_heads_break_no_rule_and_keep_order_and_spelling() -> None:
    raw = b"GET /a?b=c HTTP/1.1\r\nhOst: x\r\nX-B:  1 \r\nx-a:\t2\r\nX-B: 3\r\n\r\n"
    assert parse_head(raw, C2S) == Head(
        "GET /a?b=c HTTP/1.1", (("hOst", "x"), ("X-B", "1"), ("x-a", "2"), ("X-B", "3")), len(raw), ()
    )
    assert violations(request()) == ()
    assert violations(answer(), S2C) == ()
    assert violations(b"HTTP/1.1 200 \r\n\r\n", S2C) == ()


@pytest.mark.parametrize(
    ("raw", "direction", "broken"),
    [
        (b"\r\n" + GET + b"\r\n", C2S, rule.LEADING_BLANK),
        (b"GET / HTTP/1.1\nHost: x\r\n\r\n", C2S, rule.BARE_LF),
        (GET + b"Host: x\r\n\n", C2S, rule.BARE_LF),
        (GET + b"Host: x\ry\r\n\r\n", C2S, rule.BARE_CR),
        (b"GET /\r\n\r\n", C2S, rule.BAD_REQUEST_LINE),
        (b"GET /a b HTTP/1.1\r\n\r\n", C2S, rule.BAD_REQUEST_LINE),
        (b"HTTP/1.1 20 OK\r\n\r\n", S2C, rule.BAD_STATUS_LINE),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", S2C, rule.BAD_STATUS_LINE),
        (GET + b"Host\r\n\r\n", C2S, rule.HEADER_WITHOUT_COLON),
        (GET + b"Host : x\r\n\r\n", C2S, rule.SPACE_BEFORE_COLON),
        (GET + b"A: b\r\n c\r\n\r\n", C2S, rule.FOLDED_HEADER),
        (GET + b"A b: c\r\n\r\n", C2S, rule.BAD_HEADER_NAME),
        (GET + b": c\r\n\r\n", C2S, rule.BAD_HEADER_NAME),
        (GET + b"A: b\x00c\r\n\r\n", C2S, rule.BAD_HEADER_VALUE),
        (GET + "A: é\r\n\r\n".encode(), C2S, rule.NON_ASCII_HEAD),
    ],
)
def test_a_broken_rule_is_flagged(raw: bytes, direction: Direction, broken: str) -> None:
    reader = HeadReader(direction)
    found = reader.feed(raw)
    assert found is not None
    head, rest = found
    assert (broken in head.violations, head.length, rest) == (True, len(raw), b"")


def test_what_breaks_a_rule_stays_readable() -> None:
    raw = "GET / HTTP/1.1\nName : café\n  more\nnonsense\n\n".encode("latin-1")
    head = parse_head(raw, C2S)
    assert head.headers == (("Name", "café more"), ("nonsense", ""))
    assert head.violations == (
        rule.NON_ASCII_HEAD,
        rule.BARE_LF,
        rule.SPACE_BEFORE_COLON,
        rule.FOLDED_HEADER,
        rule.HEADER_WITHOUT_COLON,
    )


def test_each_rule_is_named_once() -> None:
    assert violations(GET + b"nonsense\r\n" * 1000 + b"\r\n") == (rule.HEADER_WITHOUT_COLON,)


messy = st.lists(
    st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b":", b"A: b", b"GET / HTTP/1.1", b"\xff"])
    | st.binary(max_size=5),
    max_size=14,
).map(b"".join)


@given(messy, sizes, st.sampled_from(Direction))
def test_any_split_gives_the_same_head_and_rest(
    data: bytes, portions: list[int], direction: Direction
) -> None:
    results = []
    for each in (portions, [len(data) + 1], [1]):
        reader = HeadReader(direction)
        found, rest = None, b""
        for piece in pieces(data, each):
            if found is None:
                found = reader.feed(piece)
                rest = b"" if found is None else found[1]
            else:
                rest += piece
        head = reader.finish() if found is None else found[0]
        results.append((head, rest))
        assert (0 if head is None else head.length) + len(rest) == len(data)
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize("portions", [[1000], [HEAD_LIMIT - 1, 1], [10**6]])
def test_a_head_is_bounded_to_the_byte(portions: list[int]) -> None:
    data = GET + b"A: " + b"b" * HEAD_LIMIT
    reader = HeadReader(C2S)
    taken = 0
    for piece in pieces(data, portions):
        found = reader.feed(piece)
        taken += len(piece)
        if found is not None:
            break
    assert found is not None
    head, rest = found
    assert head.length == HEAD_LIMIT
    assert head.violations == (rule.HEAD_TOO_LONG,)
    assert rest == data[HEAD_LIMIT:taken]


def test_the_longest_head_that_is_read() -> None:
    filler = HEAD_LIMIT - len(GET) - len(b"A: \r\n\r\n")
    found = HeadReader(C2S).feed(GET + b"A: " + b"b" * filler + b"\r\n\r\n")
    assert found is not None
    assert (found[0].length, found[0].violations) == (HEAD_LIMIT, ())


def test_empty_lines_alone_are_bounded_too() -> None:
    found = HeadReader(C2S).feed(b"\r\n" * HEAD_LIMIT)
    assert found is not None
    assert rule.HEAD_TOO_LONG in found[0].violations


def test_a_reader_reads_one_head_after_the_other() -> None:
    reader = HeadReader(S2C)
    first = reader.feed(b"HTTP/1.1 103 Early Hints\r\n\r\n" + answer())
    assert first is not None
    second = reader.feed(first[1])
    assert second is not None
    assert second[0] == parse_head(answer(), S2C)
    assert reader.finish() is None


def test_a_cut_head() -> None:
    reader = HeadReader(C2S)
    assert reader.feed(GET[:7]) is None
    assert reader.pending == 7
    head = reader.finish()
    assert head is not None
    assert (head.start_line, head.length) == ("GET / H", 7)
    assert rule.HEAD_CUT in head.violations
    assert reader.finish() is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HTTP/1.1 101 Switching Protocols", Status("1.1", 101, "Switching Protocols")),
        ("HTTP/1.0 200", Status("1.0", 200, "")),
        ("http/1.1  404  Not Found ", Status("1.1", 404, "Not Found")),
        ("HTTP/1.1 1011", None),
        ("HTTP/2 200", None),
        ("ICY 200 OK", None),
        ("", None),
    ],
)
def test_status_lines(line: str, expected: Status | None) -> None:
    assert read_status(line) == expected
