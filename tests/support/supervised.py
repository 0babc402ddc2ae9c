"""A supervisor of small real servers, with everything it emitted."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from tests.support.servers import FixtureServer
from wslab.lab.supervisor import Patience, ServerStartError, ServerStatus, Supervisor
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Proc

# A server that behaves: ready, then there until SIGTERM or the end of its stdin.
GOOD = """
    signal.signal(signal.SIGTERM, lambda *_: (say(event="goodbye"), os._exit(0)))
    ready()
    until_eof()
"""
# Does not leave when asked to, so that it can be seen leaving.
STUBBORN = "signal.signal(signal.SIGTERM, signal.SIG_IGN); ready(); time.sleep(60)"
# Ready never comes; the test ends it.
SILENT = "say(event='starting'); until_eof()"
SOON = Patience(ready=20, stop=0.3, abort=0.3)
"""Enough for a slow machine to start, not more than needed to see a server killed."""
NEVER_READY = Patience(ready=0.5, stop=0.3, abort=0.3)


class Lab:
    """A supervisor of one server with everything it emitted."""

    def __init__(self, entries: Sequence[FixtureServer], patience: Patience) -> None:
        self.events: list[Event] = []
        self.now = 1000.0
        self.path = entries[0].path
        clock = Clock(monotonic=lambda: self.now)
        servers = {entry.name: entry for entry in entries}
        self.supervisor = Supervisor(clock, self.events.extend, servers=servers, patience=patience)

    @property
    def status(self) -> ServerStatus:
        return self.supervisor.status("basic")

    def what(self, *kinds: str) -> list[str]:
        return [event.what for event in self.events if isinstance(event, Proc) and event.what in kinds]

    def texts(self, what: str) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Proc) and event.what == what]


NewLab = Callable[..., Lab]
"""Makes a `Lab` of one server named basic from the body of its program; see `write_server`."""


def alive(pid: int | None) -> bool:
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def start_and_tell(supervisor: Supervisor) -> str:
    """Return why a start failed."""
    try:
        await supervisor.start("basic")
    except ServerStartError as error:
        return error.why
    return "it started"


async def restart_and_tell(supervisor: Supervisor) -> str:
    """Return why a restart failed."""
    try:
        await supervisor.restart("basic")
    except ServerStartError as error:
        return error.why
    return "it started"
