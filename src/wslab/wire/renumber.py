"""Events that were seen elsewhere, such as by a clock of their own, put into an order that goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wslab.wire.events import Event


def renumbered(events: Sequence[Event], numbers: Iterator[int], conns: Iterator[int]) -> list[Event]:
    """Return events with numbers of another order; times and everything else stay as they were.

    Args:
        events: in their own order.
        numbers: the next `seq` of the other order.
        conns: the next number of a connection there. Each connection takes one, in the order in which they
            appear; 0, which is none, stays.
    """
    known = {0: 0}
    found: list[Event] = []
    for event in events:
        if event.conn not in known:
            known[event.conn] = next(conns)
        found.append(event._replace(seq=next(numbers), conn=known[event.conn]))
    return found
