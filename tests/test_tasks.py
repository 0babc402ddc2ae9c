from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from tests.support.waiting import until
from wslab.tasks import spawn, stop


async def test_a_task_has_its_name_and_returns_its_result() -> None:
    async def work() -> int:
        return 7

    task = spawn(work(), "counting")
    assert task.get_name() == "counting"
    assert await task == 7


async def test_a_failure_nobody_awaits_is_reported_at_once() -> None:
    reports: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))

    async def fail() -> None:
        raise RuntimeError("broken")

    spawn(fail(), "failing")
    await until(lambda: reports, "the report")
    assert reports[0]["message"] == "task 'failing' failed"
    assert str(reports[0]["exception"]) == "broken"


async def test_a_task_nobody_holds_is_kept_alive() -> None:
    done = asyncio.Event()
    start = asyncio.Event()

    async def work() -> None:
        await start.wait()
        done.set()

    spawn(work(), "unheld")
    gc.collect()
    start.set()
    await asyncio.wait_for(done.wait(), 5)


async def test_cancelling_is_no_failure() -> None:
    reports: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
    task = spawn(asyncio.Event().wait(), "waiting")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not reports


async def test_a_task_that_tidies_up_is_not_broken_off_again() -> None:
    tidied = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await tidied.wait()

    task = spawn(work(), "work")
    await asyncio.sleep(0)
    stopping = [spawn(stop(task), "stop"), spawn(stop(task), "stop again")]
    await asyncio.sleep(0)
    stopping[0].cancel()
    await asyncio.wait(stopping[:1])
    assert not task.done()
    tidied.set()
    await stopping[1]
    assert task.cancelled()
