"""Opening handshakes and every reason why one fails."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_streams import ACCEPT, C2S, KEY, S2C, answer, request
from wslab.wire.events import Body, Direction, Http
from wslab.wire.extensions import Extension
from wslab.wire.handshake import GUID, Handshake, accept_working, asks_for_websocket, examine
from wslab.wire.head import parse_head


def http(raw: bytes, direction: Direction) -> Http:
    head = parse_head(raw, direction)
    return Http(1, 0.0, 0.0, 1, direction, head.start_line, head.headers, head.length, head.violations)


def judge(asked: bytes | None, answered: bytes | None) -> Handshake:
    return examine(
        None if asked is None else http(asked, C2S), None if answered is None else http(answered, S2C)
    )


def test_the_example_of_rfc_6455_section_1_3() -> None:
    working = accept_working("dGhlIHNhbXBsZSBub25jZQ==")
    assert working.joined == "dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    assert working.sha1_hex == "b37a4f2cc0624f1690f64606cf385945b2bec4ea"
    assert working.accept == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert working.guid == GUID


def test_everything_that_was_agreed_on() -> None:
    offer = "permessage-deflate; client_max_window_bits, x-other"
    shake = judge(
        request(offer, "chat, superchat"),
        answer("permessage-deflate; client_max_window_bits=10", "superchat"),
    )
    assert shake == Handshake(
        ok=True,
        status=101,
        reason="Switching Protocols",
        url_path="/chat",
        host="server.example.com",
        subprotocols_offered=("chat", "superchat"),
        subprotocol="superchat",
        extensions_offered=(
            Extension("permessage-deflate", (("client_max_window_bits", None),)),
            Extension("x-other"),
        ),
        extensions=(Extension("permessage-deflate", (("client_max_window_bits", "10"),)),),
        accept=accept_working(KEY),
        accept_received=ACCEPT,
        failures=(),
    )


WRONG_REQUESTS = [
    (b"GET /chat", b"POST /chat", "method must be GET"),
    (b"HTTP/1.1", b"HTTP/1.0", "HTTP/1.1 or later"),
    (b"Host: server.example.com\r\n", b"", "no Host"),
    (b"Host: server.example.com\r\n", b"Host: a\r\nHost: b\r\n", "2 Host headers"),
    (b"Upgrade: websocket\r\n", b"", "no Upgrade header"),
    (b"Upgrade: websocket", b"Upgrade: h2c", "Upgrade header must name websocket, it is 'h2c'"),
    (b"Connection: Upgrade\r\n", b"", "no Connection header"),
    (b"Connection: Upgrade", b"Connection: keep-alive", "Connection header must name Upgrade"),
    (b"Sec-WebSocket-Key", b"X-Key", "no Sec-WebSocket-Key"),
    (KEY.encode(), b"dG9vIHNob3J0", "must be 16 bytes in base64, 'dG9vIHNob3J0' is not"),
    (KEY.encode(), b"not base64 at all!!!!!!==", "must be 16 bytes in base64"),
    (KEY.encode(), b"dGhlIHNhbXBsZSBub25jZQ", "must be 16 bytes in base64"),
    (KEY.encode(), b"\xe9" * 24, "must be 16 bytes in base64"),
    (b"Sec-WebSocket-Key", b"Sec-WebSocket-Key: x\r\nSec-WebSocket-Key", "2 Sec-WebSocket-Key headers"),
    (b"Sec-WebSocket-Version: 13\r\n", b"", "no Sec-WebSocket-Version"),
    (b"Version: 13", b"Version: 8", "Sec-WebSocket-Version must be 13, it is '8'"),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG_REQUESTS)
def test_what_a_client_gets_wrong(old: bytes, new: bytes, words: str) -> None:
    asked = request().replace(old, new, 1)
    assert asked != request()
    shake = judge(asked, b"HTTP/1.1 400 Bad Request\r\n\r\n")
    assert not shake.ok
    assert any(words in failure for failure in shake.failures), shake.failures
    assert "400 Bad Request" in shake.failures[-1]


WRONG_ANSWERS = [
    (b"101 Switching Protocols", b"200 OK", "answered 200 OK instead of 101"),
    (b"HTTP/1.1 101", b"HTTP/1.0 101", "must be HTTP/1.1 or later"),
    (b"HTTP/1.1 101", b"hello", "not HTTP"),
    (b"Upgrade: websocket\r\n", b"", "the answer has no Upgrade header"),
    (b"Upgrade: websocket", b"Upgrade: foo", "answer's Upgrade header must name websocket"),
    (b"Connection: Upgrade\r\n", b"", "the answer has no Connection header"),
    (b"Connection: Upgrade", b"Connection: close", "must name Upgrade, it is 'close'"),
    (b"Sec-WebSocket-Accept", b"X-Accept", "no Sec-WebSocket-Accept"),
    (ACCEPT.encode(), KEY.encode(), f"must be {ACCEPT} for this key, it is '{KEY}'"),
    (ACCEPT.encode(), ACCEPT.encode() + b"\r\nSec-WebSocket-Accept: x", "2 Sec-WebSocket-Accept headers"),
    (b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n", "chose the subprotocol 'mqtt'; offered: chat"),
    (b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: Chat\r\n\r\n", "chose the subprotocol 'Chat'"),
    (b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: x-foo\r\n\r\n", "extension 'x-foo', which was not offered"),
    (
        b"\r\n\r\n",
        b"\r\nSec-WebSocket-Extensions: ;;\r\n\r\n",
        "Sec-WebSocket-Extensions header is malformed",
    ),
    (
        b"\r\n\r\n",
        b"\r\nSec-WebSocket-Extensions: permessage-deflate, permessage-deflate\r\n\r\n",
        "'permessage-deflate' more than once",
    ),
    (
        b"\r\n\r\n",
        b"\r\nSec-WebSocket-Extensions: permessage-deflate; nonsense=1\r\n\r\n",
        "no parameter 'nonsense'",
    ),
]


@pytest.mark.parametrize(("old", "new", "words"), WRONG_ANSWERS)
def test_what_a_server_gets_wrong(old: bytes, new: bytes, words: str) -> None:
    answered = answer().replace(old, new, 1)
    assert answered != answer()
    shake = judge(request("permessage-deflate", "chat"), answered)
    assert not shake.ok
    assert any(words in failure for failure in shake.failures), shake.failures


def test_every_failure_names_its_section() -> None:
    failures = set(judge(b"FOO\r\n\r\n", b"HTTP/1.1 101 x\r\n\r\n").failures)
    for old, new, _ in WRONG_REQUESTS:
        failures |= set(judge(request().replace(old, new, 1), answer()).failures)
    for old, new, _ in WRONG_ANSWERS:
        failures |= set(judge(request(), answer().replace(old, new, 1)).failures)
    assert len(failures) > 25
    for failure in failures:
        assert re.match(r"(6455|7692)#\d+(\.\d+)* \S", failure), failure


def test_names_are_compared_without_case_and_lists_are_taken_apart() -> None:
    asked = request().replace(b"Connection: Upgrade", b"cOnNection: keep-alive, UPGRADE")
    answered = answer().replace(b"Upgrade: websocket", b"UPGRADE: WebSocket")
    assert judge(asked, answered).ok
    assert asks_for_websocket(http(asked, C2S))
    assert not asks_for_websocket(http(b"GET / HTTP/1.1\r\n\r\n", C2S))
    assert not asks_for_websocket(None)


def test_without_the_request_nothing_is_said_of_what_was_offered() -> None:
    shake = judge(None, answer("x-foo", "mqtt"))
    assert shake.ok
    assert (shake.subprotocol, shake.accept, shake.accept_received) == ("mqtt", None, ACCEPT)


def test_without_an_answer() -> None:
    shake = judge(request(), None)
    assert (shake.status, shake.ok) == (None, False)
    assert shake.failures == ("6455#4.1 the server did not answer",)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n", "it points to 'http://login/'"),
        (b"HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\n\r\n", "version 13, 8"),
    ],
)
def test_a_refusal_says_what_the_server_says(raw: bytes, words: str) -> None:
    assert words in judge(request(), raw).failures[0]


def test_a_refusal_quotes_the_body_within_bounds() -> None:
    body = Body(1, 0.0, 0.0, 1, S2C, 500, b"\n \n\x1b[31m" + b"x" * 500)
    failure = examine(http(request(), C2S), http(b"HTTP/1.1 500 Oh\r\n\r\n", S2C), body).failures[0]
    assert "it says '\\x1b[31mxxx" in failure
    assert len(failure) < 250


lines = st.sampled_from(
    [
        *request("permessage-deflate; client_max_window_bits", "a, b").split(b"\r\n"),
        *answer("permessage-deflate; server_max_window_bits=9", "a").split(b"\r\n"),
        b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits",
        b"Sec-WebSocket-Key: \xff",
    ]
)


@given(
    st.lists(lines | st.binary(max_size=20), max_size=10),
    st.lists(lines | st.binary(max_size=20), max_size=10),
)
def test_no_heads_make_it_raise(asked: list[bytes], answered: list[bytes]) -> None:
    shake = judge(b"\r\n".join(asked), b"\r\n".join(answered))
    assert shake.ok is (not shake.failures)
