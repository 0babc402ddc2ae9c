"""A server that does exactly what a script says, right or wrong: the opposite of a library."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable
from types import TracebackType

from wslab.tasks import spawn

Script = Callable[["Conversation"], Awaitable[None]]


class Conversation:
    """One connection that a client made to the faulty server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        self.reader = reader
        self.writer = writer
        self.number = number
        """1 for the first connection."""
        self.head = b""
        self.received = bytearray()

    async def read_head(self) -> bytes:
        """Read the client's request."""
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        return self.head

    def header(self, name: str) -> str | None:
        """Return a header of the request."""
        for line in self.head.decode("latin-1").split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None

    def switching(self, *headers: str, accept: str | None = None) -> bytes:
        """Return a 101 to the request that was read, with a right or another accept value."""
        key = self.header("Sec-WebSocket-Key") or ""
        digest = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
        lines = [
            "HTTP/1.1 101 Switching Protocols",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Accept: {accept or base64.b64encode(digest).decode()}",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    async def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    async def upgrade(self, extra: bytes = b"", *headers: str) -> None:
        """Accept the handshake, with bytes right behind the answer."""
        await self.read_head()
        await self.send(self.switching(*headers) + extra)

    async def read_all(self) -> None:
        """Read until the client ends the connection, and answer nothing."""
        while data := await self.reader.read(65536):
            self.received += data

    def reset(self) -> None:
        """Break the connection off with a TCP reset."""
        sock = self.writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class FaultyServer:
    """Runs a script for each connection. An async context; the port is free and on loopback."""

    def __init__(self, script: Script, *, tls: ssl.SSLContext | None = None) -> None:
        self._script = script
        self._tls = tls
        self._tasks: set[asyncio.Task[None]] = set()
        self.conversations: list[Conversation] = []
        self.ended: list[Conversation] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"{'wss' if self._tls else 'ws'}://127.0.0.1:{self.port}/"

    async def __aenter__(self) -> FaultyServer:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = Conversation(reader, writer, len(self.conversations) + 1)
        self.conversations.append(conversation)
        task = spawn(self._run(conversation), f"faulty server {conversation.number}")
        self._tasks.add(task)

    async def _run(self, conversation: Conversation) -> None:
        try:
            await self._script(conversation)
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client went away: what a script expects is asserted on the client's side
        finally:
            self.ended.append(conversation)
            conversation.writer.close()
            with contextlib.suppress(OSError):
                await conversation.writer.wait_closed()
