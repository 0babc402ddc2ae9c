"""Kinds of parameters that only make sense for WebSocket servers: close codes, HTTP statuses, local paths."""

from __future__ import annotations

from urllib.parse import quote

from wslab.serving.query import Parameter
from wslab.wire.closecodes import describe

LONGEST_CONTROL = 125
"""Payload of a control frame in bytes at most (RFC 6455 section 5.5)."""
LONGEST_REASON = LONGEST_CONTROL - 2
"""Reason of a Close frame in bytes at most: its code takes two."""

_WITHOUT_BODY = (204, 205, 304)


def close_code() -> Parameter:
    """A code that may be in a Close frame (RFC 6455 section 7.4)."""

    def read(text: str) -> object:
        code = _digits(text, 4)
        if code is None:
            raise ValueError(f"{text!r} is not a close code: four digits such as 4000")
        meaning = describe(code)
        if not meaning.sendable:
            raise ValueError(f"{code} ({meaning.name}) must not be in a Close frame. {meaning.meaning}")
        return code

    return Parameter(read, None)


def http_status() -> Parameter:
    """An HTTP status that ends a handshake and has a body."""

    def read(text: str) -> object:
        status = _digits(text, 3)
        if status is None or not 200 <= status <= 599:
            raise ValueError(f"{text!r} is not a status to refuse with: 200 to 599")
        if status in _WITHOUT_BODY:
            raise ValueError(f"{status} has no body (RFC 9110 section 6.4.1): any other from 200 to 599")
        return status

    return Parameter(read, None)


def local_path(default: str) -> Parameter:
    """A path of this same server; the value is percent-encoded where it has to be."""

    def read(text: str) -> object:
        # Two slashes start a host: `//elsewhere/path`.
        if not text.startswith("/") or text.startswith("//"):
            raise ValueError(f"{text!r} does not stay on this server: write a path such as {default}")
        return quote(text, safe="/?&=%:+,;@~!$'()*")

    return Parameter(read, default)


def _digits(text: str, count: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) == count else None
