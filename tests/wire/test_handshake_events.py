from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_streams import C2S, S2C, answer, fixed_clock, request
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.events import Event
from wslab.wire.handshake_events import NO_OPENING, Opening, opening_among

REQUESTS = [request(), request("permessage-deflate", "chat"), b"GET / HTTP/1.0\r\n\r\n", b"\xff\x00\r\n\r\n"]
ANSWERS = [
    answer(),
    answer(subprotocol="chat"),
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer("permessage-deflate"),
    b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nno chat\r\n",
    b"HTTP/1.1 403 no\r\n\r\ngo away",
    b"SSH-2.0-OpenSSH\r\n\r\n",
    b"",
]
WHOLE_OR_CUT = st.sampled_from([*ANSWERS, *(each[: len(each) - 3] for each in ANSWERS)])


def connection(
    conn: int, clock: Clock, asked: bytes, answered: bytes, ends: bool
) -> tuple[Opening, list[Event]]:
    """Return the opening of a connection as its reader saw it, and its events."""
    reader = ConnectionReader(conn, clock)
    events = reader.opened("a – b") + reader.receive(C2S, asked) + reader.receive(S2C, answered)
    if ends:
        events += reader.end(None)
    return (reader.handshake, reader.request, reader.response, reader.body), events


@given(
    st.lists(st.tuples(st.sampled_from(REQUESTS), WHOLE_OR_CUT, st.booleans()), min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
def test_it_is_what_the_reader_of_the_connection_saw(
    connections: list[tuple[bytes, bytes, bool]], chance: random.Random
) -> None:
    clock = fixed_clock()
    seen = [connection(conn, clock, *parts) for conn, parts in enumerate(connections, 1)]
    lanes = [list(events) for _opening, events in seen]
    mixed: list[Event] = []
    while any(lanes):
        mixed.append(chance.choice([lane for lane in lanes if lane]).pop(0))
    for conn, (opening, _events) in enumerate(seen, 1):
        assert opening_among(mixed, conn) == opening


def test_a_connection_that_is_not_there_has_none() -> None:
    _opening, events = connection(1, fixed_clock(), REQUESTS[0], ANSWERS[0], True)
    assert opening_among(events, 2) == NO_OPENING
    assert opening_among([], 1) == NO_OPENING
