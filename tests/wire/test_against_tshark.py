"""Our reader against Wireshark's, on bytes that really went over the loopback."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import until_blocking
from tests.support.wire_streams import C2S, MASK, S2C, Segment, answer, deflated, fixed_clock, request
from wslab.wire.connection import ConnectionReader
from wslab.wire.encoder import close_body, encode_frame
from wslab.wire.events import Close, Direction, Event, Frame, Message

TSHARK = shutil.which("tshark")
PATIENCE = 60.0
"""Seconds; a capture takes two when nothing else runs."""


class Capture:
    """A capture of one loopback port by tshark, and connections through it."""

    def __init__(self, folder: Path) -> None:
        assert TSHARK is not None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.port: int = self.listener.getsockname()[1]
        self.file = folder / "capture.pcapng"
        command = [TSHARK, "-q", "-i", "lo", "-f", f"tcp port {self.port}", "-w", str(self.file)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def connect(self) -> dict[Direction, socket.socket]:
        """A connection; the sockets are named by the direction in which they send."""
        client = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        server, _ = self.listener.accept()
        server.settimeout(PATIENCE)
        return {C2S: client, S2C: server}

    def wait_for_mark(self, mark: bytes) -> None:
        """Send a mark until it is in the file: the capture runs, and what came before is written."""

        def seen() -> bool:
            if self.process.poll() is not None:
                assert self.process.stderr is not None
                pytest.skip(
                    f"tshark cannot capture here: {self.process.stderr.read().decode(errors='replace')}"
                )
            ends = self.connect()
            self.send(ends, C2S, mark)
            self.close(ends)
            return self.file.exists() and mark in self.file.read_bytes()

        until_blocking(seen, f"{mark!r} in the capture", PATIENCE)

    @staticmethod
    def send(ends: dict[Direction, socket.socket], direction: Direction, data: bytes) -> None:
        """Send and wait for arrival, so that the order of both directions is the one of the script."""
        ends[direction].sendall(data)
        missing = len(data)
        while missing:
            missing -= len(ends[direction.other].recv(missing))

    @staticmethod
    def close(ends: dict[Direction, socket.socket]) -> None:
        for end in ends.values():
            end.close()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=PATIENCE)
        self.listener.close()

    def dissect(self) -> list[tuple[Direction, dict[str, Any]]]:
        """What Wireshark sees of each frame, in order."""
        assert TSHARK is not None
        command = [TSHARK, "-r", str(self.file), "-d", f"tcp.port=={self.port},http", "-Y", "websocket"]
        command += ["-T", "json", "--no-duplicate-keys"]
        output = subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE).stdout
        found: list[tuple[Direction, dict[str, Any]]] = []
        for packet in json.loads(output):
            layers = packet["_source"]["layers"]
            direction = C2S if layers["tcp"]["tcp.dstport"] == str(self.port) else S2C
            frames = layers["websocket"]
            found += [(direction, frame) for frame in (frames if isinstance(frames, list) else [frames])]
        return found


@pytest.fixture
def capture(tmp_path: Path) -> Iterator[Capture]:
    if TSHARK is None:
        pytest.skip("tshark is not installed")
    running = Capture(tmp_path)
    try:
        yield running
    finally:
        running.stop()


def script() -> list[Segment]:
    to_client, to_server = zlib.compressobj(wbits=-15), zlib.compressobj(wbits=-15)
    greeting = "grüß dich, 世界, grüß dich"
    return [
        (C2S, request("permessage-deflate")),
        (S2C, answer("permessage-deflate")),
        (C2S, encode_frame(1, greeting.encode(), mask=MASK) + encode_frame(9, b"both at once", mask=MASK)),
        (S2C, encode_frame(10, b"both at once")),
        (S2C, encode_frame(1, greeting.encode())),
        (S2C, encode_frame(1, deflated(greeting.encode(), to_client), rsv=4)),
        (S2C, encode_frame(1, deflated(greeting.encode(), to_client), rsv=4)),
        (C2S, encode_frame(1, deflated(greeting.encode(), to_server), rsv=4, mask=b"\x00\xff\x10\x80")),
        (C2S, encode_frame(1, deflated(greeting.encode(), to_server), rsv=4, mask=MASK)),
        (S2C, encode_frame(1, b"", fin=True)),
        (C2S, encode_frame(1, b"x" * 125, mask=MASK)),
        (C2S, encode_frame(1, b"x" * 126, mask=MASK)),
        (S2C, encode_frame(2, b"y" * 65_535)),
        (S2C, encode_frame(2, b"y" * 65_536)),
        (S2C, encode_frame(1, b"frag", fin=False)),
        (S2C, encode_frame(9)),
        (S2C, encode_frame(0, b"men", fin=False)),
        (S2C, encode_frame(0, b"ted")),
        (C2S, encode_frame(8, close_body(4001, "au revoir, à bientôt"), mask=MASK)),
        (S2C, encode_frame(8, close_body(4001))),
    ]


def test_every_frame_is_read_as_wireshark_reads_it(capture: Capture) -> None:
    capture.wait_for_mark(b"the capture runs")
    ends = capture.connect()
    reader = ConnectionReader(1, fixed_clock(), preview_limit=2**20)
    events: list[Event] = []
    for direction, data in script():
        capture.send(ends, direction, data)
        events += reader.receive(direction, data)
    capture.close(ends)
    capture.wait_for_mark(b"everything is written")
    capture.stop()
    theirs = capture.dissect()
    ours = [event for event in events if isinstance(event, Frame)]
    assert not any(frame.violations for frame in ours)

    assert [direction for direction, _ in theirs] == [frame.direction for frame in ours]
    for frame, (_, seen) in zip(ours, theirs, strict=True):
        assert seen["websocket.fin"] == str(int(frame.fin))
        assert int(seen["websocket.rsv"], 16) == frame.rsv
        assert seen["websocket.opcode"] == str(frame.opcode)
        assert seen["websocket.mask"] == str(int(frame.masked))
        assert bytes.fromhex(seen.get("websocket.masking_key", "").replace(":", "")) == frame.mask_key
        form = next(
            (
                int(seen[f"websocket.payload_length_ext_{bits}"])
                for bits in (16, 64)
                if f"websocket.payload_length_ext_{bits}" in seen
            ),
            int(seen["websocket.payload_length"]),
        )
        assert form == frame.length

    texts = [
        seen["websocket.payload"]["websocket.payload.text"]
        for _, seen in theirs
        if seen["websocket.opcode"] == "1"
        and seen["websocket.fin"] == "1"
        and seen["websocket.payload_length"] != "0"
    ]
    messages = [event for event in events if isinstance(event, Message)]
    single = [message.preview.decode() for message in messages if message.opcode == 1 and message.frames == 1]
    assert [text for text in single if text] == texts
    pings = [
        bytes.fromhex(seen["websocket.payload"][f"websocket.payload.{name}"].replace(":", ""))
        for _, seen in theirs
        for name in ("ping", "pong")
        if isinstance(seen.get("websocket.payload"), dict)
        and f"websocket.payload.{name}" in seen["websocket.payload"]
    ]
    assert [frame.preview for frame in ours if frame.opcode in (9, 10) and frame.length] == pings
    closes = [
        seen["websocket.payload"]["websocket.payload.close"]
        for _, seen in theirs
        if seen["websocket.opcode"] == "8"
    ]
    assert [
        (int(close["websocket.payload.close.status_code"]), close.get("websocket.payload.close.reason", ""))
        for close in closes
    ] == [(event.code, event.reason) for event in events if isinstance(event, Close)]
