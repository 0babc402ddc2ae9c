"""The server that most tests of this folder share."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest_asyncio

from tests.support.bundled_server import RunningServer, running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def basic() -> AsyncGenerator[RunningServer]:
    """One server for every test that needs no option."""
    async with running("basic") as server:
        yield server
