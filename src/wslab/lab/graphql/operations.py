"""The operations of a client, in the order they were started: those that run, and the last that are over."""

from __future__ import annotations

from collections.abc import Iterator

from wslab.lab.graphql.operation import Operation, OperationState

KEPT_OVER = 50
"""Operations that are over and still kept."""


class Operations:
    """Finds operations by their id. All are counted, and of those that are over only so many are kept."""

    def __init__(self) -> None:
        self._by_id: dict[str, Operation] = {}
        self.started = 0
        """How many there were."""

    def __iter__(self) -> Iterator[Operation]:
        """Yield them in the order they were started."""
        return iter(tuple(self._by_id.values()))

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._by_id)

    def get(self, identity: str) -> Operation | None:
        """Return the one of this id, None where it was never started or is long over."""
        return self._by_id.get(identity)

    @property
    def live(self) -> list[Operation]:
        """Those that are not over."""
        return [each for each in self if each.live]

    def new_id(self) -> str:
        """Return an id that no other operation has."""
        return str(self.started + 1)

    def add(self, operation: Operation) -> None:
        """Take one more."""
        self.started += 1
        self._by_id[operation.id] = operation

    def end(self, operation: Operation, state: OperationState) -> None:
        """Note that one is over, and let go of the oldest where there are too many."""
        operation.state = state
        over = [each for each in self if not each.live]
        for each in over[:-KEPT_OVER]:
            del self._by_id[each.id]

    def forget_over(self) -> None:
        """Let go of those that are over."""
        for each in self:
            if not each.live:
                del self._by_id[each.id]
