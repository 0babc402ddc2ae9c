"""Retained messages: the last one of each topic (MQTT 5 section 3.3.1.3)."""

from __future__ import annotations

from wslab.serving.mqtt.limits import Limits
from wslab.serving.mqtt.message import Message
from wslab.wire.mqtt.topics import has_wildcard, matches


class Retained:
    """All retained messages."""

    def __init__(self, limits: Limits) -> None:
        """Start empty."""
        self._limits = limits
        self._messages: dict[str, Message] = {}
        self._bytes = 0

    def __len__(self) -> int:
        """How many there are."""
        return len(self._messages)

    def has_room(self, message: Message, now: float) -> bool:
        """Whether a message can be kept; one without a payload always can, since it is not kept."""
        if not message.payload:
            return True
        if not self._fits(message):
            for topic in [t for t, kept in self._messages.items() if kept.expires <= now]:
                self._forget(topic)
        return self._fits(message)

    def keep(self, message: Message) -> None:
        """Keep a message in place of the one its topic has; one without a payload only removes that."""
        self._forget(message.topic)
        if message.payload:
            self._messages[message.topic] = message
            self._bytes += len(message.payload)

    def matching(self, topic_filter: str, now: float) -> list[Message]:
        """Return the messages that a filter, without `$share`, matches and that are not expired."""
        if not has_wildcard(topic_filter):
            found = [m] if (m := self._messages.get(topic_filter)) is not None else []
        else:
            found = [m for topic, m in self._messages.items() if matches(topic_filter, topic)]
        return [message for message in found if message.expires > now]

    def _fits(self, message: Message) -> bool:
        old = self._messages.get(message.topic)
        number = len(self._messages) + (old is None)
        size = self._bytes + len(message.payload) - (len(old.payload) if old else 0)
        return number <= self._limits.retained and size <= self._limits.retained_bytes

    def _forget(self, topic: str) -> None:
        if (old := self._messages.pop(topic, None)) is not None:
            self._bytes -= len(old.payload)
