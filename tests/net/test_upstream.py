"""Requests as the server behind the tap gets them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_streams import pieces
from wslab.net.options import ConnectOptions
from wslab.net.upstream import RequestRewriter

UPGRADE = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"


def through(data: bytes, url: str = "ws://server:9000") -> bytes:
    rewriter = RequestRewriter(ConnectOptions(url))
    return rewriter.feed(data) + rewriter.finish()


def request(*lines: str) -> bytes:
    return "\r\n".join((*lines, "", "")).encode()


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("ws://server:9000", "server:9000"),
        ("ws://server", "server"),
        ("ws://server:443", "server:443"),
        ("wss://server:443/x", "server"),
        ("ws://[::1]:9000/", "[::1]:9000"),
    ],
)
def test_host_is_the_servers(url: str, host: str) -> None:
    got = through(request("GET /a HTTP/1.1", "Host: 127.0.0.1:4711", "Upgrade: websocket"), url)
    assert got == request("GET /a HTTP/1.1", f"Host: {host}", "Upgrade: websocket")


def test_order_spelling_spaces_and_line_ends_stay() -> None:
    sent = (
        b"GET /chat HTTP/1.1\nX-A:  b  \r\nhOsT:\t127.0.0.1:1 \nX-A: c\r\nHost : no\r\n\r\nrest Host: tap\r\n"
    )
    assert through(sent) == sent.replace(b"127.0.0.1:1", b"server:9000")


@pytest.mark.parametrize(
    ("url", "target", "arrives"),
    [
        ("ws://s/chat", "/", "/chat"),
        ("ws://s/chat", "/?room=1", "/chat?room=1"),
        ("ws://s/chat?key=2", "/", "/chat?key=2"),
        ("ws://s/chat?key=2", "/?room=1", "/chat?key=2&room=1"),
        ("ws://s/?key=2", "/", "/?key=2"),
        ("ws://s", "/?", "/?"),
        ("ws://s/chat", "/other?x", "/other?x"),
        ("ws://s/chat", "//", "//"),
        ("ws://s/chat", "*", "*"),
        ("ws://s/chat", "http://tap/", "http://tap/"),
    ],
)
def test_the_root_is_the_path_of_the_upstream_url(url: str, target: str, arrives: str) -> None:
    assert through(request(f"GET {target} HTTP/1.1", "Host: s"), url) == request(
        f"GET {arrives} HTTP/1.1", "Host: s"
    )


@pytest.mark.parametrize(
    ("url", "host", "origin", "arrives"),
    [
        ("ws://s:9", "localhost:4711", "http://localhost:4711", "http://s:9"),
        ("ws://s:9", "LOCALHOST:4711", "https://localhost:4711", "http://s:9"),
        ("wss://s", "tap", "http://tap:80", "https://s"),
        ("ws://s:9", "localhost:4711", "http://localhost:4712", "http://localhost:4712"),
        ("ws://s:9", "localhost:4711", "https://evil.example", "https://evil.example"),
        ("ws://s:9", "localhost:4711", "null", "null"),
        ("ws://s:9", "", "http://", "http://s:9"),
    ],
)
def test_an_origin_changes_only_where_it_is_the_taps_own(
    url: str, host: str, origin: str, arrives: str
) -> None:
    for first in (True, False):
        lines = [f"Host: {host}", f"Origin: {origin}"]
        got = through(request("GET / HTTP/1.1", *(lines if first else reversed(lines))), url)
        assert f"Origin: {arrives}\r\n".encode() in got


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x16\x03\x01\x02\x00Host: x\r\n\r\n",
        b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
        b"GET /\r\nHost: x\r\n\r\n",
        b"GET /  HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
        b"\r\n\r\n\x00Host: x\r\n\r\n",
    ],
)
def test_what_is_no_request_is_let_through_at_once(garbage: bytes) -> None:
    rewriter = RequestRewriter(ConnectOptions("ws://s/chat"))
    assert b"".join(rewriter.feed(bytes((byte,))) for byte in garbage) == garbage


def test_a_head_is_kept_until_it_is_complete() -> None:
    rewriter = RequestRewriter(ConnectOptions("ws://s"))
    head = request("GET / HTTP/1.1", "Host: x")
    assert rewriter.feed(head[:-1]) == b""
    assert rewriter.feed(head[-1:]) == request("GET / HTTP/1.1", "Host: s")


def test_the_end_lets_go_of_half_a_head() -> None:
    assert through(b"GET / HTTP/1.1\r\nHost: x") == b"GET / HTTP/1.1\r\nHost: x"


def test_a_head_without_end_is_not_kept_for_ever() -> None:
    endless = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 20_000
    rewriter = RequestRewriter(ConnectOptions("ws://s"))
    assert rewriter.feed(endless) == endless


def test_every_request_of_a_connection_is_meant_for_the_server() -> None:
    def conversation(host: str) -> bytes:
        return b"".join((
            request("GET /a HTTP/1.1", f"Host: {host}"),
            request("POST /b HTTP/1.1", f"Host: {host}", "Content-Length: 13") + b"\r\nHost: 1:1\r\n",
            request("POST /c HTTP/1.1", f"Host: {host}", "Transfer-Encoding: chunked"),
            b"5\r\nhello\r\n0\r\n\r\n",
            request("GET /d HTTP/1.1", f"Host: {host}", "Upgrade: websocket"),
            request("GET /e HTTP/1.1", "Host: what looks like one but comes after an upgrade"),
        ))  # fmt: skip

    assert through(conversation("127.0.0.1:4711")) == conversation("server:9000")


heads = st.sampled_from([
    request("GET / HTTP/1.1", "Host: 127.0.0.1:1", "Origin: http://127.0.0.1:1", "Upgrade: websocket"),
    request("POST /x HTTP/1.1", "Host: 127.0.0.1:1", "Content-Length: 4"),
    b"GET ", b"HTTP/1.1", b"\r\n", b"\n\n", b"HELLO", b"Host: x\r\n",
])  # fmt: skip


@given(
    st.lists(heads | st.binary(max_size=40), max_size=8).map(b"".join),
    st.lists(st.integers(1, 60), min_size=1),
)
def test_the_split_makes_no_difference(data: bytes, sizes: list[int]) -> None:
    rewriter = RequestRewriter(ConnectOptions("wss://server/chat"))
    got = b"".join(map(rewriter.feed, pieces(data, sizes))) + rewriter.finish()
    assert got == through(data, "wss://server/chat")


@given(st.binary())
def test_what_holds_no_request_line_arrives_as_it_is(data: bytes) -> None:
    if b"HTTP/1." not in data:
        assert through(data, "ws://server/chat") == data
