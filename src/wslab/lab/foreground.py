"""`wslab server list` and `wslab server start`: bundled servers without the app."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from wslab.bundled import SERVERS, BundledError, ServerInfo

USAGE_ERROR = 2
COULD_NOT_START = 3


def list_servers() -> int:
    """Print every bundled server: name, port, phase, title and file. Return the exit code."""
    code = 0
    rows = [("name", "port", "phase", "title", "file")]
    for info in SERVERS.values():
        file = _file(info)
        if file is None:
            code = COULD_NOT_START
        rows.append((info.name, str(info.port), str(info.phase), info.title, file or "missing"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return code


def start_server(name: str, args: Sequence[str]) -> int:
    """Become a bundled server: it has the terminal, ctrl+c and the exit code.

    The process is replaced and not a parent that forwards signals: so there is nothing between the user and
    the server that could be killed and leave it behind.

    Args:
        name: which one.
        args: its own options, among them `--host` and `--port`.

    Returns:
        An exit code, only where the server could not be started.
    """
    info = SERVERS.get(name)
    if info is None:
        print(f"wslab: there is no server {name!r}; there are: {', '.join(SERVERS)}", file=sys.stderr)
        return USAGE_ERROR
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execv(sys.executable, [sys.executable, "-P", str(info.path), *args])
    except (BundledError, OSError, ValueError) as error:
        print(f"wslab: {name} could not be started: {error}", file=sys.stderr)
        return COULD_NOT_START


def _file(info: ServerInfo) -> str | None:
    try:
        return str(info.path)
    except BundledError:
        return None
