"""What operations a GraphQL document holds, told from its tokens alone (GraphQL specification, section 2.1).

Enough to explain a message: nothing is validated, and a document that does not parse gives what can be told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

KINDS = ("query", "mutation", "subscription")
"""The kinds of operations."""

# Possessive quantifiers and an end that may be missing: every character is looked at once.
_TOKEN = re.compile(
    r'(?P<string>"""(?:[^"\\]|\\"""|\\|"(?!""))*+(?:""")?|"(?:[^"\\\n\r]|\\.)*+"?)'
    r"|(?P<comment>\#[^\n\r]*+)"
    r"|(?P<name>[_A-Za-z][_0-9A-Za-z]*+)"
    r"|(?P<number>-?[0-9][0-9a-zA-Z.+-]*+)"
    r"|(?P<spread>\.\.\.)"
    r"|(?P<open>[{(\[])"
    r"|(?P<close>[})\]])"
    r"|(?P<other>[$@!:=|&])"
)


class Token(NamedTuple):
    """A piece of a document. What stands between two of them is no matter to GraphQL, or no GraphQL."""

    what: str
    """`string`, `comment`, `name`, `number`, `spread`, `open` or `close` of a bracket, or `other`."""
    text: str
    start: int
    """Where it begins, in characters."""

    @property
    def end(self) -> int:
        """Where what follows it begins."""
        return self.start + len(self.text)


class Operation(NamedTuple):
    """One operation of a document."""

    kind: str
    """One of `KINDS`."""
    name: str | None


def operations(document: str) -> list[Operation]:
    """Return every operation of a document in its order."""
    found: list[Operation] = []
    depth = 0
    kind: str | None = None  # of the operation whose selection has not begun yet
    name: str | None = None
    fragment = named = False
    for what, text, _ in tokens(document):
        if what == "open":
            if depth == 0 and text == "{":
                if not fragment:
                    found.append(Operation(kind or "query", name))
                kind, name, fragment, named = None, None, False, False
            depth += 1
        elif what == "close":
            depth = max(0, depth - 1)
        elif depth == 0 and what == "name":
            if kind is None and not fragment:
                fragment = text not in KINDS
                kind = None if fragment else text
            elif not named:
                name, named = text, True
        elif depth == 0 and what == "other":
            named = True  # names behind a directive's @ are not the operation's
    return found


def chosen(document: str, name: str | None) -> Operation | None:
    """Return the operation that a request means: the one of this name, else the only one; None if unclear."""
    every = operations(document)
    if name is not None:
        every = [each for each in every if each.name == name]
    return every[0] if len(every) == 1 else None


def tokens(document: str) -> Iterator[Token]:
    """Yield the tokens of a document in their order (GraphQL specification, section 2.1)."""
    for match in _TOKEN.finditer(document):
        yield Token(str(match.lastgroup), match.group(), match.start())
