"""A server exercise: the learner's program listens, and the lab is its client, well-behaved or not."""

from __future__ import annotations

import asyncio
import secrets
import socket
from collections.abc import Mapping, Sequence

from wslab.i18n import _
from wslab.lab.play import Connect, End, Expect, PlayError, Reset, Send, Wait, parse_play
from wslab.lab.ports import LOOPBACK
from wslab.lab.program import Program
from wslab.lab.trial import Trial, TrialFault
from wslab.net.lifecycle import FINAL, ConnectFailed, NotOpen
from wslab.net.options import ConnectOptions
from wslab.net.raw import RawClient
from wslab.tasks import spawn
from wslab.wire.events import Event, Phase

EXPECT_WITHIN = 2.0
"""Seconds that `expect` waits at most."""
LISTEN_AGAIN = 0.02
"""Seconds between two tries while the program does not listen yet."""
OPEN_WITHIN = 5.0
"""Seconds for an opening handshake."""

_TAKEN = "Address already in use"


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
            await trial.until_over(lambda: player.quiet)
        finally:
            playing.cancel()
            await asyncio.wait([playing])
            await player.leave()
    if player.failure is not None:
        raise player.failure
    if not player.reached and any(_TAKEN in line for line in program.output.errors()):
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
        self._connections = 0
        self._waiting: list[Event] = []
        self._done = False
        self._seed: Mapping[str, str] = {
            f"seed.{name}": str(value) for name, value in trial.seed.values.items()
        }

    @property
    def quiet(self) -> bool:
        """Whether nothing will be sent any more and nobody is connected."""
        return self._done or (self._client is not None and self._client.phase in FINAL) or not self.reached

    async def play(self) -> None:
        """Carry out every step's lines as the steps come."""
        run = self._referee.run
        try:
            for place, step in enumerate(run.steps):
                if not await self._referee.until(lambda place=place: run.current >= place, self._left):  # type: ignore[misc]
                    break
                for line in step.play:
                    await self._carry_out(line, place)
        except PlayError as error:
            self.failure = TrialFault(_("the lesson cannot be played: {error}").format(error=error))
            self._referee.wake()
        finally:
            self._done = True

    async def leave(self) -> None:
        """Leave the connection that is open."""
        client = self._client
        if client is not None and client.phase not in FINAL:
            client.finish()
            await client.wait_closed()

    @property
    def _left(self) -> float:
        return self._trial.exercise.timeout

    async def _carry_out(self, line: str, place: int) -> None:
        match parse_play(line, self._seed):
            case Connect(path):
                await self.leave()
                await self._connect(path)
            case Send() as send:
                await self._send(send.data(lambda: secrets.token_bytes(4)))
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Expect():
                run = self._referee.run
                await self._referee.until(
                    lambda: run.current > place or run.verdict.waiting_for == "", EXPECT_WITHIN
                )
            case End():
                await self.leave()
            case Reset():
                if self._client is not None:
                    self._client.abort()

    async def _connect(self, path: str) -> None:
        """Connect, and while nobody listens yet try again: a program takes a moment to start."""
        self._connections += 1
        options = ConnectOptions(
            f"ws://{LOOPBACK}:{self._port}{path}", compression=False, proxy=None, open_timeout=OPEN_WITHIN
        )
        while True:
            self._waiting = []
            client = RawClient(options, self._connections, self._trial.clock, self._observe)
            self._client = client
            try:
                await client.open()
            except ConnectFailed as error:
                if error.explanation.kind != "refused" or self.reached or self._program.exit_code is not None:
                    # What became of it was on the wire, and that is what is judged.
                    self._flush()
                    return
                await asyncio.sleep(LISTEN_AGAIN)
                continue
            return

    async def _send(self, data: bytes) -> None:
        client = self._client
        if client is None or client.phase not in (Phase.OPEN, Phase.CLOSING):
            return  # the program ended it; that was on the wire
        try:
            await client.send_bytes(data)
        except NotOpen:
            return

    def _observe(self, events: Sequence[Event]) -> None:
        """Pass events on. Those of a try that nobody took are kept back: they never happened to the program."""
        self._waiting += events
        if any(type(event).__name__ == "Tcp" for event in events):
            self.reached = True
        if self.reached:
            self._flush()

    def _flush(self) -> None:
        events, self._waiting = self._waiting, []
        if events:
            self._referee.observe(events)
