"""Writes messages of GraphQL over WebSocket."""

from __future__ import annotations

import json
from typing import Any

_ABSENT: Any = object()
_readable = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
_escaped = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def write(kind: str, identity: str | None = None, payload: Any = _ABSENT) -> str:
    """Return the JSON text of a message.

    Args:
        kind: its `type`.
        identity: its `id`; None leaves the field out.
        payload: its `payload`; not given leaves the field out, None writes null.

    Raises:
        ValueError: the payload has a number that JSON has not, such as NaN.
        TypeError: the payload has something that JSON has not.
    """
    message: dict[str, Any] = {} if identity is None else {"id": identity}
    message["type"] = kind
    if payload is not _ABSENT:
        message["payload"] = payload
    text = _readable(message)
    try:
        text.encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair came in as an escape; that is the one way to hand it back.
        return _escaped(message)
    return text
