"""Channels that pass each item on to everybody who listens, without waiting for who is slow."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from typing import Generic, TypeVar

T = TypeVar("T")


class Overrun(Exception):
    """A listener was too slow: more items waited for it than its limit."""


class Channel(Generic[T]):
    """Where items are published."""

    def __init__(self) -> None:
        # A listener that nobody holds any more hears nothing, whether it was closed or not.
        self._listeners: weakref.WeakSet[Listener[T]] = weakref.WeakSet()

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._listeners)

    def publish(self, item: T) -> int:
        """Pass an item on and return to how many. Never waits."""
        listeners = list(self._listeners)
        for listener in listeners:
            listener._put(item)
        return len(listeners)

    def listen(self, limit: int) -> Listener[T]:
        """Listen from now on.

        Args:
            limit: how many items may wait. Of one more, those that wait are still handed over, then comes
                `Overrun`.
        """
        listener: Listener[T] = Listener(self, limit)
        self._listeners.add(listener)
        return listener

    def _leave(self, listener: Listener[T]) -> None:
        self._listeners.discard(listener)


class Listener(Generic[T]):
    """An asynchronous iterator over what is published. To be read by one task."""

    def __init__(self, channel: Channel[T], limit: int) -> None:
        self._channel = channel
        self._limit = limit
        self._waiting: deque[T] = deque()
        self._news = asyncio.Event()
        self._overrun = False
        self._closed = False

    def __aiter__(self) -> Listener[T]:
        """Return itself."""
        return self

    async def __anext__(self) -> T:
        """Return the next item, waiting for it.

        Raises:
            Overrun: the limit was reached; nothing comes any more.
            StopAsyncIteration: it was closed.
        """
        while not self._waiting:
            if self._closed:
                raise StopAsyncIteration
            if self._overrun:
                raise Overrun(f"more than {self._limit} items waited")
            self._news.clear()
            await self._news.wait()
        return self._waiting.popleft()

    async def aclose(self) -> None:
        """Listen no more."""
        self._closed = True
        self._waiting.clear()
        self._news.set()
        self._channel._leave(self)

    def _put(self, item: T) -> None:
        if len(self._waiting) >= self._limit:
            self._overrun = True
            self._channel._leave(self)
        else:
            self._waiting.append(item)
        self._news.set()
