"""Signals to processes that asyncio looks after."""

from __future__ import annotations

import os
from asyncio.subprocess import Process
from contextlib import suppress
from signal import Signals


def send(process: Process, number: Signals | int) -> None:
    """Send a signal; to a process that has ended, nothing.

    `Process.send_signal` asks first whether it has ended, which takes the exit code from asyncio: it then
    says 255.
    """
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.kill(process.pid, number)
