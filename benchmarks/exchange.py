"""A bare socket as a client: it sends frames made beforehand and counts what comes back.

So it is never the slower side, whatever it is that answers.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable

PIECE = 65536


def connect(url: str, path: str, subprotocol: str = "") -> socket.socket:
    """Return a connection on which the handshake is done and nothing else was said.

    Raises:
        RuntimeError: the server refused.
    """
    host, port = url.removeprefix("ws://").split(":")
    connection = socket.create_connection((host, int(port)))
    offer = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    connection.sendall(
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{offer}"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(4096)
        if not data:
            raise RuntimeError(f"{url}{path} closed in the handshake: {head!r}")
        head += data
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise RuntimeError(f"{url}{path} refused: {head!r}")
    return connection


def exchange(connection: socket.socket, frames: bytes, wanted: int) -> float:
    """Send frames as fast as they are taken, receive so many bytes meanwhile; return the seconds it took."""
    connection.setblocking(False)
    started = time.perf_counter()
    received = sent = 0
    rest = memoryview(frames)
    while received < wanted:
        writing = [connection] if sent < len(frames) else []
        readable, writable, _ = select.select([connection], writing, [])
        if writable:
            sent += connection.send(rest[sent : sent + PIECE])
        if readable:
            received += len(_some(connection))
    return time.perf_counter() - started


def in_turn(
    connection: socket.socket, frames: list[bytes], mark: bytes, window: int, seen: Callable[[bytes], None]
) -> float:
    """Send frames of which so many may be unanswered, until each has been; return the seconds it took.

    Args:
        connection: where.
        frames: each is answered by bytes that hold `mark` once.
        mark: what to count.
        window: frames that may be under way.
        seen: is given all bytes that come.
    """
    started = time.perf_counter()
    answered = sent = 0
    tail = b""
    while answered < len(frames):
        ready = min(len(frames), answered + window)
        if ready > sent:
            connection.sendall(b"".join(frames[sent:ready]))
            sent = ready
        data = _some(connection)
        seen(data)
        # A mark may come in two pieces.
        data = tail + data
        answered += data.count(mark)
        tail = data[-(len(mark) - 1) :]
    return time.perf_counter() - started


def _some(connection: socket.socket) -> bytes:
    data = connection.recv(PIECE)
    if not data:
        raise RuntimeError("the server closed too early")
    return data
