"""A bundled server as the lab runs it: a process of its own whose standard input is a pipe."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.support.waiting import until
from wslab.bundled import SERVERS
from wslab.tasks import spawn


@dataclass(slots=True, eq=False)
class RunningServer:
    """A server that has said it is ready."""

    process: asyncio.subprocess.Process
    url: str = ""
    """Such as `ws://127.0.0.1:40123`, without a path."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    """Every JSON line it wrote so far, the ready line first."""
    stderr: list[str] = field(default_factory=list)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.url.rpartition(":")[2])

    def logged(self, event: str, **fields: object) -> list[dict[str, Any]]:
        """Return the log lines of this event that have these fields."""
        return [line for line in self.lines if line["event"] == event and fields.items() <= line.items()]

    def close_stdin(self) -> None:
        """Let go of its standard input, which tells it to stop."""
        assert self.process.stdin is not None
        self.process.stdin.close()


def command(name: str, *options: str) -> list[str]:
    """Return the command that starts a bundled server, on a free port unless the options name another."""
    return [sys.executable, "-P", str(SERVERS[name].path), "--port", "0", *options]


async def start(name: str, *options: str, env: Mapping[str, str] | None = None) -> asyncio.subprocess.Process:
    """Start a bundled server and do not wait for it."""
    return await asyncio.create_subprocess_exec(
        *command(name, *options),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(env or {})},
    )


@asynccontextmanager
async def running(
    name: str, *options: str, env: Mapping[str, str] | None = None
) -> AsyncGenerator[RunningServer]:
    """Run a bundled server for the length of the block; it must then end by itself with exit code 0.

    A block that ends the server in its own way and waits for it may see any exit code.
    """
    process = await start(name, *options, env=env)
    server = RunningServer(process)
    readers = [
        spawn(_read_lines(process.stdout, server), f"stdout of {name}"),
        spawn(_read_text(process.stderr, server), f"stderr of {name}"),
    ]
    try:
        await until(lambda: server.lines or process.returncode is not None, f"{name} to be ready", timeout=30)
        if not server.lines:
            await asyncio.wait(readers)
            raise AssertionError(f"{name} ended with {process.returncode}: {''.join(server.stderr)}")
        server.url = server.lines[0]["url"]
        yield server
        if process.returncode is None:
            server.close_stdin()
            async with asyncio.timeout(15):
                code = await process.wait()
            assert code == 0, f"{name} ended with {code}: {''.join(server.stderr)}"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        await asyncio.wait(readers)
        server.close_stdin()


async def _read_lines(stream: asyncio.StreamReader | None, server: RunningServer) -> None:
    assert stream is not None
    async for line in stream:
        server.lines.append(json.loads(line))


async def _read_text(stream: asyncio.StreamReader | None, server: RunningServer) -> None:
    assert stream is not None
    async for line in stream:
        server.stderr.append(line.decode())
