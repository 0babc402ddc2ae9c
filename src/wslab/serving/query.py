"""Parameters in the query of a URL: `/time?every=500ms`.

Each path says which parameters it takes, how each is written and between which bounds. What does not fit is
refused with a sentence that names the parameter, the value and what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote

from wslab.units import parse_duration, parse_size

_MOST_FIELDS = 20


class BadQuery(Exception):
    """A query cannot be taken; the message is for the person who wrote it."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a path."""

    read: Callable[[str], object]
    """Returns the value of the text. Raises ValueError, whose message says what would be right."""
    default: str | None
    """What it is when the query does not have it, as text; None is None."""
    words: tuple[str, ...] = ()
    """All that it can be, where that is one of a few words."""


def _bounded(parse: Callable[[str], float], default: str | None, low: str, high: str) -> Parameter:
    lowest, highest = parse(low), parse(high)

    def read(text: str) -> object:
        value = parse(text)
        if not lowest <= value <= highest:
            raise ValueError(f"{text!r} is out of range: from {low} to {high}")
        return value

    return Parameter(read, default)


def duration(default: str, low: str, high: str) -> Parameter:
    """A time such as `500ms` from `low` to `high`; the value is in seconds."""
    return _bounded(parse_duration, default, low, high)


def size(default: str, low: str, high: str) -> Parameter:
    """A size such as `64KiB` from `low` to `high`; the value is in bytes."""
    return _bounded(parse_size, default, low, high)


def number(default: str | None, low: int, high: int) -> Parameter:
    """A whole number from `low` to `high`."""
    return _bounded(_whole, default, str(low), str(high))


def _whole(text: str) -> int:
    # int() also takes spaces, signs, underscores and digits of every script.
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ValueError(f"{text!r} is not a whole number: write it like 10")
    return int(text)


def choice(default: str, *others: str) -> Parameter:
    """One of several words."""
    words = (default, *others)

    def read(text: str) -> object:
        if text not in words:
            raise ValueError(f"{text!r} is not one of {', '.join(words)}")
        return text

    return Parameter(read, default, words)


def flag() -> Parameter:
    """`1` or `0`, which is the default; the value is a bool."""

    def read(text: str) -> object:
        if text not in ("0", "1"):
            raise ValueError(f"{text!r} is neither 1 (yes) nor 0 (no)")
        return text == "1"

    return Parameter(read, "0")


def text(default: str | None, longest: int) -> Parameter:
    """Any text of at most `longest` bytes of UTF-8."""

    def read(value: str) -> object:
        length = len(value.encode())
        if length > longest:
            raise ValueError(f"{length} bytes are too long: at most {longest} bytes of UTF-8")
        return value

    return Parameter(read, default)


def read_query(raw: str, parameters: Mapping[str, Parameter]) -> dict[str, Any]:
    """Return the value of every parameter, given or by default.

    Args:
        raw: what follows the question mark, percent-encoded.
        parameters: what may be in it, by name.

    Raises:
        BadQuery: an unknown, repeated or wrong parameter.
    """
    given: dict[str, str] = {}
    try:
        # Semicolons do not separate: the WHATWG URL standard has only the ampersand.
        pairs = parse_qsl(
            raw, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except UnicodeDecodeError:
        raise BadQuery(f"the query {raw!r} is not percent-encoded UTF-8") from None
    except ValueError:
        raise BadQuery(f"the query {raw!r} does not read as name=value&name=value") from None
    for name, value in pairs:
        if name not in parameters:
            known = f"it takes {', '.join(parameters)}" if parameters else "it takes none"
            raise BadQuery(f"unknown parameter {name!r}: {known}")
        if name in given:
            raise BadQuery(f"{name} is there twice: {given[name]!r} and {value!r}")
        given[name] = value
    return {name: read_value(name, given.get(name), parameter) for name, parameter in parameters.items()}


def read_value(name: str, value: str | None, parameter: Parameter) -> object:
    """Return the value of one parameter, of its default where `value` is None.

    Raises:
        BadQuery: the value is not right; the message names the parameter.
    """
    if value is None:
        value = parameter.default
    if value is None:
        return None
    try:
        return parameter.read(value)
    except ValueError as error:
        raise BadQuery(f"{name}: {error}") from None


def decode_segment(raw: str) -> str:
    """Return one segment of a path without percent-encoding.

    Raises:
        BadQuery: it is not UTF-8.
    """
    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError:
        raise BadQuery(f"the path {raw!r} is not percent-encoded UTF-8") from None
