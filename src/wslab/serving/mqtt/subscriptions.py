"""Which subscriptions a topic matches: a tree of topic levels (MQTT 5 sections 4.7 and 4.8.2)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from wslab.wire.mqtt.packets import Subscription


@dataclass(frozen=True, slots=True)
class Entry:
    """A subscription of a session."""

    client: str
    subscription: Subscription
    """As it was asked for, with the granted QoS."""
    identifier: int = 0
    """Subscription Identifier; 0 where it has none."""
    share: str = ""
    """Share name; empty where it is not shared."""


@dataclass(slots=True)
class _Node:
    children: dict[str, _Node] = field(default_factory=dict)
    # By share name and client: a client may subscribe to the same filter by itself and in a group.
    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)


class SubscriptionTree:
    """All subscriptions of all sessions."""

    def __init__(self) -> None:
        """Start empty."""
        self._root = _Node()

    def add(self, topic_filter: str, entry: Entry) -> bool:
        """Add a subscription or replace the one it has (MQTT-3.8.4-3); return whether it is new.

        Args:
            topic_filter: valid, and without `$share/…/`.
            entry: whose subscription, and how.
        """
        node = self._root
        for level in topic_filter.split("/"):
            node = node.children.setdefault(level, _Node())
        key = (entry.share, entry.client)
        new = key not in node.entries
        node.entries[key] = entry
        return new

    def remove(self, topic_filter: str, share: str, client: str) -> None:
        """Remove a subscription, and the levels that nobody needs any more."""
        path: list[tuple[_Node, str]] = []
        node = self._root
        for level in topic_filter.split("/"):
            path.append((node, level))
            node = node.children[level]
        del node.entries[share, client]
        for parent, level in reversed(path):
            child = parent.children[level]
            if child.entries or child.children:
                return
            del parent.children[level]

    def matching(self, topic: str) -> Iterator[tuple[str, Entry]]:
        """Yield filter and entry of every subscription that a topic name matches."""
        levels = topic.split("/")
        # No wildcard in the first level matches a topic of $… (MQTT-4.7.2-1).
        return self._walk(self._root, levels, 0, (), topic.startswith("$"))

    def _walk(
        self, node: _Node, levels: list[str], place: int, path: tuple[str, ...], dollar: bool
    ) -> Iterator[tuple[str, Entry]]:
        wild = not (dollar and place == 0)
        if wild and (rest := node.children.get("#")) is not None:
            name = "/".join((*path, "#"))
            yield from ((name, entry) for entry in rest.entries.values())
        if place == len(levels):
            name = "/".join(path)
            yield from ((name, entry) for entry in node.entries.values())
            return
        steps = (levels[place], "+") if wild else (levels[place],)
        for step in steps:
            if (child := node.children.get(step)) is not None:
                yield from self._walk(child, levels, place + 1, (*path, step), dollar)
