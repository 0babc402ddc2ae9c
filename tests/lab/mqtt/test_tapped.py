"""aiomqtt as the lab uses it: nothing waits in it, and what it sends is masked."""

from __future__ import annotations

import asyncio
import logging
import socket
import subprocess
import sys

import aiomqtt
import pytest

from tests.support.counting_broker import broking
from tests.support.waiting import until
from wslab.lab.mqtt.options import MqttOptions
from wslab.lab.mqtt.tapped import Delivery, mask_always, new_client, send_at_once
from wslab.wire.mqtt.packets import Will

LOG = logging.Logger("mqtt")


def test_it_is_loaded_only_where_somebody_connects() -> None:
    code = "import sys, wslab.lab.mqtt.client, wslab.tui.mqtt.panel; sys.exit('aiomqtt' in sys.modules or 'paho' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_deliveries_do_not_wait() -> None:
    got: list[aiomqtt.Message] = []
    queue = Delivery(got.append, maxsize=1)
    for number in range(5):
        queue.put_nowait(aiomqtt.Message("a", b"", 0, False, number, None))
    assert [message.mid for message in got] == [0, 1, 2, 3, 4]
    assert queue.empty()


def test_every_frame_is_masked() -> None:
    class Socket:
        def _create_frame(
            self, opcode: int, data: bytearray, do_masking: int = 1
        ) -> tuple[int, bytearray, int]:
            return opcode, data, do_masking

    sock = Socket()
    mask_always(sock)
    assert sock._create_frame(0xA, bytearray(b"x"), 0) == (0xA, bytearray(b"x"), 1)
    assert sock._create_frame(0x2, bytearray(b"y")) == (0x2, bytearray(b"y"), 1)


def test_small_packets_do_not_wait() -> None:
    class Wrapper:
        _socket = socket.socket()

    with Wrapper._socket as sock:
        send_at_once(Wrapper())
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("version", [4, 5])
async def test_pings_of_the_broker_are_answered(version: int) -> None:
    """Without our hand the library would answer them unmasked, and lose its connection (RFC 6455#5.1)."""
    async with broking(keepalive=0.02) as broker:
        port = int(broker.url.rpartition(":")[2].partition("/")[0])
        options = MqttOptions(broker.url, version, "pinged", will=Will("will", b"gone", 1, True))
        got: list[aiomqtt.Message] = []
        client = new_client(options, port, got.append, LOG, 10)
        ended = asyncio.ensure_future(client.disconnected())  # noqa: TID251 - a failure of it is looked at below
        async with client:
            await client.subscribe("a")
            await until(lambda: broker.received["PONG"] >= 3, "three pongs")
            await client.publish("a", b"still here")
            await until(lambda: got, "the message")
            assert not ended.done()
        assert (got[0].payload, broker.sent["PING"] >= 3) == (b"still here", True)
        assert isinstance(await ended, aiomqtt.MqttError)
        assert client.closed.is_set()
