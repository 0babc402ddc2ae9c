"""Coming back after a lost connection: how long to wait, and when to stop trying."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from wslab.i18n import sentence
from wslab.net.client import Client
from wslab.net.lifecycle import FINAL, ConnectFailed
from wslab.wire.clock import Clock
from wslab.wire.closecodes import describe
from wslab.wire.events import Phase, State


@dataclass(frozen=True, slots=True)
class Backoff:
    """Exponential backoff with full jitter: a delay is anything from 0 to a bound that doubles each time.

    The spread keeps thousands of clients from coming back in step after a server restart (RFC 6455
    section 7.2.3; the formula is known from the AWS Architecture Blog, "Exponential Backoff And Jitter").
    """

    base: float = 0.5
    """Bound of the first delay in seconds."""
    cap: float = 30.0
    """Bound of every delay in seconds."""

    def __post_init__(self) -> None:
        if not 0 < self.base <= self.cap:
            raise ValueError(f"base {self.base:g} and cap {self.cap:g}: write 0 < base <= cap")

    def bound(self, failures: int) -> float:
        """Return the longest delay in seconds after a number of failures in a row, from 0."""
        # 2.0**1024 does not exist; long before it the cap is reached.
        return min(self.cap, self.base * 2.0 ** min(failures, 1000))

    def delay(self, failures: int, rng: random.Random) -> float:
        """Return a delay in seconds after a number of failures in a row, from 0."""
        return rng.uniform(0, self.bound(failures))


@dataclass(frozen=True, slots=True)
class Waiting:
    """A pause before the next attempt."""

    attempt: int
    """Number of the attempt that follows: 1 is the first after the connection was lost."""
    delay: float
    """Seconds of the whole pause."""
    bound: float
    """The longest that it could have been."""
    until: float
    """Monotonic time of the next attempt."""
    why: str
    """What went wrong before."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Why no further attempt is made."""

    why: str
    attempts: int
    """Attempts since the last connection that held."""
    state: State | None = field(default=None, compare=False)
    """Final state of the last connection."""


class Reconnector:
    """Keeps a connection up: opens it, waits for its end, pauses and opens the next one.

    It stops when this side ended the connection, when a close code or an HTTP status says that the same would
    happen again, after a number of attempts, or when the task that runs it is cancelled.
    """

    def __init__(
        self,
        make: Callable[[], Client],
        clock: Clock,
        *,
        backoff: Backoff | None = None,
        rng: random.Random | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        on_wait: Callable[[Waiting], None] | None = None,
        steady: float = 10.0,
        max_attempts: int | None = None,
    ) -> None:
        """Prepare to keep a connection up.

        Args:
            make: makes a client, not open yet, for each attempt.
            clock: tells the monotonic time.
            backoff: how the pauses grow.
            rng: where the jitter comes from; seed it to know the pauses.
            sleep: waits a number of seconds.
            on_wait: called at the start of each pause; what is left of it is ``remaining``.
            steady: seconds that a connection has to stay open before the pauses start small again.
            max_attempts: attempts in a row without a connection that holds; None for no limit.
        """
        self._make = make
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._rng = rng or random.Random()
        self._sleep = sleep
        self._on_wait = on_wait
        self._steady = steady
        self._max_attempts = max_attempts
        self.client: Client | None = None
        """The client of the present or the last attempt."""
        self.attempts = 0
        """Attempts since the last connection that held."""
        self.waiting: Waiting | None = None
        """The present pause."""
        self.again = True
        """Whether to come back when the present connection ends; whoever ends it on purpose clears this."""
        self._failures = 0

    @property
    def remaining(self) -> float | None:
        """Seconds until the next attempt, None outside of a pause."""
        if self.waiting is None:
            return None
        return max(0.0, self.waiting.until - self._clock.monotonic())

    async def run(self, client: Client | None = None) -> Outcome:
        """Keep the connection up until there is a reason to stop.

        Args:
            client: an open one to watch first; None opens one without a pause.
        """
        try:
            while True:
                why, again = await self._live(client)
                client = None
                if again and self._max_attempts is not None and self.attempts >= self._max_attempts:
                    why, again = (
                        sentence(
                            "{attempts} attempts without a lasting connection. Last: {why}",
                            attempts=self.attempts,
                            why=why,
                        ),
                        False,
                    )
                if not again:
                    state = self.client.final if self.client else None
                    return Outcome(why, self.attempts, state)
                await self._pause(why)
        finally:
            # A cancelled run leaves nothing behind.
            if self.client is not None and self.client.phase not in (*FINAL, Phase.DISCONNECTED):
                self.client.abort(sentence("reconnecting was stopped"))

    async def _live(self, client: Client | None) -> tuple[str, bool]:
        """Go through one connection; return what ended it, and whether to try again."""
        if client is None:
            client = self.client = self._make()
            self.attempts += 1
            try:
                await client.open()
            except ConnectFailed as error:
                return error.why, error.retry
        self.client = client
        final = await client.wait_closed()
        if client.opened is not None and final.t - client.opened.t >= self._steady:
            self.attempts = self._failures = 0
        return final.why, self.again and may_help(final, client.subprotocol)

    async def _pause(self, why: str) -> None:
        bound = self._backoff.bound(self._failures)
        delay = self._backoff.delay(self._failures, self._rng)
        self._failures += 1
        until = self._clock.monotonic() + delay
        self.waiting = Waiting(self.attempts + 1, delay, bound, until, why)
        try:
            if self._on_wait is not None:
                self._on_wait(self.waiting)
            await self._sleep(delay)
        finally:
            self.waiting = None


def may_help(final: State, subprotocol: str | None = None) -> bool:
    """Whether connecting again makes sense after a connection that was open ended in this state.

    Args:
        final: the state.
        subprotocol: what the connection agreed on, for what a close code means.
    """
    if final.phase is Phase.CLOSED and final.side == "client":
        # This side ended it: on purpose, or because the server broke a rule, which it would break again.
        return False
    return describe(final.code, subprotocol).retry
