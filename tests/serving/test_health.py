"""`/health`."""

from __future__ import annotations

import json

import pytest

from tests.support.bundled_server import running
from tests.support.raw_http import HANDSHAKE, ask


@pytest.mark.parametrize("target", ["/health", "/health?for=anyone"])
async def test_health_is_json(target: str) -> None:
    async with running("basic") as server:
        answer = await ask(server.port, target, *HANDSHAKE)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert json.loads(answer.body) == {"status": "ok", "server": "basic", "connections": 0}


async def test_only_get_asks_for_health() -> None:
    async with running("basic") as server:
        assert (await ask(server.port, "/health", method="DELETE")).status == 405
