"""What the lab speaks: each protocol has a server that speaks it."""

from __future__ import annotations

import pytest

from tests.support.bench import a_bench
from wslab.lab.protocols import PROTOCOLS, RAW
from wslab.wire.events import Phase


@pytest.mark.parametrize("name", PROTOCOLS)
async def test_the_bundled_server_agrees_to_the_first_subprotocol(name: str) -> None:
    protocol = PROTOCOLS[name]
    async with a_bench() as bench:
        bench.offer(protocol.subprotocols)
        await bench.connect(protocol.target)
        assert bench.view.phase is Phase.OPEN
        assert bench.subprotocol == (protocol.subprotocols[0] if protocol.subprotocols else None)


def test_raw_comes_first() -> None:
    assert next(iter(PROTOCOLS.values())) is RAW
    assert all(name == each.name for name, each in PROTOCOLS.items())
