"""A connection over which nothing is sent, as a lesson's learner could leave it open."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Mapping
from contextlib import suppress

from wslab.bundled import SERVERS, ServerInfo
from wslab.lab.course import Lesson
from wslab.lab.lesson_run import Seed
from wslab.lab.lint.replay import Trace
from wslab.lab.server_status import ServerEntry
from wslab.lab.supervisor import Supervisor
from wslab.lab.workbench import Workbench
from wslab.net.lifecycle import ConnectFailed
from wslab.wire.clock import Clock
from wslab.wire.events import Event

IDLE_FOR = 6.0
"""Seconds after which the connection is given up: servers of lessons do sooner what they do by themselves."""


async def idle_trace(
    lesson: Lesson,
    seed: Seed,
    seconds: float = IDLE_FOR,
    servers: Mapping[str, ServerInfo] = SERVERS,
    guests: Mapping[str, ServerEntry] | None = None,
) -> Trace:
    """Connect as the app would, send nothing, and return what was seen.

    Args:
        lesson: whose server is connected to.
        seed: of the trace.
        seconds: how long to wait for what the server does by itself.
        servers: the bundled ones.
        guests: those that come with the course.

    Raises:
        WorkbenchError: the server could not be started.
    """
    clock = Clock()
    seen: list[Event] = []
    own = {name: dataclasses.replace(info, port=0) for name, info in servers.items()}
    supervisor = Supervisor(clock, lambda events: bench.record(events), servers=own)
    bench = Workbench(clock, supervisor=supervisor)
    bench.judge = seen.extend
    bench.servers.study(lesson, guests or {})
    bench.aim(lesson.path)
    began = clock.monotonic()
    try:
        # Where it fails, that was on the wire, which is what is judged.
        with suppress(ConnectFailed):
            await bench.connect(None)
        await asyncio.sleep(seconds)
        events = tuple(seen)
    finally:
        await bench.close()
    return Trace("idle", seed, events, began)
