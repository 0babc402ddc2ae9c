"""Coming back by itself after a lost connection, as long as the learner wants that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wslab.i18n import N_, sentence
from wslab.net.client import Client
from wslab.net.options import ConnectOptions
from wslab.net.reconnect import Reconnector
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Phase


class ComingBack:
    """Keeps a connection up.

    Args:
        clock: times of the attempts.
        make: makes the client of the next attempt.
        note: writes a line of the lab itself into the log: of what, and what it says.
    """

    def __init__(
        self, clock: Clock, make: Callable[[ConnectOptions], Client], note: Callable[[str, str], None]
    ) -> None:
        self.wanted = False
        """Whether to come back after a lost connection."""
        self._clock = clock
        self._make = make
        self._note = note
        self._reconnector: Reconnector | None = None
        self._keeping: asyncio.Task[None] | None = None

    def keep_up(self, client: Client) -> None:
        """Come back when the connection of this client is lost, where that is wanted."""
        if self._reconnector is not None:
            self._reconnector.again = self.wanted
        elif self.wanted:
            self._reconnector = Reconnector(lambda: self._make(client.options), self._clock)
            self._keeping = spawn(self._keep(self._reconnector, client), "reconnect")

    async def _keep(self, reconnector: Reconnector, client: Client) -> None:
        try:
            outcome = await reconnector.run(client)
            if outcome.attempts and reconnector.again:
                count, why = outcome.attempts, outcome.why
                if count == 1:
                    told = sentence("not trying again after 1 attempt: {why}", why=why)
                else:
                    told = sentence("not trying again after {count} attempts: {why}", count=count, why=why)
                self._note(N_("reconnect"), told)
        finally:
            self._reconnector = self._keeping = None

    async def give_up(self, phase: Phase | None) -> bool:
        """Stop trying to come back; an open connection stays open.

        Args:
            phase: of the connection that there is; None where there is none.

        Returns:
            Whether an attempt was going on or waited for.
        """
        task, reconnector = self._keeping, self._reconnector
        if task is None or reconnector is None:
            return False
        reconnector.again = False
        if phase in (Phase.OPEN, Phase.CLOSING):
            return False
        task.cancel()
        await asyncio.wait([task])
        self._note(N_("reconnect"), sentence("stopped trying to come back"))
        return True

    async def over(self) -> None:
        """Wait until what kept a connection up has ended with it, a turn of the loop later."""
        if self._keeping is not None:
            await asyncio.wait([self._keeping])

    @property
    def countdown(self) -> str:
        """The countdown to the next attempt; empty where there is none."""
        waiting = self._reconnector.waiting if self._reconnector else None
        if waiting is None:
            return ""
        left = max(0.0, waiting.until - self._clock.monotonic())
        return sentence(
            "connecting again in {left:.1f} s (attempt {attempt}); d stops",
            left=left,
            attempt=waiting.attempt,
        )
