"""A server exercise: the learner's program listens, and the lab is its client, well-behaved or not."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from wslab.i18n import _
from wslab.lab.play import Connect, End, Expect, PlayError, Reset, Send, Wait, parse_play
from wslab.lab.ports import LOOPBACK
from wslab.lab.program import Program
from wslab.lab.trial import Trial, TrialFault
from wslab.net.lifecycle import FINAL, ConnectFailed, NotOpen
from wslab.net.options import ConnectOptions
from wslab.net.raw import RawClient
from wslab.tasks import spawn
from wslab.wire.events import Event, Phase, Tcp

EXPECT_WITHIN = 2.0
"""Seconds that `expect` waits at most."""
NOTHING_NEW = 0.1
"""Seconds after which `expect` takes it that no more comes of what was sent."""
LISTEN_AGAIN = 0.02
"""Seconds between two tries while the program does not listen yet."""
OPEN_WITHIN = 5.0
"""Seconds for an opening handshake."""

_TAKEN = "address already in use"


async def run_server(trial: Trial) -> None:
    """Carry out an attempt; what came of it is in ``trial``.

    Raises:
        TrialFault: the lab failed.
    """
    port = free_port()
    async with trial.running(WSLAB_PORT=str(port)) as program:
        player = Player(trial, program, port)
        playing = spawn(player.play(), "play")
        try:
            await trial.until_over(lambda: player.over)
        finally:
            playing.cancel()
            await asyncio.wait([playing])
            await player.leave()
    if player.failure is not None:
        raise player.failure
    if not player.reached and any(_TAKEN in line.lower() for line in program.output.errors()):
        raise TrialFault(_("somebody else took port {port} meanwhile: run it again").format(port=port))


def free_port() -> int:
    """Return a port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


class Player:
    """Carries out the `play` of each step when the step becomes active."""

    def __init__(self, trial: Trial, program: Program, port: int) -> None:
        self.reached = False
        """Whether the program ever took a connection."""
        self.failure: TrialFault | None = None
        self._trial = trial
        self._referee = trial.referee
        self._program = program
        self._port = port
        self._client: RawClient | None = None
        self._others: list[RawClient] = []
        """Connections of before, which nothing is sent over any more."""
        self._connections = 0
        self._waiting: list[Event] = []
        self._stuck = False
        self._waited = False
        """Whether the line before was an `expect`, which has waited long enough."""
        values = trial.seed.values
        self._seed: Mapping[str, str] = {f"seed.{name}": str(value) for name, value in values.items()}

    @property
    def over(self) -> bool:
        """Whether nothing more is to be expected: nobody is there to send any more, or to be sent to."""
        client = self._client
        # A program that has ended has no other connections either, whatever they look like from here.
        alone = not self.reached or client is None or client.phase in FINAL
        return self._stuck or (self._trial.exited and alone)

    async def play(self) -> None:
        """Carry out every step's lines as the steps come, until one does not."""
        run = self._referee.run
        try:
            for place, step in enumerate(run.steps):
                for line in step.play:
                    self._waited = False
                    await self._carry_out(line)
                if not await self._referee.until(self._beyond(place), self._patience()):
                    break
        except PlayError as error:
            self.failure = TrialFault(_("the lesson cannot be played: {error}").format(error=error))
        finally:
            self._stuck = True
            self._referee.wake()

    async def leave(self) -> None:
        """Leave every connection that is open."""
        for client in (*self._others, *([self._client] if self._client is not None else [])):
            if client.phase not in FINAL:
                client.finish()
                await client.wait_closed()

    def _beyond(self, place: int) -> Callable[[], bool]:
        return lambda: self._referee.run.current > place

    def _patience(self) -> float:
        """Return how long a step may still take, in seconds, when everything was sent."""
        due = self._referee.run.due()
        left = 0.0 if due is None else max(0.0, due - self._trial.clock.monotonic())
        return left + (NOTHING_NEW if self._waited else EXPECT_WITHIN)

    async def _carry_out(self, line: str) -> None:
        match parse_play(line, self._seed):
            case Connect(path, subprotocols):
                # The one before stays as it is: a server has more than one client.
                if self._client is not None:
                    self._others.append(self._client)
                await self._connect(path, subprotocols)
            case Send() as send:
                await self._send(send.data(lambda: secrets.token_bytes(4)))
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Expect():
                await self._expect()
                self._waited = True
            case End():
                if self._client is not None:
                    self._client.finish()
            case Reset():
                if self._client is not None:
                    self._client.abort()

    async def _expect(self) -> None:
        """Wait until as much of the step is met as what was sent can bring: nothing new comes for a while."""
        beyond = self._beyond(self._referee.run.current)
        patience = EXPECT_WITHIN
        while await self._referee.until(self._more_than(self._met(), beyond), patience) and not beyond():
            patience = NOTHING_NEW

    def _more_than(self, met: int, beyond: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: beyond() or self._met() > met

    def _met(self) -> int:
        return sum(tick.met for tick in self._referee.run.verdict.clauses)

    async def _connect(self, path: str, subprotocols: tuple[str, ...]) -> None:
        """Connect, and while nobody listens yet try again: a program takes a moment to start."""
        self._connections += 1
        options = ConnectOptions(
            f"ws://{LOOPBACK}:{self._port}{path}",
            subprotocols=subprotocols,
            compression=False,
            proxy=None,
            open_timeout=OPEN_WITHIN,
        )
        while True:
            client = self._client = RawClient(options, self._connections, self._trial.clock, self._observe)
            try:
                await client.open()
            except ConnectFailed as error:
                refused = error.explanation.kind == "refused"
                if refused and not self.reached and not self._trial.exited:
                    self._waiting.clear()
                    await asyncio.sleep(LISTEN_AGAIN)
                    continue
                # What became of it was on the wire, and that is what is judged.
                self._flush()
            return

    async def _send(self, data: bytes) -> None:
        client = self._client
        if client is None or client.phase not in (Phase.OPEN, Phase.CLOSING):
            return  # the program ended it; that was on the wire
        with suppress(NotOpen):
            await client.send_bytes(data)

    def _observe(self, events: Sequence[Event]) -> None:
        """Pass events on, but for those of a try that nobody took: it never happened to the program."""
        self._waiting += events
        self.reached = self.reached or any(isinstance(event, Tcp) for event in events)
        if self.reached:
            self._flush()

    def _flush(self) -> None:
        events, self._waiting = self._waiting, []
        if events:
            self._referee.observe(events)
