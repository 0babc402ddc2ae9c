from __future__ import annotations

import asyncio
import gc

import pytest

from wslab.serving.channels import Channel, Overrun
from wslab.tasks import spawn


async def test_everybody_hears_what_is_said_while_listening() -> None:
    channel: Channel[int] = Channel()
    channel.publish(0)
    first = channel.listen(10)
    assert channel.publish(1) == 1
    second = channel.listen(10)
    assert channel.publish(2) == channel.listeners == 2
    assert [await anext(first), await anext(first), await anext(second)] == [1, 2, 2]


async def test_who_waits_is_woken() -> None:
    channel: Channel[str] = Channel()
    listener = channel.listen(1)
    waiting = spawn(anext(listener), "waiting")  # type: ignore[arg-type]
    await asyncio.sleep(0)
    channel.publish("now")
    assert await waiting == "now"


async def test_who_is_too_slow_gets_what_waits_and_is_told() -> None:
    channel: Channel[int] = Channel()
    listener = channel.listen(2)
    for item in range(5):
        channel.publish(item)
    assert channel.listeners == 0
    assert [await anext(listener), await anext(listener)] == [0, 1]
    with pytest.raises(Overrun, match="more than 2 items waited"):
        await anext(listener)


async def test_who_has_closed_hears_nothing() -> None:
    channel: Channel[int] = Channel()
    listener = channel.listen(2)
    channel.publish(1)
    await listener.aclose()
    assert channel.publish(2) == 0
    assert [item async for item in listener] == []


async def test_a_listener_that_nobody_holds_is_gone() -> None:
    channel: Channel[int] = Channel()
    channel.listen(2)
    gc.collect()
    assert channel.listeners == 0
