"""What went wrong, in plain words: one line for people from what the system, TLS or the library raised."""

from __future__ import annotations

import asyncio
import errno
import os
import re
import socket
import ssl
from dataclasses import dataclass
from http import HTTPStatus

from websockets import exceptions as ws

from wslab.wire.closecodes import describe

BODY_SHOWN = 160
"""Characters of an HTTP body that go into one line."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something failed and what to make of it."""

    kind: str
    """One word to tell cases apart, such as `refused`, `dns`, `tls`, `certificate`, `http`, `timeout`."""
    why: str
    """One line in plain words: what happened and, where known, what to do."""
    detail: str
    """What the system or the library said, for those who know it."""
    code: int | None = None
    """HTTP status or close code, None where there is none."""
    retry: bool = True
    """Whether trying again without any change may help."""


_NETWORK: dict[int, tuple[str, str, bool]] = {
    errno.ECONNREFUSED: (
        "refused",
        "nobody listens on {place}: start the server, or check host and port", True,
    ),
    errno.ETIMEDOUT: (
        "timeout",
        "{place} does not answer at all: it is down, or a firewall drops what is sent to it", True,
    ),
    errno.EHOSTUNREACH: ("unreachable", "there is no way to {place}: check network and address", True),
    errno.ENETUNREACH: ("unreachable", "there is no way to {place}: is this machine on a network?", True),
    errno.ENETDOWN: ("unreachable", "the network of this machine is down", True),
    errno.EHOSTDOWN: ("unreachable", "the machine of {place} is down", True),
    errno.ECONNRESET: ("reset", "{place} broke the connection off with a TCP reset", True),
    errno.ECONNABORTED: ("reset", "the connection to {place} was broken off", True),
    errno.EPIPE: ("reset", "{place} had already closed the connection when data was sent", True),
    errno.EADDRNOTAVAIL: (
        "local",
        "this machine has no free port or no suitable address for a connection to {place}", True,
    ),
    errno.EMFILE: ("local", "this program has too many files and connections open", True),
    errno.ENFILE: ("local", "this machine has too many files and connections open", True),
    errno.EACCES: ("local", "this machine does not allow connections to {place}: see its firewall", False),
    errno.EPERM: ("local", "this machine does not allow connections to {place}: see its firewall", False),
}  # fmt: skip

_CERTIFICATE: dict[int, str] = {
    9: "is not valid yet: check the clock of this machine",
    10: "has expired",
    18: "is self-signed: nobody vouches for it. Name it as CA file to trust it",
    19: "comes from an authority that this machine does not know. Name its CA file to trust it",
    20: "comes from an authority that this machine does not know. Name its CA file to trust it",
    21: "comes without the chain that leads to a known authority",
    23: "was revoked",
    62: "is for another host",
    64: "is for another address",
}
"""What X509_V_ERR_… numbers of OpenSSL mean, as `the certificate of HOST …`."""

NO_TLS = (
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
)
"""What OpenSSL says where the other side did not speak TLS."""

_STATUS: dict[int, str] = {
    200: "answered with an ordinary page: WebSocket is not spoken at this path",
    204: "answered with an empty page: WebSocket is not spoken at this path",
    400: "found the handshake malformed, or does not speak WebSocket here",
    401: "wants a login: send an Authorization header, a cookie or user:password@ in the URL",
    403: "knows the place but does not let you in: often a wrong Origin or token",
    404: "has nothing at this path: check what follows the host in the URL",
    405: "does not take GET at this path: WebSocket is not spoken here",
    407: "is a proxy and wants a login",
    408: "waited too long for the request",
    410: "once had something at this path, and has no more",
    421: "is not in charge of this host name",
    426: "wants another protocol or WebSocket version: see its Upgrade and Sec-WebSocket-Version headers",
    429: "had too many requests from you: wait before the next one",
    500: "failed inside while it handled the handshake",
    501: "cannot do what was asked: WebSocket is not spoken here",
    502: "is a proxy that got no usable answer from the server behind it",
    503: "is overloaded or being restarted: try again later",
    504: "is a proxy that waited in vain for the server behind it",
}
_STATUS_MAY_CHANGE = frozenset({408, 421, 425, 429, 500, 502, 503, 504, 507, 509, 520, 521, 522, 523, 524})


def explain(
    error: BaseException, place: str = "the server", *, proxy: str | None = None, in_tls: bool = False
) -> Explanation:
    """Say in plain words what an exception means that came out of opening or using a connection.

    Args:
        error: what was raised.
        place: `host:port` of the server.
        proxy: the proxy, as people may see it, that the connection goes through. Network and TLS errors
            are then about the proxy, for the server is out of sight.
        in_tls: whether the TLS handshake was under way.
    """
    if isinstance(error, ws.WebSocketException):
        return _websocket(error)
    near = place if proxy is None else f"the proxy {proxy}"
    if isinstance(error, socket.gaierror):
        return _name(error, near)
    if isinstance(error, ssl.SSLError):
        return _tls(error, near)
    if isinstance(error, asyncio.IncompleteReadError | EOFError):
        return Explanation("cut", f"{near} ended the connection in the middle of its answer", _said(error))
    if isinstance(error, ConnectionError) and in_tls and error.errno != errno.ECONNREFUSED:
        return _hung_up(error, near)
    if isinstance(error, OSError):
        return _network(error, near)
    if isinstance(error, ImportError) and proxy is not None:
        why = f"{near} is of a kind that needs a package that is not installed: {error}"
        return Explanation("proxy", why, _said(error), retry=False)
    if isinstance(error, UnicodeError):
        return Explanation("dns", f"the host name of {near} is no valid name", _said(error), retry=False)
    if isinstance(error, asyncio.CancelledError):
        return Explanation("cancelled", "given up before it was done", "cancelled")
    return Explanation(
        "internal", f"something unexpected went wrong: {_said(error)}", _said(error), retry=False
    )


def explain_status(status: int, reason: str, body: bytes = b"", location: str | None = None) -> Explanation:
    """Say what an HTTP status other than 101 means as the answer to a handshake (RFC 6455 section 4.1).

    Args:
        status: the three digits.
        reason: the words behind them, as sent.
        body: the start of the body.
        location: where a redirect leads.
    """
    line = f"{status} {reason or _phrase(status)}".rstrip()
    if location is not None and 300 <= status < 400:
        meaning = f"sends you to {location}"
    else:
        meaning = _STATUS.get(status) or f"refused the handshake ({_phrase(status) or 'no known status'})"
    text = first_words(body)
    why = f"HTTP {line}: the server {meaning}" + (f". It says: {text}" if text else "")
    return Explanation("http", why, f"HTTP {line}", status, status in _STATUS_MAY_CHANGE)


def explain_timeout(seconds: float, stage: str, place: str) -> Explanation:
    """Say what was not done in time.

    Args:
        seconds: how long was waited.
        stage: how far it got: `tcp`, `tls` or `handshake`.
        place: `host:port` of the server.
    """
    far = {
        "tcp": f"no TCP connection to {place}: it is down, or a firewall drops what is sent to it",
        "tls": f"{place} took the TCP connection but did not finish the TLS handshake: does it speak TLS?",
        "handshake": f"{place} took the connection but did not answer the handshake: does it speak HTTP?",
    }[stage]
    return Explanation("timeout", f"nothing for {seconds:g} s: {far}", f"timed out in stage {stage}")


def explain_garbage(answer: bytes, place: str) -> Explanation:
    """Say what speaks at the other end when its answer to the handshake is no HTTP.

    Args:
        answer: the start of it.
        place: `host:port` of the server.
    """
    if answer[:1] in (b"\x15", b"\x16") and answer[1:2] == b"\x03":
        what = "it speaks TLS: write wss:// instead of ws://"
    elif answer.startswith(b"SSH-"):
        what = "it is an SSH server"
    elif answer[3:9] == b"\x04\0\0\0\0\0":  # an empty SETTINGS header, RFC 9113 section 6.5
        what = "it speaks HTTP/2 only"
    else:
        what = f"it begins with {answer[:40]!r}"
    return Explanation(
        "garbage", f"what {place} answers is not HTTP/1.1: {what}", repr(answer[:200]), retry=False
    )


def first_words(body: bytes) -> str:
    """Return the start of an HTTP body as one line of text; HTML comes without its tags."""
    text = body[: BODY_SHOWN * 8].decode("utf-8", "replace")
    if "<html" in text.lower() or text.lstrip().startswith("<"):
        text = re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>?", " ", text)
    text = " ".join(text.split())
    return text if len(text) <= BODY_SHOWN else text[: BODY_SHOWN - 1] + "…"


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _name(error: socket.gaierror, place: str) -> Explanation:
    if error.errno == socket.EAI_AGAIN:
        why = f"the name of {place} cannot be looked up now: is this machine on a network?"
    elif error.errno == socket.EAI_NONAME:
        why = f"there is no such host as that of {place}: check the spelling"
    else:
        why = f"the name of {place} cannot be looked up: {error.strerror}"
    return Explanation("dns", why, _said(error))


def _network(error: OSError, place: str) -> Explanation:
    number = error.errno
    if number is None:
        # A host with several addresses: asyncio joins what each of them met into one error without a number.
        # A refusal says most, for it proves that the machine is there.
        numbers = [int(found) for found in re.findall(r"\[Errno (\d+)\]", str(error))]
        number = errno.ECONNREFUSED if errno.ECONNREFUSED in numbers else next(reversed(numbers), None)
    if number is None and isinstance(error, TimeoutError):
        number = errno.ETIMEDOUT
    if number is None and isinstance(error, ConnectionResetError):
        number = errno.ECONNRESET
    if number is None and isinstance(error, ConnectionAbortedError):
        number = errno.ECONNABORTED
    if number in _NETWORK:
        kind, why, retry = _NETWORK[number]
        return Explanation(kind, why.format(place=place), _said(error), retry=retry)
    name = errno.errorcode.get(number, "") if number is not None else ""
    text = os.strerror(number) if number is not None else str(error)
    why = f"the network says about {place}: {text}" + (f" ({name})" if name else "")
    return Explanation("network", why, _said(error))


def _hung_up(error: OSError, place: str) -> Explanation:
    why = f"{place} hung up in the middle of the TLS handshake: does it speak TLS? If not, write ws://"
    return Explanation("tls", why, _said(error))


def _tls(error: ssl.SSLError, place: str) -> Explanation:
    if isinstance(error, ssl.SSLCertVerificationError):
        number = getattr(error, "verify_code", 0)
        said = getattr(error, "verify_message", str(error)).rstrip(".")
        why = _CERTIFICATE.get(number, f"is not accepted: {said}")
        if number in (62, 64):
            why += f": {said}"
        return Explanation("certificate", f"the certificate of {place} {why}", _said(error), retry=False)
    # Only errors that come from OpenSSL itself have these attributes.
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _hung_up(error, place)
    if reason in NO_TLS:
        why = f"{place} does not speak TLS: write ws:// instead of wss://"
    elif "ALERT" in reason:
        alert = reason.partition("ALERT_")[2].replace("_", " ").lower()
        why = f"{place} refused the TLS handshake: {alert}"
        if "certificate" in alert:
            why += " (it may want a certificate of yours)"
    else:
        why = f"no TLS connection to {place}: {(reason or str(error)).replace('_', ' ').lower()}"
    return Explanation("tls", why, _said(error), retry=False)


def _websocket(error: ws.WebSocketException) -> Explanation:
    said = _said(error)
    match error:
        case ws.ConnectionClosed():
            return _closed(error)
        case ws.InvalidStatus():
            response = error.response
            return explain_status(
                response.status_code,
                response.reason_phrase,
                bytes(response.body),
                ", ".join(response.headers.get_all("Location")) or None,
            )
        case ws.InvalidProxyStatus():
            status = error.response.status_code
            words = "wants a login" if status == 407 else f"answered HTTP {status} {_phrase(status)}".rstrip()
            return Explanation("proxy", f"the proxy {words}", said, status, status in _STATUS_MAY_CHANGE)
        case ws.InvalidProxyMessage():
            return Explanation("proxy", "what the proxy answers is not HTTP: is it one?", said, retry=False)
        case ws.ProxyError():
            return Explanation("proxy", f"the proxy did not connect: {error.__cause__ or error}", said)
        case ws.InvalidProxy():
            why = f"the proxy address is wrong: {error.msg}; write it like http://host:port"
            return Explanation("proxy", why, said, retry=False)
        case ws.InvalidURI():
            return Explanation("url", f"the URL is wrong: {error.msg}", said, retry=False)
        case ws.InvalidMessage() if isinstance(error.__cause__, EOFError):
            why = "the server ended the connection before its answer to the handshake was complete"
            return Explanation("cut", why, f"{said}: {error.__cause__}")
        case ws.InvalidMessage() if isinstance(error.__cause__, ws.WebSocketException):
            return _websocket(error.__cause__)
        case ws.InvalidMessage():
            what = error.__cause__ or error
            return Explanation(
                "garbage", f"what the server answers is not proper HTTP: {what}", said, retry=False
            )
        case ws.StatusLineTooLong() | ws.RequestLineTooLong() | ws.HeaderLineTooLong() | ws.TooManyHeaders():
            words = {
                ws.StatusLineTooLong: "its status line is too long",
                ws.RequestLineTooLong: "the request line is too long",
                ws.HeaderLineTooLong: "one of its headers is too long",
                ws.TooManyHeaders: "it has too many headers",
            }[type(error)]
            return Explanation(
                "handshake", f"the answer to the handshake is not accepted: {words}", said, retry=False
            )
        case ws.InvalidHeader():
            return _header(error, said)
        case ws.NegotiationError():
            why = f"the server chose something that was not offered: {error} (RFC 6455 section 4.1)"
            return Explanation("handshake", why, said, retry=False)
        case ws.SecurityError():
            return Explanation("handshake", f"stopped to be safe: {error}", said, retry=False)
        case ws.InvalidMethod() | ws.InvalidProtocol() | ws.InvalidHandshake():
            return Explanation("handshake", f"the opening handshake failed: {error}", said, retry=False)
        case ws.PayloadTooBig():
            why = f"a message is larger than this client takes: {error}"
            return Explanation("protocol", why, said, 1009, retry=False)
        case ws.TooManyFragments():
            return Explanation(
                "protocol", f"a message came in too many pieces: {error}", said, 1009, retry=False
            )
        case ws.ProtocolError():
            return Explanation(
                "protocol", f"a rule of the protocol was broken: {error}", said, 1002, retry=False
            )
        case ws.InvalidState():
            return Explanation("state", f"not possible in this state: {error}", said, retry=False)
        case ws.ConcurrencyError():
            return Explanation("state", f"something else is under way: {error}", said, retry=False)
    return Explanation("websocket", f"the WebSocket library says: {error}", said, retry=False)


def _header(error: ws.InvalidHeader, said: str) -> Explanation:
    if error.name.lower() == "sec-websocket-accept" and error.value is not None:
        why = (
            f"the server's Sec-WebSocket-Accept {error.value!r} does not fit the key that was sent: "
            "it does not really speak WebSocket, or a cache answered (RFC 6455 section 4.1)"
        )
    elif isinstance(error, ws.InvalidUpgrade) or error.name.lower() in ("upgrade", "connection"):
        why = f"the server does not really switch to WebSocket: {error} (RFC 6455 section 4.1)"
    else:
        why = f"the answer to the handshake is not accepted: {error} (RFC 6455 section 4.1)"
    return Explanation("handshake", why, said, retry=False)


def _closed(error: ws.ConnectionClosed) -> Explanation:
    said = _said(error)
    frame = error.rcvd if error.rcvd is not None else error.sent
    if frame is None:
        return Explanation(
            "closed", f"the connection broke without a Close frame: {describe(1006).name}", said, 1006
        )
    who = "the server" if frame is error.rcvd and error.rcvd_then_sent is not False else "this side"
    meaning = describe(frame.code)
    reason = f": {frame.reason}" if frame.reason else ""
    why = f"{who} closed with {frame.code} {meaning.name}{reason}"
    return Explanation("closed", why, said, frame.code, meaning.retry)
