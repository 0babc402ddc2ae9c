"""Sends what a client has to say by itself: one message after the other, in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable

from wslab.lab.bench_servers import WorkbenchError
from wslab.lab.system_errors import told
from wslab.net.lifecycle import NotOpen
from wslab.tasks import spawn


class Outbox:
    """The messages of one connection that wait to be sent.

    Args:
        send: sends one message.
        failed: told why one could not be sent; those behind it are not sent either.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], failed: Callable[[str], None]) -> None:
        self._send = send
        self._failed = failed
        self._waiting: deque[str] = deque()
        self._sending = False
        self._closed = False

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._waiting)

    @property
    def busy(self) -> bool:
        """Whether something is being sent or waits for that."""
        return self._sending

    def post(self, message: str) -> None:
        """Send a message when those before it are sent."""
        if self._closed:
            return
        self._waiting.append(message)
        if not self._sending:
            self._sending = True
            spawn(self._send_all(), "graphql outbox")

    def close(self) -> None:
        """Send nothing more: the connection is over."""
        self._closed = True
        self._waiting.clear()

    async def _send_all(self) -> None:
        try:
            while self._waiting:
                await self._send(self._waiting.popleft())
        except (NotOpen, WorkbenchError, OSError) as error:
            self._waiting.clear()
            if not self._closed:
                self._failed(told(error))
        finally:
            self._sending = False
