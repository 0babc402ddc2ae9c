"""Blocks of text that the views of the lower tabs are made of.

A line is a Textual `Content` whose styles are names of component classes, `.text--fin`. `TextView` gives them
colours; a test reads `line.plain`. Text from the network has to be made safe before it comes here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size
from textual.content import Content

Piece = str | tuple[str, str] | Content
"""Text, text with a style, or a finished line."""

MUTED = ".text--muted"
STRONG = ".text--strong"
HEADING = ".text--heading"
BAD = ".text--bad"
GOOD = ".text--good"
NOTE = ".text--note"

BLANK = Content("")

_NARROWEST = 24
"""Cells that the last column of a table needs; it goes below the others where it has less."""


def line(*pieces: Piece) -> Content:
    """Return one line made of pieces."""
    return Content.assemble(*pieces)


def number(value: int) -> str:
    """Return a whole number with its thousands apart: `80 000`."""
    return f"{value:,}".replace(",", " ")


def count(value: int, noun: str) -> str:
    """Return a number of things: `1 byte`, `80 000 bytes`."""
    return f"{number(value)} {noun}" + ("" if value == 1 else "s")


def heading(text: str, width: int) -> list[Content]:
    """Return a heading with a rule behind it, `width` cells wide; more than one line where it needs them."""
    *above, last = wrap(text, width)
    rule = " " + "─" * max(0, width - cell_len(last) - 1)
    return [
        *(line((part, HEADING)) for part in above),
        line((last, HEADING), (rule[: width - cell_len(last)], MUTED)),
    ]


def wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """Cut text into lines of at most `width` cells, between words where that is possible.

    Args:
        text: the text; its line ends are kept.
        width: cells of a line.
        first: cells of the first line, where they are fewer; it stays empty where no word fits into it.
    """
    lines: list[str] = []
    room = width if first is None else first
    for source in text.split("\n"):
        current = ""
        for word in source.split(" "):
            longer = f"{current} {word}" if current else word
            if cell_len(longer) <= room:
                current = longer
                continue
            if current or room < width:
                lines.append(current)
                room = width
            *full, current = chop_cells(word, room) or [""]
            lines += full
        lines.append(current)
        room = width
    return lines


def paragraph(
    text: str, width: int, style: str = "", *, first: Piece = "", indent: int | None = None
) -> list[Content]:
    """Return wrapped text.

    Args:
        text: the text.
        width: cells of the whole lines.
        style: style of the text.
        first: what stands before it on the first line.
        indent: cells before the other lines; the width of `first` where None.
    """
    lead = line(first)
    indent = lead.cell_length if indent is None else indent
    wrapped = wrap(text, max(8, width - indent), max(0, width - lead.cell_length))
    return [line(" " * indent if at else lead, (part, style)) for at, part in enumerate(wrapped)]


def fold(text: str, width: int, style: str = "") -> list[Content]:
    """Return text cut at exactly `width` cells, its line ends kept: for payloads, whose spaces count."""
    return [
        line((piece, style)) for source in text.split("\n") for piece in (chop_cells(source, width) or [""])
    ]


def side_by_side(left: Sequence[Content], right: Sequence[Content], left_width: int) -> list[Content]:
    """Put two blocks beside each other, a rule between them.

    Args:
        left: lines of at most `left_width` cells.
        right: lines.
        left_width: cells of the left block.
    """
    rows = max(len(left), len(right))
    both: list[Content] = []
    for at in range(rows):
        one = left[at] if at < len(left) else BLANK
        two = right[at] if at < len(right) else BLANK
        both.append(line(one, " " * (left_width - one.cell_length), (" │ ", MUTED), two))
    return both


def fit(text: str, width: int) -> str:
    """Return text padded or cut to exactly `width` cells; a cut one ends with `…`."""
    if cell_len(text) > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    return set_cell_size(text, width)


def table(rows: Iterable[Sequence[Piece]], widths: Sequence[int], width: int) -> list[Content]:
    """Return rows of columns, the last of which is wrapped into what is left of `width`.

    Args:
        rows: cells as text or (text, style), as many as there are widths and one more.
        widths: cells of each column but the last; longer text is cut.
        width: cells of the whole lines.
    """
    lines: list[Content] = []
    for cells in rows:
        *fixed, last = cells
        lead: list[Piece] = []
        for cell, room in zip(fixed, widths, strict=True):
            text, style = cell if isinstance(cell, tuple) else (str(cell), "")
            lead.append((fit(text, room) + "  ", style))
        text, style = last if isinstance(last, tuple) else (str(last), "")
        first = line(*lead)
        if width - first.cell_length < _NARROWEST:
            lines += [line(first).truncate(width, ellipsis=True), *paragraph(text, width, style, first="  ")]
        else:
            lines += paragraph(text, width, style, first=first)
    return lines
