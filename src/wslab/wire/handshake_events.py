"""The opening handshake of a connection, found again among events, such as those of a log."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

from wslab.wire import violations as rule
from wslab.wire.events import Body, Direction, Event, Http, Tcp
from wslab.wire.handshake import Handshake, examine
from wslab.wire.head import read_status

Opening = tuple[Handshake | None, Http | None, Http | None, Body | None]
"""An opening handshake as far as it has come: judgement, request, response, start of a body."""

NO_OPENING: Opening = (None, None, None, None)


def opening_among(events: Iterable[Event], conn: int) -> Opening:
    """Return the opening handshake of a connection, as `ConnectionReader` saw it.

    Args:
        events: in their order, of any connections.
        conn: the connection.
    """
    request: Http | None = None
    response: Http | None = None
    body: Body | None = None
    over = False
    for event in events:
        if event.conn != conn:
            continue
        if isinstance(event, Http):
            if event.direction is Direction.C2S:
                request = event
            elif not _interim(event):
                response = event
        elif isinstance(event, Body):
            if event.direction is Direction.S2C and body is None:
                body = event
        elif isinstance(event, Tcp) and event.what != "open" and event.direction is not Direction.C2S:
            over = True
    judged = response is not None or (over and request is not None)
    return examine(request, response, body) if judged else None, request, response, body


def _interim(head: Http) -> bool:
    """Whether an answer is not the last one (RFC 9110 section 15.2)."""
    status = read_status(head.start_line)
    if status is None or rule.HEAD_CUT in head.violations:
        return False
    return 100 <= status.code < 200 and status.code != HTTPStatus.SWITCHING_PROTOCOLS
