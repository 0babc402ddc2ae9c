"""A sink that keeps what it is given, and questions to ask of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from wslab.wire.events import Direction, Event, Frame, Phase, State

E = TypeVar("E", bound=Event)


class Recorder:
    """Keeps every event in the order in which it came."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, events: Sequence[Event]) -> None:
        self.events.extend(events)

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def phases(self) -> list[Phase]:
        """The phases that were entered."""
        return [state.phase for state in self.of(State)]

    def frames(self, direction: Direction) -> list[Frame]:
        """Return the frames of one direction."""
        return [frame for frame in self.of(Frame) if frame.direction is direction]

    def check_order(self) -> None:
        """Assert that nothing is out of order, and that nothing follows a final state."""
        numbers = [event.seq for event in self.events]
        assert numbers == sorted(numbers)
        for number, event in enumerate(self.events):
            if isinstance(event, State) and event.phase in (Phase.CLOSED, Phase.ERROR):
                assert number == len(self.events) - 1, f"{self.events[number + 1 :]} after {event}"
