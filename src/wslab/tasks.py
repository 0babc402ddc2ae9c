"""The one place that starts asyncio tasks, and how they are stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_running: set[asyncio.Task[Any]] = set()


def spawn(coroutine: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
    """Run a coroutine as a task that has a name, is kept alive and whose failure is reported.

    The event loop holds only weak references to tasks, and a failure nobody awaits is reported only when
    the task is collected. Here a failure reaches the loop's exception handler as soon as it happens.
    A caller that awaits the task gets the exception as well.
    """
    task = asyncio.get_running_loop().create_task(coroutine, name=name)
    _running.add(task)
    task.add_done_callback(_finished)
    return task


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel a task and wait until it has ended.

    A task that is on its way out already is not cancelled again: that would break off its tidying up. Who is
    cancelled while waiting here can come back to wait again.
    """
    if not task.cancelling():
        task.cancel()
    await asyncio.wait([task])


def _finished(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    if task.cancelled():
        return
    error = task.exception()
    if error is not None:
        context = {"message": f"task {task.get_name()!r} failed", "exception": error, "task": task}
        task.get_loop().call_exception_handler(context)
