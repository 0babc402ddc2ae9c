"""Events that a step has seen, as many as it takes to find what came nearest, whatever the flood."""

from __future__ import annotations

from collections import deque

from wslab.wire.events import Event, Frame, Message, Proto

EACH = 64
"""Events of one sort that are kept, the latest ones."""


class SeenEvents:
    """The latest events of each sort. A sort of frames and messages is a direction and an opcode,
    of what was decoded a direction and a protocol.

    So a thousand frames of the server do not push out the one frame of the learner.
    """

    def __init__(self) -> None:
        self._sorts: dict[object, deque[Event]] = {}

    def add(self, event: Event) -> None:
        """Take in an event that comes after all others."""
        kind = type(event)
        sort = (kind, event[4], event[5]) if kind is Frame or kind is Message or kind is Proto else kind
        kept = self._sorts.get(sort)
        if kept is None:
            self._sorts[sort] = kept = deque(maxlen=EACH)
        kept.append(event)

    def of(self, kind: type[Event]) -> list[Event]:
        """Return what is kept of a type, in order."""
        found = [event for kept in self._sorts.values() if type(kept[0]) is kind for event in kept]
        return sorted(found, key=lambda event: event.seq)

    def clear(self) -> None:
        """Forget everything."""
        self._sorts.clear()
