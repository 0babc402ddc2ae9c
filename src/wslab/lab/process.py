"""A child process that never touches our terminal and never outlives us."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wslab.i18n import sentence
from wslab.lab.lines import LineSplitter
from wslab.tasks import spawn

STDIN, STDOUT, STDERR = 0, 1, 2

LINES_AT_ONCE = 200
"""Lines handed on before everything else in the loop gets its turn."""
FLOOD_PAUSE = 0.01
"""Seconds until the next lines of a process that prints faster. Meanwhile its pipe fills and it waits."""
LAST_WORDS = 1.0
"""Seconds that the output of an exited process may stay open: a grandchild may hold it for ever."""

LinesCallback = Callable[[int, list[str]], None]
"""Takes STDOUT or STDERR and the next lines of it."""


def describe_exit(code: int) -> str:
    """Return in words how a process ended. Negative codes are signals, as `subprocess` gives them."""
    if code >= 0:
        return sentence("exited with code {code}", code=code)
    try:
        name = signal.Signals(-code).name
    except ValueError:
        return sentence("was ended by signal {number}", number=-code)
    return sentence("was ended by {name} (signal {number})", name=name, number=-code)


class ChildProcess:
    """A running process whose output arrives as lines and whose stdin only we hold.

    Its three standard streams are pipes, so that it can neither draw on the terminal nor read its keys, and
    it leads a session of its own, so that neither ctrl+c nor a hang-up of the terminal reaches it. What ends
    it when this process is gone, whatever the cause (even SIGKILL), is the end of its stdin: it has to watch
    that.

    That is the net beneath everything, not the way to leave: SIGTERM and SIGHUP end Python without any
    cleaning up, so the app has to install handlers for both (`loop.add_signal_handler`) that end its loop in
    order and stop its children first.
    """

    def __init__(self, on_lines: LinesCallback, on_change: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._on_lines = on_lines
        self._on_change = on_change
        self._transport: asyncio.SubprocessTransport | None = None
        self._splitters = {STDOUT: LineSplitter(), STDERR: LineSplitter()}
        self._open = {STDOUT, STDERR}
        self._pumping: set[int] = set()
        self._exited = asyncio.Event()
        self._pipes_ended = asyncio.Event()
        self._lines_done = asyncio.Event()
        self._returncode: int | None = None
        self.pid = 0

    @classmethod
    async def launch(
        cls,
        command: Sequence[str],
        on_lines: LinesCallback,
        on_change: Callable[[], None],
        *,
        folder: Path | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> ChildProcess:
        """Start a program.

        Args:
            command: the program and its arguments.
            on_lines: is called in the loop with lines as they arrive, never after `wait` returned.
            on_change: is called in the loop when it has exited, while lines of it may still be on their
                way, and when one of its output streams has ended.
            folder: the folder it runs in; ours where it is None.
            environment: variables to set beside those of this process.

        Raises:
            OSError: it cannot be started.
            ValueError: an argument holds a null byte.
        """
        process = cls(on_lines, on_change)
        # Unbuffered, or what it prints arrives when it ends; no colour, whatever the user's shell asks for.
        settings = {"PYTHONUNBUFFERED": "1", "PYTHONIOENCODING": "utf-8", "PYTHON_COLORS": "0"}
        starting = spawn(
            process._start(command, folder, {**os.environ, **settings, **(environment or {})}),
            f"start {command[0]}",
        )
        try:
            failure = await asyncio.shield(starting)
        except asyncio.CancelledError:
            # Broken off half-way, asyncio may wait for ever for the end of pipes it never connected.
            await asyncio.wait([starting])
            if process.pid:
                process.kill()
                await process.wait()
            raise
        if failure is not None:
            raise failure
        return process

    async def _start(
        self, command: Sequence[str], folder: Path | None, environment: Mapping[str, str]
    ) -> OSError | ValueError | None:
        try:
            await self._loop.subprocess_exec(
                lambda: _Pipes(self),
                *command,
                env=environment,
                cwd=folder,
                start_new_session=True,
                close_fds=True,
            )
        except (OSError, ValueError) as error:
            return error
        return None

    @property
    def returncode(self) -> int | None:
        """Exit code, a negative signal number, or None while it runs."""
        return self._returncode

    def talks(self, stream: int) -> bool:
        """Say whether more lines of STDOUT or STDERR may come."""
        return stream in self._open or stream in self._pumping

    def write(self, line: str) -> None:
        """Write one line to its stdin. Where it no longer listens this does nothing."""
        if self._returncode is None and (pipe := self._stdin()) is not None:
            pipe.write(f"{line}\n".encode())

    def close_stdin(self) -> None:
        """End its stdin, which asks a bundled server to drain and exit."""
        if (pipe := self._stdin()) is not None:
            pipe.close()

    def terminate(self) -> None:
        """Send SIGTERM to the process."""
        self._signal(os.kill, signal.SIGTERM)

    def kill(self) -> None:
        """Send SIGKILL to the process and to everything it started that stayed in its session's group."""
        self._signal(os.killpg, signal.SIGKILL)

    def kill_group(self) -> None:
        """Do the same also when the process has exited: what it left behind goes on without it."""
        # A group keeps its number for as long as somebody is in it, so the number is nobody else's by chance
        # unless the group is empty and the kernel has gone once around; hence only right after the end.
        if self.pid > 0:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    async def wait(self) -> int:
        """Wait until it exited and all it wrote has been handed on; return the exit code."""
        await self._exited.wait()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._pipes_ended.wait(), LAST_WORDS)
        self._close()
        await self._lines_done.wait()
        assert self._returncode is not None
        return self._returncode

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _stdin(self) -> asyncio.WriteTransport | None:
        if self._transport is None:
            return None
        pipe = self._transport.get_pipe_transport(STDIN)
        return pipe if isinstance(pipe, asyncio.WriteTransport) and not pipe.is_closing() else None

    def _signal(self, send: Callable[[int, int], None], number: signal.Signals) -> None:
        # Not Popen.send_signal: that reaps the process, and asyncio's own waiting for it would then fail.
        # And never to 0, which is our own group.
        if self._returncode is None and self.pid > 0:
            with contextlib.suppress(ProcessLookupError):
                send(self.pid, number)

    def _started(self, transport: asyncio.SubprocessTransport) -> None:
        self._transport = transport
        self.pid = transport.get_pid()

    def _received(self, stream: int, data: bytes) -> None:
        self._splitters[stream].feed(data)
        if stream not in self._pumping:
            self._pump(stream)

    def _pump(self, stream: int) -> None:
        self._pumping.discard(stream)
        splitter = self._splitters[stream]
        lines = splitter.take(LINES_AT_ONCE)
        more = len(lines) == LINES_AT_ONCE
        if not more and stream not in self._open:
            lines += splitter.rest()
        if more:
            self._pumping.add(stream)
            # The dead are quick: their output is finite, and only for so long is it waited for.
            self._loop.call_later(FLOOD_PAUSE if self._returncode is None else 0, self._pump, stream)
        self._read(stream, more)
        if not (self._open or self._pumping):
            self._lines_done.set()
        if lines:
            self._on_lines(stream, lines)
        if not self.talks(stream):
            self._on_change()

    def _read(self, stream: int, paused: bool) -> None:
        pipe = self._transport.get_pipe_transport(stream) if self._transport is not None else None
        if isinstance(pipe, asyncio.ReadTransport) and not pipe.is_closing():
            if paused:
                pipe.pause_reading()
            else:
                pipe.resume_reading()

    def _pipe_ended(self, stream: int) -> None:
        if stream not in self._open:
            return
        self._open.discard(stream)
        if not self._open:
            self._pipes_ended.set()
            self._close_when_over()
        if stream not in self._pumping:
            self._pump(stream)

    def _ended(self) -> None:
        assert self._transport is not None
        self._returncode = self._transport.get_returncode()
        self._exited.set()
        self._close_when_over()
        self._on_change()

    def _close_when_over(self) -> None:
        # Also where nobody waits any more: whoever did may have been cancelled.
        if self._returncode is not None and not self._open:
            self._close()


class _Pipes(asyncio.SubprocessProtocol):
    """Hands on what asyncio reports of a process."""

    def __init__(self, process: ChildProcess) -> None:
        self._process = process

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._process._started(transport)

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self._process._received(fd, data)

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self._process._pipe_ended(fd)

    def process_exited(self) -> None:
        self._process._ended()
