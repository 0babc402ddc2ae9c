"""Log lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.support.bundled_server import running
from tests.support.waiting import until
from wslab.serving.logs import LineOutput

SCRIPT = """
import logging
import structlog
from wslab.serving.logs import LineOutput, configure

log = structlog.get_logger()
configure(LineOutput(1, gone=lambda: None), LEVEL)
log.debug("quiet")
log.info("open", path="/é\\n\\ud800", conn=1)
logging.getLogger("websockets.server").info("connection open")
logging.getLogger("asyncio").warning("slow by %d ms", 7)
try:
    1 / 0
except ZeroDivisionError:
    logging.getLogger("websockets.server").error("handler failed", exc_info=True)
    log.exception("failed")
"""


def lines(level: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.replace("LEVEL", repr(level))], capture_output=True, check=True
    )
    assert done.stderr == b""
    assert done.stdout.isascii()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_is_json_with_its_event_first() -> None:
    read = lines("info")
    assert [next(iter(line)) for line in read] == ["event"] * len(read)
    assert [line["event"] for line in read] == ["open", "slow by 7 ms", "handler failed", "failed"]
    assert [line["level"] for line in read] == ["info", "warning", "error", "error"]
    assert all(line["time"].endswith("Z") for line in read)
    assert read[0]["path"] == "/é\n\ud800"
    assert all("ZeroDivisionError" in line["exception"] for line in read[2:])


@pytest.mark.parametrize(
    ("level", "events"),
    [
        ("debug", ["quiet", "open", "connection open", "slow by 7 ms", "handler failed", "failed"]),
        ("warning", ["slow by 7 ms", "handler failed", "failed"]),
        ("error", ["handler failed", "failed"]),
    ],
)
def test_the_level_chooses(level: str, events: list[str]) -> None:
    assert [line["event"] for line in lines(level)] == events


async def test_debug_shows_every_frame() -> None:
    async with running("basic", "--log-level", "debug") as server, connect(server.url, proxy=None) as client:
        await client.send("seen?")
        await client.recv()
        await until(lambda: any("'seen?'" in line["event"] for line in server.lines), "the frame in the log")


def test_a_closed_pipe_is_told_once_and_swallows_the_rest() -> None:
    reading, writing = os.pipe()
    gone = []
    output = LineOutput(writing, gone=lambda: gone.append(True))
    assert output.write("é\n") == 2
    assert os.read(reading, 10) == "é\n".encode()
    os.close(reading)
    output.write("lost\n")
    output.write("lost\n")
    output.flush()
    os.close(writing)
    assert gone == [True]
