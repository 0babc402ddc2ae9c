"""Who speaks which protocol in the app."""

from __future__ import annotations

from tests.support.bench import a_bench
from wslab.lab.protocols import PROTOCOLS, RAW
from wslab.tui.panels import speakers


async def test_raw_is_spoken_by_hand_and_others_by_protocols_there_are() -> None:
    async with a_bench() as bench:
        found = speakers(bench)
        assert RAW.name not in found
        assert set(found) <= set(PROTOCOLS)
