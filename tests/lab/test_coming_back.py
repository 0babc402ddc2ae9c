"""Coming back after a lost connection. `test_workbench.py` has whole stories of it."""

from __future__ import annotations

from wslab.lab.coming_back import ComingBack
from wslab.net.client import Client
from wslab.net.options import ConnectOptions
from wslab.wire.clock import Clock
from wslab.wire.events import Phase


def never(options: ConnectOptions) -> Client:
    raise AssertionError(f"an attempt to {options.url}")


async def test_where_it_is_not_wanted_nothing_is_done() -> None:
    notes: list[tuple[str, str]] = []
    back = ComingBack(Clock(), never, lambda *note: notes.append(note))
    back.keep_up(Client(ConnectOptions("ws://127.0.0.1:9/"), 1, Clock(), lambda _events: None))
    assert back.countdown == ""
    assert not await back.give_up(None)
    assert not await back.give_up(Phase.OPEN)
    await back.over()
    assert notes == []
