"""Lines of Textual content as plain text."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content


def plain(lines: Sequence[Content]) -> str:
    """Return what the lines say, without their styles."""
    return "\n".join(line.plain for line in lines)


def joined(lines: Sequence[Content]) -> str:
    """Return what the lines say as one line: for text that may be wrapped anywhere."""
    return " ".join(plain(lines).split())


def widest(lines: Sequence[Content]) -> int:
    """Return the cells of the widest line."""
    return max(line.cell_length for line in lines)
