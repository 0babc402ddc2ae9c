"""A learner's program as a process: what it is told, what it prints, and that it ends when we say so.

Nothing that it prints and no exit code of it decides anything. Both are shown, because they help.
"""

from __future__ import annotations

import os
import re
import sys
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from wslab.lab.guard import Guard
from wslab.lab.ports import LOOPBACK
from wslab.lab.process import STDERR, ChildProcess

FIRST_LINES = 100
"""Lines of the start of its output that are kept."""
LAST_LINES = 200
"""Lines of the end of its output that are kept."""
LONGEST_LINE = 2000
"""Characters of a line that are kept."""
TRACEBACK_LINES = 6
"""Lines of a traceback that are worth showing: where in the learner's file, and what."""

_DIRECT = ("NO_PROXY", "no_proxy")
_FRAME = re.compile(r'\s*File "(?P<file>[^"]+)", line \d+')
_ERROR = re.compile(r"[A-Za-z_][\w.]*(:\s.*)?")


class Output:
    """The start and the end of what a program printed, and how much is missing between them.

    Args:
        first: lines to keep of the start.
        last: lines to keep of the end.
    """

    def __init__(self, first: int = FIRST_LINES, last: int = LAST_LINES) -> None:
        self.total = 0
        """Lines there have been."""
        self._room = first
        self._start: list[tuple[int, str]] = []
        self._end: deque[tuple[int, str]] = deque(maxlen=last)

    def add(self, stream: int, lines: Sequence[str]) -> None:
        """Take the next lines of STDOUT or STDERR."""
        for line in lines:
            kept = (stream, line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…")
            self.total += 1
            if len(self._start) < self._room:
                self._start.append(kept)
            else:
                self._end.append(kept)

    @property
    def left_out(self) -> int:
        """Lines that are missing between the start and the end."""
        return self.total - len(self._start) - len(self._end)

    def lines(self) -> tuple[str, ...]:
        """Return what is kept, with a line in place of what is not."""
        start = [line for _, line in self._start]
        end = [line for _, line in self._end]
        gap = [f"… {self.left_out} …"] if self.left_out else []
        return (*start, *gap, *end)

    def errors(self) -> tuple[str, ...]:
        """Return what is kept of STDERR."""
        return tuple(line for stream, line in (*self._start, *self._end) if stream == STDERR)


class Program:
    """One run of a learner's program, in a session and a process group of its own."""

    def __init__(self) -> None:
        self.output = Output()
        self._process: ChildProcess | None = None
        self._guard: Guard | None = None

    @classmethod
    async def start(
        cls,
        entry: str,
        folder: Path,
        environment: Mapping[str, str],
        on_change: Callable[[], None],
        *,
        python: str = sys.executable,
    ) -> Program:
        """Start a program.

        Args:
            entry: the file to run, as a path in the folder.
            folder: where it runs.
            environment: variables to set, beside those of this process.
            on_change: is called in the loop when it has exited.
            python: the interpreter.

        Raises:
            OSError: it cannot be started.
        """
        program = cls()
        # As `python client.py` would: its folder is where it imports from.
        program._process = await ChildProcess.launch(
            [python, entry],
            program.output.add,
            on_change,
            folder=folder,
            environment={**_direct(os.environ), **environment},
        )
        program._process.close_stdin()
        try:
            program._guard = await Guard.over(program._process.pid)
        except BaseException:
            await program.stop()
            raise
        return program

    @property
    def exit_code(self) -> int | None:
        """Exit code, a negative signal number, or None while it runs."""
        return None if self._process is None else self._process.returncode

    async def stop(self) -> int | None:
        """Kill it with everything it started, wait for the rest of its output, and return the exit code.

        The exit code is None where it had to be killed.
        """
        process = self._process
        assert process is not None
        code = process.returncode
        process.kill_group()
        if self._guard is not None:
            self._guard.leave()
            await self._guard.wait()
        await process.wait()
        return code


def traceback_tail(errors: Sequence[str], folder: Path, limit: int = TRACEBACK_LINES) -> tuple[str, ...]:
    """Return what matters of the last traceback that a program printed; nothing where there is none.

    That is the innermost place in the learner's own folder with its line of code, and the error.

    Args:
        errors: lines of its STDERR.
        folder: the learner's folder.
        limit: lines at most.
    """
    lines = [line.rstrip() for line in errors]
    while lines and not lines[-1]:
        lines.pop()
    frames = [number for number, line in enumerate(lines) if _FRAME.match(line)]
    # A syntax error of the file itself has frames but no heading.
    if not frames or not _ERROR.fullmatch(lines[-1].lstrip(" |+")):
        return ()
    own = [number for number in frames if _within(_FRAME.match(lines[number]), folder)]
    at = own[-1] if own else frames[-1]
    following = next((number for number in frames if number > at), len(lines) - 1)
    place = lines[at:following][: limit - 1]
    return (*place, lines[-1])


def _within(found: re.Match[str] | None, folder: Path) -> bool:
    return found is not None and Path(found["file"]).is_relative_to(folder.absolute())


def _direct(environment: Mapping[str, str]) -> dict[str, str]:
    """Return variables that keep libraries from asking a proxy for this machine's own servers."""
    hosts = f"{LOOPBACK},localhost"
    return {name: f"{value},{hosts}" if (value := environment.get(name)) else hosts for name in _DIRECT}
