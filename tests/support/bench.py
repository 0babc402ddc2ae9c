"""A workbench with real servers on free ports, that must leave nothing behind."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

from tests.support.servers import FixtureServer
from wslab.bundled import SERVERS
from wslab.lab.supervisor import Supervisor
from wslab.lab.workbench import Workbench
from wslab.net.lifecycle import FINAL
from wslab.wire.clock import Clock
from wslab.wire.events import State, Ui

E = TypeVar("E")


def new_bench(port: int = 0, path: Path | None = None) -> Workbench:
    """Return a workbench whose bundled server has this port of its own, a free one where 0.

    Args:
        port: of the server.
        path: another file to run in place of the server's own.
    """
    clock = Clock()
    supervisor = Supervisor(
        clock,
        lambda events: bench.record(events),
        servers={
            "basic": FixtureServer("basic", path or SERVERS["basic"].path, port),
            **{name: FixtureServer(name, SERVERS[name].path, 0) for name in SERVERS if name != "basic"},
        },
    )
    bench = Workbench(clock, supervisor=supervisor)
    return bench


@asynccontextmanager
async def a_bench(port: int = 0) -> AsyncGenerator[Workbench]:
    """Provide a workbench for the length of the block, close it and see that it is at rest."""
    before = asyncio.all_tasks()
    bench = new_bench(port)
    try:
        yield bench
    finally:
        await bench.close()
    check_at_rest(bench)
    left = {task for task in asyncio.all_tasks() - before if not task.done()}
    if left:
        # What is done, but for its last turn of the loop.
        _, left = await asyncio.wait(left, timeout=5)
    assert not left, f"still running: {[task.get_name() for task in left]}"


def check_at_rest(bench: Workbench) -> None:
    """Assert that every connection came to its end exactly once, and that no server runs."""
    ends: dict[int, list[State]] = {}
    for state in of(bench, State):
        ends.setdefault(state.conn, []).append(state)
    for conn, states in ends.items():
        assert [state.phase in FINAL for state in states] == [False] * (len(states) - 1) + [True], (
            conn,
            states,
        )
    assert not any(status.running for status in bench.supervisor.statuses())


def of(bench: Workbench, kind: type[E]) -> list[E]:
    """Return the events of one kind that the log holds."""
    journal = bench.journal
    return [event for event in journal.slice(journal.first, journal.total) if isinstance(event, kind)]


def notes(bench: Workbench) -> list[str]:
    """Return the lines that the lab itself wrote into the log."""
    return [note.detail for note in of(bench, Ui)]
