"""Writes the operation that asks for one field of a schema, to be changed and run."""

from __future__ import annotations

import json
from typing import Any

from wslab.lab.graphql.schema import Argument, Field, Schema

MOST_FIELDS = 12
"""Fields of a selection at most: enough to begin with."""
DEEPEST = 3
"""Selections within selections where an object has no plain field of its own."""
_PLACEHOLDERS: dict[str, Any] = {"String": "", "ID": "", "Int": 0, "Float": 0.0, "Boolean": False}


def operation_for(schema: Schema, kind: str, field: Field) -> tuple[str, dict[str, Any]]:
    """Return an operation that asks for a field, and values of the variables it needs.

    Every argument is there as a variable, with the default that the schema gives it.

    Args:
        schema: where the field is from.
        kind: of operation: `subscription`, `query` or `mutation`.
        field: one of the fields of its root.
    """
    name = field.name[:1].upper() + field.name[1:]
    declared = ", ".join(map(_declared, field.arguments))
    given = ", ".join(f"{each.name}: ${each.name}" for each in field.arguments)
    head = f"{kind} {name}({declared})" if declared else f"{kind} {name}"
    asked = f"{field.name}({given})" if given else field.name
    selection = _selection(schema, field.named, 2, DEEPEST)
    text = "\n".join([f"{head} {{", f"  {asked}{selection}", "}"])
    needed = {each.name: _placeholder(each) for each in field.arguments if each.required}
    return text, needed


def _declared(argument: Argument) -> str:
    # It is the server's text: what would break the line or cannot be seen does not come in.
    usable = argument.default is not None and argument.default.isprintable()
    default = f" = {argument.default}" if usable else ""
    return f"${argument.name}: {argument.type}{default}"


def _placeholder(argument: Argument) -> Any:
    return [] if argument.type.startswith("[") else _PLACEHOLDERS.get(argument.named)


def _selection(schema: Schema, name: str, indent: int, depth: int) -> str:
    """Return the selection on a type with a space before it; nothing where it has no fields to choose."""
    if schema.leaf(name):
        return ""
    usable = [
        field
        for field in schema.types[name].fields
        if field.deprecated is None and not any(argument.required for argument in field.arguments)
    ]
    lines = [field.name for field in usable if schema.leaf(field.named)][:MOST_FIELDS]
    if not lines and usable and depth > 1:
        inner = usable[0]
        lines = [inner.name + _selection(schema, inner.named, indent + 2, depth - 1)]
    space = " " * indent
    inside = "".join(f"{space}  {line}\n" for line in lines or ["__typename"])
    return f" {{\n{inside}{space}}}"


def variables_text(values: dict[str, Any]) -> str:
    """Return values as they stand in the editor of variables; nothing where there are none."""
    return json.dumps(values, ensure_ascii=False) if values else ""
