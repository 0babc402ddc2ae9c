"""Which subprotocol the connections of a log agreed on: it says what their messages and close codes mean."""

from __future__ import annotations

from wslab.lab.journal import Journal
from wslab.wire.events import Event, Frame, Message, Proto
from wslab.wire.handshake_events import opening_among

_REMEMBERED = 256


class Subprotocols:
    """Looks connections up in a journal, each once."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[int, str | None] = {}

    def of(self, event: Event) -> str | None:
        """Return what the connection of an event agreed on; None where that is nothing, or not known."""
        conn = event.conn
        if not conn or conn in self._known:
            return self._known.get(conn)
        journal = self._journal
        handshake, _, response, _ = opening_among(journal.slice(journal.first, journal.total), conn)
        found = None if handshake is None else handshake.subprotocol
        # Where frames travel, the handshake is over: if it is not there by now, it never will be.
        if response is not None or isinstance(event, Frame | Message | Proto):
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[conn] = found
        return found
