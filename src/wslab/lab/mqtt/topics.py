"""What has been received, by topic: a tree whose levels are those of the topics (MQTT 5 section 4.7.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_LEVELS = 4_000
"""Nodes of a tree."""
MOST_CHARACTERS = 400_000
"""Characters of all their names together."""
PREVIEW = 256
"""Bytes that are kept of a payload."""


class Last(NamedTuple):
    """The last message of a topic."""

    wall: float
    """Unix time in seconds."""
    preview: bytes
    """The start of its payload."""
    length: int
    """Bytes of its payload."""
    qos: int
    retained: bool
    """Whether the broker had kept it for whoever subscribes; what comes live is not retained."""


@dataclass(slots=True, eq=False)
class TopicNode:
    """One level of a topic, and what came under it."""

    level: str
    """Its name; may be empty, for `a//b` has an empty level."""
    above: TopicNode | None = None
    """The level above it; None for a first level."""
    depth: int = 0
    """Levels above it."""
    children: dict[str, TopicNode] = field(default_factory=dict)
    """In the order in which they first came."""
    messages: int = 0
    """Messages of this very topic."""
    below: int = 0
    """Messages of this topic and all under it."""
    last: Last | None = None
    """None where only levels under it had messages."""

    @property
    def topic(self) -> str:
        """The whole topic down to here."""
        levels, node = [self.level], self.above
        while node is not None:
            levels.append(node.level)
            node = node.above
        return "/".join(reversed(levels))


class TopicTree:
    """Takes messages. It keeps so many levels and no more, but every total is exact.

    The first topics stay: what is looked at does not go away because something else came.
    """

    def __init__(self, most_levels: int = MOST_LEVELS, most_characters: int = MOST_CHARACTERS) -> None:
        """Start empty.

        Args:
            most_levels: nodes to keep.
            most_characters: characters of their names to keep.
        """
        self._most = most_levels, most_characters
        self.version = 0
        """Grows with every change."""
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.roots: dict[str, TopicNode] = {}
        """The first levels."""
        self.messages = 0
        """All messages that came."""
        self.bytes = 0
        """Bytes of their payloads."""
        self.by_qos = [0, 0, 0]
        """Messages that came with each QoS."""
        self.topics = 0
        """Topics in the tree that had a message of their own."""
        self.elsewhere = 0
        """Messages of topics for which the tree had no room."""
        self.version += 1
        self._levels_left, self._characters_left = self._most

    def take(self, topic: str, payload: bytes, qos: int, retained: bool, wall: float) -> TopicNode | None:
        """Take a message.

        Args:
            topic: its topic.
            payload: all of it.
            qos: 0 to 2.
            retained: whether the broker had kept it.
            wall: Unix time in seconds.

        Returns:
            Where it stands in the tree; None where there was no room for its topic.
        """
        self.version += 1
        self.messages += 1
        self.bytes += len(payload)
        self.by_qos[qos] += 1
        path = self._path(topic)
        if path is None:
            self.elsewhere += 1
            return None
        for node in path:
            node.below += 1
        here = path[-1]
        self.topics += not here.messages
        here.messages += 1
        here.last = Last(wall, payload[:PREVIEW], len(payload), qos, retained)
        return here

    def find(self, topic: str) -> TopicNode | None:
        """Return the node of a topic, or None."""
        nodes, found = self.roots, None
        for level in topic.split("/"):
            found = nodes.get(level)
            if found is None:
                return None
            nodes = found.children
        return found

    def walk(self) -> Iterator[TopicNode]:
        """Yield every node, each before those under it."""
        waiting = [iter(self.roots.values())]
        while waiting:
            node = next(waiting[-1], None)
            if node is None:
                waiting.pop()
                continue
            yield node
            waiting.append(iter(node.children.values()))

    def _path(self, topic: str) -> list[TopicNode] | None:
        """Return the nodes from the first level of a topic to its last, or None where there is no room."""
        levels = topic.split("/")
        path: list[TopicNode] = []
        nodes = self.roots
        for level in levels:
            node = nodes.get(level)
            if node is None:
                break
            path.append(node)
            nodes = node.children
        missing = levels[len(path) :]
        characters = sum(map(len, missing))
        if len(missing) > self._levels_left or characters > self._characters_left:
            return None
        self._levels_left -= len(missing)
        self._characters_left -= characters
        for level in missing:
            above = path[-1] if path else None
            node = nodes[level] = TopicNode(level, above, len(path))
            path.append(node)
            nodes = node.children
        return path
