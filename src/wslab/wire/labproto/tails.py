"""What stands behind the fixed fields of a message: names, data, numbers, extensions."""

from __future__ import annotations

import math
import struct
from typing import Any

from wslab.i18n import Sentence, sentence
from wslab.wire.labproto import words
from wslab.wire.labproto.bodies import Extension, NumberKind, Tag
from wslab.wire.labproto.layout import (
    LONGEST_CHUNK,
    LONGEST_NAME,
    LONGEST_UNIT,
    MOST_SCALE,
    ErrorCode,
    Layout,
    Tail,
)
from wslab.wire.labproto.problems import Problem

Found = tuple[Any, list[Problem]]
"""A value, None where it could not be read, and what is wrong."""


def read_tail(tail: Tail, raw: bytes, values: tuple[Any, ...], layout: Layout, offset: int) -> Found:
    """Read what follows the fixed fields.

    Args:
        tail: what it is.
        raw: its bytes.
        values: the fixed fields.
        layout: of the message.
        offset: byte of the message at which it begins.
    """
    match tail:
        case Tail.DATA:
            return _data(raw, layout, offset)
        case Tail.VALUES:
            return _numbers(raw, values[0], values[1], offset)
        case Tail.EXTENSIONS:
            return _extensions(raw, offset)
        case _:
            return _text(raw, tail, layout, offset)


def _data(raw: bytes, layout: Layout, offset: int) -> Found:
    if 1 <= len(raw) <= LONGEST_CHUNK:
        return raw, []
    right = sentence("it is from {low} to {high} bytes", low=1, high=LONGEST_CHUNK)
    return None, [Problem(ErrorCode.BAD_LENGTH, "data", words.data(raw), offset, right, layout.section)]


def _text(raw: bytes, tail: Tail, layout: Layout, offset: int) -> Found:
    name = tail.value
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        right = sentence("UTF-8 is wanted, and byte {index} of it is not", index=error.start)
        problem = Problem(ErrorCode.BAD_VALUE, name, _shown(raw), offset + error.start, right, layout.section)
        return None, [problem]
    if tail is Tail.NAME:
        wrong: Sentence | None = None
        if not 1 <= len(raw) <= LONGEST_NAME:
            wrong = sentence("it is from {low} to {high} bytes", low=1, high=LONGEST_NAME)
        elif any(character < " " or character == "\x7f" for character in text):
            wrong = sentence("a name has no control characters")
        if wrong is not None:
            code = ErrorCode.BAD_VALUE if raw and len(raw) <= LONGEST_NAME else ErrorCode.BAD_LENGTH
            return text, [Problem(code, name, _shown(raw), offset, wrong, layout.section)]
    return text, []


def _shown(raw: bytes) -> str:
    return ascii(raw[:24])[1:] + ("…" if len(raw) > 24 else "")


def _numbers(raw: bytes, kind: int, count: int, offset: int) -> Found:
    if kind not in set(NumberKind):
        return None, []  # said of the field itself already
    each = NumberKind(kind)
    if len(raw) != count * each.size:
        right = sentence(
            "{count} numbers of {kind} take {size} bytes", count=count, kind=each.name, size=count * each.size
        )
        problem = Problem(ErrorCode.BAD_LENGTH, "values", words.data(raw), offset, right, "binary#6.1")
        return None, [problem]
    numbers = struct.unpack(f">{count}{each.code}", raw)
    for index, number in enumerate(numbers):
        if not math.isfinite(number):
            place = offset + index * each.size
            right = sentence("a finite number is wanted")
            return numbers, [
                Problem(ErrorCode.BAD_VALUE, "values", words.number(number), place, right, "binary#6.1")
            ]
    return numbers, []


def _extensions(raw: bytes, offset: int) -> Found:
    found: list[Extension] = []
    problems: list[Problem] = []
    at = 0
    while at < len(raw):
        end = at + 2 + raw[at + 1] if at + 1 < len(raw) else len(raw) + 1
        if end > len(raw):
            right = sentence("an extension has a tag, a length and as many bytes as that says")
            problems.append(
                Problem(
                    ErrorCode.BAD_LENGTH, "extensions", words.data(raw[at:]), offset + at, right, "binary#8.2"
                )
            )
            return None, problems
        extension = Extension(raw[at], raw[at + 2 : end])
        problem = extension_problem(extension, {each.tag for each in found}, offset + at)
        if problem is not None:
            problems.append(problem)
        found.append(extension)
        at = end
    return tuple(found), problems


def extension_problem(extension: Extension, before: set[int], offset: int) -> Problem | None:
    """Return what is wrong with one extension.

    Args:
        extension: as it was read.
        before: tags that stood before it in the same sample.
        offset: byte of the message at which it begins.
    """
    tag, raw = extension.tag, extension.value
    right: Sentence | None = None
    code = ErrorCode.BAD_VALUE
    if tag in before:
        right = sentence("it is there twice")
    elif tag == Tag.UNIT:
        right = _unit(raw)
    elif tag == Tag.UNCERTAINTY:
        value = struct.unpack(">d", raw)[0] if len(raw) == 8 else math.nan
        if not 0 <= value < math.inf:
            right = sentence("it is 8 bytes: a finite number that is not negative")
    elif tag == Tag.SCALE:
        if len(raw) != 1 or abs(int.from_bytes(raw, signed=True)) > MOST_SCALE:
            right = sentence("it is one byte: a power of ten from -{most} to {most}", most=MOST_SCALE)
    elif extension.critical:
        right = sentence("no extension has this tag, and its top bit says that it must be understood")
        code = ErrorCode.UNKNOWN_EXTENSION
    if right is None:
        return None
    value_shown = f"{words.choice(tag, Tag, 2)}, {words.data(raw)}"
    return Problem(code, "extension", value_shown, offset, right, "binary#8.2")


def _unit(raw: bytes) -> Sentence | None:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    if 1 <= len(raw) <= LONGEST_UNIT and text.isprintable() and text:
        return None
    return sentence("it is from 1 to {most} bytes of UTF-8 that can be printed", most=LONGEST_UNIT)
