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

from wslab.i18n import N_, joined, sentence
from wslab.net.explain_tables import CERTIFICATE, NETWORK, NO_TLS, STATUS, STATUS_MAY_CHANGE
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


def explain(
    error: BaseException,
    place: str = sentence("the server"),
    *,
    proxy: str | None = None,
    in_tls: bool = False,
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
    near = place if proxy is None else sentence("the proxy {proxy}", proxy=proxy)
    if isinstance(error, socket.gaierror):
        return _name(error, near)
    if isinstance(error, ssl.SSLError):
        return _tls(error, near)
    if isinstance(error, asyncio.IncompleteReadError | EOFError):
        return Explanation(
            "cut",
            sentence("{place} ended the connection in the middle of its answer", place=near),
            _said(error),
        )
    if isinstance(error, ConnectionError) and in_tls and error.errno != errno.ECONNREFUSED:
        return _hung_up(error, near)
    if isinstance(error, OSError):
        return _network(error, near)
    if isinstance(error, ImportError) and proxy is not None:
        why = sentence(
            "{near} is of a kind that needs a package that is not installed: {error}",
            near=near,
            error=str(error),
        )
        return Explanation("proxy", why, _said(error), retry=False)
    if isinstance(error, UnicodeError):
        return Explanation(
            "dns", sentence("the host name of {near} is no valid name", near=near), _said(error), retry=False
        )
    if isinstance(error, asyncio.CancelledError):
        return Explanation("cancelled", sentence("given up before it was done"), "cancelled")
    return Explanation(
        "internal",
        sentence("something unexpected went wrong: {error}", error=_said(error)),
        _said(error),
        retry=False,
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
        meaning = sentence("sends you to {location}", location=location)
    else:
        known = _phrase(status) or sentence("no known status")
        meaning = sentence(STATUS.get(status, N_("refused the handshake ({status})")), status=known)
    text = first_words(body)
    why = sentence("HTTP {line}: the server {meaning}", line=line, meaning=meaning)
    if text:
        why = joined("", (why, sentence(". It says: {text}", text=text)))
    return Explanation("http", why, f"HTTP {line}", status, status in STATUS_MAY_CHANGE)


def explain_timeout(seconds: float, stage: str, place: str) -> Explanation:
    """Say what was not done in time.

    Args:
        seconds: how long was waited.
        stage: how far it got: `tcp`, `tls` or `handshake`.
        place: `host:port` of the server.
    """
    far = {
        "tcp": sentence(
            "no TCP connection to {place}: it is down, or a firewall drops what is sent to it", place=place
        ),
        "tls": sentence(
            "{place} took the TCP connection but did not finish the TLS handshake: does it speak TLS?",
            place=place,
        ),
        "handshake": sentence(
            "{place} took the connection but did not answer the handshake: does it speak HTTP?", place=place
        ),
    }[stage]
    return Explanation(
        "timeout",
        sentence("nothing for {seconds:g} s: {far}", seconds=seconds, far=far),
        f"timed out in stage {stage}",
    )


def explain_garbage(answer: bytes, place: str) -> Explanation:
    """Say what speaks at the other end when its answer to the handshake is no HTTP.

    Args:
        answer: the start of it.
        place: `host:port` of the server.
    """
    if answer[:1] in (b"\x15", b"\x16") and answer[1:2] == b"\x03":
        what = sentence("it speaks TLS: write wss:// instead of ws://")
    elif answer.startswith(b"SSH-"):
        what = sentence("it is an SSH server")
    elif answer[3:9] == b"\x04\0\0\0\0\0":  # an empty SETTINGS header, RFC 9113 section 6.5
        what = sentence("it speaks HTTP/2 only")
    else:
        what = sentence("it begins with {start!r}", start=answer[:40])
    return Explanation(
        "garbage",
        sentence("what {place} answers is not HTTP/1.1: {what}", place=place, what=what),
        repr(answer[:200]),
        retry=False,
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
        why = sentence(
            "the name of {place} cannot be looked up now: is this machine on a network?", place=place
        )
    elif error.errno == socket.EAI_NONAME:
        why = sentence("there is no such host as that of {place}: check the spelling", place=place)
    else:
        why = sentence("the name of {place} cannot be looked up: {error}", place=place, error=error.strerror)
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
    if number in NETWORK:
        kind, template, retry = NETWORK[number]
        return Explanation(kind, sentence(template, place=place), _said(error), retry=retry)
    name = errno.errorcode.get(number, "") if number is not None else ""
    text = os.strerror(number) if number is not None else str(error)
    text += f" ({name})" if name else ""
    why = sentence("the network says about {place}: {text}", place=place, text=text)
    return Explanation("network", why, _said(error))


def _hung_up(error: OSError, place: str) -> Explanation:
    why = sentence(
        "{place} hung up in the middle of the TLS handshake: does it speak TLS? If not, write ws://",
        place=place,
    )
    return Explanation("tls", why, _said(error))


def _tls(error: ssl.SSLError, place: str) -> Explanation:
    if isinstance(error, ssl.SSLCertVerificationError):
        number = getattr(error, "verify_code", 0)
        said = getattr(error, "verify_message", str(error)).rstrip(".")
        what = sentence(CERTIFICATE.get(number, N_("is not accepted: {said}")), said=said)
        if number in (62, 64):
            what = joined(": ", (what, said))
        why = sentence("the certificate of {place} {what}", place=place, what=what)
        return Explanation("certificate", why, _said(error), retry=False)
    # Only errors that come from OpenSSL itself have these attributes.
    reason = getattr(error, "reason", None) or ""
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return _hung_up(error, place)
    if reason in NO_TLS:
        why = sentence("{place} does not speak TLS: write ws:// instead of wss://", place=place)
    elif "ALERT" in reason:
        alert = reason.partition("ALERT_")[2].replace("_", " ").lower()
        why = sentence("{place} refused the TLS handshake: {alert}", place=place, alert=alert)
        if "certificate" in alert:
            why = joined(" ", (why, sentence("(it may want a certificate of yours)")))
    else:
        why = sentence(
            "no TLS connection to {place}: {reason}",
            place=place,
            reason=(reason or str(error)).replace("_", " ").lower(),
        )
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
            line = f"{status} {_phrase(status)}".rstrip()
            why = sentence("the proxy answered HTTP {line}", line=line)
            if status == 407:
                why = sentence("the proxy wants a login")
            return Explanation("proxy", why, said, status, status in STATUS_MAY_CHANGE)
        case ws.InvalidProxyMessage():
            return Explanation(
                "proxy", sentence("what the proxy answers is not HTTP: is it one?"), said, retry=False
            )
        case ws.ProxyError():
            return Explanation(
                "proxy",
                sentence("the proxy did not connect: {error}", error=str(error.__cause__ or error)),
                said,
            )
        case ws.InvalidProxy():
            why = sentence(
                "the proxy address is wrong: {error}; write it like http://host:port", error=error.msg
            )
            return Explanation("proxy", why, said, retry=False)
        case ws.InvalidURI():
            return Explanation(
                "url", sentence("the URL is wrong: {error}", error=error.msg), said, retry=False
            )
        case ws.InvalidMessage() if isinstance(error.__cause__, EOFError):
            why = sentence("the server ended the connection before its answer to the handshake was complete")
            return Explanation("cut", why, f"{said}: {error.__cause__}")
        case ws.InvalidMessage() if isinstance(error.__cause__, ws.WebSocketException):
            return _websocket(error.__cause__)
        case ws.InvalidMessage():
            what = error.__cause__ or error
            return Explanation(
                "garbage",
                sentence("what the server answers is not proper HTTP: {what}", what=what),
                said,
                retry=False,
            )
        case ws.StatusLineTooLong() | ws.RequestLineTooLong() | ws.HeaderLineTooLong() | ws.TooManyHeaders():
            words = {
                ws.StatusLineTooLong: sentence("its status line is too long"),
                ws.RequestLineTooLong: sentence("the request line is too long"),
                ws.HeaderLineTooLong: sentence("one of its headers is too long"),
                ws.TooManyHeaders: sentence("it has too many headers"),
            }[type(error)]
            return Explanation(
                "handshake",
                sentence("the answer to the handshake is not accepted: {words}", words=words),
                said,
                retry=False,
            )
        case ws.InvalidHeader():
            return _header(error, said)
        case ws.NegotiationError():
            why = sentence(
                "the server chose something that was not offered: {error} (RFC 6455 section 4.1)",
                error=str(error),
            )
            return Explanation("handshake", why, said, retry=False)
        case ws.SecurityError():
            return Explanation(
                "handshake", sentence("stopped to be safe: {error}", error=str(error)), said, retry=False
            )
        case ws.InvalidMethod() | ws.InvalidProtocol() | ws.InvalidHandshake():
            return Explanation(
                "handshake",
                sentence("the opening handshake failed: {error}", error=str(error)),
                said,
                retry=False,
            )
        case ws.PayloadTooBig():
            why = sentence("a message is larger than this client takes: {error}", error=str(error))
            return Explanation("protocol", why, said, 1009, retry=False)
        case ws.TooManyFragments():
            return Explanation(
                "protocol",
                sentence("a message came in too many pieces: {error}", error=str(error)),
                said,
                1009,
                retry=False,
            )
        case ws.ProtocolError():
            return Explanation(
                "protocol",
                sentence("a rule of the protocol was broken: {error}", error=str(error)),
                said,
                1002,
                retry=False,
            )
        case ws.InvalidState():
            return Explanation(
                "state", sentence("not possible in this state: {error}", error=str(error)), said, retry=False
            )
        case ws.ConcurrencyError():
            return Explanation(
                "state", sentence("something else is under way: {error}", error=str(error)), said, retry=False
            )
    return Explanation(
        "websocket", sentence("the WebSocket library says: {error}", error=str(error)), said, retry=False
    )


def _header(error: ws.InvalidHeader, said: str) -> Explanation:
    if error.name.lower() == "sec-websocket-accept" and error.value is not None:
        why = sentence(
            "the server's Sec-WebSocket-Accept {value!r} does not fit the key that was sent: "
            "it does not really speak WebSocket, or a cache answered (RFC 6455 section 4.1)",
            value=error.value,
        )
    elif isinstance(error, ws.InvalidUpgrade) or error.name.lower() in ("upgrade", "connection"):
        why = sentence(
            "the server does not really switch to WebSocket: {error} (RFC 6455 section 4.1)", error=str(error)
        )
    else:
        why = sentence(
            "the answer to the handshake is not accepted: {error} (RFC 6455 section 4.1)", error=str(error)
        )
    return Explanation("handshake", why, said, retry=False)


def _closed(error: ws.ConnectionClosed) -> Explanation:
    said = _said(error)
    frame = error.rcvd if error.rcvd is not None else error.sent
    if frame is None:
        why = sentence("the connection broke without a Close frame: {name}", name=describe(1006).name)
        return Explanation("closed", why, said, 1006)
    who = (
        sentence("the server")
        if frame is error.rcvd and error.rcvd_then_sent is not False
        else sentence("this side")
    )
    meaning = describe(frame.code)
    reason = f": {frame.reason}" if frame.reason else ""
    close = f"{frame.code} {meaning.name}{reason}"
    why = sentence("{who} closed with {close}", who=who, close=close)
    return Explanation("closed", why, said, frame.code, meaning.retry)
