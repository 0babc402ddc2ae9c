"""What watches over a process group: it ends when it is told to, and takes the group with it when we are gone."""

from __future__ import annotations

import asyncio
import sys

import psutil

from tests.support.waiting import until
from wslab.lab.guard import Guard

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]


async def test_a_guard_that_is_sent_away_kills_nobody() -> None:
    process = await asyncio.create_subprocess_exec(*SLEEP, start_new_session=True)
    try:
        guard = await Guard.over(process.pid)
        guard.leave()
        await guard.wait()
        assert psutil.Process(process.pid).is_running()
        assert process.returncode is None
    finally:
        process.kill()
        await process.wait()


async def test_the_end_of_the_pipe_is_the_end_of_the_group() -> None:
    process = await asyncio.create_subprocess_exec(*SLEEP, start_new_session=True)
    guard = await Guard.over(process.pid)
    guard._process.close_stdin()  # as the kernel does with what a dead process held
    await asyncio.wait_for(process.wait(), 20)
    await guard.wait()
    assert process.returncode == -9


async def test_a_group_that_is_gone_already() -> None:
    process = await asyncio.create_subprocess_exec(*SLEEP, start_new_session=True)
    process.kill()
    await process.wait()
    guard = await Guard.over(process.pid)
    guard._process.close_stdin()
    await until(lambda: guard._process.returncode is not None, "the end of the guard")
    await guard.wait()
