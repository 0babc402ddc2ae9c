from __future__ import annotations

from tests.support.demo import URL, Demo
from wslab.lab.services import FALLBACK
from wslab.lab.workbench import Workbench
from wslab.tui.bench_state import bench_state
from wslab.wire.clock import Clock
from wslab.wire.events import Phase


def test_it_is_what_the_workbench_knows_now() -> None:
    demo = Demo().opened()
    demo.later(2.5)
    state = bench_state(demo.bench, 0.001)
    assert (state.phase, state.visited) == (Phase.OPEN, (Phase.CONNECTING, Phase.OPEN))
    assert (state.url, state.rtt, state.since_seconds, state.note) == (URL, 0.001, 2.5, "")


def test_before_there_is_a_connection_it_is_where_to() -> None:
    state = bench_state(Workbench(Clock()), None)
    assert (state.phase, state.url, state.since_seconds) == (Phase.DISCONNECTED, FALLBACK, None)
