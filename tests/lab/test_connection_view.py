from __future__ import annotations

from functools import reduce

from tests.support.check_events import at, state
from wslab.lab.connection_view import ConnectionView
from wslab.wire.events import Phase

CONNECTING, OPEN, CLOSING, CLOSED = Phase.CONNECTING, Phase.OPEN, Phase.CLOSING, Phase.CLOSED


def after(*phases: Phase) -> ConnectionView:
    states = [at(state(phase, why=f"now {phase}", code=1000), place) for place, phase in enumerate(phases, 1)]
    return reduce(lambda view, each: view.after(each), states, ConnectionView(url="ws://a/"))


def test_it_knows_every_state_of_this_connection() -> None:
    view = after(CONNECTING, OPEN, OPEN, CLOSING)
    assert view.visited == (CONNECTING, OPEN, CLOSING)
    assert (view.phase, view.why, view.code, view.url, view.since) == (
        CLOSING, "now closing", 1000, "ws://a/", 4.0,
    )  # fmt: skip


def test_a_new_connection_begins_anew_and_keeps_where_to() -> None:
    view = after(CONNECTING, OPEN, CLOSED, CONNECTING)
    assert (view.visited, view.url) == ((CONNECTING,), "ws://a/")
    assert after(CONNECTING, CONNECTING).visited == (CONNECTING,)
