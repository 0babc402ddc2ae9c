"""What the tap promises, and that the library keeps what the tap stands on."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Sequence
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection, serve
from websockets.client import ClientProtocol
from websockets.protocol import SEND_EOF

from tests.support.recorder import Recorder
from wslab.net.client import Client
from wslab.net.options import ConnectOptions
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.events import Direction, Event, Frame


def test_the_library_still_calls_what_the_tap_shadows() -> None:
    assert SEND_EOF == b""
    for caller, called in (
        (Connection.data_received, "protocol.receive_data("),
        (Connection.data_received, "protocol.events_received("),
        (Connection.eof_received, "protocol.receive_eof("),
        (Connection.connection_lost, "protocol.receive_eof("),
        (Connection.send_data, "protocol.data_to_send("),
    ):
        assert called in inspect.getsource(caller)
    for name in ("receive_data", "receive_eof", "events_received", "data_to_send", "fail", "handshake_exc"):
        assert hasattr(ClientProtocol, name) or name == "handshake_exc"
    parameters = inspect.signature(connect.__init__).parameters
    assert {"create_connection", "proxy", "extensions", "logger", "max_size"} <= set(parameters)
    assert "process_redirect" in vars(connect)
    assert issubclass(ClientConnection, asyncio.Protocol)


class Wire:
    """A proxy in the middle that keeps every byte of one connection, to compare with what the tap saw."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.sent = bytearray()
        self.received = bytearray()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(
            self._copy(reader, far_writer, self.sent), self._copy(far_reader, writer, self.received)
        )
        for each in (far_writer, writer):
            each.close()
            await each.wait_closed()

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray) -> None:
        while data := await reader.read(1000):
            kept += data
            writer.write(data)
        writer.write_eof()


@pytest.mark.parametrize("compression", [True, False])
async def test_every_byte_of_both_directions_reaches_the_reader(
    compression: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[Direction, bytearray] = {direction: bytearray() for direction in Direction}
    receive = ConnectionReader.receive

    def keep(self: ConnectionReader, direction: Direction, data: bytes) -> list[Event]:
        seen[direction] += data
        return receive(self, direction, data)

    async def handler(connection: ServerConnection) -> None:
        await connection.send("with the 101?")
        await connection.ping(b"answer me")
        async for message in connection:
            await connection.send(message)
            await connection.send(["in ", "parts"])

    monkeypatch.setattr(ConnectionReader, "receive", keep)
    log = Recorder()
    async with serve(handler, "127.0.0.1", 0) as server:
        wire = Wire(server.sockets[0].getsockname()[1])
        middle = await asyncio.start_server(wire, "127.0.0.1", 0)
        url = f"ws://127.0.0.1:{middle.sockets[0].getsockname()[1]}/"
        client = Client(ConnectOptions(url, compression=compression), 1, Clock(), log)
        await client.open()
        await client.send_text("x" * 100_000)
        await client.send_binary(bytes(300))
        await client.send_fragments(["a", "b"])
        await client.ping(b"mine")
        await client.close()
        middle.close()
        await middle.wait_closed()
    assert bytes(seen[Direction.C2S]) == bytes(wire.sent)
    assert bytes(seen[Direction.S2C]) == bytes(wire.received)
    assert not [frame for frame in log.of(Frame) if frame.violations]
    log.check_order()


async def test_messages_do_not_wait_in_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[Any] = []

    async def handler(connection: ServerConnection) -> None:
        for number in range(500):
            await connection.send(str(number))

    got: list[str | bytes] = []
    async with serve(handler, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"

        def sink(_: Sequence[Event]) -> None:
            connection = client._connection
            if connection is not None and connection.made:
                paused.append(len(connection.recv_messages.frames))

        client = Client(ConnectOptions(url), 1, Clock(), sink, on_message=got.append)
        await client.open()
        await client.wait_closed()
    assert got == [str(number) for number in range(500)]
    assert set(paused) == {0}
