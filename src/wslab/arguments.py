"""What arguments of the command line may be, and how its help is set. Every parser reads them here.

Each function takes the text that was typed and raises `argparse.ArgumentTypeError` where it is wrong.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from wslab.i18n import LANGUAGES, _
from wslab.units import parse_duration, parse_size
from wslab.wire.decoding.choosing import AUTO, CHOICES

EPILOG = """\
exit codes: 0 passed or closed normally, 1 failed, 2 usage,
            3 could not start or connect, 4 unknown verdict, 130 interrupted
"""


def add_language(parser: argparse.ArgumentParser) -> None:
    """Let a command take `--lang`, before its name or after it."""
    parser.add_argument(
        "--lang",
        choices=tuple(LANGUAGES),
        default=argparse.SUPPRESS,
        help="the language (default: the one chosen in the lab with L, else that of the locale)",
    )


def add_decoding(parser: argparse.ArgumentParser) -> None:
    """Let a command take `--decode`."""
    parser.add_argument(
        "--decode",
        choices=CHOICES,
        default=AUTO,
        help="what messages are read as (default: auto, which is what the subprotocol says)",
    )


def _argument_error(error: ValueError) -> argparse.ArgumentTypeError:
    return argparse.ArgumentTypeError(str(error))


def frame_rate(text: str) -> int:
    """Return repaints a second, from 1 to 60."""
    if not text.isdecimal() or not 1 <= int(text) <= 60:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to 60")
    return int(text)


def duration(text: str) -> float:
    """Return a duration such as `50ms`, in seconds."""
    try:
        return parse_duration(text)
    except ValueError as error:
        raise _argument_error(error) from None


def optional_duration(text: str) -> float | None:
    """Return a duration in seconds, None for `off`."""
    return None if text == "off" else duration(text)


def period(text: str) -> float:
    """Return a duration above 0, in seconds."""
    seconds = duration(text)
    if seconds <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is too short: write a duration above 0")
    return seconds


def optional_period(text: str) -> float | None:
    """Return a duration above 0 in seconds, None for `off`."""
    return None if text == "off" else period(text)


def existing_file(text: str) -> str:
    """Return the name of a file that is there."""
    try:
        found = Path(text).is_file()
    except OSError as error:  # a name that no file can have
        raise argparse.ArgumentTypeError(f"{text!r}: {error.strerror}") from None
    if not found:
        raise argparse.ArgumentTypeError(f"there is no file {text!r}")
    return text


def address(text: str) -> tuple[str, int]:
    """Return host and port of an address such as `127.0.0.1:9000` or `[::1]:0`."""
    host, colon, port = text.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    bracketed = host != bare
    if not (colon and bare and port.isascii() and port.isdecimal() and int(port) < 2**16):
        raise argparse.ArgumentTypeError(
            _("{text!r} is no address: write it like 127.0.0.1:9000, with port 0 for a free one").format(
                text=text
            )
        )
    if ":" in bare and not bracketed:
        raise argparse.ArgumentTypeError(
            _("{text!r}: write an IPv6 address in brackets, like [::1]:9000").format(text=text)
        )
    return bare, int(port)


def optional_size(text: str) -> int | None:
    """Return a size such as `64KiB` in bytes, None for `off`."""
    if text == "off":
        return None
    try:
        size = parse_size(text)
    except ValueError as error:
        raise _argument_error(error) from None
    if size < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is too small: write a size above 0, or off")
    return size


def screen_size(text: str) -> tuple[int, int]:
    """Return columns and rows of a screen, written as `80x24`."""
    columns, separator, rows = text.partition("x")
    if not (separator and columns.isdecimal() and rows.isdecimal() and int(columns) >= 20 and int(rows) >= 8):
        raise argparse.ArgumentTypeError(f"{text!r} is not a size: write it like 80x24, at least 20x8")
    return int(columns), int(rows)


class WrappedDescription(argparse.RawDescriptionHelpFormatter):
    """Leaves the lines of the epilog as they are and wraps the description, which is one long line."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)
