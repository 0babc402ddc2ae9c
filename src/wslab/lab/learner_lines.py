"""Lines that a learner could type, as a lesson in the app has them: what solves a step, and what goes wrong.

They are those of a lesson that is done line by line (`lab/guided.py`), and one more: `/wait 2s` lets time
pass while the line before it may still be going on. They are carried out where a course is checked, so they
reach nothing but this machine and no file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from wslab.lab.commands import CommandError, parse_line
from wslab.lab.lesson_run import Seed
from wslab.units import parse_duration
from wslab.wire.rawspec import RawSpecError, parse_raw

LONGEST_WAIT: Final = 10.0
"""Seconds that `/wait` can last at most."""
COMMANDS: Final = (
    "connect", "disconnect", "text", "binary", "fragments", "ping", "pong", "close", "abort", "raw",
    "reconnect", "compression", "limit", "keepalive", "subprotocol", "header", "origin", "server",
)  # fmt: skip
"""Commands that may stand in such a line, beside `/wait`."""
EXAMPLES: Final = "a message such as hello, /connect /echo, /disconnect, /ping or /wait 200ms"

_WAIT: Final = "/wait"
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
_PLACEHOLDER: Final = re.compile(r"\{seed\.[^{}]*\}")


class LineError(ValueError):
    """A line that cannot be carried out. The message says what would be right."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    seconds: float


def parse_learner_line(line: str, seed: Seed | None = None) -> str | Wait:
    """Read one line.

    Args:
        line: as the lesson has it.
        seed: what stands for `{seed.word}`, `{seed.hex}` and `{seed.number}`; any where it is None, which
            does to check a line.

    Returns:
        The line as it would be typed, or how long to wait.

    Raises:
        LineError: it is none, or reaches beyond this machine.
    """
    text = (seed or Seed(0)).fill(line)
    if not text.strip():
        raise LineError(f"{line!r} says nothing: write {EXAMPLES}")
    if unknown := _PLACEHOLDER.search(text):
        raise LineError(
            f"{line!r} has {unknown[0]}: there are {{seed.word}}, {{seed.hex}} and {{seed.number}}"
        )
    verb, _space, rest = text.partition(" ")
    if verb == _WAIT:
        return Wait(_seconds(rest, line))
    try:
        command = parse_line(text)
        if command.name == "raw":
            parse_raw(command.rest, new_key=lambda: bytes(4))
    except (CommandError, RawSpecError) as error:
        raise LineError(f"{line!r}: {error}") from None
    if command.name not in COMMANDS:
        known = ", ".join(f"/{name}" for name in COMMANDS)
        raise LineError(f"{line!r} is not for a lesson's lines: there are messages, {_WAIT}, {known}")
    if command.name == "connect":
        _check_target(command.rest, line)
    return text


def _check_target(target: str, line: str) -> None:
    if not target or target.startswith("/"):
        return
    try:
        url = urlsplit(target)
        near = url.scheme in ("ws", "wss") and url.hostname in _LOOPBACK
    except ValueError:
        near = False
    if not near:
        raise LineError(f"{line!r} leads elsewhere: write a path, or a URL such as ws://127.0.0.1:1/")


def _seconds(text: str, line: str) -> float:
    try:
        seconds = parse_duration(text.strip())
    except ValueError as error:
        raise LineError(f"{line!r}: {error}") from None
    if seconds > LONGEST_WAIT:
        raise LineError(f"{line!r} waits too long: {LONGEST_WAIT:g}s is the most")
    return seconds
