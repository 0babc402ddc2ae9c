"""What clients may make the broker keep, and what they may do."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of everything that a client can make the broker keep."""

    packet: int = 256 * 1024
    """Bytes of the largest packet that is taken."""
    sessions: int = 1_000
    """Sessions, those without a connection included."""
    session_expiry: int = 3_600
    """Seconds for which a session is kept without a connection at most."""
    subscriptions: int = 100
    """Subscriptions of one session."""
    queue: int = 1_000
    """Messages that wait for one session."""
    queue_bytes: int = 4 * 1024 * 1024
    """Bytes of payload that wait for one session."""
    receive_maximum: int = 64
    """Messages of QoS 2 that a client may have begun and not finished, and in MQTT 5 also of QoS 1."""
    inflight: int = 64
    """Messages of QoS 1 and 2 that the broker has sent to one client and that are not acknowledged yet."""
    topic_aliases: int = 16
    """Topic aliases of one connection, in each direction."""
    retained: int = 10_000
    """Retained messages."""
    retained_bytes: int = 16 * 1024 * 1024
    """Bytes of payload of all retained messages."""
    keep_alive: int = 600
    """Seconds of the longest keep alive; a client of MQTT 5 that wants none or a longer one is given this."""
    connect_timeout: float = 10.0
    """Seconds in which a connection has to send its CONNECT."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may do what."""

    users: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    """Passwords by user name; empty lets everyone in."""
    refused_filters: frozenset[str] = frozenset()
    """Topic filters that nobody may subscribe to."""

    def admits(self, username: str | None, password: bytes | None) -> bool:
        """Whether somebody may connect."""
        if not self.users:
            return True
        right = self.users.get(username) if username is not None else None
        return right is not None and password is not None and hmac.compare_digest(right, password)

    def may_subscribe(self, topic_filter: str) -> bool:
        """Whether a topic filter may be subscribed to."""
        return topic_filter not in self.refused_filters

    def may_publish(self, topic: str) -> bool:
        """Whether a client may publish to a topic: those of `$…` are the broker's (MQTT 5 section 4.7.2)."""
        return not topic.startswith("$")
