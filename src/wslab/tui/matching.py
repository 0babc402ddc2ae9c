"""Whether an event is the one a pilot script waits for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wslab.wire.events import KINDS, OPCODE_NAMES, Event


def matches(event: Event, wanted: Mapping[str, Any]) -> bool:
    """Return whether the event has every field as wanted.

    ``kind`` is the event's name, ``opcode`` the name of its opcode, ``state`` the connection's state and
    ``text`` a part of whatever text it carries: payload, reason, why, start line or log line.
    """
    return all(
        _field(event, key) == value if key != "text" else value in _text(event)
        for key, value in wanted.items()
    )


def _field(event: Event, key: str) -> object:
    if key == "kind":
        return KINDS[type(event)]
    if key == "opcode":
        number = getattr(event, "opcode", None)
        return None if number is None else OPCODE_NAMES[number]
    if key == "state":
        return getattr(event, "phase", None)
    return getattr(event, key, None)


def _text(event: Event) -> str:
    parts = []
    for name in ("preview", "reason", "why", "start_line", "text", "detail", "summary"):
        value = getattr(event, name, "")
        parts.append(value.decode("utf-8", "replace") if isinstance(value, bytes) else value)
    return "\n".join(parts)
