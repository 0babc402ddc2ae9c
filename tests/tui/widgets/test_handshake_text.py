"""The text of the Handshake tab."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.lines import joined, plain, widest
from wslab.tui.widgets.handshake_text import NOTHING, SIDE_BY_SIDE_FROM, handshake_lines
from wslab.wire.events import Body, Direction, Http
from wslab.wire.handshake import examine

START = (1, 0.0, 0.0, 1)
KEY = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
REQUEST = Http(
    *START, Direction.C2S, "GET /chat HTTP/1.1",
    (
        ("Host", "127.0.0.1:8080"),
        ("upgrade", "websocket"),
        ("Connection", "Upgrade"),
        KEY,
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Protocol", "chat.v2, chat.v1"),
        ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits"),
        ("X-Mine", "1"),
    ),
    300, (),
)  # fmt: skip
RESPONSE = Http(
    *START, Direction.S2C, "HTTP/1.1 101 Switching Protocols",
    (
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
        ("Sec-WebSocket-Protocol", "chat.v1"),
        ("Sec-WebSocket-Extensions", "permessage-deflate; client_max_window_bits=12"),
    ),
    200, (),
)  # fmt: skip
WIDTHS = (46, 75, SIDE_BY_SIDE_FROM - 1, SIDE_BY_SIDE_FROM, 178)


def test_nothing_says_what_to_do() -> None:
    assert joined(handshake_lines(None, None, None, None, 75)) == NOTHING


def test_a_request_without_an_answer_yet() -> None:
    text = joined(handshake_lines(None, REQUEST, None, None, 75))
    assert "The answer has not come yet" in text
    assert "GET /chat HTTP/1.1" in text
    assert "none yet" in text


@pytest.mark.parametrize("width", WIDTHS)
def test_a_success_shows_all_of_it(width: int) -> None:
    lines = handshake_lines(examine(REQUEST, RESPONSE), REQUEST, RESPONSE, None, width)
    text = plain(lines)
    assert widest(lines) <= width
    assert joined(lines).startswith("✓ 101 Switching Protocols: the handshake succeeded")
    assert "subprotocol  offered chat.v2, chat.v1" in text
    assert "chosen  chat.v1" in text
    assert "b37a4f2cc0624f1690f64606cf385945b2bec4ea" in "".join(text.split())
    assert "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" in text
    assert "✓ the same" in joined(lines)
    for name, _ in (*REQUEST.headers, *RESPONSE.headers):
        assert f"{name}:" in text
    assert any("> Request" in row and "< Response" in row for row in text.splitlines()) == (
        width >= SIDE_BY_SIDE_FROM
    )


def test_order_and_spelling_are_those_of_the_wire() -> None:
    text = plain(handshake_lines(examine(REQUEST, RESPONSE), REQUEST, RESPONSE, None, 75))
    places = [text.index(f"{name}: {value}"[:60]) for name, value in REQUEST.headers]
    assert places == sorted(places)
    assert "upgrade: websocket\n  ^ asks to leave HTTP for WebSocket" in text
    assert "X-Mine: 1\n\n" in text


def test_a_wrong_accept_is_worked_out() -> None:
    headers = tuple((n, "AAAA" if n.endswith("Accept") else v) for n, v in RESPONSE.headers)
    wrong = RESPONSE._replace(headers=headers)
    text = joined(handshake_lines(examine(REQUEST, wrong), REQUEST, wrong, None, 100))
    assert "✗ 101 Switching Protocols: the handshake failed" in text
    assert "(RFC 6455 section 4.1)" in text
    assert "received AAAA ✗ not the same" in text


def test_a_missing_accept_is_said() -> None:
    bare = RESPONSE._replace(headers=RESPONSE.headers[:2])
    assert "received none ✗" in joined(handshake_lines(examine(REQUEST, bare), REQUEST, bare, None, 75))


def test_a_refusal_shows_what_the_server_said() -> None:
    refusal = RESPONSE._replace(
        start_line="HTTP/1.1 403 Forbidden", headers=(("Content-Type", "text/plain"),)
    )
    body = Body(*START, Direction.S2C, 9, b"go\x1b away\n")
    text = joined(handshake_lines(examine(REQUEST, refusal, body), REQUEST, refusal, body, 75))
    assert "✗ 403 Forbidden: the handshake failed." in text
    assert "chosen none: there was no 101" in text
    assert "What the server said instead" in text
    assert "go␛ away" in text


def test_a_key_that_never_came_leaves_nothing_to_work_out() -> None:
    keyless = REQUEST._replace(headers=REQUEST.headers[:3])
    text = plain(handshake_lines(examine(keyless, RESPONSE), keyless, RESPONSE, None, 75))
    assert "worked out (RFC" not in text


headers = st.lists(st.tuples(st.text(max_size=12), st.text(max_size=80)), max_size=4).map(tuple)


@settings(deadline=None)
@given(headers, headers, st.text(max_size=40), st.binary(max_size=50), st.sampled_from(WIDTHS))
def test_any_heads_fit_and_hold_no_control_character(
    asked: tuple[tuple[str, str], ...],
    answered: tuple[tuple[str, str], ...],
    start: str,
    said: bytes,
    width: int,
) -> None:
    request = REQUEST._replace(headers=(KEY, *asked), start_line=start)
    response = RESPONSE._replace(headers=(*answered, ("Sec-WebSocket-Protocol", start)), start_line=start)
    body = Body(*START, Direction.S2C, len(said), said)
    lines = handshake_lines(examine(request, response, body), request, response, body, width)
    assert widest(lines) <= width
    assert all(not line.plain or line.plain.isprintable() for line in lines)
