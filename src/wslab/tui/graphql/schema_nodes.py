"""A schema as nodes to open one by one, without a screen. All text in them is safe to draw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wslab.i18n import N_, _, ngettext
from wslab.lab.graphql.schema import Argument, Field, Schema, Type, Value
from wslab.tui.safe_text import visible
from wslab.tui.widgets.text_blocks import number

TYPES = N_("all types")
DEEPEST = 12
"""Fields within fields that can be opened."""
_KINDS = {
    "OBJECT": N_("an object"),
    "INTERFACE": N_("an interface"),
    "UNION": N_("a union: one of several objects"),
    "ENUM": N_("one of several values"),
    "INPUT_OBJECT": N_("an object that is given as an argument"),
    "SCALAR": N_("a plain value"),
}


@dataclass(frozen=True, slots=True)
class Node:
    """One thing of a schema."""

    label: Callable[[], str]
    """What stands in the tree, in the language in use."""
    about: Callable[[], list[str]]
    """What there is to say of it, in the language in use: a paragraph each."""
    children: Callable[[], Sequence[Node]] | None = None
    """What is in it; None where it cannot be opened."""
    writes: tuple[str, Field] | None = None
    """Kind of operation and field, where an operation can ask for it."""


def top_nodes(schema: Schema) -> list[Node]:
    """Return the roots of the operations, the subscription first, and one node for all types."""
    nodes = [
        Node(
            lambda kind=kind, name=name: kind if kind == name.lower() else f"{kind} {name}",  # type: ignore[misc]
            lambda kind=kind, name=name: _about_root(schema, kind, name),  # type: ignore[misc]
            lambda kind=kind: [_field(schema, each, 0, kind) for each in schema.root(kind)],  # type: ignore[misc]
        )
        for kind, name in schema.roots.items()
    ]
    return [*nodes, _all_types(schema)]


def _about_root(schema: Schema, kind: str, name: str) -> list[str]:
    told = _("What a {kind} can ask for. Enter on a field writes an operation that asks for it.")
    return [told.format(kind=kind), *_paragraph(schema.types[name].description)]


def _all_types(schema: Schema) -> Node:
    own = sorted(name for name in schema.types if not name.startswith("__"))

    def about() -> list[str]:
        many = ngettext("{count} type", "{count} types", len(own)).format(count=number(len(own)))
        if not schema.left_out:
            return [many]
        left = ngettext(
            "{count} thing was left out: it was not as the standard wants it, or too much",
            "{count} things were left out: they were not as the standard wants them, or too many",
            schema.left_out,
        )
        return [many, left.format(count=number(schema.left_out))]

    return Node(lambda: _(TYPES), about, lambda: [_type(schema, schema.types[name], 0) for name in own])


def _type(schema: Schema, found: Type, depth: int) -> Node:
    def about() -> list[str]:
        kind = _(_KINDS[found.kind]) if found.kind in _KINDS else visible(found.kind)
        return [f"{found.name}: {kind}", *_paragraph(found.description)]

    inside = bool(found.fields or found.inputs or found.values or found.possible)
    return Node(
        lambda: found.name,
        about,
        (lambda: _members(schema, found, depth)) if inside and depth < DEEPEST else None,
    )


def _members(schema: Schema, found: Type, depth: int) -> list[Node]:
    return [
        *(_field(schema, each, depth + 1) for each in found.fields),
        *(_argument(schema, each, depth + 1) for each in found.inputs),
        *(_value(each) for each in found.values),
        *(_type(schema, schema.types[name], depth + 1) for name in found.possible if name in schema.types),
    ]


def _field(schema: Schema, field: Field, depth: int, kind: str | None = None) -> Node:
    def label() -> str:
        arguments = "(…)" if field.arguments else ""
        mark = "" if field.deprecated is None else " †"
        return f"{field.name}{arguments}: {field.type}{mark}"

    def about() -> list[str]:
        given = ", ".join(map(_written, field.arguments))
        told = [f"{field.name}({given}): {field.type}" if given else f"{field.name}: {field.type}"]
        told += _paragraph(field.description)
        return told + _deprecated(field.deprecated)

    def children() -> list[Node]:
        returned = schema.types.get(field.named)
        members = (
            _members(schema, returned, depth) if returned is not None and not schema.leaf(field.named) else []
        )
        if returned is not None and schema.leaf(field.named) and returned.values:
            members = [_type(schema, returned, depth + 1)]
        return [*(_argument(schema, each, depth + 1) for each in field.arguments), *members]

    returned = schema.types.get(field.named)
    opens = bool(field.arguments) or (
        returned is not None and bool(returned.fields or returned.values or returned.possible)
    )
    return Node(
        label, about, children if opens and depth < DEEPEST else None, None if kind is None else (kind, field)
    )


def _argument(schema: Schema, argument: Argument, depth: int) -> Node:
    def about() -> list[str]:
        need = _("must be given") if argument.required else _("may be left out")
        return [f"{_written(argument)}: {need}", *_paragraph(argument.description)]

    given = schema.types.get(argument.named)
    opens = given is not None and bool(given.inputs or given.values) and depth < DEEPEST
    return Node(
        lambda: f"({argument.name}: {argument.type})", about,
        (lambda: _members(schema, schema.types[argument.named], depth)) if opens else None,
    )  # fmt: skip


def _value(value: Value) -> Node:
    mark = "" if value.deprecated is None else " †"
    return Node(
        lambda: f"{value.name}{mark}",
        lambda: [value.name, *_paragraph(value.description), *_deprecated(value.deprecated)],
    )


def _written(argument: Argument) -> str:
    default = "" if argument.default is None else f" = {visible(argument.default)}"
    return f"{argument.name}: {argument.type}{default}"


def _paragraph(text: str) -> list[str]:
    shown = visible(" ".join(text.split()))
    return [shown] if shown else []


def _deprecated(reason: str | None) -> list[str]:
    if reason is None:
        return []
    told = _("† deprecated: {reason}") if reason else _("† deprecated")
    return [told.format(reason=visible(reason))]
