"""What follows the fixed fields of a message, as people type it: names, data, numbers, extensions."""

from __future__ import annotations

import re
import struct
from typing import Any

from wslab.i18n import Sentence, sentence
from wslab.lab.binary.bad_field import BadField
from wslab.lab.binary.values import parse_float, parse_whole
from wslab.wire.labproto.bodies import Extension, NumberKind, Tag
from wslab.wire.labproto.encoder import encode_numbers
from wslab.wire.labproto.layout import Tail

FORMS = {
    Tail.TEXT: "utf8",
    Tail.NAME: "utf8",
    Tail.DATA: "bytes",
    Tail.VALUES: "array",
    Tail.EXTENSIONS: "tags",
}
"""What each is called beside `u16` and the like."""

_ESCAPES = {"n": b"\n", "r": b"\r", "t": b"\t", "0": b"\0", "\\": b"\\", '"': b'"'}
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_PIECE = re.compile(rf"({_QUOTED})|(?:0[xX])?((?:[0-9a-fA-F]{{2}})+)(?![0-9a-fA-F])|[\s,:]+", re.DOTALL)
_ESCAPED = re.compile(r"\\(x[0-9a-fA-F]{2}|.)", re.DOTALL)
_EXTENSION = re.compile(rf"\s*([A-Za-z_]+|0[xX][0-9a-fA-F]{{1,2}})=({_QUOTED}|[^\s\"]*)(?=\s|$)", re.DOTALL)


def how_to_write_tail(tail: Tail, kind: int = 0) -> Sentence:
    """Return what may be typed; `kind` is that of the numbers of an array."""
    match tail:
        case Tail.DATA:
            return sentence('it is bytes such as 68 69, or a text in quotes such as "hi"')
        case Tail.VALUES:
            if kind in (NumberKind.F32, NumberKind.F64):
                return sentence("it is numbers with spaces between them, such as 1.5 -2 1e3")
            bits = 8 * NumberKind(kind).size if kind in set(NumberKind) else 8
            low = -(2 ** (bits - 1)) if bits > 8 else 0
            return sentence(
                "it is whole numbers from {low} to {high} with spaces between them",
                low=low, high=low + 2**bits - 1,
            )  # fmt: skip
        case Tail.EXTENSIONS:
            return sentence("it is written like unit=°C scale=-1 uncertainty=0.5 0x33=0102, or left empty")
        case _:
            return sentence("it is a text, which is sent in UTF-8")


def parse_tail(tail: Tail, field: str, text: str, kind: int = 0) -> Any:
    """Return what a text says, as the record of the type holds it.

    Args:
        tail: what it is.
        field: name of the field.
        text: what was typed.
        kind: of the numbers of an array.

    Raises:
        BadField: it cannot be read, or has no room.
    """
    value: Any
    match tail:
        case Tail.DATA:
            value = parse_bytes(text)
        case Tail.VALUES:
            value = _numbers(text, kind)
        case Tail.EXTENSIONS:
            value = _extensions(text)
        case _:
            value = text
    if value is None:
        raise BadField(field, text, how_to_write_tail(tail, kind))
    return value


def tail_text(tail: Tail, value: Any) -> str:
    """Return the text that `parse_tail` reads as this value."""
    match tail:
        case Tail.DATA:
            return bytes_text(value)
        case Tail.VALUES:
            return " ".join(map(str, value))
        case Tail.EXTENSIONS:
            return " ".join(map(_extension_text, value))
        case _:
            return str(value)


def parse_bytes(text: str) -> bytes | None:
    """Return the bytes that hexadecimal digits and texts in quotes say; None where it is something else.

    In quotes, `\\n`, `\\r`, `\\t`, `\\0`, `\\x1b`, `\\"` and `\\\\` are what they are in Python.
    """
    data = b""
    at = 0
    while at < len(text):
        piece = _PIECE.match(text, at)
        if piece is None:
            return None
        quoted, digits = piece.groups()
        if quoted is not None:
            meant = _unquoted(quoted)
            if meant is None:
                return None
            data += meant
        elif digits is not None:
            data += bytes.fromhex(digits)
        at = piece.end()
    return data


def bytes_text(data: bytes) -> str:
    """Return bytes as `parse_bytes` reads them: a text in quotes where that is easy to read, else digits."""
    if data.isascii() and (text := data.decode()).isprintable() and text:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return data.hex(" ")


def _unquoted(quoted: str) -> bytes | None:
    data = b""
    at = 1
    inside = quoted[:-1]
    while at < len(inside):
        escaped = _ESCAPED.search(inside, at)
        end = len(inside) if escaped is None else escaped.start()
        data += inside[at:end].encode(errors="replace")
        if escaped is None:
            break
        word = escaped[1]
        if len(word) == 3:
            data += bytes.fromhex(word[1:])
        elif word in _ESCAPES:
            data += _ESCAPES[word]
        else:
            return None
        at = escaped.end()
    return data


def _numbers(text: str, kind: int) -> tuple[int | float, ...] | None:
    parse = parse_float if kind in (NumberKind.F32, NumberKind.F64) else parse_whole
    found = [parse(word) for word in text.replace(",", " ").split()]
    if None in found:
        return None
    values = tuple(value for value in found if value is not None)
    try:
        encode_numbers(kind, values)
    except (struct.error, OverflowError):
        return None
    return values


def _extensions(text: str) -> tuple[Extension, ...] | None:
    found = []
    at = 0
    while text[at:].strip():
        match = _EXTENSION.match(text, at)
        extension = None if match is None else _extension(match[1], match[2])
        if match is None or extension is None:
            return None
        found.append(extension)
        at = match.end()
    return tuple(found)


def _extension(name: str, value: str) -> Extension | None:
    tag = Tag.__members__.get(name.upper())
    if tag is None:
        number = parse_whole(name)
        raw = parse_bytes(value)
        return Extension(number, raw) if number is not None and raw is not None and len(raw) <= 0xFF else None
    if tag is Tag.UNIT:
        unit = _unquoted(value) if value.startswith('"') else value.encode(errors="replace")
        return Extension(tag, unit) if unit is not None and len(unit) <= 0xFF else None
    if tag is Tag.UNCERTAINTY:
        number_ = parse_float(value)
        return None if number_ is None else Extension(tag, struct.pack(">d", number_))
    power = parse_whole(value)
    return Extension(tag, struct.pack("b", power)) if power is not None and -128 <= power <= 127 else None


def _extension_text(extension: Extension) -> str:
    """By name where that says the same bytes, else by number and in digits."""
    by_name = _by_name(extension)
    if by_name is not None:
        name, _, value = by_name.partition("=")
        if _extension(name, value) == extension:
            return by_name
    return f"0x{extension.tag:02x}={extension.value.hex()}"


def _by_name(extension: Extension) -> str | None:
    raw = extension.value
    if extension.tag == Tag.UNIT:
        unit = raw.decode(errors="replace")
        return f"unit={unit}" if unit and unit.isprintable() and not re.search(r'[\s"]', unit) else None
    if extension.tag == Tag.UNCERTAINTY and len(raw) == 8:
        return f"uncertainty={struct.unpack('>d', raw)[0]!r}"
    if extension.tag == Tag.SCALE and len(raw) == 1:
        return f"scale={int.from_bytes(raw, signed=True)}"
    return None
