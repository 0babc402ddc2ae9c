"""The options that every bundled server takes."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable
from typing import TypeVar

from wslab.bundled import SERVERS
from wslab.serving.logs import LEVELS
from wslab.units import parse_duration, parse_size

T = TypeVar("T")

DEFAULT_MAX_SIZE = 2**20
"""Largest message a bundled server takes unless told otherwise, in bytes."""


def _argument(parse: Callable[[str], T]) -> Callable[[str], T]:
    # argparse shows the message of an ArgumentTypeError and hides that of a ValueError.
    def argument(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return argument


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ValueError(f"{text!r} is not a port: a number from 0 to 65535, where 0 takes any free one")
    return int(text)


def _duration_or_off(text: str) -> float | None:
    return None if text == "off" else parse_duration(text) or None


def _size_or_off(text: str) -> int | None:
    if text == "off":
        return None
    size = parse_size(text)
    if size == 0:
        raise ValueError("a limit of 0 bytes would refuse every message: write a size like 1MiB, or off")
    return size


def _some_size(text: str) -> int:
    size = parse_size(text)
    if size == 0:
        raise ValueError("0 bytes hold nothing: write a size like 1MiB")
    return size


def _some_time(text: str) -> float:
    seconds = parse_duration(text)
    if seconds == 0:
        raise ValueError("no time at all is too short: write a duration like 50ms, 2s or 1m")
    return seconds


port = _argument(_port)
"""Type of a `--port` option."""
duration_or_off = _argument(_duration_or_off)
"""Type of an option like `--keepalive`: seconds, or None for `off` and 0."""
size_or_off = _argument(_size_or_off)
"""Type of an option like `--max-size`: bytes, or None for `off`."""

some_size = _argument(_some_size)
"""Type of an option that is a number of bytes, at least one."""
some_time = _argument(_some_time)
"""Type of an option that is a time longer than none; the value is in seconds."""


def server_parser(name: str, description: str, paths: str = "") -> argparse.ArgumentParser:
    """Return a parser with the options every bundled server takes; a server adds its own to it.

    Args:
        name: as it is in `SERVERS`.
        description: what `--help` says first.
        paths: what it says last, as `Routes.paths` returns it.
    """
    limit = "A message may have 4096 fragments; set WEBSOCKETS_MAX_FRAGMENTS in the environment for more."
    parser = argparse.ArgumentParser(
        prog=name,
        description=description,
        epilog=f"{limit}\n\npaths:\n{textwrap.indent(paths, '  ')}" if paths else limit,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    default_port = SERVERS[name].port
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument(
        "--port",
        type=port,
        default=default_port,
        help=f"port to listen on ({default_port}); 0 takes a free one",
    )
    parser.add_argument(
        "--max-size",
        type=size_or_off,
        default=DEFAULT_MAX_SIZE,
        metavar="SIZE",
        help="close with 1009 when a message is larger (1MiB); off takes any size",
    )
    parser.add_argument(
        "--log-level", choices=LEVELS, default="info", help="least important line to log (info)"
    )
    return parser
