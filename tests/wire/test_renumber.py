from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from tests.support.check_events import EVERY_KIND, at
from wslab.wire.events import Event
from wslab.wire.renumber import renumbered

STREAMS = st.lists(st.tuples(EVERY_KIND, st.integers(0, 4)), max_size=30).map(
    lambda pairs: [at(event, seq, conn=conn) for seq, (event, conn) in enumerate(pairs, 1)]
)


@given(STREAMS, st.integers(1, 10**6), st.integers(1, 10**6))
def test_only_numbers_change_and_they_go_on(events: list[Event], seq: int, conn: int) -> None:
    found = renumbered(events, itertools.count(seq), itertools.count(conn))
    assert [event.seq for event in found] == list(range(seq, seq + len(events)))
    assert [event._replace(seq=1, conn=0) for event in found] == [
        event._replace(seq=1, conn=0) for event in events
    ]
    conns = list(dict.fromkeys(event.conn for event in found if event.conn))
    assert conns == list(range(conn, conn + len(conns))), "in the order in which they appear"
    pairs = {(before.conn, after.conn) for before, after in zip(events, found, strict=True)}
    assert len(pairs) == len({before for before, _after in pairs}) == len({after for _before, after in pairs})
    assert all((before == 0) == (after == 0) for before, after in pairs)
