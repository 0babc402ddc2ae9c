"""One process of a bundled server, from the wish to start it until it is gone."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from wslab.bundled import BundledError
from wslab.i18n import sentence
from wslab.lab.announcements import Connections, MalformedReadyLine, Ready, read_announcement
from wslab.lab.pack_files import PackError
from wslab.lab.ports import in_use
from wslab.lab.process import STDOUT, ChildProcess, describe_exit
from wslab.lab.server_status import ServerEntry, ServerStartError, ServerState, ServerStatus
from wslab.lab.state_file import StateError
from wslab.lab.usage import Usage
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Proc

LOG_LINES = 200
"""Lines of output kept."""
FAILURE_LINES = 20
"""Lines of output shown with a failure."""
COULD_NOT_START = 3
"""Exit code of a server that could not listen."""

Sink = Callable[[Sequence[Event]], None]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take, in seconds."""

    ready: float = 5.0
    """Until it has said that it is ready."""
    stop: float = 5.5
    """Until it is killed after it was asked to stop: the 5 it may drain for, and a little to exit."""
    abort: float = 1.0
    """The same where it never was ready, so that there is nothing to drain."""


class ServerRun:
    """Starts a server, watches it and sees it off. `live` is its whole life."""

    def __init__(
        self,
        entry: ServerEntry,
        port: int,
        options: tuple[str, ...],
        *,
        clock: Clock,
        sink: Sink,
        patience: Patience,
    ) -> None:
        self.name = entry.name
        self.port = port
        self.options = options
        self.state = ServerState.STARTING
        self.started: asyncio.Future[ServerStartError | None] = asyncio.get_running_loop().create_future()
        """Resolves to None when it is ready, to an error when it will not be."""
        self.over = asyncio.Event()
        """Set when its process is gone and all its output was heard."""
        self._entry = entry
        self._clock = clock
        self._sink = sink
        self._patience = patience
        self._began = clock.monotonic()
        self._news = asyncio.Event()
        self._stop_asked = False
        self._restarting = False
        self._announced: Ready | MalformedReadyLine | None = None
        self._connections: int | None = None
        self._lines: deque[str] = deque(maxlen=LOG_LINES)
        self._process: ChildProcess | None = None
        self._usage: Usage | None = None
        self._exit_code: int | None = None
        self._why = ""

    @property
    def going(self) -> bool:
        """Whether it starts or runs and nobody asked it to stop."""
        return self.state in (ServerState.STARTING, ServerState.READY)

    def stop(self, restarting: bool = False) -> None:
        """Ask it to stop, unless that has been done already.

        Args:
            restarting: tell the server, so that it closes its connections with 1012 instead of 1001.
        """
        if self.going:
            self._stop_asked, self._restarting = True, restarting
            self.state = ServerState.STOPPING
            self._news.set()

    def status(self) -> ServerStatus:
        """Return how it is doing."""
        status = ServerStatus(
            name=self.name,
            port=self.port,
            state=self.state,
            exit_code=self._exit_code,
            why=self._why,
            tail=tuple(self._lines),
        )
        process, ready = self._process, self._announced
        if process is None or process.returncode is not None:
            return status
        cpu, memory = self._usage.sample() if self._usage is not None else (None, None)
        return replace(
            status,
            pid=process.pid,
            url=ready.url if isinstance(ready, Ready) else None,
            uptime=self._clock.monotonic() - self._began,
            cpu=cpu,
            memory=memory,
            # The number is only as good as the server's chance to correct it.
            connections=self._connections if process.talks(STDOUT) else None,
        )

    async def live(self, python: str) -> None:
        """Start it, wait until it is ready, watch it until it exits or has to.

        Args:
            python: the interpreter that runs it.
        """
        try:
            process = await self._launch(python)
            if process is not None and await self._become_ready(process):
                await self._serve(process)
        finally:
            if self._process is not None and self._process.returncode is None:
                # Cancelled: the loop is being shut down, so there is no time left to ask politely.
                self.state = ServerState.STOPPED
                self._process.kill()
                await self._process.wait()
            if not self.started.done():
                self.started.set_result(
                    ServerStartError(sentence("the start of {name} was cancelled", name=self.name))
                )
            self.over.set()

    async def _launch(self, python: str) -> ChildProcess | None:
        try:
            command = [python, "-P", str(self._entry.path), "--port", str(self.port), *self.options]
            process = await ChildProcess.launch(
                command, self._heard, self._news.set, environment=self._entry.environment
            )
        except (BundledError, PackError, StateError, OSError, ValueError) as error:
            self._fail(sentence("{name} could not be started: {error}", name=self.name, error=str(error)))
            return None
        self._process = process
        self._usage = Usage(process.pid, self._clock)
        self._emit("started", sentence("process {pid}", pid=process.pid))
        return process

    async def _become_ready(self, process: ChildProcess) -> bool:
        """Wait for the ready line; where it does not come in time or form, end the process."""
        patience = self._patience
        await self._until(
            lambda: self._announced or self._leaving(process) or not process.talks(STDOUT), patience.ready
        )
        if self._announced is None and not process.talks(STDOUT):
            # The end of its output is mostly the first that is heard of its exit.
            await self._until(lambda: self._leaving(process), patience.abort)
        announced = self._announced
        if self._stop_asked:
            await self._end(process, patience.abort)
            self._stopped(process)
            self.started.set_result(
                ServerStartError(sentence("{name} was stopped before it was ready", name=self.name))
            )
            return False
        if process.returncode is not None:
            await self._exited_early(process)
            return False
        if isinstance(announced, Ready):
            self.state, self.port = ServerState.READY, announced.port
            self._emit("ready", announced.url)
            self.started.set_result(None)
            return True
        if announced is not None:
            why = sentence("{name} is of no use: {problem}", name=self.name, problem=str(announced))
        elif process.talks(STDOUT):
            why = sentence(
                "{name} was not ready within {seconds:g} s and was stopped",
                name=self.name,
                seconds=patience.ready,
            )
        else:
            why = sentence("{name} closed its output without a ready line and was stopped", name=self.name)
        await self._end(process, patience.abort)
        self._fail(why)
        return False

    def _leaving(self, process: ChildProcess) -> bool:
        return self._stop_asked or process.returncode is not None

    async def _exited_early(self, process: ChildProcess) -> None:
        code = await process.wait()
        if code != COULD_NOT_START:
            self._fail(sentence("{name} {how} before it was ready", name=self.name, how=describe_exit(code)))
        elif await in_use(self.port, self.options):
            self._fail(
                sentence("{name} could not start: port {port} is in use", name=self.name, port=self.port),
                busy=True,
            )
        else:
            self._fail(self._lines[-1] if self._lines else sentence("{name} could not start", name=self.name))

    async def _serve(self, process: ChildProcess) -> None:
        """Wait until it exits or has to."""
        await self._until(lambda: self._leaving(process), None)
        if self._stop_asked:
            await self._end(process, self._patience.stop, self._restarting)
            self._stopped(process)
            return
        assert process.returncode is not None
        self.state, self._exit_code = ServerState.CRASHED, process.returncode
        self._why = sentence(
            "{name} {how}, though nobody stopped it here",
            name=self.name,
            how=describe_exit(process.returncode),
        )
        await process.wait()
        self._emit("exited", self._why)

    async def _end(self, process: ChildProcess, grace: float, restarting: bool = False) -> None:
        """Make the process exit: ask first, kill after ``grace`` seconds."""
        # Either of the two, never both: to a bundled server the second one means to hurry.
        if restarting:
            process.write("restart")
            process.close_stdin()
        else:
            process.terminate()
        if not await self._until(lambda: process.returncode is not None, grace):
            self._why = sentence(
                "{name} did not exit within {seconds:g} s and was killed", name=self.name, seconds=grace
            )
            process.kill()
        await process.wait()

    def _stopped(self, process: ChildProcess) -> None:
        self._exit_code, self.state = process.returncode, ServerState.STOPPED
        assert process.returncode is not None
        self._emit(
            "exited",
            self._why or sentence("{name} {how}", name=self.name, how=describe_exit(process.returncode)),
        )

    def _fail(self, why: str, busy: bool = False) -> None:
        if self._process is not None:
            self._exit_code = self._process.returncode
        self._why, self.state = why, ServerState.FAILED
        self._emit("failed", why)
        tail = itertools.islice(self._lines, max(0, len(self._lines) - FAILURE_LINES), None)
        self.started.set_result(ServerStartError(why, tuple(tail), busy))

    async def _until(self, condition: Callable[[], object], timeout: float | None) -> bool:
        """Wait until ``condition()`` is true; say whether it was within ``timeout`` seconds."""
        try:
            async with asyncio.timeout(timeout):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return bool(condition())
        return True

    def _heard(self, stream: int, lines: list[str]) -> None:
        events: list[Event] = []
        for line in lines:
            if stream == STDOUT and self._measured(line):
                continue
            self._lines.append(line)
            events.append(self._event("log" if stream == STDOUT else "stderr", line))
        if events:
            self._sink(events)

    def _measured(self, line: str) -> bool:
        """Take what a line of stdout announces; say whether it is a mere measurement and no log line."""
        announcement: Ready | Connections | MalformedReadyLine | None
        try:
            announcement = read_announcement(line, self.name)
        except MalformedReadyLine as error:
            announcement = error
        if isinstance(announcement, Connections):
            self._connections = announcement.open
            return True
        if announcement is not None and self._announced is None:
            self._announced = announcement
            self._news.set()
        return False

    def _event(self, what: str, text: str) -> Proc:
        return Proc(*self._clock.stamp(), 0, self.name, what, text)

    def _emit(self, what: str, text: str) -> None:
        self._sink([self._event(what, text)])
