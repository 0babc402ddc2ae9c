"""Has lessons done in the app by other processes: a learner's state and language must stay what they are.

To start Python and the app takes as long as many a lesson. So a process does one lesson after the other, all
in the same language, and only one in which something went wrong is ended with its lesson.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import tempfile
from collections import defaultdict
from contextlib import suppress
from typing import IO, Self

from wslab.lab.lesson_run import Seed
from wslab.lab.lint.drive import Driven, Place
from wslab.tasks import spawn
from wslab.tui.drive_worker import ask_for
from wslab.tui.lesson_drive import PASSED_WITHIN, from_json, read_script
from wslab.tui.pilot_script import ScriptError

PATIENCE = 90.0
"""Seconds for a whole lesson, the start of the process included."""
LONGEST_ANSWER = 1 << 28
"""Bytes: everything that was seen of a lesson."""


class DrivePool:
    """Does lessons in the app, as many side by side as it is asked for at once; to be used with `async with`.

    Args:
        patience: seconds for a lesson.
        passed_within: seconds after the last key within which it has to be passed.
    """

    def __init__(self, patience: float = PATIENCE, passed_within: float = PASSED_WITHIN) -> None:
        self._patience = patience
        self._passed_within = passed_within
        self._idle: defaultdict[str, list[_Worker]] = defaultdict(list)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        """End the processes."""
        for workers in self._idle.values():
            while workers:
                await workers.pop().end()

    async def __call__(self, place: Place, lang: str, seed: Seed) -> Driven:
        """Do a lesson, with a state and a folder for work that are new, and return what came of it."""
        try:
            read_script(place.lesson, seed)
        except ScriptError as error:
            return Driven(lang, seed, str(error))
        idle = self._idle[lang]
        well = False
        with tempfile.TemporaryDirectory(prefix="wslab-drive-") as folder:
            worker = idle.pop() if idle else await _new_worker()
            try:
                async with asyncio.timeout(self._patience):
                    line = await worker.ask(ask_for(place, lang, seed, folder, self._passed_within))
                driven = from_json(line, lang, seed)
                well = not driven.fault
            except TimeoutError:
                driven = Driven(lang, seed, fault=f"the app was still running after {self._patience:g} s")
            except _WorkerEnded as ended:
                driven = Driven(lang, seed, fault=str(ended))
            finally:
                if well:
                    idle.append(worker)
                else:
                    await worker.end()
        return driven


async def _new_worker() -> _Worker:
    starting = spawn(_Worker.start(), "worker")
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        # Broken off half-way, asyncio leaves a process for which nobody waits.
        await (await starting).end()
        raise


class _WorkerEnded(Exception):
    """A process ended before it had an answer. The message says how."""


class _Worker:
    """A process that does lessons."""

    def __init__(self, process: asyncio.subprocess.Process, errors: IO[bytes]) -> None:
        self._process = process
        self._errors = errors

    @classmethod
    async def start(cls) -> Self:
        # Nobody reads what it complains of until it has ended.
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - `end` closes it
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "wslab.tui.drive_worker",
            env={**os.environ, "TEXTUAL_ANIMATIONS": "none"},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
            limit=LONGEST_ANSWER,
            start_new_session=True,
        )
        return cls(process, errors)

    async def ask(self, line: str) -> str:
        """Return the answer to a line.

        Raises:
            _WorkerEnded: the process ended before it had one.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n".encode())
        answered = await self._process.stdout.readline()
        if answered.endswith(b"\n"):
            return answered.decode()
        code = await self._process.wait()
        self._errors.seek(0)
        tail = self._errors.read().decode(errors="replace").strip().splitlines()[-3:]
        raise _WorkerEnded(f"the app ended with {code}: {' / '.join(tail)}")

    async def end(self) -> None:
        """Kill the process; its servers end by themselves when their stdin does."""
        if self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        await self._process.wait()
        self._errors.close()
