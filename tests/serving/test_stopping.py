"""What makes a bundled server stop, seen from outside its process."""

from __future__ import annotations

import asyncio
import os
import pty
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tests.support.bundled_server import command, running
from tests.support.raw_http import ask
from tests.support.signalling import send


@pytest.mark.parametrize(
    ("how", "code", "exit_code"),
    [
        ("end of stdin", 1001, 0),
        ("restart", 1012, 0),
        ("restart without a newline", 1012, 0),
        (signal.SIGTERM, 1001, 0),
        (signal.SIGHUP, 1001, 0),
        (signal.SIGINT, 1001, 130),
    ],
)
async def test_clients_are_told_and_the_exit_code_says_how(
    how: str | signal.Signals, code: int, exit_code: int
) -> None:
    async with running("basic") as server, connect(server.url, proxy=None) as client:
        assert server.process.stdin is not None
        if isinstance(how, signal.Signals):
            send(server.process, how)
        elif how == "restart":
            server.process.stdin.write(b"nonsense\n" + b"x" * 1000 + b"\n  restart \r\n")
        elif how == "restart without a newline":
            server.process.stdin.write(b"restart")
            server.close_stdin()
        else:
            server.close_stdin()
        await client.wait_closed()
        assert client.close_code == code
        async with asyncio.timeout(20):
            assert await server.process.wait() == exit_code
    assert server.stderr == []
    assert server.logged("stopping", code=code, open=1)
    assert server.lines[-1]["event"] == "stopped"


async def test_other_lines_on_stdin_mean_nothing() -> None:
    async with running("basic") as server, connect(server.url, proxy=None) as client:
        assert server.process.stdin is not None
        server.process.stdin.write(b"\n\xff\x00 restart now\nre\nstart\n" + b"y" * 100_000)
        await server.process.stdin.drain()
        await client.send("still here")
        assert await client.recv() == "still here"


async def test_a_second_signal_cuts_the_goodbye_short() -> None:
    async with running("basic") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(
            b"GET /silent HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
        )
        await reader.readuntil(b"\r\n\r\n")
        send(server.process, signal.SIGINT)
        assert (await reader.readexactly(4))[:1] == b"\x88"  # a Close, which is never answered here
        send(server.process, signal.SIGINT)
        async with asyncio.timeout(20):
            assert await server.process.wait() == 130
        writer.transport.abort()
    assert server.logged("cut off", open=1)


@contextmanager
def by_hand(**streams: Any) -> Generator[tuple[subprocess.Popen[bytes], int]]:
    """Run the basic server with other standard streams; hand over the process and its port."""
    process = subprocess.Popen(
        command("basic"), stderr=subprocess.PIPE, **({"stdout": subprocess.PIPE} | streams)
    )
    try:
        assert process.stdout is not None
        ready = process.stdout.readline()
        yield process, int(ready.split(b"127.0.0.1:")[1].split(b'"')[0])
    finally:
        process.kill()
        process.communicate()


async def _serves(port: int) -> bool:
    return (await ask(port, "/health")).status == 200


async def _ends_on_sigterm(process: subprocess.Popen[bytes]) -> bool:
    process.terminate()
    return await asyncio.to_thread(process.wait, 20) == 0


async def test_dev_null_as_stdin_is_no_reason_to_stop() -> None:
    with by_hand(stdin=subprocess.DEVNULL) as (process, port):
        assert await _serves(port)
        assert process.poll() is None
        assert await _ends_on_sigterm(process)


async def test_a_file_as_stdin_is_no_reason_to_stop(tmp_path: Path) -> None:
    (tmp_path / "in").write_text("restart\n")
    with (tmp_path / "in").open() as file, by_hand(stdin=file) as (process, port):
        assert await _serves(port)
        assert process.poll() is None
        assert await _ends_on_sigterm(process)


async def test_no_stdin_at_all_is_no_reason_to_stop() -> None:
    with by_hand(preexec_fn=lambda: os.close(0)) as (process, port):
        assert await _serves(port)
        assert process.poll() is None
        assert await _ends_on_sigterm(process)


async def test_a_terminal_is_not_read_and_ctrl_c_interrupts() -> None:
    ours, theirs = pty.openpty()
    try:
        with by_hand(stdin=theirs, start_new_session=True) as (process, port):
            os.write(ours, b"restart\n\x04")  # ctrl+d is the end of a terminal's input
            assert await _serves(port)
            assert process.poll() is None
            process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(process.wait, 20) == 130
    finally:
        os.close(ours)
        os.close(theirs)


async def test_a_pipe_that_is_already_at_its_end_stops_the_server() -> None:
    reading, writing = os.pipe()
    os.close(writing)
    try:
        with by_hand(stdin=reading) as (process, _):
            assert await asyncio.to_thread(process.wait, 20) == 0
    finally:
        os.close(reading)


def _writing_to(stdout: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command("basic"), stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.PIPE)


async def test_a_server_whose_lines_nobody_reads_leaves_in_order() -> None:
    reading, writing = os.pipe()
    process = _writing_to(writing)
    os.close(writing)
    try:
        ready = await asyncio.to_thread(os.read, reading, 1000)
        os.close(reading)
        url = ready.decode().split('"url": "')[1].split('"')[0]
        async with connect(url, proxy=None) as client:  # its log line is what fails
            await client.wait_closed()
            assert client.close_code == 1001
        assert await asyncio.to_thread(process.wait, 20) == 0
    finally:
        process.kill()
        _, errors = process.communicate()
    assert errors == b""
