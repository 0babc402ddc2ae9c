"""A workbench whose connection, clock and servers are the same in every run, for pictures of the screen."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import cast

from wslab.i18n import sentence
from wslab.lab.server_status import ServerState, ServerStatus
from wslab.lab.supervisor import Supervisor
from wslab.lab.workbench import Workbench
from wslab.net.client import Client
from wslab.net.options import ConnectOptions
from wslab.wire.clock import Clock
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Direction, Event, Opcode, Phase, State

URL = "ws://127.0.0.1:8080/echo"
KEY = bytes.fromhex("37fa213d")
C2S, S2C = Direction.C2S, Direction.S2C

REQUEST = (
    b"GET /echo HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\nUser-Agent: wslab\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nServer: Python websockets\r\n\r\n"
)


class StillSupervisor(Supervisor):
    """Runs nothing and says that the basic server does."""

    def statuses(self) -> tuple[ServerStatus, ...]:
        """Return one server, always the same."""
        return (
            ServerStatus(
                "basic",
                8080,
                state=ServerState.READY,
                pid=4711,
                url="ws://127.0.0.1:8080",
                uptime=42.0,
                cpu=1.0,
                memory=32 * 2**20,
                connections=1,
            ),
        )


class Demo:
    """A conversation that is played into a workbench, byte by byte as if it came over a socket."""

    def __init__(self) -> None:
        self.now = 1000.0
        clock = Clock(lambda: self.now, lambda: 1_700_000_000.0 + self.now, itertools.count(1))
        self.bench = Workbench(clock, supervisor=StillSupervisor(clock, lambda _events: None))
        self.reader = ConnectionReader(1, clock)
        options = ConnectOptions(URL, keepalive=None)
        # What the screen asks of a client; there is no socket under it.
        still = SimpleNamespace(phase=Phase.DISCONNECTED, reader=self.reader, options=options)
        self.bench.client = cast(Client, still)
        self.bench._next(options)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def state(self, phase: Phase, side: str = "client", why: str = "", code: int | None = None) -> None:
        """Enter a state."""
        self._take([State(*self.bench.clock.stamp(), 1, phase, side, why, code)])

    def bytes(self, direction: Direction, data: bytes) -> None:
        """Let bytes travel."""
        self._take(self.reader.receive(direction, data))

    def frame(self, direction: Direction, opcode: int, payload: bytes = b"") -> None:
        """Let a frame travel, masked where it must be."""
        self.bytes(direction, encode_frame(opcode, payload, mask=KEY if direction is C2S else None))

    def _take(self, events: list[Event]) -> None:
        self.bench.record(events)

    def opened(self) -> Demo:
        """Play an opening handshake."""
        self.state(Phase.CONNECTING, why=sentence("to {shown_url}", shown_url=URL))
        self.later(0.002)
        self._take(self.reader.opened("127.0.0.1:50000 > 127.0.0.1:8080"))
        self.bytes(C2S, REQUEST)
        self.later(0.003)
        self.bytes(S2C, RESPONSE)
        self.state(Phase.OPEN, "server")
        return self

    def talked(self) -> Demo:
        """Play two echoes, a ping each way and text that tries to break the screen."""
        for number, text in enumerate((b"hello", "日本語 and 🐍".encode(), b"\x1b[31mred\x1b[0m\ttab\nline")):
            self.later(1.5)
            self.frame(C2S, Opcode.TEXT, text)
            self.later(0.0004 * (number + 1))
            self.frame(S2C, Opcode.TEXT, text)
        self.later(1)
        self.frame(S2C, Opcode.PING, b"learning-ping")
        self.later(0.0001)
        self.frame(C2S, Opcode.PONG, b"learning-ping")
        self.later(0.5)
        self.frame(C2S, Opcode.PING, b"1f2e3d4c")
        self.later(0.0006)
        self.frame(S2C, Opcode.PONG, b"1f2e3d4c")
        return self

    def closed(self) -> Demo:
        """Play a frame that breaks a rule and the end it leads to."""
        self.later(2)
        self.bytes(C2S, encode_frame(Opcode.TEXT, b"hi"))
        self.later(0.001)
        self.frame(S2C, Opcode.CLOSE, close_body(1002, "incorrect masking"))
        close = "1002 protocol error: incorrect masking"
        self.state(Phase.CLOSING, "server", sentence("the server sent Close {close}", close=close), 1002)
        self.frame(C2S, Opcode.CLOSE, close_body(1002))
        self.later(0.001)
        self._take(self.reader.end(None))
        self.state(
            Phase.CLOSED,
            "server",
            "the server closed first with 1002 protocol error: incorrect masking",
            1002,
        )
        return self
