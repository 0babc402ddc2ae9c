"""From the pieces of a row to a strip of the screen."""

from __future__ import annotations

import re
from collections.abc import Callable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from wslab.i18n import _
from wslab.tui.widgets.log_rows import Columns, Piece, columns_for, fit, header, mark_matches, row
from wslab.wire.events import Event, Frame, Opcode

_CURSOR = "▸"
_REMEMBERED = 512
"""Strips that are kept for the next repaint: some pages of a large screen."""


class LogPainter:
    """Draws rows, and remembers how it drew them until something other than the row changes."""

    def __init__(
        self, style_of: Callable[[str], Style], subprotocol_of: Callable[[Event], str | None] = lambda _: None
    ) -> None:
        """Make a painter.

        Args:
            style_of: gives the style of a role, of the `cursor` and of a `match`, to put over the base style.
            subprotocol_of: gives what the connection of an event agreed on.
        """
        self._subprotocol_of = subprotocol_of
        self.columns = Columns(0, 4, 0, 5, " ")
        self.regex: re.Pattern[str] | None = None
        self._base = Style.null()
        self._style_of = style_of
        self._styles: dict[tuple[str, bool, bool], Style] = {}
        self._strips: dict[tuple[int, bool], Strip] = {}

    def lay_out(self, width: int, largest_seq: int) -> None:
        """Draw rows this wide from now on, for numbers up to ``largest_seq``."""
        columns = columns_for(width, largest_seq)
        if columns != self.columns:
            self.columns = columns
            self._strips.clear()

    def draw_on(self, base: Style) -> None:
        """Draw on this style from now on."""
        if base != self._base:
            self._base = base
            self.forget()

    def search_for(self, regex: re.Pattern[str] | None) -> None:
        """Mark what this matches from now on; None for nothing."""
        self.regex = regex
        self._strips.clear()

    def forget(self) -> None:
        """Forget every strip and style: the theme changed."""
        self._styles.clear()
        self._strips.clear()

    def header(self) -> Strip:
        """Draw the names of the columns."""
        return self._strip(header(self.columns))

    def gone(self) -> Strip:
        """Draw a row that is no longer there."""
        return self._strip(fit([Piece("      · " + _("no longer held") + " ·", "rule")], self.columns.width))

    def blank(self) -> Strip:
        """Draw a line without a row."""
        return Strip.blank(self.columns.width, self._base)

    def row(self, index: int, event: Event, *, at_cursor: bool) -> Strip:
        """Draw an event's row. Its index in the journal is what it is remembered by."""
        strip = self._strips.get((index, at_cursor))
        if strip is None:
            if len(self._strips) >= _REMEMBERED:
                self._strips.clear()
            closing = type(event) is Frame and event.opcode == Opcode.CLOSE
            subprotocol = self._subprotocol_of(event) if closing else None
            pieces = row(event, self.columns, subprotocol)
            if self.regex is not None:
                pieces = mark_matches(pieces, self.regex)
            if at_cursor and pieces:  # where there is no room at all there are none
                pieces[0] = Piece(_CURSOR + pieces[0].text[1:], "number")
            strip = self._strips[index, at_cursor] = self._strip(pieces, at_cursor)
        return strip

    def _strip(self, pieces: list[Piece], at_cursor: bool = False) -> Strip:
        segments = []
        left = self.columns.width
        for text, role, match in pieces:
            segments.append(Segment(text, self._style(role, at_cursor, match)))
            left -= cell_len(text)
        if left:
            segments.append(Segment(" " * left, self._style("payload", at_cursor, False)))
        # Made whole at once, because another strip to fill the line costs as much as all of the above.
        return Strip(segments, self.columns.width)

    def _style(self, role: str, at_cursor: bool, match: bool) -> Style:
        style = self._styles.get((role, at_cursor, match))
        if style is None:
            style = self._base + self._style_of(role)
            for name, wanted in (("cursor", at_cursor), ("match", match)):
                if wanted:
                    style += self._style_of(name)
            self._styles[role, at_cursor, match] = style
        return style
