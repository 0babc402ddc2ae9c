"""What happened, as far back as memory allows, and the rows that a filter makes of it.

Taking events in costs next to nothing, so that a flood of frames does not slow down the reader. What a filter
lets through is worked out later, in slices, by whoever shows it.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter

from wslab.lab.logfilter import LogFilter, rows_among
from wslab.wire.decoding.around import NOTHING, Around, around
from wslab.wire.events import Body, Event, Frame, Http, Message, Proc, Proto, State, Tcp, Ui

CAPACITY = 20_000
"""Events that a journal holds unless told otherwise."""

BYTE_BUDGET = 64 * 2**20
"""Bytes of payload and text that it holds at most, however few events these are."""

_BLOCK = 512
"""Events between two looks at how much is held."""

_PREVIEWED = frozenset({Frame, Message, Proto})
_preview = itemgetter(-2)


class Journal:
    """A ring of events. Each has an index that it keeps: the first event ever is 0."""

    def __init__(self, capacity: int = CAPACITY, byte_budget: int = BYTE_BUDGET) -> None:
        """Make an empty journal.

        Args:
            capacity: events that are held at least, budget permitting. Old ones go in blocks: at times there
                are a few hundred more.
            byte_budget: bytes of payload previews and other text that are held at most, a block of new
                events aside.

        Raises:
            ValueError: one of them is less than 1.
        """
        if capacity < 1 or byte_budget < 1:
            raise ValueError(
                f"a journal holds at least one event and one byte, not {capacity} and {byte_budget}"
            )
        self.capacity = capacity
        self.byte_budget = byte_budget
        self._block = max(1, min(_BLOCK, capacity // 8))
        self._events: list[Event] = []
        self._base = 0
        # How many events, from the oldest on, were weighed, and what each block of them weighs.
        self._blocks: deque[tuple[int, int]] = deque()
        self._weighed = 0
        self._bytes = 0
        self._views: list[JournalView] = []
        self.cleared = 0
        """Index below which everything was forgotten because it was asked for."""

    @property
    def first(self) -> int:
        """Index of the oldest event that is still held; equal to ``total`` where none is."""
        return self._base

    @property
    def total(self) -> int:
        """Number of events ever taken in: one more than the index of the newest."""
        return self._base + len(self._events)

    @property
    def held_bytes(self) -> int:
        """Bytes of payload previews and other text of the events looked at so far."""
        return self._bytes

    def append(self, events: Sequence[Event]) -> None:
        """Take in events, in their order. This is a sink."""
        held = self._events
        held += events
        if len(held) - self._weighed >= self._block:
            self._settle()

    def get(self, index: int) -> Event | None:
        """Return the event with this index, or None where it is no longer or not yet held."""
        position = index - self._base
        return self._events[position] if 0 <= position < len(self._events) else None

    def slice(self, start: int, stop: int) -> list[Event]:
        """Return what is held of the events with indices from ``start`` up to but not including ``stop``."""
        return self._events[max(start - self._base, 0) : max(stop - self._base, 0)]

    def around(self, event: Event) -> Around:
        """Return what is held of the message that an event belongs to."""
        held = self._events
        at = bisect_left(held, event.seq, key=itemgetter(0))
        return around(held, at) if at < len(held) and held[at] is event else NOTHING

    def clear(self) -> None:
        """Forget every event. Indices go on from where they were."""
        self._base = self.cleared = self.total
        self._events.clear()
        self._blocks.clear()
        self._weighed = self._bytes = 0

    def attach(self, view: JournalView) -> None:
        """Tell a view from now on before events are dropped, so that it can count them."""
        self._views.append(view)

    def detach(self, view: JournalView) -> None:
        """Tell it no longer."""
        self._views.remove(view)

    def _settle(self) -> None:
        held = self._events
        for start in range(self._weighed, len(held), self._block):
            block = held[start : start + self._block]
            weight = _weight(block)
            self._blocks.append((len(block), weight))
            self._bytes += weight
        self._weighed = len(held)
        drop = 0
        while self._blocks and (
            self._bytes > self.byte_budget or len(held) - drop - self._blocks[0][0] >= self.capacity
        ):
            count, weight = self._blocks.popleft()
            self._bytes -= weight
            drop += count
        if drop:
            for view in self._views:
                view.about_to_lose(self._base + drop)
            del held[:drop]
            self._weighed -= drop
            self._base += drop


def _weight(events: Sequence[Event]) -> int:
    """Bytes of payload and text that these events keep in memory."""
    # A flood is nothing but frames and messages, and their previews are counted without a Python loop.
    if _PREVIEWED.issuperset(map(type, events)):
        return sum(map(len, map(_preview, events)))
    return sum(map(_weight_of_one, events))


def _weight_of_one(event: Event) -> int:
    match event:
        case Frame() | Message() | Body() | Proto():
            return len(event.preview)
        case Http():
            return event.length
        case State():
            return len(event.why)
        case Tcp() | Ui():
            return len(event.detail)
        case Proc():
            return len(event.text)
        case _:
            return len(event.reason)


class JournalView:
    """The rows that one filter makes of a journal. A row has a number that it keeps: the first ever is 0.

    A view does not follow by itself: `catch_up` brings it up to date, a slice at a time. A view that is
    attached to its journal misses nothing in between but what a pattern had no time for.
    """

    def __init__(
        self,
        journal: Journal,
        log_filter: LogFilter | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.journal = journal
        self.filter = log_filter or LogFilter()
        self._monotonic = monotonic
        # A pattern may be slow on a long payload, so there the clock is looked at more often.
        self._step = 2048 if self.filter.regex is None else 16
        self._level = _Rows()
        self._rows = _Rows() if self.filter.narrows else self._level
        self._next = journal.first
        self.unfinished = journal.total > journal.first
        """Whether the last `catch_up` ran out of time."""
        self.skipped = 0
        """Events that the journal dropped before the filter looked at them. They made no rows."""

    @property
    def first(self) -> int:
        """Number of the oldest row still held; equal to ``total`` where none is."""
        return self._rows.first

    @property
    def total(self) -> int:
        """Number of rows there have been: one more than the number of the newest."""
        return self._rows.total

    @property
    def held(self) -> int:
        """Rows that are held."""
        return self._rows.total - self._rows.first

    @property
    def level_held(self) -> int:
        """Rows that would be held if the filter let everything through."""
        return self._level.total - self._level.first

    @property
    def behind(self) -> int:
        """Events that have not been looked at yet."""
        return self.journal.total - max(self._next, self.journal.first)

    def catch_up(self, budget: float | None = 0.02) -> bool:
        """Look at events that came since the last time.

        Args:
            budget: seconds after which to leave the rest for the next time; None to do everything now.

        Returns:
            Whether the rows changed, by new ones or by old ones that are gone.
        """
        journal = self.journal
        before = (self.first, self.total, self.level_held)
        deadline = None if budget is None else self._monotonic() + budget
        if self._next < journal.first:
            self.skipped += journal.first - self._next
            self._next = journal.first
        while self._next < journal.total:
            stop = min(self._next + self._step, journal.total)
            self._look_at(self._next, journal.slice(self._next, stop))
            self._next = stop
            if deadline is not None and self._monotonic() >= deadline:
                break
        self.unfinished = self._next < journal.total
        self._forget(journal.first)
        return (self.first, self.total, self.level_held) != before

    def about_to_lose(self, index: int) -> None:
        """Count what the journal is going to drop, which is everything below an index.

        Only a pattern is too slow for that: it would hold up whoever reads from the network.
        """
        if self._next < index and self.filter.regex is None:
            self._look_at(self._next, self.journal.slice(self._next, index))
            self._next = index
            self._forget(index)

    def index_of(self, row: int) -> int | None:
        """Return the index of the event that a row shows, or None where the row is not held."""
        return self._rows.get(row)

    def event(self, row: int) -> Event | None:
        """Return the event that a row shows, or None where it is not held."""
        index = self._rows.get(row)
        return None if index is None else self.journal.get(index)

    def row_at(self, index: int) -> int:
        """Return the number of the first row whose event has this index or a higher one."""
        return self._rows.at(index)

    def row_with_seq(self, seq: int) -> int:
        """Return the number of the first row whose event has this ``seq`` or a higher one, else ``total``."""
        rows = range(self.first, self.total)
        return self.first + bisect_left(
            rows, seq, key=lambda row: event.seq if (event := self.event(row)) else 0
        )

    def events(self) -> Iterator[Event]:
        """The events of all rows, oldest first. Rows that are dropped meanwhile are left out."""
        for row in range(self.first, self.total):
            event = self.event(row)
            if event is not None:
                yield event

    def _forget(self, index: int) -> None:
        self._level.forget(index)
        if self._rows is not self._level:
            self._rows.forget(index)

    def _look_at(self, start: int, events: list[Event]) -> None:
        # A message and what was decoded of it come in one batch: where one is, the other is.
        following = self.journal.get(start + len(events))
        found = rows_among(events, self.filter.level, following)
        self._level.extend([start + position for position in found])
        if self._rows is not self._level:
            matches = self.filter.matches
            self._rows.extend([start + position for position in found if matches(events[position])])


class _Rows:
    """Rising indices of events, of which old ones go."""

    def __init__(self) -> None:
        self._indices: list[int] = []
        self._start = 0
        self._gone = 0

    @property
    def first(self) -> int:
        return self._gone + self._start

    @property
    def total(self) -> int:
        return self._gone + len(self._indices)

    def extend(self, indices: list[int]) -> None:
        self._indices += indices

    def get(self, row: int) -> int | None:
        position = row - self._gone
        return self._indices[position] if self._start <= position < len(self._indices) else None

    def at(self, index: int) -> int:
        return self._gone + bisect_left(self._indices, index, self._start)

    def forget(self, index: int) -> None:
        """Let go of everything below an index."""
        self._start = bisect_left(self._indices, index, self._start)
        # Cutting a list moves all that stays: not for every few rows.
        if self._start > 1024 or self._start == len(self._indices):
            del self._indices[: self._start]
            self._gone += self._start
            self._start = 0
