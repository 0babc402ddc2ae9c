"""`wslab connect`: lines in, messages out. The app's twin for pipes, scripts and screen readers.

Data goes to standard output, talk to standard error.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

from wslab import __version__
from wslab.lab.commands import COMMANDS, CommandError, parse_close, parse_hex, parse_line
from wslab.lab.line_input import LineInput
from wslab.lab.lines import visible
from wslab.net.client import Client
from wslab.net.lifecycle import ConnectFailed, NotOpen
from wslab.net.options import ConnectOptions
from wslab.tasks import spawn
from wslab.wire.clock import Clock
from wslab.wire.events import Event, Frame, Message, Phase, State
from wslab.wire.jsonform import dump, header

PREVIEW_LIMIT = 2**20
"""Bytes of each payload that `--json` prints."""
NORMAL = (1000, 1001, 1005)
"""Close codes of an end in order: done, going away, and a Close frame without a code."""

EXIT_OK, EXIT_FAILED, EXIT_USAGE, EXIT_NOT_CONNECTED, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def run_line_mode(arguments: argparse.Namespace) -> int:
    """Run `wslab connect` and return its exit code.

    0 where the connection was closed with 1000, 1001 or without a code; 1 for any other end; 2 where an
    option is wrong; 3 where there was no connection; 130 where it was interrupted.
    """
    try:
        options = read_options(arguments)
    except ValueError as error:
        print(f"wslab connect: {error}", file=sys.stderr)
        return EXIT_USAGE
    return asyncio.run(LineMode(options, arguments).run())


def read_options(arguments: argparse.Namespace) -> ConnectOptions:
    """Return what the command line says of the connection.

    Raises:
        ValueError: an option is wrong; the message names it.
    """
    headers = []
    for line in arguments.header:
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError(f"header {line!r}: write it like 'Name: value'")
        headers.append((name.strip(), value.strip()))
    return ConnectOptions(
        arguments.url,
        headers=tuple(headers),
        subprotocols=tuple(arguments.subprotocol),
        origin=arguments.origin,
        compression=arguments.compression,
        keepalive=arguments.keepalive or None,
        max_size=arguments.max_size,
        ca_file=arguments.ca,
        insecure=arguments.insecure,
        open_timeout=arguments.timeout,
        preview_limit=PREVIEW_LIMIT,
    )


class LineMode:
    """One connection between standard input and standard output.

    Args:
        options: of the connection.
        arguments: of the command line.
    """

    def __init__(self, options: ConnectOptions, arguments: argparse.Namespace) -> None:
        self._execute: list[str] = arguments.execute
        self._wait: float = arguments.wait
        self._json: bool = arguments.json
        self._keys = sys.stdin is not None and sys.stdin.isatty()
        self._decorate = sys.stdout.isatty()
        self._clock = Clock()
        self._last = time.monotonic()
        self._dirty = False
        self._deaf = False
        self._problem = ""
        self._client = Client(options, 1, self._clock, self._take, on_message=self._show)

    async def run(self) -> int:
        """Connect, talk, and return the exit code."""
        if self._json:
            self._write(header(__version__, self._clock.wall()))
        try:
            await self._client.open()
            talk = spawn(self._talk(), "lines")
            final = spawn(self._client.wait_closed(), "end of the connection")
            await asyncio.wait([talk, final], return_when=asyncio.FIRST_COMPLETED)
            if not final.done():
                await self._client.close()
            talk.cancel()
            state = await final
            await asyncio.wait([talk])
            return self._verdict(state)
        except ConnectFailed:
            return EXIT_OK if self._deaf else EXIT_NOT_CONNECTED
        except asyncio.CancelledError:
            await self._client.close()
            return EXIT_INTERRUPTED
        finally:
            self._flush()

    def _verdict(self, state: State) -> int:
        if self._problem:
            self._say(self._problem)
            return EXIT_FAILED
        return (
            EXIT_OK if self._deaf or (state.phase is Phase.CLOSED and state.code in NORMAL) else EXIT_FAILED
        )

    async def _talk(self) -> None:
        try:
            async for line in self._lines():
                if self._keys and not self._execute:
                    await self._carry_out(line)
                else:
                    await self._client.send_text(line)
                self._last = time.monotonic()
        except NotOpen:
            # The connection ended first, and its last state says why.
            return
        except (ValueError, OSError) as error:
            self._problem = str(error)
            return
        # Answers may be on their way: wait until the connection has been quiet for a while.
        while (left := self._last + self._wait - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def _lines(self) -> AsyncIterator[str]:
        for message in self._execute:
            yield message
        if self._execute or sys.stdin is None:
            return
        number = 0
        async for line in LineInput(sys.stdin.fileno()).lines():
            number += 1
            try:
                text = line.decode()
            except UnicodeDecodeError as error:
                raise ValueError(f"line {number} of standard input is not UTF-8: {error.reason}") from None
            if text or not self._keys:
                yield text

    async def _carry_out(self, line: str) -> None:
        try:
            parsed = parse_line(line)
            if not COMMANDS[parsed.name].line_mode:
                raise CommandError(f"/{parsed.name} is for the lab: run wslab")
            await self._action(parsed.name)(parsed.rest)
        except (ValueError, OSError) as error:
            self._say(str(error))

    def _action(self, name: str) -> Callable[[str], Awaitable[None]]:
        client = self._client

        async def abort(_rest: str) -> None:
            client.abort()

        async def send_file(rest: str) -> None:
            await client.send_binary(await asyncio.to_thread(_read, rest))

        actions: dict[str, Callable[[str], Awaitable[None]]] = {
            "text": client.send_text,
            "binary": lambda rest: client.send_binary(parse_hex(rest)),
            "file": send_file,
            "fragments": lambda rest: client.send_fragments([part.strip() for part in rest.split("|")]),
            "ping": lambda rest: client.ping(rest.encode()),
            "pong": lambda rest: client.pong(rest.encode()),
            "close": lambda rest: client.close(*parse_close(rest)),
            "disconnect": lambda _rest: client.close(),
            "quit": lambda _rest: client.close(),
            "abort": abort,
        }
        return actions[name]

    def _take(self, events: Sequence[Event]) -> None:
        """Take events of the connection: all of them for `--json`, the states for everybody."""
        for event in events:
            if isinstance(event, State):
                self._say(f"{event.phase}{': ' if event.why else ''}{event.why}")
            elif isinstance(event, Frame | Message):
                self._last = event.t
            elif self._json is False:
                continue
            if self._json:
                self._write(dump(event))

    def _show(self, message: str | bytes) -> None:
        if self._json:
            return
        text = message if isinstance(message, str) else f"hex:{message.hex()}"
        self._write(f"< {visible(text)}" if self._decorate else text)

    def _write(self, line: str) -> None:
        """Write a line to standard output; it is flushed when the loop has nothing better to do."""
        if self._deaf:
            return
        try:
            sys.stdout.write(f"{line}\n")
        except BrokenPipeError:
            self._go_deaf()
        if not self._dirty:
            self._dirty = True
            asyncio.get_running_loop().call_soon(self._flush)

    def _flush(self) -> None:
        self._dirty = False
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            self._go_deaf()

    def _go_deaf(self) -> None:
        """Stop in order when whoever read our output has gone."""
        if self._deaf:
            return
        self._deaf = True
        # What is still buffered would raise once more when Python exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        spawn(self._client.close(), "nobody reads the output")

    def _say(self, text: str) -> None:
        print(f"* {visible(text)}", file=sys.stderr, flush=True)


def _read(path: str) -> bytes:
    return Path(path).expanduser().read_bytes()
