"""`wslab tap` as its users run it."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import ssl
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.support.signalling import send
from tests.support.tls_server import Authority
from wslab.wire.events import Close, Http, Message, Proto, State
from wslab.wire.jsonform import Header, load

COMMAND = (sys.executable, "-m", "wslab", "tap")
LONG_ENOUGH = 60


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@asynccontextmanager
async def echoing(tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    async with serve(echo, "127.0.0.1", 0, ssl=tls) as server:
        yield f"{'wss' if tls else 'ws'}://127.0.0.1:{server.sockets[0].getsockname()[1]}/echo"


class Command:
    """A running `wslab tap`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.said = ""

    async def hear(self, pattern: str) -> str:
        """Read standard error up to a line that matches, and return its first group."""
        assert self.process.stderr is not None
        async with asyncio.timeout(LONG_ENOUGH):
            while line := (await self.process.stderr.readline()).decode():
                self.said += line
                if match := re.search(pattern, line):
                    return match[1]
        raise AssertionError(f"no {pattern!r} in {self.said!r}")

    async def url(self) -> str:
        """Where it listens: what it says first."""
        return await self.hear(r"^\* listening on (\S+) for ws")

    async def end(self, number: int | None = None) -> tuple[int, str]:
        """Send a signal, wait for the end and return exit code and output."""
        if number is not None:
            send(self.process, number)
        out, err = await asyncio.wait_for(self.process.communicate(), LONG_ENOUGH)
        self.said += err.decode()
        assert "Traceback" not in self.said
        assert self.process.returncode is not None
        return self.process.returncode, (out or b"").decode()


async def start(*arguments: str, stdout: int = asyncio.subprocess.PIPE) -> Command:
    pipe = asyncio.subprocess.PIPE
    return Command(
        await asyncio.create_subprocess_exec(
            *COMMAND, *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=stdout, stderr=pipe
        )
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
async def test_rows_and_what_ends_it(number: int, code: int) -> None:
    async with echoing() as upstream:
        tap = await start("--to", upstream)
        url = await tap.url()
        async with connect(url, compression=None) as client:
            await client.send("hel\x1blo")
            await client.recv()
            await client.close(1001)
        async with connect(url) as client:
            ended, out = await tap.end(number)
            with pytest.raises(ConnectionClosed):
                await client.recv()
    assert ended == code
    rows = [re.sub(r"\d\d:\d\d:\d\d\.\d+ ", "", line).strip() for line in out.splitlines()]
    assert "1 > TEXT 6  hel\\x1blo" in rows
    assert "1 < TEXT 6  hel\\x1blo" in rows
    assert "1 > GET / HTTP/1.1  (6 headers)" in rows
    assert any(line.startswith("1 > CLOSE 1001 going away  (This side is leaving") for line in rows)
    assert "2 * error 1006: the tap was closed without a Close frame: 1006 abnormal closure" in rows
    assert "\x1b" not in out


async def test_json_is_the_recording_format() -> None:
    async with echoing() as upstream:
        tap = await start("--to", upstream, "--json")
        url = await tap.url()
        async with connect(url) as client:
            await client.send("x" * 10_000)
            await client.recv()
        code, out = await tap.end(signal.SIGTERM)
    assert code == 0
    first, *events = map(load, out.splitlines())
    assert isinstance(first, Header)
    assert first.source == f"{url} > {upstream}"
    messages = [event for event in events if isinstance(event, Message)]
    assert [message.preview for message in messages] == [b"x" * 10_000] * 2
    assert sum(isinstance(event, Http | Close) for event in events) == 4
    assert isinstance(events[-1], State)


async def test_tls_with_the_labs_authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    authority = Authority(tmp_path)
    async with echoing(authority.server()) as upstream:
        tap = await start("--to", upstream, "--ca", authority.ca_file, "--tls", "--listen", "localhost:0")
        url = await tap.url()
        file = await tap.hear(r"^\* clients have to trust the certificate authority in (.+)$")
        assert file == str(tmp_path / "wslab" / "ca" / "ca.pem")
        assert url.startswith("wss://localhost:")
        async with connect(url, ssl=ssl.create_default_context(cafile=file)) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
        assert (await tap.end(signal.SIGTERM))[0] == 0


async def test_insecure_warns(tmp_path: Path) -> None:
    async with echoing(Authority(tmp_path).server()) as upstream:
        tap = await start("--to", upstream, "-k")
        async with connect(await tap.url()) as client:
            await client.send("hello")
            assert await client.recv() == "hello"
        await tap.end(signal.SIGTERM)
    assert "* warning: the server's certificate is not checked" in tap.said


async def test_a_port_that_is_taken(taken_port: int) -> None:
    tap = await start("--to", "ws://h", "--listen", f"127.0.0.1:{taken_port}")
    assert await tap.end() == (3, "")
    assert f"--listen 127.0.0.1:{taken_port}: the port is in use" in tap.said


async def test_a_host_that_is_not_ours() -> None:
    tap = await start("--to", "ws://h", "--listen", "192.0.2.1:0")
    assert await tap.end() == (3, "")
    assert "--listen 192.0.2.1:0: " in tap.said


async def test_an_authority_that_cannot_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    (tmp_path / "wslab" / "ca").mkdir(parents=True)
    tap = await start("--to", "ws://h", "--tls")
    assert await tap.end() == (3, "")
    assert f"--tls: the lab's certificate authority in {tmp_path}" in tap.said


async def test_a_ca_file_without_certificates(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")
    tap = await start("--to", "wss://h", "--ca", str(tmp_path / "ca.pem"))
    assert await tap.end() == (2, "")
    assert "--ca: " in tap.said


async def test_it_ends_when_nobody_reads_any_more() -> None:
    reading, writing = os.pipe()
    async with echoing() as upstream:
        tap = await start("--to", upstream, "--json", stdout=writing)
        os.close(writing)
        await tap.url()
        assert json.loads(os.read(reading, 2**16))["event"] == "header"
        os.close(reading)
        assert (await tap.end())[0] == 0


async def test_sigterm_ends_it_also_where_the_output_is_full() -> None:
    reading, writing = os.pipe()
    async with echoing() as upstream:
        tap = await start("--to", upstream, "--json", stdout=writing)
        os.close(writing)
        async with connect(await tap.url(), compression=None) as client:
            sending = asyncio.ensure_future(client.send(b"x" * 2**20))  # noqa: TID251
            await asyncio.wait([sending], timeout=0.5)
            assert (await tap.end(signal.SIGTERM))[0] == 0
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    os.close(reading)


@pytest.mark.parametrize("options", [(), ("--json",)])
async def test_what_messages_carry_is_shown(options: tuple[str, ...]) -> None:
    async with echoing() as upstream:
        tap = await start("--to", upstream, "--decode", "mqtt", *options)
        async with connect(await tap.url()) as client:
            await client.send(b"\x30\x06\x00\x03a/b!")
            await client.recv()
        _, out = await tap.end(signal.SIGTERM)
    if options:
        units = [event for event in map(load, out.splitlines()) if isinstance(event, Proto)]
        assert [(unit.name, unit.topic) for unit in units] == [("PUBLISH", "a/b")] * 2
    else:
        assert out.count("mqtt 3.1.1: PUBLISH QoS 0 a/b 1 byte") == 2


async def test_close_codes_of_a_subprotocol_are_explained_as_its_own() -> None:
    async def refuse(connection: ServerConnection) -> None:
        await connection.close(4401, "Unauthorized")

    name = Subprotocol("graphql-transport-ws")
    async with serve(refuse, "127.0.0.1", 0, subprotocols=[name]) as server:
        tap = await start("--to", f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        async with connect(await tap.url(), subprotocols=[name]) as client:
            await client.wait_closed()
        _, out = await tap.end(signal.SIGTERM)
    assert 'CLOSE 4401 unauthorized: "Unauthorized"  (An operation was started before' in out
