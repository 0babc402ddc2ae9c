"""A connection under study that another client makes, through a tap of the lab."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from wslab.lab.journal import Journal
from wslab.wire.handshake_events import NO_OPENING, Opening, opening_among


class Followed:
    """What is known of such a connection, from the log alone.

    Args:
        conn: its number.
        end: ends it in the way of its protocol, and waits for that.
    """

    def __init__(self, conn: int, end: Callable[[], Awaitable[None]]) -> None:
        self.conn = conn
        self.end = end
        self._opening: Opening = NO_OPENING

    def opening(self, journal: Journal) -> Opening:
        """Return its opening handshake as far as it has come."""
        if self._opening[0] is None:
            events = journal.slice(journal.first, journal.total)
            self._opening = opening_among(events, self.conn)
        return self._opening
