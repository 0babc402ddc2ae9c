"""A client exercise: the learner's program connects, through a tap, to a server that was started for it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from wslab.i18n import _
from wslab.lab.fresh_servers import FreshServers, url_of
from wslab.lab.trial import Trial, TrialFault
from wslab.net.proxy import TapProxy
from wslab.wire.events import Event


async def run_client(trial: Trial, servers: FreshServers) -> None:
    """Carry out an attempt; what came of it is in ``trial``.

    Raises:
        ServerStartError: the server did not start.
        TrialFault: the lab failed otherwise.
    """
    server = await servers.take()
    try:
        proxy = TapProxy(url_of(server), trial.clock, trial.referee.observe)
        try:
            await proxy.__aenter__()
        except OSError as error:
            raise TrialFault(_("the tap could not listen: {error}").format(error=error)) from error
        try:
            trial.referee.listen(_Cutter(trial, proxy).observe)
            async with trial.running(WSLAB_URL=f"{proxy.url}{_path(trial)}"):
                await trial.until_over(lambda: trial.exited and not proxy.connections)
        finally:
            await proxy.close()
        if not server.going:
            raise TrialFault(_("the server ended in the middle: {why}").format(why=server.status().why))
    finally:
        servers.let_go(server)


def _path(trial: Trial) -> str:
    path, query = trial.lesson.path, trial.seed.fill(trial.exercise.query)
    return f"{path}{'&' if '?' in path else '?'}{query}" if query else path


class _Cutter:
    """Breaks connections off as the lesson says."""

    def __init__(self, trial: Trial, proxy: TapProxy) -> None:
        self._left = list(trial.exercise.cut)
        self._run = trial.referee.run
        self._proxy = proxy

    def observe(self, events: Sequence[Event]) -> None:
        """Look at events for those after which a connection is to break."""
        for event in events if self._left else ():
            for cut in self._left:
                if event.conn == cut.conn and cut.after.match(event, self._run.saved):
                    self._left.remove(cut)
                    # Not from within the tap's own work on these bytes: they go on their way first.
                    asyncio.get_running_loop().call_soon(self._proxy.cut, cut.conn)
                    break
