"""Pictures of the screen: as plain text and as SVG."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from textual.app import App

_TERMINAL_ID = re.compile(r"terminal-\d+")
_FONT_FROM_ELSEWHERE = re.compile(r'(local\("[^"]*"\))(?:,\s*url\("https:[^;]*)?;')
_MATRIX = '<g class="terminal-wslab-matrix"'


def screen_text(app: App[Any]) -> str:
    """Return what the screen shows, one line a row, without trailing spaces."""
    # No public call returns the composed screen as text; this is the only place that reaches inside.
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


def screen_svg(app: App[Any], title: str = "wslab") -> str:
    """Return the screen as an SVG picture that is the same for the same screen.

    Nothing in it is loaded from elsewhere, and spaces at the start of a text stay in every viewer.
    """
    svg = _TERMINAL_ID.sub("terminal-wslab", app.export_screenshot(title=title, simplify=True))
    svg = _FONT_FROM_ELSEWHERE.sub(r"\1;", svg)
    return svg.replace(_MATRIX, f'{_MATRIX} xml:space="preserve"')


def save_picture(app: App[Any], path: Path) -> None:
    """Write the screen to a file: as text where the name ends in `.txt`, else as SVG.

    Raises:
        OSError: the file can't be written.
    """
    text = screen_text(app) + "\n" if path.suffix == ".txt" else screen_svg(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
