"""Bundled servers that are used once: each attempt at an exercise gets one that nobody has touched.

A server takes longer to start than an attempt takes to be judged, so the next ones start while nothing else
goes on.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Sequence

from wslab.lab.server_run import Patience, ServerRun
from wslab.lab.server_status import ServerEntry, ServerStartError
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Event


class FreshServers:
    """Servers of one kind that wait to be used.

    Args:
        entry: which server.
        options: its command-line options.
        clock: numbers and times of its events, which nobody looks at.
        spare: how many are to wait.
        python: the interpreter that runs them.
        patience: how long one may take to start and to stop.
    """

    def __init__(
        self,
        entry: ServerEntry,
        options: Sequence[str] = (),
        *,
        clock: Clock | None = None,
        spare: int = 1,
        python: str = sys.executable,
        patience: Patience | None = None,
    ) -> None:
        self._entry = entry
        self._options = tuple(options)
        self._clock = clock or Clock()
        self._spare = spare
        self._python = python
        self._patience = patience or Patience()
        self._waiting: deque[ServerRun] = deque()
        self._leaving: set[ServerRun] = set()

    def refill(self) -> None:
        """Start as many as are missing. Returns at once."""
        self._waiting = deque(run for run in self._waiting if run.going)
        while len(self._waiting) < self._spare:
            self._waiting.append(self._begin())

    async def take(self) -> ServerRun:
        """Return a server that is ready and was never used; it is the caller's to let go.

        Raises:
            ServerStartError: it did not become ready.
        """
        while self._waiting:
            run = self._waiting.popleft()
            # One that waited may have been ended by somebody meanwhile.
            if run.going:
                break
        else:
            run = self._begin()
        try:
            failure = await asyncio.shield(run.started)
        except asyncio.CancelledError:
            self.let_go(run)
            raise
        if failure is not None:
            raise ServerStartError(failure.why, failure.tail, failure.busy)
        return run

    def let_go(self, run: ServerRun) -> None:
        """Stop a server that was taken. Returns at once; `close` waits for its end."""
        run.stop()
        self._leaving = {each for each in self._leaving if not each.over.is_set()} | {run}

    async def close(self) -> None:
        """Stop every server there is and wait until they are gone."""
        for run in (*self._waiting, *self._leaving):
            run.stop()
        for run in (*self._waiting, *self._leaving):
            await run.over.wait()
        self._waiting.clear()
        self._leaving.clear()

    def _begin(self) -> ServerRun:
        run = ServerRun(
            self._entry, 0, self._options, clock=self._clock, sink=_nobody, patience=self._patience
        )
        spawn(run.live(self._python), f"fresh server {self._entry.name}")
        return run


def url_of(run: ServerRun) -> str:
    """Return the URL of a server that is ready."""
    url = run.status().url
    assert url is not None
    return url


def _nobody(_events: Sequence[Event]) -> None:
    """What a server prints is in its status; the events of it are nobody's."""
