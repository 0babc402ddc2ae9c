"""Servers under supervision, and ports that somebody else has."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.servers import write_server
from tests.support.supervised import SOON, Lab, NewLab
from wslab.lab.supervisor import Patience


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[NewLab]:
    labs: list[Lab] = []

    def new(body: str, patience: Patience = SOON, port: int = 0) -> Lab:
        labs.append(Lab([write_server(tmp_path, body, port=port)], patience))
        return labs[-1]

    yield new
    for one in labs:
        await one.supervisor.stop_all()
        assert not one.status.running


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
