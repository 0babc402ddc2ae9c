"""Copying what is in view to the clipboard of the terminal."""

from __future__ import annotations

from textual.widget import Widget

from wslab.i18n import _

LARGEST_COPY = 64 * 1024
"""Characters that are copied at most: terminals take no more, and some far less."""


def copy_lines(widget: Widget, text: str) -> None:
    """Copy lines, and say how many; whether the terminal takes them cannot be known.

    Args:
        widget: what shows them.
        text: each line with its end.
    """
    widget.app.copy_to_clipboard(text[:LARGEST_COPY])
    told = _("copied {count} lines, if the terminal allows it")
    if len(text) > LARGEST_COPY:
        told = _("copied {count} lines, the first {most} characters, if the terminal allows it")
    widget.notify(told.format(count=text.count("\n"), most=LARGEST_COPY), markup=False)
