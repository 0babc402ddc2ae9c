"""Payloads as people read them: a hexdump, text, or JSON with one value a line. What is shown is bounded."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator

from textual.content import Content

from wslab.i18n import _
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import MUTED, count, fold, line, number, paragraph

HEX_BYTES = 512
"""Bytes of a hexdump, at most."""

TEXT_CHARACTERS = 4096
"""Characters of a text, at most."""

_DEEPEST_INDENT = 24
"""Levels of JSON that are indented. Deeper ones stay where they are, or the text would move out of sight."""


def printable(data: bytes) -> str:
    """Return bytes as ASCII with `.` for each that is not drawn."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in data)


def bytes_per_row(width: int) -> int:
    """Return how many bytes of a hexdump with offset and ASCII stand side by side in `width` cells."""
    return next((per for per in (16, 8) if width >= 6 + 4 * per + 2), 4)


def hexdump(data: bytes, width: int, style: str = "", *, offset: int = 0) -> list[Content]:
    """Return all of the bytes as rows of offset, hexadecimal and ASCII.

    Args:
        data: the bytes.
        width: cells of a row.
        style: style of the bytes.
        offset: number of the first byte.
    """
    per = bytes_per_row(width)
    return [
        line(
            (f"{offset + at:04x}  ", MUTED),
            (f"{data[at : at + per].hex(' '):<{3 * per - 1}}", style),
            "  ",
            printable(data[at : at + per]),
        )
        for at in range(0, len(data), per)
    ]


def shown_of(shown: int, kept: int, length: int, width: int) -> list[Content]:
    """Return a line that says how much of a payload is shown; none where it is all of it.

    Args:
        shown: bytes that are shown.
        kept: bytes that the event holds.
        length: bytes of the payload.
        width: cells of a line.
    """
    if shown >= length:
        return []
    text = _("… shown: the first {shown} of {total}").format(shown=number(shown), total=count(length, "byte"))
    if kept < length and shown >= kept:
        text += _(", all that the lab keeps of it")
    return paragraph(text, width, MUTED)


def text_lines(data: bytes, length: int, width: int, style: str = "") -> list[Content]:
    """Return a payload that is meant as UTF-8, its line ends kept, and how much of it this is.

    Args:
        data: start of the payload, or all of it.
        length: bytes of the payload.
        width: cells of a line.
        style: style of the text.
    """
    text = codecs.utf_8_decode(data, "replace", len(data) == length)[0]
    cut = text[:TEXT_CHARACTERS]
    shown = len(data) if len(text) <= TEXT_CHARACTERS else len(cut.encode(errors="replace"))
    lines = [part for source in cut.split("\n") for part in fold(visible(source), width, style)]
    return lines + shown_of(shown, len(data), length, width)


def hex_lines(data: bytes, length: int, width: int, style: str = "") -> list[Content]:
    """Return a hexdump of a payload, and how much of it this is; arguments as `text_lines` has them."""
    shown = data[:HEX_BYTES]
    return hexdump(shown, width, style) + shown_of(len(shown), len(data), length, width)


def pretty_json(data: bytes) -> str | None:
    """Return an object or array in JSON with one value a line, None where it is none.

    Only white space is changed: order, spelling of numbers and repeated names stay as they were sent.
    """
    if data[:64].lstrip()[:1] not in (b"{", b"["):
        return None
    try:
        text = data.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        return None
    return "".join(_indented(text))


def _indented(text: str) -> Iterator[str]:
    depth = 0
    at = 0
    while at < len(text):
        character = text[at]
        end = at + 1
        if character == '"':
            while text[end] != '"':
                end += 2 if text[end] == "\\" else 1
            end += 1
            yield text[at:end]
        elif character in "{[":
            depth += 1
            rest = text[end:].lstrip(" \t\r\n")
            if rest[:1] in ("}", "]"):
                yield character
            else:
                yield character + _break(depth)
        elif character in "}]":
            depth -= 1
            empty = text[:at].rstrip(" \t\r\n")[-1:] in ("{", "[")
            yield character if empty else _break(depth) + character
        elif character == ",":
            yield "," + _break(depth)
        elif character == ":":
            yield ": "
        elif character not in " \t\r\n":
            yield character
        at = end


def _break(depth: int) -> str:
    return "\n" + "  " * min(depth, _DEEPEST_INDENT)
