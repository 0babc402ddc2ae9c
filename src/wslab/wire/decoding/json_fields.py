"""The members of a JSON text with the bytes they stand in, so that a hexdump can be marked (RFC 8259)."""

from __future__ import annotations

import json
import re
from collections.abc import Container

from wslab.wire.field import Field

MOST = 64
"""Members that get a field each; those after them share one."""
LONGEST_VALUE = 120
"""Bytes of a value that its field shows."""
LONGEST_NAME = 60

# A string may lack its end: what is kept of a text may be its start alone.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[{}\[\],:]|[^\s{}\[\],:"]++', re.DOTALL)
_Token = tuple[int, int]


def json_fields(data: bytes, opened: Container[str] = ()) -> list[Field]:
    """Return the members of an object, or the items of an array, in their order; nothing for other values.

    A member is its name and value up to the next one. Nothing is validated: a text that is no JSON gives
    whatever can be told.

    Args:
        data: the text in UTF-8, or its start.
        opened: names of members whose own members are told in place of them, as `payload.query`.
    """
    tokens = [match.span() for match in _TOKEN.finditer(data)]
    fields: list[Field] = []
    if tokens and data[tokens[0][0]] in b"{[":
        _members(data, tokens, 0, "", opened, fields)
    if len(fields) > MOST:
        first, last = fields[MOST], fields[-1]
        rest = Field("…", first.offset, last.end - first.offset, f"{len(fields) - MOST} more")
        fields[MOST:] = [rest]
    return fields


def _members(
    data: bytes, tokens: list[_Token], at: int, prefix: str, opened: Container[str], fields: list[Field]
) -> int:
    """Add the members of what opens at a token; return the token behind its end."""
    named = data[tokens[at][0]] in b"{"
    at += 1
    number = 0
    while at < len(tokens):
        start, end = tokens[at]
        if data[start] in b"}]":
            return at + 1
        if data[start] in b",:":
            at += 1
            continue
        name = _name(data[start:end]) if named else f"[{number}]"
        value = at + (2 if named else 0)
        if named and at + 1 < len(tokens) and data[tokens[at + 1][0]] not in b":":
            value = at
        number += 1
        full = prefix + name
        inside = value < len(tokens) and data[tokens[value][0]] in b"{" and name in opened
        if inside:
            count = len(fields)
            at = _members(data, tokens, value, f"{full}.", (), fields)
            inside = len(fields) > count
        else:
            at = _behind(data, tokens, value)
        if not inside:
            stop = _stop(data, tokens, at)
            last = tokens[min(at, len(tokens)) - 1][1]
            text = data[tokens[value][0] : last] if value < len(tokens) else b""
            fields.append(Field(full[:LONGEST_NAME], start, stop - start, _value(text)))
    return at


def _behind(data: bytes, tokens: list[_Token], at: int) -> int:
    """Return the token behind a value."""
    depth = 0
    while at < len(tokens):
        byte = data[tokens[at][0]]
        if byte in b"{[":
            depth += 1
        elif byte in b"}]":
            if not depth:
                return at
            depth -= 1
        at += 1
        if depth == 0:
            break
    return min(at, len(tokens))


def _stop(data: bytes, tokens: list[_Token], at: int) -> int:
    """Return where a member ends: behind the comma that follows, at the next name."""
    if at >= len(tokens):
        return len(data)
    if data[tokens[at][0]] in b"," and at + 1 < len(tokens):
        return tokens[at + 1][0]
    return tokens[at - 1][1]


def _name(token: bytes) -> str:
    try:
        name = json.loads(token)
    except ValueError:
        name = token.decode("utf-8", "replace")
    return str(name)


def _value(data: bytes) -> str:
    text = data[:LONGEST_VALUE].decode("utf-8", "ignore" if len(data) > LONGEST_VALUE else "replace")
    return text + ("…" if len(data) > LONGEST_VALUE else "")
