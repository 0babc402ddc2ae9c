"""Durations, sizes and rates as people write them: `50ms`, `64KiB`, `1mbit`."""

from __future__ import annotations

import math
import re

from wslab.i18n import N_, sentence

_NUMBER = re.compile(r"\s*(\d+(?:\.\d+)?|\.\d+)\s*([A-Za-zµ]*)\s*")
_SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_BYTES = {
    "": 1, "b": 1,
    "kb": 1000, "mb": 1000**2, "gb": 1000**3,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3,
}  # fmt: skip
_BITS = {"bit": 1.0, "kbit": 1e3, "mbit": 1e6, "gbit": 1e9}


def _parse(text: str, units: dict[str, float] | dict[str, int], what: str, example: str) -> float:
    match = _NUMBER.fullmatch(text)
    factor = units.get(match[2].lower()) if match else None
    if match is None or factor is None:
        raise ValueError(
            sentence(
                "{text!r} is not a {what}: write it like {example}",
                text=text,
                what=sentence(what),
                example=sentence(example),
            )
        )
    value = float(match[1]) * factor
    if not math.isfinite(value):
        raise ValueError(sentence("{text!r} is too large for a {what}", text=text, what=sentence(what)))
    return value


def parse_duration(text: str) -> float:
    """Return seconds for `250us`, `50ms`, `2s`, `1.5m`, `1h` or a bare number of seconds.

    Raises:
        ValueError: the text is not a duration; the message says how to write one.
    """
    return _parse(text, _SECONDS, N_("duration"), N_("50ms, 2s or 1m"))


def parse_size(text: str) -> int:
    """Return bytes for `512`, `64KiB`, `1MiB`, `10kB`.

    Raises:
        ValueError: the text is not a size in whole bytes.
    """
    value = _parse(text, _BYTES, N_("size"), N_("512, 64KiB or 1MiB"))
    if value != int(value):
        raise ValueError(sentence("{text!r} is not a whole number of bytes", text=text))
    return int(value)


def parse_rate(text: str) -> float:
    """Return bits per second for `64kbit`, `1mbit`.

    Raises:
        ValueError: the text is not a rate.
    """
    return _parse(text, _BITS, N_("rate"), N_("64kbit or 1mbit"))


def format_duration(seconds: float) -> str:
    """Return a short form of a duration in seconds: `420 µs`, `3.2 ms`, `1.25 s`, `2:05`, `1:02:03`."""
    if seconds < 0:
        return "-" + format_duration(-seconds)
    if seconds < 0.001:
        return f"{seconds * 1e6:.0f} µs"
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def format_size(size: float) -> str:
    """Return a short form of a number of bytes: `312 B`, `1.5 KiB`, `20 MiB`."""
    if size < 1024:
        return f"{size:.0f} B"
    for unit in ("KiB", "MiB", "GiB"):
        size /= 1024
        if size < 1024:
            return f"{size:.3g} {unit}"
    return f"{size / 1024:.3g} TiB"
