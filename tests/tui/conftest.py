"""What holds for every test of the app."""

from __future__ import annotations

import asyncio
import inspect

import pytest


@pytest.fixture
async def no_debugging() -> None:
    """Let the loop do without debugging, which makes each of an app's thousand callbacks ten times as slow."""
    asyncio.get_running_loop().set_debug(False)


@pytest.fixture(autouse=True)
def _no_debugging_of_apps(request: pytest.FixtureRequest) -> None:
    # A test without a loop shall not get one.
    if inspect.iscoroutinefunction(request.function):
        request.getfixturevalue("no_debugging")
