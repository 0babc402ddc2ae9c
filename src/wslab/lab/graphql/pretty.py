"""JSON for people, and never more of it than is wanted."""

from __future__ import annotations

import json
from typing import Any

CUT = "…"
_encoder = json.JSONEncoder(ensure_ascii=False, indent=2)


def pretty(value: Any, limit: int) -> str:
    """Return what JSON says of a value, over several lines; what is longer than the limit ends with `…`.

    Args:
        value: as `json.loads` gave it.
        limit: characters at most, the last one included.
    """
    parts: list[str] = []
    length = 0
    try:
        for part in _encoder.iterencode(value):
            parts.append(part)
            length += len(part)
            if length > limit:
                return "".join(parts)[: max(0, limit - 1)] + CUT
    except RecursionError:
        # Reading it took less of the stack than writing it.
        return "".join(parts)[: max(0, limit - 1)] + CUT
    return "".join(parts)


def on_one_line(text: str) -> str:
    """Return what `pretty` made as one line."""
    lines = [line.strip() for line in text.split("\n")]
    return "".join(line + (" " if line.endswith(",") else "") for line in lines)
