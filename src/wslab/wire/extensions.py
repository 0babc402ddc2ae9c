"""Header values that are lists: subprotocols and extensions (RFC 6455 sections 9.1 and 11.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A name in HTTP: of a header, an extension, a subprotocol (RFC 9110 section 5.6.2)."""
_TOKEN = TOKEN.pattern
_PART = re.compile(rf'[ \t]*({_TOKEN})[ \t]*(?:=[ \t]*(?:({_TOKEN})|"((?:[^"\\]|\\.)*)")[ \t]*)?')
_ESCAPE = re.compile(r"\\(.)")


class Extension(NamedTuple):
    """An extension with its parameters, as offered or chosen."""

    name: str
    params: tuple[tuple[str, str | None], ...] = ()
    """Name and value of each parameter in order; None where it has no value."""

    def __str__(self) -> str:
        """Return it as it stands in the header."""
        return "; ".join(
            (self.name, *(name if value is None else f"{name}={value}" for name, value in self.params))
        )


def parse_tokens(values: Iterable[str], *, keep_case: bool = False) -> list[str]:
    """Return the elements of comma-separated headers, in lower case unless told otherwise."""
    parts = (part.strip(" \t") for value in values for part in value.split(","))
    return [part if keep_case else part.lower() for part in parts if part]


def parse_extensions(values: Iterable[str]) -> tuple[tuple[Extension, ...], bool]:
    """Take `Sec-WebSocket-Extensions` apart.

    Returns:
        The extensions that could be read, and whether all could.
    """
    extensions: list[Extension] = []
    legal = True
    for value in values:
        at = 0
        # The name of the extension whose parameters follow, then the parameters.
        element: list[tuple[str, str | None]] = []
        while at <= len(value):
            match = _PART.match(value, at)
            if match is not None:
                quoted = None if match[3] is None else _ESCAPE.sub(r"\1", match[3])
                # Section 9.1: what a quoted value says has to be a token too; only parameters have values.
                legal = legal and (quoted is None or TOKEN.fullmatch(quoted) is not None)
                legal = legal and (bool(element) or (match[2] is None and quoted is None))
                element.append((match[1], match[2] if quoted is None else quoted))
                at = match.end()
            elif element or value[at : _end(value, at)].strip(" \t"):
                legal = False
            if match is not None and value[at : at + 1] == ";":
                at += 1
                continue
            if element:
                extensions.append(Extension(element[0][0], tuple(element[1:])))
                element = []
            end = _end(value, at)
            legal = legal and (match is None or end == at)
            at = end + 1
    return tuple(extensions), legal


def _end(value: str, at: int) -> int:
    """Return where the list element ends that `at` lies in."""
    comma = value.find(",", at)
    return len(value) if comma < 0 else comma
