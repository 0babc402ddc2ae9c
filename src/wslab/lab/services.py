"""Public echo services to try the first phase with, and what to say where they can't be reached.

They belong to others: they come and go, and many networks let nobody out to them. Every lesson works with the
bundled server alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from wslab.i18n import sentence

REACH_TIMEOUT = 5.0
"""Seconds to wait for a public service before the bundled server is offered."""

FALLBACK = "/echo"
"""Path on the bundled server that does what the public services do."""


@dataclass(frozen=True, slots=True)
class EchoService:
    """A public server that sends back what it gets."""

    name: str
    url: str
    note: str
    """What is special about it, in one sentence."""

    @property
    def host(self) -> str:
        """Its host name."""
        return urlsplit(self.url).hostname or self.url


SERVICES: tuple[EchoService, ...] = (
    EchoService(
        "websocket.org",
        "wss://echo.websocket.org",
        "Its first message is a greeting of its own; after that it echoes.",
    ),
    EchoService(
        "Postman",
        "wss://ws.postman-echo.com/raw",
        "Echoes every message as it is.",
    ),
)
"""The public services, the one to try first in front."""


def is_public(url: str) -> bool:
    """Return whether a URL is one of the public services', whatever its path and port."""
    try:
        host = urlsplit(url).hostname
    except ValueError:
        return False
    return any(host == service.host for service in SERVICES)


def fallback_line(url: str, why: str) -> str:
    """Return one line for a learner whose connection to a public service failed.

    Args:
        url: what could not be reached.
        why: the cause in plain words, with or without a full stop; empty where it is not known.
    """
    try:
        host = urlsplit(url).hostname or url
    except ValueError:
        host = url
    cleaned = " ".join(why.split()).rstrip(".")
    # What needs no cleaning stays the sentence that it may be.
    cause = why if why == cleaned else cleaned
    found = sentence("{host} can't be reached", host=host)
    if cause:
        found = sentence("{host} can't be reached ({cause})", host=host, cause=cause)
    return sentence(
        "{found}: press c for the bundled server, which does the same without a network", found=found
    )
