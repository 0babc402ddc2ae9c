"""What a bundled server says of itself on stdout, told apart from what it merely logs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from wslab.i18n import sentence


@dataclass(frozen=True, slots=True)
class Ready:
    """The ready line: the server listens."""

    url: str
    port: int


@dataclass(frozen=True, slots=True)
class Connections:
    """How many connections the server has open."""

    open: int


class MalformedReadyLine(ValueError):
    """A line that says ready, but not what is needed to connect. The message says what is wrong with it."""


def read_announcement(line: str, server: str) -> Ready | Connections | None:
    """Read one line of stdout; None for whatever is a log line or anything else.

    Args:
        line: one line without its end.
        server: name of the server it has to come from.

    Raises:
        MalformedReadyLine: it is a ready line that cannot be used.
    """
    record = _read_object(line)
    match record.get("event"):
        case "ready":
            return _read_ready(record, server)
        case "connections":
            count = record.get("open")
            return Connections(count) if type(count) is int and count >= 0 else None
        case _:
            return None


def _read_object(line: str) -> dict[str, Any]:
    if not line.startswith("{"):
        return {}
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        # Servers may print what they like; what is not JSON is shown as it came.
        return {}
    return record if isinstance(record, dict) else {}


def _read_ready(record: dict[str, Any], server: str) -> Ready:
    name, url = record.get("server"), record.get("url")
    if name != server:
        raise MalformedReadyLine(
            sentence("its ready line is from {name!r} instead of {server!r}", name=name, server=server)
        )
    if not isinstance(url, str):
        raise MalformedReadyLine(
            sentence("its ready line has the url {url!r} instead of one like 'ws://127.0.0.1:8080'", url=url)
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise MalformedReadyLine(
            sentence("its ready line has the url {url!r}: {error}", url=url, error=str(error))
        ) from error
    if parts.scheme not in ("ws", "wss") or not parts.hostname or not port:
        raise MalformedReadyLine(
            sentence("its ready line has the url {url!r} instead of one like 'ws://127.0.0.1:8080'", url=url)
        )
    return Ready(url, port)
