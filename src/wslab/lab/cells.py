"""Text in columns of a terminal: cut, padded and wrapped by the cells it takes, not by its characters."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from wslab.lab.lines import visible

ELLIPSIS = "…"


def plain(text: str) -> str:
    r"""Return a text in which everything that a terminal does not simply draw is written out, as `\u200b`."""
    shown = visible(text)
    if shown.isprintable():
        return shown
    return "".join(
        each if each.isprintable() else each.encode("ascii", "backslashreplace").decode() for each in shown
    )


def fit(text: str, width: int) -> str:
    """Return a text of at most so many cells, with what would steer a terminal written out, as one line."""
    shown = plain(text.expandtabs(1))
    if cell_len(shown) <= width:
        return shown
    if width < 1:
        return ""
    return set_cell_size(shown, width - 1).rstrip() + ELLIPSIS


def pad(text: str, width: int, *, right: bool = False) -> str:
    """Return a text of exactly so many cells; padded on the left where it is to stand on the right."""
    shown = fit(text, width)
    space = " " * (width - cell_len(shown))
    return space + shown if right else shown + space


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of equal length as lines whose columns stand below each other, two cells apart."""
    shown = [[plain(cell.expandtabs(1)) for cell in row] for row in rows]
    widths = [max(map(cell_len, column)) for column in zip(*shown, strict=True)]
    return [
        "  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in shown
    ]


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Return a text in lines of at most so many cells, broken at spaces, between any two wide characters, and
    elsewhere only where a word alone is too long. Line ends in the text stay.

    Args:
        text: what to wrap.
        width: cells of a line, the indent included.
        indent: what each line begins with.
    """
    room = max(2, width - cell_len(indent))
    lines: list[str] = []
    for paragraph in text.splitlines() or [""]:
        line = ""
        for piece in _pieces(plain(paragraph.expandtabs(4)), room):
            if cell_len(line + piece.rstrip()) > room:
                lines.append(indent + line.rstrip())
                line = ""
            line += piece if line or not piece.isspace() else ""
        lines.append((indent + line).rstrip())
    return lines


def _pieces(text: str, room: int) -> list[str]:
    """Return what a text may be broken into: words with the spaces after them, and wide characters."""
    pieces: list[str] = []
    word = ""
    for character in text:
        wide = cell_len(character) == 2
        if word and (wide or (word[-1] == " " and character != " ")):
            pieces.append(word)
            word = ""
        word += character
        if wide:
            pieces.append(word)
            word = ""
    if word:
        pieces.append(word)
    return [part for piece in pieces for part in (_chopped(piece, room))]


def _chopped(piece: str, room: int) -> list[str]:
    return [piece] if cell_len(piece.rstrip()) <= room else chop_cells(piece, room)
