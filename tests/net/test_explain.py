"""Every failure has one line in plain words."""

from __future__ import annotations

import asyncio
import errno
import inspect
import socket
import ssl
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets import exceptions as ws
from websockets.datastructures import Headers
from websockets.frames import Close
from websockets.http11 import Response

from tests.support.tls_server import Authority
from wslab.net.explain import explain, explain_garbage, explain_status, explain_timeout, first_words

PLACE = "h.test:8080"


def response(status: int, body: bytes = b"", **headers: str) -> Response:
    return Response(status, "Said So", Headers(headers), body)


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


SAMPLES: list[tuple[Exception, str, str]] = [
    (ws.WebSocketException("odd"), "websocket", "odd"),
    (ws.ConnectionClosed(None, None), "closed", "without a Close frame"),
    (ws.ConnectionClosedOK(Close(1000, "bye"), Close(1000, "bye"), True), "closed", "the server closed with 1000"),
    (ws.ConnectionClosedError(Close(1011, ""), Close(1011, ""), False), "closed", "this side closed with 1011"),
    (ws.ConnectionClosedError(None, Close(1002, "x")), "closed", "this side closed with 1002 protocol error: x"),
    (ws.InvalidURI("x", "scheme isn't ws"), "url", "scheme isn't ws"),
    (ws.InvalidProxy("x", "hostname isn't provided"), "proxy", "http://host:port"),
    (ws.InvalidHandshake("odd"), "handshake", "odd"),
    (ws.SecurityError("body too large"), "handshake", "body too large"),
    (ws.RequestLineTooLong(), "handshake", "request line is too long"),
    (ws.StatusLineTooLong(), "handshake", "status line is too long"),
    (ws.HeaderLineTooLong(), "handshake", "headers is too long"),
    (ws.TooManyHeaders(), "handshake", "too many headers"),
    (ws.TooManyFragments(9), "protocol", "too many pieces"),
    (ws.ProxyError("no"), "proxy", "did not connect"),
    (ws.InvalidProxyMessage("no"), "proxy", "not HTTP"),
    (ws.InvalidProxyStatus(response(407)), "proxy", "login"),
    (ws.InvalidProxyStatus(response(503)), "proxy", "HTTP 503 Service Unavailable"),
    (ws.InvalidMessage("odd"), "garbage", "not proper HTTP"),
    (caused(ws.InvalidMessage("odd"), EOFError("x")), "cut", "before its answer"),
    (caused(ws.InvalidMessage("odd"), ws.TooManyHeaders()), "handshake", "too many headers"),
    (ws.InvalidMethod("PUT"), "handshake", "PUT"),
    (ws.InvalidProtocol("HTTP/2"), "handshake", "HTTP/2"),
    (ws.InvalidStatus(response(404)), "http", "HTTP 404 Said So: the server has nothing"),
    (ws.InvalidStatus(response(302, Location="/x")), "http", "sends you to /x"),
    (ws.InvalidHeader("X", "y"), "handshake", "invalid X header: y"),
    (ws.InvalidHeader("Sec-WebSocket-Accept"), "handshake", "missing Sec-WebSocket-Accept"),
    (ws.InvalidHeaderValue("Sec-WebSocket-Accept", "y"), "handshake", "does not fit the key"),
    (ws.InvalidHeaderFormat("X", "bad", "y", 0), "handshake", "bad at 0"),
    (ws.InvalidOrigin("x"), "handshake", "Origin"),
    (ws.InvalidUpgrade("Upgrade", None), "handshake", "does not really switch"),
    (ws.NegotiationError("unsupported subprotocol: x"), "handshake", "not offered"),
    (ws.DuplicateParameter("x"), "handshake", "duplicate parameter"),
    (ws.InvalidParameterName("x"), "handshake", "invalid parameter"),
    (ws.InvalidParameterValue("x", "y"), "handshake", "invalid value"),
    (ws.ProtocolError("bad opcode"), "protocol", "bad opcode"),
    (ws.PayloadTooBig(10, 5), "protocol", "larger than this client takes"),
    (ws.InvalidState("closed"), "state", "closed"),
    (ws.ConcurrencyError("busy"), "state", "busy"),
    (OSError(errno.ECONNREFUSED, "x"), "refused", f"nobody listens on {PLACE}"),
    (OSError(errno.ETIMEDOUT, "x"), "timeout", "does not answer"),
    (TimeoutError(), "timeout", "does not answer"),
    (OSError(errno.EHOSTUNREACH, "x"), "unreachable", PLACE),
    (OSError(errno.ENETUNREACH, "x"), "unreachable", "on a network"),
    (ConnectionResetError(), "reset", "TCP reset"),
    (ConnectionAbortedError(), "reset", "broken off"),
    (BrokenPipeError(errno.EPIPE, "x"), "reset", "already closed"),
    (OSError(errno.EMFILE, "x"), "local", "too many files"),
    (OSError(errno.EACCES, "x"), "local", "firewall"),
    (OSError(errno.EXDEV, "x"), "network", "EXDEV"),
    (OSError("something else"), "network", "something else"),
    (OSError("Multiple exceptions: [Errno 99] a, [Errno 111] b"), "refused", "nobody listens"),
    (OSError("Multiple exceptions: [Errno 101] a, [Errno 113] b"), "unreachable", "check network"),
    (socket.gaierror(socket.EAI_NONAME, "x"), "dns", "no such host"),
    (socket.gaierror(socket.EAI_AGAIN, "x"), "dns", "on a network"),
    (socket.gaierror(socket.EAI_FAIL, "failed for good"), "dns", "failed for good"),
    (UnicodeError("label too long"), "dns", "no valid name"),
    (EOFError("x"), "cut", "in the middle of its answer"),
    (ssl.SSLEOFError(8, "EOF occurred"), "tls", "hung up"),
    (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "tls", "no TLS connection"),
    (ssl.SSLCertVerificationError("odd"), "certificate", "is not accepted"),
    (LookupError("our own mistake"), "internal", "our own mistake"),
]  # fmt: skip


@pytest.mark.parametrize(("error", "kind", "words"), SAMPLES, ids=lambda value: repr(value)[:40])
def test_every_failure_has_plain_words(error: Exception, kind: str, words: str) -> None:
    explanation = explain(error, PLACE)
    assert explanation.kind == kind
    assert words in explanation.why
    assert "\n" not in explanation.why
    assert explanation.detail


def test_no_exception_of_the_library_is_forgotten() -> None:
    public = {value for name in ws.__all__ if inspect.isclass(value := getattr(ws, name))}
    assert public == {type(error) for error, _, _ in SAMPLES} & public


def test_a_proxy_gets_the_blame_for_network_errors() -> None:
    explanation = explain(OSError(errno.ECONNREFUSED, "x"), PLACE, proxy="http://p:1")
    assert "nobody listens on the proxy http://p:1" in explanation.why
    missing = explain(ImportError("needs python-socks"), PLACE, proxy="socks5://p:1")
    assert (missing.kind, missing.retry) == ("proxy", False)
    assert "python-socks" in missing.why


def test_a_reset_within_the_tls_handshake_points_to_tls() -> None:
    assert explain(ConnectionResetError(errno.ECONNRESET, "x"), PLACE, in_tls=True).kind == "tls"
    assert explain(ConnectionRefusedError(errno.ECONNREFUSED, "x"), PLACE, in_tls=True).kind == "refused"


def handshake(client: ssl.SSLContext, server: ssl.SSLContext, name: str = "h.test") -> ssl.SSLError:
    """Return what the client's side of a TLS handshake in memory raises."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(to_client, to_server, server_hostname=name),
        server.wrap_bio(to_server, to_client, server_side=True),
    ]
    for _ in range(10):
        for number, side in enumerate(sides):
            try:
                side.do_handshake()
                side.read(1)
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                if number == 0:
                    return error
    raise AssertionError("the handshake succeeded")


def test_tls_alerts_are_told(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    client = ssl.create_default_context(cafile=authority.ca_file)
    server = authority.server("h.test")
    server.minimum_version = ssl.TLSVersion.TLSv1_3
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    assert "refused the TLS handshake: protocol version" in explain(handshake(client, server), PLACE).why

    server = authority.server("h.test")
    server.verify_mode = ssl.CERT_REQUIRED
    client = ssl.create_default_context(cafile=authority.ca_file)
    explanation = explain(handshake(client, server), PLACE)
    assert "certificate required (it may want a certificate of yours)" in explanation.why


def test_a_server_that_speaks_no_tls_is_told() -> None:
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    side = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="h.test")
    with pytest.raises(ssl.SSLWantReadError):
        side.do_handshake()
    incoming.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    with pytest.raises(ssl.SSLError) as caught:
        side.do_handshake()
    assert "write ws:// instead of wss://" in explain(caught.value, PLACE).why


@pytest.mark.parametrize(
    ("status", "retry"),
    [(200, False), (302, False), (401, False), (404, False), (408, True), (500, True), (999, False)],
)
def test_statuses_that_may_change(status: int, retry: bool) -> None:
    explanation = explain_status(status, "", b"")
    assert (explanation.code, explanation.retry) == (status, retry)


@pytest.mark.parametrize(
    ("stage", "words"),
    [("tcp", "no TCP connection"), ("tls", "TLS handshake"), ("handshake", "answer the handshake")],
)
def test_timeouts_say_how_far_it_got(stage: str, words: str) -> None:
    explanation = explain_timeout(2.5, stage, PLACE)
    assert "nothing for 2.5 s" in explanation.why
    assert words in explanation.why


@given(st.binary(max_size=300))
def test_any_answer_can_be_told(data: bytes) -> None:
    assert "\n" not in explain_garbage(data, PLACE).why
    assert "\n" not in explain_status(400, "x", data).why


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"plain  text\n", "plain text"),
        (
            b"<!doctype html><html><style>a{}</style><body><h1>Not <b>here</b></h1><script>x()</script>",
            "Not here",
        ),
        (b'{"error": "token"}', '{"error": "token"}'),
        (b"a < b", "a < b"),
        (b"x" * 1000, "x" * 159 + "…"),
        (b"\xff", "\ufffd"),
        (b"", ""),
    ],
)
def test_the_first_words_of_a_body(body: bytes, words: str) -> None:
    assert first_words(body) == words


async def test_real_failures_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(OSError) as caught:  # noqa: PT011 - which kind it is depends on the machine
            await asyncio.open_connection(host, port)
        assert explain(caught.value, f"{host}:{port}").kind == "refused"
