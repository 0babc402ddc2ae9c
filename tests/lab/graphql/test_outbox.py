from __future__ import annotations

import asyncio

import pytest

from tests.support.waiting import until
from wslab.lab.graphql.outbox import Outbox
from wslab.net.lifecycle import NotOpen


class Post:
    """Sends when it is allowed to."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.failures: list[str] = []
        self.gate = asyncio.Event()
        self.error: Exception | None = None
        self.outbox = Outbox(self._send, self.failures.append)

    async def _send(self, text: str) -> None:
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        self.sent.append(text)


async def test_messages_go_out_one_after_the_other_in_their_order() -> None:
    post = Post()
    for text in "abc":
        post.outbox.post(text)
    await until(lambda: len(post.outbox) == 2, "the first one under way")
    assert post.sent == []
    post.gate.set()
    await until(lambda: post.sent == ["a", "b", "c"], "all of them")
    post.outbox.post("d")
    await until(lambda: post.sent[-1] == "d", "one more")


@pytest.mark.parametrize("error", [NotOpen("it is closed"), OSError("it is closed")])
async def test_a_failure_is_told_and_nothing_behind_it_is_sent(error: Exception) -> None:
    post = Post()
    post.error = error
    post.gate.set()
    post.outbox.post("a")
    post.outbox.post("b")
    await until(lambda: post.failures == ["it is closed"], "the failure")
    assert len(post.outbox) == 0
    post.error = None
    post.outbox.post("c")
    await until(lambda: post.sent == ["c"], "what comes later")


async def test_once_closed_it_sends_and_tells_nothing() -> None:
    post = Post()
    post.error = NotOpen("it is closed")
    post.outbox.post("a")
    post.outbox.post("b")
    await until(lambda: len(post.outbox) == 1, "the first one under way")
    post.outbox.close()
    post.outbox.post("c")
    assert len(post.outbox) == 0
    post.gate.set()
    await until(
        lambda: not any(task.get_name() == "graphql outbox" for task in asyncio.all_tasks()), "its end"
    )
    assert (post.sent, post.failures) == ([], [])
