"""What a GraphQL server says of its schema (GraphQL specification, section 4), made for looking around in it.

The answer comes from a stranger: it may lack things, hold others, and be of any size. What cannot be used is
left out and counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from wslab.i18n import sentence

MOST_TYPES = 5000
MOST_MEMBERS = 1000
"""Fields, values or other members of one type, and arguments of one field, that are kept."""
LONGEST_TEXT = 1000
"""Characters that are kept of a description or a default value."""
DEEPEST_TYPE = 10
"""Lists and non-nulls around a name at most."""

ROOTS = ("subscription", "query", "mutation")
"""The kinds of operations, in the order in which a learner of WebSocket wants to see them."""

QUERY = """\
query Introspection {
  __schema {
    queryType { name }
    mutationType { name }
    subscriptionType { name }
    types {
      kind name description
      fields(includeDeprecated: true) {
        name description isDeprecated deprecationReason
        args { name description defaultValue type { ...Type } }
        type { ...Type }
      }
      inputFields { name description defaultValue type { ...Type } }
      enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
      possibleTypes { name }
    }
  }
}
fragment Type on __Type {
  kind name
  ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name } } } } } } }
}
"""
"""Asks for a schema, and for nothing that older servers do not know."""

_NAME = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,199}")


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument of a field, or a field of an input object."""

    name: str
    type: str
    """As it is written in a document: `[String!]!`."""
    named: str
    """The name in it."""
    default: str | None
    """As it is written in a document."""
    description: str

    @property
    def required(self) -> bool:
        """Whether it has to be there."""
        return self.type.endswith("!") and self.default is None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an object or an interface."""

    name: str
    type: str
    named: str
    arguments: tuple[Argument, ...]
    description: str
    deprecated: str | None
    """Why it should not be used any more; None where nothing speaks against it."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value of an enum."""

    name: str
    description: str
    deprecated: str | None


@dataclass(frozen=True, slots=True)
class Type:
    """A named type."""

    kind: str
    """`OBJECT`, `SCALAR`, `ENUM` …"""
    name: str
    description: str
    fields: tuple[Field, ...]
    inputs: tuple[Argument, ...]
    values: tuple[Value, ...]
    possible: tuple[str, ...]
    """The objects that an interface or a union may be."""


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema."""

    roots: dict[str, str]
    """Name of the type for each kind of operation there is, in the order of `ROOTS`."""
    types: dict[str, Type]
    left_out: int
    """Things that could not be used or were too many."""

    def root(self, kind: str) -> tuple[Field, ...]:
        """Return what can be asked for with operations of a kind."""
        found = self.types.get(self.roots.get(kind, ""))
        return () if found is None else found.fields

    def leaf(self, name: str) -> bool:
        """Whether a type has no fields to choose from."""
        found = self.types.get(name)
        return found is None or found.kind in ("SCALAR", "ENUM")


def read_schema(data: object) -> Schema:
    """Return the schema that the `data` of an answer to `QUERY` holds.

    Raises:
        ValueError: it holds none.
    """
    schema = data.get("__schema") if isinstance(data, dict) else None
    if not isinstance(schema, dict):
        raise ValueError(sentence("the answer has no {field}: the server tells nothing", field="__schema"))
    if not isinstance(schema.get("types"), list):
        raise ValueError(
            sentence("the answer has no {field}: the server tells nothing", field="__schema.types")
        )
    return _Reader().schema(schema)


class _Unusable(Exception):
    """A part of the answer that cannot be used."""


T = TypeVar("T")


class _Reader:
    """Reads one answer and counts what it leaves out."""

    def __init__(self) -> None:
        self._left_out = 0

    def schema(self, schema: dict[str, Any]) -> Schema:
        types = {each.name: each for each in self._each(schema["types"], self._type, MOST_TYPES)}
        roots = {}
        for kind in ROOTS:
            root = schema.get(f"{kind}Type")
            name = root.get("name") if isinstance(root, dict) else None
            if isinstance(name, str) and name in types:
                roots[kind] = name
            elif root is not None:
                self._left_out += 1
        return Schema(roots, types, self._left_out)

    def _each(self, parts: object, read: Callable[[dict[str, Any]], T], most: int = MOST_MEMBERS) -> list[T]:
        if parts is None:
            return []
        if not isinstance(parts, list):
            self._left_out += 1
            return []
        found: list[T] = []
        self._left_out += max(0, len(parts) - most)
        for part in parts[:most]:
            try:
                if not isinstance(part, dict):
                    raise _Unusable
                found.append(read(part))
            except _Unusable:
                self._left_out += 1
        return found

    def _type(self, part: dict[str, Any]) -> Type:
        return Type(
            kind=_text(part.get("kind")),
            name=_name(part),
            description=_text(part.get("description")),
            fields=tuple(self._each(part.get("fields"), self._field)),
            inputs=tuple(self._each(part.get("inputFields"), self._argument)),
            values=tuple(self._each(part.get("enumValues"), self._value)),
            possible=tuple(self._each(part.get("possibleTypes"), _name)),
        )

    def _field(self, part: dict[str, Any]) -> Field:
        written, named = _reference(part.get("type"))
        arguments = tuple(self._each(part.get("args"), self._argument))
        return Field(
            _name(part), written, named, arguments, _text(part.get("description")), _deprecated(part)
        )

    def _argument(self, part: dict[str, Any]) -> Argument:
        written, named = _reference(part.get("type"))
        default = part.get("defaultValue")
        return Argument(
            _name(part), written, named, _text(default) if isinstance(default, str) else None,
            _text(part.get("description")),
        )  # fmt: skip

    def _value(self, part: dict[str, Any]) -> Value:
        return Value(_name(part), _text(part.get("description")), _deprecated(part))


def _name(part: dict[str, Any]) -> str:
    name = part.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise _Unusable
    return name


def _text(text: object) -> str:
    return text[:LONGEST_TEXT] if isinstance(text, str) else ""


def _deprecated(part: dict[str, Any]) -> str | None:
    return _text(part.get("deprecationReason")) if part.get("isDeprecated") is True else None


def _reference(part: object, depth: int = 0) -> tuple[str, str]:
    """Return a type as it is written in a document, and the name in it."""
    if not isinstance(part, dict) or depth > DEEPEST_TYPE:
        raise _Unusable
    kind = part.get("kind")
    if kind not in ("LIST", "NON_NULL"):
        name = _name(part)
        return name, name
    written, named = _reference(part.get("ofType"), depth + 1)
    return (f"[{written}]" if kind == "LIST" else f"{written}!"), named
