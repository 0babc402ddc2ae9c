"""Speaking to a server byte by byte, without a WebSocket library in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from wslab.wire.encoder import encode_frame

HANDSHAKE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)
"""The headers of a handshake; its key is the one of RFC 6455 section 1.3."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response."""

    status: int
    reason: str
    headers: dict[str, str]
    """By name in lower case."""
    body: str


@dataclass(frozen=True, slots=True)
class WireFrame:
    """A frame as a server sends it: not masked."""

    opcode: int
    fin: bool
    rsv: int
    payload: bytes


@dataclass(slots=True, eq=False)
class RawConnection:
    """A TCP connection on which the handshake is done."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    answer: Answer

    def send(self, opcode: int, payload: bytes = b"", *, fin: bool = True) -> None:
        """Send one masked frame."""
        self.writer.write(encode_frame(opcode, payload, fin=fin, mask=b"\x01\x02\x03\x04"))

    async def frame(self) -> WireFrame:
        """Return the next frame of the server."""
        first, second = await self.reader.readexactly(2)
        assert not second & 0x80, "a server masks nothing (RFC 6455 section 5.1)"
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8))
        payload = await self.reader.readexactly(length)
        return WireFrame(first & 0x0F, bool(first & 0x80), first >> 4 & 7, payload)


async def _head(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    start, *lines = head.split("\r\n")[:-2]
    protocol, status, reason = start.split(" ", 2)
    assert protocol == "HTTP/1.1"
    fields = (line.split(": ", 1) for line in lines)
    return Answer(int(status), reason, {name.lower(): value for name, value in fields}, "")


def _request(target: str, method: str, headers: tuple[str, ...]) -> bytes:
    lines = (f"{method} {target} HTTP/1.1", "Host: 127.0.0.1", *headers, "", "")
    return "\r\n".join(lines).encode()


async def ask(port: int, target: str, *headers: str, method: str = "GET") -> Answer:
    """Return the HTTP response to a request, read to the end of the stream."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_request(target, method, headers))
        async with asyncio.timeout(30):
            answer = await _head(reader)
            body = await reader.read()
        if "content-length" in answer.headers:
            assert len(body) == int(answer.headers["content-length"])
        return Answer(answer.status, answer.reason, answer.headers, body.decode())
    finally:
        writer.close()
        await writer.wait_closed()


@asynccontextmanager
async def upgraded(port: int, target: str, *headers: str) -> AsyncGenerator[RawConnection]:
    """Do the handshake and hand over the connection; it is cut at the end of the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(_request(target, "GET", HANDSHAKE + headers))
        async with asyncio.timeout(30):
            answer = await _head(reader)
        assert answer.status == 101, answer
        yield RawConnection(reader, writer, answer)
    finally:
        writer.transport.abort()
