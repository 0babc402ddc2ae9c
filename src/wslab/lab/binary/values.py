"""Values of single fields as people type them, and how they are typed.

Nothing here asks whether a value is allowed, only whether it has room in its field: what a server makes of a
forbidden one is what a learner is to see.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from enum import IntEnum, IntFlag
from functools import partial, reduce
from operator import or_
from typing import Any

from wslab.i18n import Sentence, sentence
from wslab.lab.binary.bad_field import BadField
from wslab.wire.labproto import words
from wslab.wire.labproto.layout import Part

NOW = "now"
"""Stands for the present time."""

_LONGEST_NUMBER = 80
"""Characters of a number at most: none that has room in a field needs more."""
_MOST_LISTED = 6
"""Names that are listed one by one."""
_BETWEEN_NAMES = re.compile(r"[\s|,+]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WIDTHS = {"B": "u8", "H": "u16", "I": "u32", "Q": "u64", "d": "f64"}


def form_of(part: Part) -> str:
    """Return how the document calls the type of a field: `u16`, `f64`."""
    return _WIDTHS[part.code]


def names_of(part: Part) -> type[IntEnum] | type[IntFlag] | None:
    """Return the names that values or bits of a field have; None where they have none."""
    return part.words.keywords["names"] if isinstance(part.words, partial) else None


def how_to_write(part: Part) -> Sentence:
    """Return what may be typed into a field."""
    most = 256**part.size - 1
    names = names_of(part)
    if part.code == "d":
        return sentence("it is a number, such as 21.5 or -1e3")
    if names is not None:
        every = [each.name or "" for each in names]
        listed = ", ".join(every if len(every) <= _MOST_LISTED else [*every[:2], "…", every[-1]])
        if issubclass(names, IntFlag):
            return sentence(
                "it is names of bits ({names}) or a number from 0 to {most}", names=listed, most=most
            )
        return sentence("it is one of {names} or a number from 0 to {most}", names=listed, most=most)
    if part.words is words.moment:
        return sentence("it is now, milliseconds since 1970 or a time such as 2026-01-01T12:00:00Z")
    if part.words is words.identifier:
        return sentence(
            "it is at most {digits} hexadecimal digits, as FILE_STATUS has them", digits=2 * part.size
        )
    return whole_number(0, most)


def whole_number(low: int, high: int) -> Sentence:
    """Return what is to be typed where a whole number is wanted."""
    return sentence("it is a whole number from {low} to {high}, also as 0x2a", low=low, high=high)


def parse_value(part: Part, text: str, now: float) -> int | float:
    """Return the value that a text says.

    Args:
        part: the field.
        text: what was typed.
        now: Unix time in seconds, for the word `now`.

    Raises:
        BadField: it says none that has room in the field.
    """
    value: int | float | None
    names = names_of(part)
    if part.code == "d":
        value = parse_float(text)
    elif names is not None:
        value = parse_named(text, names)
    elif part.words is words.moment:
        value = _moment(text, now)
    elif part.words is words.identifier:
        value = _identifier(text)
    else:
        value = parse_whole(text)
    if value is None or (isinstance(value, int) and not 0 <= value < 256**part.size):
        raise BadField(part.name, text, how_to_write(part))
    return value


def value_text(part: Part, value: Any) -> str:
    """Return the text that `parse_value` reads as this value."""
    names = names_of(part)
    if part.words in (words.identifier, words.checksum):
        return part.words(value)
    if names is not None and issubclass(names, IntFlag):
        return words.bits(value, names)
    if names is not None and value in set(names):
        return names(value).name
    return str(value)


def parse_whole(text: str) -> int | None:
    """Return the whole number that a text is, decimal or with `0x`; None where it is none."""
    digits = text.strip().replace("_", "")
    if not digits.isascii() or len(digits) > _LONGEST_NUMBER:
        return None
    try:
        return int(digits) if digits.lstrip("+-").isdecimal() else int(digits, 0)
    except ValueError:
        return None


def parse_float(text: str) -> float | None:
    """Return the number that a text is, `nan` and `inf` included; None where no double is meant."""
    try:
        value = float(text) if len(text) <= _LONGEST_NUMBER * 5 else math.nan
    except ValueError:
        return None
    word = text.strip().lower().lstrip("+-")
    if not math.isfinite(value) and word not in ("nan", "inf", "infinity"):
        return None
    return value


def parse_named(text: str, names: type[IntEnum] | type[IntFlag]) -> int | None:
    """Return the number that names, numbers or both say; None where they say none.

    Bits are added up. Of anything else there is one, though it may be said twice: `2 COMPLETE`.
    """
    found = []
    for word in filter(None, _BETWEEN_NAMES.split(text.strip())):
        known = names.__members__.get(word.upper())
        value = parse_whole(word) if known is None else int(known)
        if value is None or value < 0:
            return None
        found.append(value)
    if issubclass(names, IntFlag):
        return reduce(or_, found) if found else None
    return found[0] if len(set(found)) == 1 else None


def _moment(text: str, now: float) -> int | None:
    word = text.strip()
    if word.lower() == NOW:
        return int(now * 1000)
    value = parse_whole(word)
    if value is not None:
        return value
    try:
        when = datetime.fromisoformat(word)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return (when - _EPOCH) // timedelta(milliseconds=1)


def _identifier(text: str) -> int | None:
    digits = text.strip().lower().removeprefix("0x").replace(" ", "")
    return int(digits, 16) if re.fullmatch("[0-9a-f]{1,80}", digits) else None
