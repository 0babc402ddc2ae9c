"""Markdown of the lessons as plain lines, for terminals without the app, pipes and screen readers."""

from __future__ import annotations

import io

from wslab.lab import wide_wrap

WIDTH = 80


def markdown_lines(text: str, width: int = WIDTH, indent: str = "") -> list[str]:
    """Return Markdown as lines without colours or cursor movement.

    Args:
        text: Markdown, its placeholders filled in.
        width: cells of a line, the indent included.
        indent: what each line that is not empty begins with.
    """
    # Imported when prose is shown: a verdict without any must not wait for it.
    from rich.console import Console
    from rich.markdown import Markdown

    wide_wrap.install()
    out = io.StringIO()
    console = Console(
        file=out,
        width=max(20, width - len(indent)),
        color_system=None,
        force_terminal=False,
        legacy_windows=False,
    )
    console.print(Markdown(text, hyperlinks=False))
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    while lines and not lines[0]:
        del lines[0]
    while lines and not lines[-1]:
        del lines[-1]
    return [f"{indent}{line}" if line else "" for line in lines]
