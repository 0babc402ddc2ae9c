"""Two payloads below each other, in hexadecimal and as text, with a caret where they part."""

from __future__ import annotations

from wslab.i18n import _
from wslab.lab.cells import pad, wrap

ROW = 16
"""Bytes of a row."""
LABEL = 10
"""Cells for what the rows are."""


def byte_diff(expected: bytes, found: bytes, width: int = 80) -> list[str]:
    """Return rows of both around the first byte in which they differ, a caret below it, and the difference in
    words; nothing where they are the same.

    Args:
        expected: what a check asked for.
        found: what was on the wire, or the start of it.
        width: cells of a row at most, 50 at least. Below 80 a row has 8 bytes in place of 16.
    """
    at = first_difference(expected, found)
    if at is None:
        return []
    size = ROW if width >= 80 else ROW // 2
    start = at - at % size
    column = at - start
    caret = " " * (LABEL + 2 + 3 * column) + "^^"
    caret = caret.ljust(LABEL + 2 + 3 * size + 1 + column) + "^"
    return [
        _row(_("expected"), expected, start, size),
        _row(_("actual"), found, start, size),
        caret,
        *wrap(_in_words(expected, found, at), width),
    ]


def first_difference(expected: bytes, found: bytes) -> int | None:
    """Return the index of the first byte in which two payloads differ; it can be the end of one of them."""
    for index, (one, other) in enumerate(zip(expected, found, strict=False)):
        if one != other:
            return index
    return None if len(expected) == len(found) else min(len(expected), len(found))


def _row(label: str, data: bytes, start: int, size: int) -> str:
    part = data[start : start + size]
    text = "".join(chr(byte) if 0x20 <= byte < 0x7F else "·" for byte in part)
    more = "…" if len(data) > start + size else ""
    return f"{pad(label, LABEL)}  {part.hex(' '):<{3 * size}} {text}{more}".rstrip()


def _in_words(expected: bytes, found: bytes, at: int) -> str:
    if at < len(expected) and at < len(found):
        text = _("byte {n}: expected {expected}, got {found}")
        return text.format(n=at + 1, expected=f"{expected[at]:02x}", found=f"{found[at]:02x}")
    if at < len(expected):
        return _("it ends after {n} of {all} bytes").format(n=at, all=len(expected))
    return _("the first {n} bytes are right; {more} more follow").format(n=at, more=len(found) - at)
