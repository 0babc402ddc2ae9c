"""Eclipse paho's interoperability suite for MQTT 3.1.1 and 5, through a bridge from TCP to WebSocket.

The suite is public and no part of this repository. It runs when WSLAB_PAHO_SUITE names the folder `interoperability`
of a checkout of eclipse/paho.mqtt.testing; it takes some minutes, most of which it sleeps. Every case has to pass:
10 for 3.1.1 and 27 for 5.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import paho_suite
from tests.support.bundled_server import running
from tests.support.mqtt_bridge import bridge
from tests.support.paho_suite import KEEP_ALIVE, MODULES, REFUSED, VARIABLE
from wslab.wire.mqtt.packets import Connack, Connect, Disconnect, Pingreq
from wslab.wire.mqtt.writer import encode_packet

FOLDER = os.environ.get(VARIABLE)
CASES = paho_suite.cases(Path(FOLDER)) if FOLDER else []
PATIENCE = 45
"""Seconds that a case may take."""

MODULE_LOOP = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port() -> AsyncGenerator[int]:
    """A broker as the suite wants it, and the port of the bridge in front of it."""
    options = ("--mqtt-keep-alive", KEEP_ALIVE, "--refuse-filter", REFUSED)
    async with running("mqtt", *options) as server, bridge(f"{server.url}/mqtt") as listening:
        yield listening


@MODULE_LOOP
@pytest.mark.parametrize(
    ("module", "case"),
    CASES or [pytest.param("", "", marks=pytest.mark.skip(f"{VARIABLE} names no folder with the suite"))],
)
async def test_a_case_of_the_suite(port: int, module: str, case: str) -> None:
    assert FOLDER is not None
    process = await asyncio.create_subprocess_exec(
        sys.executable, paho_suite.__file__, FOLDER, module, case, str(port),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said = b"it did not end"
    try:
        async with asyncio.timeout(PATIENCE):
            _, said = await process.communicate()
        passed = process.returncode == 0
    except TimeoutError:
        passed = False
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert passed, f"MQTT {MODULES[module]}: {said.decode(errors='replace')}"


@MODULE_LOOP
async def test_the_bridge_carries_bytes_and_ends_with_its_client(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for byte in encode_packet(Connect("tcp", 4), 4):
        writer.write(bytes([byte]))
    assert await reader.readexactly(4) == encode_packet(Connack(False, 0), 4)
    writer.write(encode_packet(Pingreq(), 4) + encode_packet(Disconnect(), 4))
    assert await reader.read() == b"\xd0\x00"
    writer.close()
    await writer.wait_closed()
