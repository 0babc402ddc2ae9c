"""Starting, serving and draining a bundled server."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest
from websockets.asyncio.client import connect

from tests.support.bundled_server import RunningServer, running, start
from tests.support.raw_http import HANDSHAKE, ask, upgraded
from wslab.tasks import spawn


async def outcome(*options: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error of a server that cannot start."""
    process = await start("basic", *options)
    async with asyncio.timeout(30):
        out, errors = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), errors.decode()


async def test_the_ready_line_comes_first_and_says_where() -> None:
    async with running("basic") as server:
        pass
    assert list(server.lines[0].items()) == [
        ("event", "ready"),
        ("server", "basic"),
        ("url", server.url),
        ("pid", server.process.pid),
    ]
    assert server.url.startswith("ws://127.0.0.1:")
    assert server.port != 0


async def test_a_busy_port_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        code, out, errors = await outcome("--port", str(port))
    assert (code, out) == (3, "")
    assert f"port {port} on 127.0.0.1 is already in use" in errors
    assert "--port" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
async def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    code, out, errors = await outcome("--host", host)
    assert (code, out) == (3, "")
    assert host in errors
    assert "Traceback" not in errors


async def test_a_wrong_option_is_a_usage_error() -> None:
    code, out, errors = await outcome("--keepalive", "soon")
    assert (code, out) == (2, "")
    assert "--keepalive" in errors
    assert "'soon'" in errors


@pytest.mark.parametrize(("host", "shown"), [("0.0.0.0", "127.0.0.1"), ("::1", "[::1]"), ("localhost", None)])
async def test_the_url_can_be_connected_to(host: str, shown: str | None) -> None:
    async with running("basic", "--host", host) as server, connect(server.url, proxy=None) as client:
        if shown is not None:
            assert server.url == f"ws://{shown}:{server.port}"
        await client.send("x")
        assert await client.recv() == "x"


async def _stop(server: RunningServer) -> None:
    server.close_stdin()
    async with asyncio.timeout(20):
        assert await server.process.wait() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/slow?delay=5m",
        "/close/4000?after=1h",
        "/drop?after=1h",
        "/time?every=1h",
        "/ping?every=1h",
        "/silent",
    ],
)
async def test_a_handler_in_the_middle_of_something_does_not_hold_up_the_end(path: str) -> None:
    async with running("basic") as server, connect(server.url + path, proxy=None) as client:
        await client.send("x")
        server.close_stdin()
        await client.wait_closed()
        assert client.close_code == 1001
        async with asyncio.timeout(20):
            assert await server.process.wait() == 0
    assert not server.logged("cut off")


async def test_a_handshake_under_way_is_answered_with_503() -> None:
    async with running("basic") as server:
        asking = spawn(ask(server.port, "/slow?handshake=60s", *HANDSHAKE), "asking")
        assert await ask(server.port, "/health")  # by now the first request has been read
        await _stop(server)
        assert (await asking).status == 503
    assert not server.logged("cut off")


async def test_a_connection_that_never_asked_does_not_hold_up_the_end() -> None:
    async with running("basic") as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        assert await ask(server.port, "/health")  # by now the first connection has been accepted
        await _stop(server)
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()
    assert not server.logged("cut off")


async def test_a_client_that_reads_nothing_is_cut_off_in_time() -> None:
    async with (
        running("basic") as server,
        upgraded(server.port, "/flood?rate=100000&size=4KiB&for=1m") as raw,
    ):
        await raw.frame()
        await _stop(server)
    assert server.lines[-1]["event"] == "stopped"


async def test_nothing_is_accepted_while_stopping() -> None:
    async with running("basic") as server, upgraded(server.port, "/echo") as raw:
        server.close_stdin()
        assert (await raw.frame()).payload[:2] == (1001).to_bytes(2)
        with pytest.raises(ConnectionRefusedError):
            await ask(server.port, "/health")


async def test_health_counts_the_connections() -> None:
    async with running("basic") as server, connect(server.url, proxy=None):
        assert json.loads((await ask(server.port, "/health")).body)["connections"] == 1


async def test_what_runs_in_the_background_ends_with_the_server(tmp_path: Path) -> None:
    script = tmp_path / "server.py"
    script.write_text(
        """
import asyncio, sys
import structlog
from wslab.serving.options import server_parser
from wslab.serving.routes import Routes
from wslab.serving.runner import Service, run

async def background():
    log = structlog.get_logger()
    log.info("begins")
    try:
        await asyncio.Event().wait()
    finally:
        log.info("ends")

async def handler(connection):
    pass

routes = Routes("x")
service = Service("basic", handler, routes.process_request, background=background)
sys.exit(run(service, server_parser("basic", "").parse_args()))
"""
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", str(script), "--port", "0"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    async with asyncio.timeout(30):
        events = [json.loads(await process.stdout.readline())["event"] for _ in range(2)]
        process.stdin.close()
        rest, _ = await process.communicate()
    assert events == ["ready", "begins"]
    assert [json.loads(line)["event"] for line in rest.splitlines()] == ["stopping", "stopped", "ends"]
    assert process.returncode == 0
