"""Which parts of a GraphQL document or of JSON get which colour, while they are typed and not yet right."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from wslab.wire.graphql.document import KINDS, tokens

ROLES = ("keyword", "type", "variable", "directive", "string", "number", "literal", "comment", "key")
"""The roles there are; what has none is drawn as other text."""
_WORDS = frozenset({*KINDS, "fragment"})
_LITERALS = frozenset({"true", "false", "null"})

_JSON = re.compile(
    r'(?P<key>"(?:[^"\\\n]|\\.)*+"(?=\s*:))'
    r'|(?P<string>"(?:[^"\\\n]|\\.)*+"?)'
    r"|(?P<number>-?[0-9][0-9.eE+-]*+)"
    r"|(?P<literal>\b(?:true|false|null)\b)"
)


class Span(NamedTuple):
    """A part of a text, in characters."""

    start: int
    end: int
    role: str
    """One of `ROLES`."""


def graphql_spans(document: str) -> Iterator[Span]:
    """Yield the parts of a document that have a role."""
    depth = braces = 0
    before = ""
    for token in tokens(document):
        role = ""
        if token.what in ("string", "number", "comment"):
            role = token.what
        elif token.what == "name":
            role = _role(token.text, before, outside=depth == 0, declared=depth > 0 and not braces)
        if role:
            sigil = role in ("variable", "directive")
            yield Span(token.start - sigil, token.end, role)
        if token.what == "open":
            depth += 1
            braces += token.text == "{"
        elif token.what == "close":
            depth = max(0, depth - 1)
            braces = max(0, braces - (token.text == "}"))
        if token.what != "comment":
            adjacent = token.text not in "$@" or document[token.end : token.end + 1].isidentifier()
            named_on = token.text == "on" and role != "keyword"
            before = token.text if adjacent and not named_on else ""


def _role(name: str, before: str, *, outside: bool, declared: bool) -> str:
    """Return the role of a name.

    Args:
        name: the name.
        before: the token before it.
        outside: whether it is in no brackets at all.
        declared: whether it is where an operation declares its variables.
    """
    if before == "$":
        return "variable"
    if before == "@":
        return "directive"
    if (outside and name in _WORDS and before in ("", "}")) or (
        name == "on" and (outside or before == "...")
    ):
        return "keyword"
    if name in _LITERALS:
        return "literal"
    return "type" if before == "on" or (declared and before in (":", "[")) else ""


def json_spans(text: str) -> Iterator[Span]:
    """Yield the parts of JSON that have a role."""
    for match in _JSON.finditer(text):
        yield Span(match.start(), match.end(), str(match.lastgroup))
