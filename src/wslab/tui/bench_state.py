"""What the state line says of a workbench."""

from __future__ import annotations

from wslab.lab.workbench import Workbench
from wslab.tui.widgets.state_line import StateView


def bench_state(bench: Workbench, rtt: float | None) -> StateView:
    """Return how the connection under study stands at this moment.

    Args:
        bench: whose connection it is.
        rtt: seconds from a Ping to its Pong; None where none is known.
    """
    view = bench.view
    return StateView(
        phase=view.phase,
        visited=view.visited,
        why=view.why,
        code=view.code,
        url=view.url or bench.target,
        subprotocol=bench.subprotocol,
        extensions=bench.extensions,
        since_seconds=bench.clock.monotonic() - view.since if view.visited else None,
        rtt=rtt,
        note=bench.returning,
    )
