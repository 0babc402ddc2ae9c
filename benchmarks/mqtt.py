"""How the broker carries messages of one publisher to ten subscribers, against Mosquitto's own listener."""

from __future__ import annotations

import re
import select
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.exchange import PIECE, connect
from benchmarks.figures import Figure, median_ratio, spread
from benchmarks.programs import home, server_of
from wslab.bundled import SERVERS
from wslab.wire.encoder import encode_frame
from wslab.wire.mqtt.packets import Connect, Publish, Subscribe, Subscription, Version
from wslab.wire.mqtt.writer import encode_packet

AIM = 0.3
SUBSCRIBERS = 10
MESSAGES = 5_000
PAYLOAD = bytes(64)
TOPIC = "bench/load"
AHEAD = 200
"""Messages that the slowest subscriber may be behind: no broker has to drop any."""
FOUND = re.compile(TOPIC.encode() + b"(..)", re.DOTALL)
"""A PUBLISH, wherever the frames of WebSocket begin: behind the topic comes the identifier where QoS is 1."""
LONGEST = len(TOPIC) + 2
V3 = Version.V3_1_1


def run(rounds: int) -> list[Figure]:
    """Let both carry the same messages in turn, so many times."""
    figures = []
    with ExitStack() as stack:
        env = stack.enter_context(home())
        ours, _ = stack.enter_context(server_of(SERVERS["mqtt"].path, ["--port", "0"], env))
        program = shutil.which("mosquitto", path=f"{env['PATH']}:/usr/sbin:/usr/local/sbin")
        theirs = stack.enter_context(mosquitto(program)) if program else None
        for qos in (0, 1):
            rates, other_rates = [], []
            for _ in range(rounds):
                if theirs:
                    other_rates.append(rate(theirs, "/", qos))
                rates.append(rate(ours, "/mqtt", qos))
            what = f"mqtt server, QoS {qos}, to {SUBSCRIBERS} subscribers"
            if not other_rates:
                figures.append(Figure(what, spread(rates, "deliveries/s"), "mosquitto is not installed"))
                continue
            ratio = median_ratio(rates, other_rates)
            against = f"Mosquitto: {statistics.median(other_rates):,.0f} deliveries/s"
            figures.append(
                Figure(what, spread(rates, "deliveries/s"), against, ratio, f"at least {AIM}", ratio >= AIM)
            )
    return figures


@contextmanager
def mosquitto(program: str) -> Iterator[str]:
    """Run Mosquitto with a WebSocket listener; give its URL without a path."""
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as other:
        port, tcp_port = one.getsockname()[1], other.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="wslab-bench-") as folder:
        config = Path(folder, "mosquitto.conf")
        config.write_text(
            # Version 2.0.11 ends where it has no TCP listener.
            f"listener {tcp_port} 127.0.0.1\nlistener {port} 127.0.0.1\nprotocol websockets\n"
            "allow_anonymous true\nmax_inflight_messages 64\nmax_queued_messages 1000\n",
            encoding="ascii",
        )
        with subprocess.Popen([program, "-c", str(config)], stderr=subprocess.DEVNULL) as process:
            try:
                wait_for(port, process)
                yield f"ws://127.0.0.1:{port}"
            finally:
                process.terminate()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a port takes connections.

    Raises:
        RuntimeError: the process ended, or took longer than ten seconds.
    """
    end = time.monotonic() + 10
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise RuntimeError("mosquitto does not listen; a build without WebSocket has no `protocol websockets`")


class Peer:
    """A client that is connected."""

    def __init__(self, url: str, path: str, name: str) -> None:
        self.socket = connect(url, path, "mqtt")
        self.count = 0
        self._tail = b""
        self.send(encode_packet(Connect(name, V3, clean_start=True), V3))
        self.wait_for(b"\x20\x02\x00\x00")

    def send(self, packets: bytes) -> None:
        """Send packets in one frame. Its key is zero: that is allowed, and costs nothing."""
        self.socket.sendall(encode_frame(2, packets, mask=bytes(4)))

    def wait_for(self, packet: bytes) -> None:
        """Read until this has come."""
        there = b""
        while packet not in there:
            there += self.read()

    def read(self) -> bytes:
        """Return what has come.

        Raises:
            RuntimeError: the broker closed.
        """
        data = self.socket.recv(PIECE)
        if not data:
            raise RuntimeError("the broker closed too early")
        return data

    def take(self, qos: int) -> None:
        """Count the messages that have come, and acknowledge them where they want that."""
        data = self._tail + self.read()
        found = list(FOUND.finditer(data))
        self.count += len(found)
        self._tail = data[max(found[-1].end() if found else 0, len(data) - LONGEST + 1) :]
        if qos and found:
            self.send(b"".join(b"\x40\x02" + each[1] for each in found))


def rate(url: str, path: str, qos: int) -> float:
    """Return the deliveries a second of messages that one client publishes and all the others get."""
    with ExitStack() as stack:
        peers = [Peer(url, path, f"bench-{n}") for n in range(SUBSCRIBERS + 1)]
        for peer in peers:
            stack.enter_context(peer.socket)
        publisher, *subscribers = peers
        for peer in subscribers:
            peer.send(encode_packet(Subscribe(1, (Subscription(TOPIC, qos),)), V3))
            peer.wait_for(b"\x90\x03\x00\x01" + bytes([qos]))
        by_socket = {peer.socket: peer for peer in subscribers}
        sent = 0
        started = time.perf_counter()
        while (slowest := min(peer.count for peer in subscribers)) < MESSAGES:
            ready = min(MESSAGES, slowest + AHEAD)
            if ready > sent:
                publisher.send(b"".join(publish(n, qos) for n in range(sent, ready)))
                sent = ready
            readable, _, _ = select.select([*by_socket, publisher.socket], [], [])
            for each in readable:
                if each is publisher.socket:
                    publisher.read()  # acknowledgements
                else:
                    by_socket[each].take(qos)
        return SUBSCRIBERS * MESSAGES / (time.perf_counter() - started)


def publish(n: int, qos: int) -> bytes:
    """Return a message with a number of its own."""
    return encode_packet(Publish(TOPIC, PAYLOAD, qos, packet_id=n % 65_000 + 1 if qos else 0), V3)
