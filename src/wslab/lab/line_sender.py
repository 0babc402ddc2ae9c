"""Sends what is typed into line mode: messages, and the /commands that make sense without the app."""

from __future__ import annotations

import asyncio
import secrets

from wslab.i18n import _, sentence, spoken
from wslab.lab.commands import (
    COMMANDS,
    CommandError,
    parse_close,
    parse_fragments,
    parse_hex,
    parse_line,
    parse_path,
    read_file,
)
from wslab.lab.console import Console
from wslab.lab.system_errors import told
from wslab.net.client import Client, check_close
from wslab.net.options import UsageError
from wslab.units import format_duration
from wslab.wire.events import Frame

BINARY_SHOWN = 256
"""Bytes of a binary message that a terminal shows."""


class Sender:
    """Sends over one connection and shows on the console what it sent."""

    def __init__(self, client: Client, console: Console) -> None:
        self.ended = False
        """Whether a command ended the connection."""
        self._client = client
        self._console = console
        self._pings: dict[bytes, float] = {}
        """When each Ping that was typed and not answered was sent."""

    async def text(self, text: str) -> None:
        """Send a text message.

        Raises:
            NotOpen: the connection is not open, or broke while it was sent.
        """
        self._console.show(">", text)
        await self._client.send_text(text)

    async def binary(self, data: bytes) -> None:
        """Send a binary message.

        Raises:
            NotOpen: the connection is not open, or broke while it was sent.
        """
        self._console.show(">", shown(data))
        await self._client.send_binary(data)

    async def carry_out(self, line: str) -> bool:
        """Carry out what was typed, or say why that is not possible, and return whether to go on.

        Raises:
            NotOpen: the connection is not open, or broke while something was sent.
        """
        try:
            return not line or await self._command(line)
        except (CommandError, UsageError) as error:
            self._console.say(spoken(str(error)))
        except OSError as error:
            self._console.say(told(error))
        return True

    def note_pong(self, frame: Frame) -> None:
        """Show a Pong that answers a Ping which was typed; those of the keepalive are noise."""
        asked = self._pings.pop(frame.preview, None)
        if asked is not None:
            after = format_duration(max(0.0, frame.t - asked))
            self._console.show(
                "<", _("PONG {payload} after {time}").format(payload=frame.preview.decode(), time=after)
            )

    async def _command(self, line: str) -> bool:
        command = parse_line(line)
        rest = command.rest
        match command.name:
            case "text":
                await self.text(rest)
            case "binary":
                await self.binary(parse_hex(rest))
            case "file":
                await self.binary(await asyncio.to_thread(read_file, parse_path("file", rest)))
            case "fragments":
                parts = parse_fragments(rest)
                self._console.show(">", " | ".join(parts))
                await self._client.send_fragments(parts)
            case "ping":
                await self._ping(rest.encode() or secrets.token_hex(4).encode())
            case "pong":
                await self._client.pong(rest.encode())
                self._console.show(">", f"PONG {rest}")
            case "close":
                await self._close(*parse_close(rest))
            case "disconnect" | "quit":
                await self._close()
            case "abort":
                self.ended = True
                self._client.abort()
            case "help":
                self._help()
            case name:
                raise CommandError(
                    sentence(
                        "/{name} is for the lab, which `wslab` opens; /help lists what works here", name=name
                    )
                )
        return not self.ended

    async def _ping(self, payload: bytes) -> None:
        await self._client.ping(payload)
        self._pings[payload] = self._client.clock.monotonic()
        self._console.show(">", f"PING {payload.decode()}")

    async def _close(self, code: int = 1000, reason: str = "") -> None:
        check_close(code, reason)
        self.ended = True
        self._console.show(">", f"CLOSE {code} {reason}")
        await self._client.close(code, reason)

    def _help(self) -> None:
        for spec in COMMANDS.values():
            if spec.line_mode:
                self._console.say(f"{spec.syntax:26} {_(spec.help)}")
        self._console.say(_("every other line is sent as a text message; //… sends one that starts with /"))


def shown(message: str | bytes) -> str:
    """Return a message as a terminal shows it: of a long binary one only the start."""
    if isinstance(message, str):
        return message
    left = len(message) - BINARY_SHOWN
    more = _("… (+{left} bytes)").format(left=left) if left > 0 else ""
    return f"hex:{message[:BINARY_SHOWN].hex()}{more}"
